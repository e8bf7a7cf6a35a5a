//! How a stream is drawn, and what it did.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::parallel::pool::check_threads;
use crate::{DatasetError, Skipped};

/// How a stream is drawn.
///
/// | field | range | default |
/// |---|---|---|
/// | `per_epoch` | 1 or more | |
/// | `seed` | any | 0 |
/// | `threads` | 0 for one a core, or up to 1024 | 0 |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// How many letters, or whole images, make an epoch.
    pub per_epoch: usize,
    /// What everything random is a function of.
    pub seed: u64,
    /// How many background threads draw; 0 for one a core. The batches are the same for any number.
    pub threads: usize,
}

impl StreamOptions {
    /// Epochs of `per_epoch` letters or images, everything else as by default.
    #[must_use]
    pub fn new(per_epoch: usize) -> Self {
        Self { per_epoch, seed: 0, threads: 0 }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how many background threads draw; 0 for one a core.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Refuses an epoch of nothing, and threads that no machine has.
    pub(crate) fn check(&self) -> Result<(), DatasetError> {
        check_threads(self.threads)?;
        match self.per_epoch {
            0 => Err(DatasetError::BadOption {
                option: "per_epoch",
                expected: "at least 1".to_owned(),
                actual: "0".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    pub(crate) fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            threads => threads,
        }
    }
}

/// What a stream did so far, over all its epochs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamStats {
    /// Batches that were taken.
    pub batches: u64,
    /// How long the taker waited for them.
    pub waited: Duration,
    /// How long the taker was busy between them.
    pub busy: Duration,
    /// Images that were drawn or read for them.
    pub drawn: u64,
    /// Images of these that gave nothing: they could not be drawn, read, or cut into letters.
    pub failed: u64,
    /// Columns of pixels in all images of the batches, with those of paper that make them equally wide; 0 for letters.
    pub columns: u64,
    /// Columns of these that are such paper.
    pub padding: u64,
}

impl StreamStats {
    /// The share of its time that the taker waited; 0 before the first batch.
    #[must_use]
    pub fn wait_share(&self) -> f64 {
        let all = self.waited + self.busy;
        if all.is_zero() { 0.0 } else { self.waited.as_secs_f64() / all.as_secs_f64() }
    }
}

impl StreamStats {
    /// The share of the columns that are paper, added to make the images of a batch equally wide; 0 before the first
    /// batch.
    #[must_use]
    pub fn padding_share(&self) -> f64 {
        if self.columns == 0 { 0.0 } else { self.padding as f64 / self.columns as f64 }
    }
}

/// The counters behind [`StreamStats`], shared with the iterators of all epochs.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    batches: AtomicU64,
    waited_nanos: AtomicU64,
    busy_nanos: AtomicU64,
    drawn: AtomicU64,
    failed: AtomicU64,
    columns: AtomicU64,
    padding: AtomicU64,
    failures: Mutex<Skipped>,
}

impl Counters {
    pub(crate) fn stats(&self) -> StreamStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StreamStats {
            batches: get(&self.batches),
            waited: Duration::from_nanos(get(&self.waited_nanos)),
            busy: Duration::from_nanos(get(&self.busy_nanos)),
            drawn: get(&self.drawn),
            failed: get(&self.failed),
            columns: get(&self.columns),
            padding: get(&self.padding),
        }
    }

    /// Why images gave nothing.
    pub(crate) fn failures(&self) -> Skipped {
        self.failures.lock().map(|failures| failures.clone()).unwrap_or_default()
    }

    /// Counts images of a block that is used, and those of them that gave nothing.
    pub(crate) fn add_images(&self, drawn: u64, failures: Skipped) {
        self.drawn.fetch_add(drawn, Ordering::Relaxed);
        self.failed.fetch_add(failures.total(), Ordering::Relaxed);
        if let Ok(mut all) = self.failures.lock() {
            all.extend(failures);
        }
    }
}

impl Counters {
    /// Counts the columns of a batch that is used, and those of them that are padding.
    pub(crate) fn add_columns(&self, columns: u64, padding: u64) {
        self.columns.fetch_add(columns, Ordering::Relaxed);
        self.padding.fetch_add(padding, Ordering::Relaxed);
    }
}

/// Batches, with the time that it takes to get them.
pub(crate) struct Timed<'a, I> {
    batches: I,
    counters: &'a Counters,
    given: Option<Instant>,
}

impl<'a, I> Timed<'a, I> {
    pub(crate) fn new(batches: I, counters: &'a Counters) -> Self {
        Self { batches, counters, given: None }
    }
}

impl<I: Iterator> Iterator for Timed<'_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let add = |counter: &AtomicU64, time: Duration| {
            counter.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        };
        let asked = Instant::now();
        if let Some(given) = self.given {
            add(&self.counters.busy_nanos, asked - given);
        }
        let batch = self.batches.next();
        let given = Instant::now();
        add(&self.counters.waited_nanos, given - asked);
        self.given = Some(given);
        self.counters.batches.fetch_add(u64::from(batch.is_some()), Ordering::Relaxed);
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_and_being_busy_are_told_apart() {
        let counters = Counters::default();
        let slow = (0..3).inspect(|_| std::thread::sleep(Duration::from_millis(20)));
        let mut batches = Timed::new(slow, &counters);
        assert_eq!(batches.next(), Some(0));
        assert_eq!(counters.stats().busy, Duration::ZERO);
        std::thread::sleep(Duration::from_millis(60));
        assert_eq!(batches.count(), 2);
        let stats = counters.stats();
        assert_eq!(stats.batches, 3);
        assert!(
            stats.waited >= Duration::from_millis(60) && stats.busy >= Duration::from_millis(60),
            "{stats:?}"
        );
        assert!(stats.wait_share() > 0.0 && stats.wait_share() < 1.0);
        assert_eq!(StreamStats::default().wait_share(), 0.0);
    }
}
