//! Parallel work on many items that reports its progress and can be stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use captcha_core::Monitor;
use rayon::prelude::*;

use crate::DatasetError;

/// Items that a thread does between two lines of the manifest: enough that threads seldom wait for each other,
/// few enough to lose little when a run is killed.
const ITEMS_A_THREAD: usize = 128;

/// How many items are done in parallel before they are written down in order.
pub(crate) fn chunk_size() -> usize {
    rayon::current_num_threads() * ITEMS_A_THREAD
}

/// Most threads that can be asked for: more than any machine has cores, few enough to start.
const MAX_THREADS: usize = 1024;

/// Refuses a number of threads that no machine has.
pub(crate) fn check_threads(threads: usize) -> Result<(), DatasetError> {
    if threads <= MAX_THREADS {
        return Ok(());
    }
    Err(DatasetError::BadOption {
        option: "threads",
        expected: format!("0 for one a core, or at most {MAX_THREADS}"),
        actual: threads.to_string(),
    })
}

/// Work on `total` items that a monitor watches.
pub(crate) struct Work<'a> {
    monitor: &'a dyn Monitor,
    total: u64,
    done: AtomicU64,
    failed: AtomicBool,
}

impl<'a> Work<'a> {
    pub(crate) fn new(monitor: &'a dyn Monitor, total: u64) -> Self {
        monitor.progress(0, total);
        Self { monitor, total, done: AtomicU64::new(0), failed: AtomicBool::new(false) }
    }

    /// `work` on all of `items` in parallel; `None` for those that were left when the work was stopped, by the
    /// monitor or by an error.
    pub(crate) fn each<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T) -> Result<R, DatasetError> + Sync,
    ) -> Vec<Option<Result<R, DatasetError>>> {
        in_order(items, |item| {
            if self.failed.load(Ordering::Relaxed) || self.monitor.interrupted() {
                return None;
            }
            let result = work(item);
            match result {
                Ok(_) => {
                    let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                    self.monitor.progress(done, self.total);
                }
                Err(_) => self.failed.store(true, Ordering::Relaxed),
            }
            Some(result)
        })
    }

    /// The results that [`each`](Self::each) gave, or the first error, or that the work was stopped.
    pub(crate) fn finished<R>(
        &self,
        results: Vec<Option<Result<R, DatasetError>>>,
    ) -> Result<Vec<R>, DatasetError> {
        let mut all = Vec::with_capacity(results.len());
        let mut stopped = false;
        for result in results {
            match result.transpose()? {
                Some(result) => all.push(result),
                None => stopped = true,
            }
        }
        match stopped {
            false => Ok(all),
            true => {
                Err(DatasetError::Interrupted { done: self.done.load(Ordering::Relaxed), total: self.total })
            }
        }
    }
}

/// `work` on every item in parallel, begun in order, so that what is finished when the work stops is a run of items
/// from the start. Work stops at the first `None` that comes; items that it did not come to are `None`, too.
fn in_order<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Option<R> + Sync) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let take = |_| {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(result) = items.get(index).and_then(&work) else {
                // Far enough that no thread finds another item, and no sum overflows.
                next.store(usize::MAX / 2, Ordering::Relaxed);
                return done;
            };
            done.push((index, result));
        }
    };
    let threads = rayon::current_num_threads();
    let done: Vec<Vec<(usize, R)>> = (0..threads).into_par_iter().map(take).collect();
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    for (index, result) in done.into_iter().flatten() {
        results[index] = Some(result);
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let results = pool(3).install(|| in_order(&items, |&item| Some(item * 2)));
        assert_eq!(results, items.iter().map(|item| Some(item * 2)).collect::<Vec<_>>());
        assert_eq!(in_order(&[] as &[u32], |&item| Some(item)), []);
    }

    #[test]
    fn what_is_done_when_the_work_stops_is_a_run_from_the_start() {
        let items: Vec<u32> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let results = pool(4).install(|| {
            in_order(&items, |&item| (begun.fetch_add(1, Ordering::SeqCst) < 100).then_some(item))
        });
        assert_eq!(results.iter().flatten().count(), 100);
        // One more for each thread that had taken an item before it was told to stop.
        let run = results.iter().take_while(|result| result.is_some()).count();
        assert!(run >= 97, "{run}");
    }
}
