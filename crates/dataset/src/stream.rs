//! Work in background threads whose results come in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// How a stream is drawn.
///
/// | field | range | default |
/// |---|---|---|
/// | `per_epoch` | 1 or more | |
/// | `seed` | any | 0 |
/// | `threads` | 0 for one a core, or a number | 0 |
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

    /// The same with another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same with this many background threads; 0 for one a core.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
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
    /// Images that were drawn for them.
    pub drawn: u64,
    /// Images of these that gave nothing: they could not be drawn, or not be cut into letters.
    pub failed: u64,
}

impl StreamStats {
    /// The share of its time that the taker waited; 0 before the first batch.
    #[must_use]
    pub fn wait_share(&self) -> f64 {
        let all = self.waited + self.busy;
        if all.is_zero() { 0.0 } else { self.waited.as_secs_f64() / all.as_secs_f64() }
    }
}

/// [`StreamStats`] in the making.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    batches: AtomicU64,
    waited_nanos: AtomicU64,
    busy_nanos: AtomicU64,
    drawn: AtomicU64,
    failed: AtomicU64,
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
        }
    }

    /// Counts images of a block that is used.
    pub(crate) fn add_images(&self, drawn: u64, failed: u64) {
        self.drawn.fetch_add(drawn, Ordering::Relaxed);
        self.failed.fetch_add(failed, Ordering::Relaxed);
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

/// Makes block `n` of a stream; `None` if it was told to stop meanwhile.
pub(crate) type Make<T> = Arc<dyn Fn(u64, &AtomicBool) -> Option<T> + Send + Sync>;

/// How many finished blocks of each thread may wait for the taker.
const BLOCKS_AHEAD: usize = 2;

/// Blocks 0, 1, 2 ... up to `end`, made by background threads: thread `t` of `n` makes the blocks `t`, `t + n`,
/// `t + 2 n` ..., so that their order depends on nothing. Dropping it stops the threads and waits for their end.
pub(crate) struct Blocks<T> {
    lanes: Vec<Lane<T>>,
    stop: Arc<AtomicBool>,
    make: Make<T>,
    next: u64,
    end: u64,
}

/// Where the blocks of one thread come from.
enum Lane<T> {
    Thread {
        blocks: Receiver<T>,
        thread: JoinHandle<()>,
    },
    /// The system has no thread left: the taker makes them.
    Taker,
}

impl<T: Send + 'static> Blocks<T> {
    pub(crate) fn start(threads: usize, end: u64, make: Make<T>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = threads.max(1).min(usize::try_from(end).unwrap_or(usize::MAX));
        let lanes = (0..threads as u64)
            .map(|lane| {
                let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
                let (make, stop) = (Arc::clone(&make), Arc::clone(&stop));
                let work = move || {
                    for block in (lane..end).step_by(threads) {
                        let Some(made) = make(block, &stop) else { return };
                        if sender.send(made).is_err() {
                            return;
                        }
                    }
                };
                match Builder::new().name(format!("captcha-stream-{lane}")).spawn(work) {
                    Ok(thread) => Lane::Thread { blocks, thread },
                    Err(_) => Lane::Taker,
                }
            })
            .collect();
        Self { lanes, stop, make, next: 0, end }
    }
}

impl<T> Iterator for Blocks<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.next >= self.end {
            return None;
        }
        let lane = (self.next % self.lanes.len() as u64) as usize;
        let block = match &self.lanes[lane] {
            Lane::Taker => (self.make)(self.next, &self.stop),
            Lane::Thread { blocks, .. } => match blocks.recv() {
                Ok(block) => Some(block),
                Err(_) => {
                    // Only a panic ends a thread before its last block is taken.
                    if let Lane::Thread { thread, .. } = std::mem::replace(&mut self.lanes[lane], Lane::Taker)
                        && let Err(panic) = thread.join()
                    {
                        std::panic::resume_unwind(panic);
                    }
                    None
                }
            },
        };
        self.next = if block.is_some() { self.next + 1 } else { self.end };
        block
    }
}

impl<T> Drop for Blocks<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let threads: Vec<JoinHandle<()>> = self
            .lanes
            .drain(..)
            .filter_map(|lane| match lane {
                // The receiver is dropped here, which wakes a thread that waits for room.
                Lane::Thread { thread, .. } => Some(thread),
                Lane::Taker => None,
            })
            .collect();
        for thread in threads {
            // A panic in a block that nobody wanted is nobody's concern.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn blocks_come_in_order_from_any_number_of_threads() {
        for threads in [1, 2, 5, 200] {
            let blocks: Vec<u64> =
                Blocks::start(threads, 100, Arc::new(|block, _| Some(block * 3))).collect();
            assert_eq!(blocks, (0..100).map(|block| block * 3).collect::<Vec<_>>(), "{threads}");
        }
        assert_eq!(Blocks::start(3, 0, Arc::new(|block, _| Some(block))).count(), 0);
    }

    #[test]
    fn dropping_stops_the_threads() {
        let alive = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&alive);
        let mut blocks = Blocks::start(
            3,
            u64::MAX,
            Arc::new(move |block, stop| {
                seen.fetch_add(1, Ordering::SeqCst);
                // The last lane is in the middle of a block that never ends by itself.
                while block == 5 && !stop.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
                seen.fetch_sub(1, Ordering::SeqCst);
                (!stop.load(Ordering::Relaxed)).then_some(block)
            }),
        );
        assert_eq!(blocks.next(), Some(0));
        drop(blocks);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
        // The threads hold the only other references; joined threads hold none.
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    #[should_panic(expected = "block 4 is cursed")]
    fn a_panic_in_a_thread_is_not_lost() {
        let make: Make<u64> = Arc::new(|block, _| {
            assert_ne!(block, 4, "block 4 is cursed");
            Some(block)
        });
        Blocks::start(2, 10, make).for_each(drop);
    }

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
