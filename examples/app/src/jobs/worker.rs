//! Work in the background.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use eframe::egui::Context;

use crate::jobs::panics::caught;

/// Which of the waiting jobs are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backlog {
    /// All, in order.
    All,
    /// Only the latest: earlier positions of a moving slider are obsolete. At most one job waits.
    Latest,
}

/// A thread that does one job after the other without blocking the window, and wakes the window after each.
///
/// A job that panics has an error as its result, and the next job is done.
#[derive(Debug)]
pub(crate) struct Worker<J, R> {
    backlog: Backlog,
    waiting: Arc<Waiting<J>>,
    bell: SyncSender<()>,
    results: Receiver<(u64, Result<R, String>)>,
    /// The numbers of the last job requested, the last one done, and the last one whose result was dropped.
    asked: u64,
    done: u64,
    forgotten: u64,
}

/// Jobs with their numbers.
type Waiting<J> = Mutex<VecDeque<(u64, J)>>;

impl<J: Send + 'static, R: Send + 'static> Worker<J, R> {
    /// A thread that does `work` for each job.
    pub(crate) fn new(
        context: &Context,
        backlog: Backlog,
        mut work: impl FnMut(J) -> R + Send + 'static,
    ) -> Self {
        let (bell, rings) = sync_channel(1);
        let (outbox, results) = channel();
        let waiting = Arc::<Waiting<J>>::default();
        let (inbox, context) = (Arc::clone(&waiting), context.clone());
        let serve = move || {
            while rings.recv().is_ok() {
                while let Some((number, job)) = next(&inbox) {
                    if outbox.send((number, caught(|| work(job)))).is_err() {
                        return;
                    }
                    context.request_repaint();
                }
            }
        };
        // If the thread can't be started, `poll` finds the channel closed.
        let _ = thread::Builder::new().name("worker".to_owned()).spawn(serve);
        Self { backlog, waiting, bell, results, asked: 0, done: 0, forgotten: 0 }
    }

    /// Requests a job.
    pub(crate) fn ask(&mut self, job: J) {
        self.asked += 1;
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if self.backlog == Backlog::Latest {
                waiting.clear();
            }
            waiting.push_back((self.asked, job));
        }
        // The channel is full if the thread has not yet received the last signal; it will then find this job,
        // too.
        let _ = self.bell.try_send(());
    }

    /// Drops all jobs requested so far: those that wait, and the results of those done or in progress.
    pub(crate) fn forget(&mut self) {
        self.forgotten = self.asked;
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The next result that was not dropped, if it is available; an error if the work panicked.
    pub(crate) fn poll(&mut self) -> Option<Result<R, String>> {
        loop {
            match self.results.try_recv() {
                Ok((number, result)) => {
                    self.done = number;
                    if number > self.forgotten {
                        return Some(result);
                    }
                }
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => {
                    let is_waited_for = self.is_busy();
                    self.done = self.asked;
                    return is_waited_for
                        .then(|| Err("the system starts no thread for this work".to_owned()));
                }
            }
        }
    }

    /// Whether a result is still expected.
    pub(crate) fn is_busy(&self) -> bool {
        self.done.max(self.forgotten) < self.asked
    }
}

/// The first job that waits.
fn next<J>(waiting: &Waiting<J>) -> Option<(u64, J)> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use super::*;

    /// A worker that has started job 1 and continues when the test tells it to.
    fn begun(backlog: Backlog) -> (Worker<Arc<u32>, u32>, Sender<()>) {
        let (begin, begins) = channel();
        let (go, gate) = channel();
        let mut worker = Worker::new(&Context::default(), backlog, move |job: Arc<u32>| {
            begin.send(()).unwrap();
            gate.recv().unwrap();
            assert_ne!(*job, 13, "bad luck");
            *job
        });
        worker.ask(Arc::new(1));
        begins.recv().unwrap();
        thread::spawn(move || begins.iter().count());
        (worker, go)
    }

    /// All results that were not dropped.
    fn finish(mut worker: Worker<Arc<u32>, u32>, go: &Sender<()>) -> Vec<Result<u32, String>> {
        let mut results = Vec::new();
        for _ in 0..worker.asked {
            go.send(()).unwrap();
        }
        while worker.is_busy() {
            results.extend(worker.poll());
            thread::yield_now();
        }
        results
    }

    #[test]
    fn of_jobs_that_wait_all_or_the_latest_are_done() {
        for (backlog, expected) in [(Backlog::All, &[1, 2, 3, 4][..]), (Backlog::Latest, &[1, 4])] {
            let (mut worker, go) = begun(backlog);
            (2..=4).for_each(|job| worker.ask(Arc::new(job)));
            let expected: Vec<_> = expected.iter().map(|&job| Ok(job)).collect();
            assert_eq!(finish(worker, &go), expected, "{backlog:?}");
        }
    }

    #[test]
    fn what_is_forgotten_never_comes() {
        let (mut worker, go) = begun(Backlog::All);
        worker.forget();
        assert!(!worker.is_busy());
        worker.ask(Arc::new(2));
        assert_eq!(finish(worker, &go), [Ok(2)]);
    }

    #[test]
    fn what_is_overtaken_or_forgotten_holds_no_memory_while_the_worker_is_busy() {
        let (mut worker, go) = begun(Backlog::Latest);
        let jobs: Vec<Arc<u32>> = (2..=100).map(Arc::new).collect();
        jobs.iter().for_each(|job| worker.ask(Arc::clone(job)));
        let held = || jobs.iter().filter(|job| Arc::strong_count(job) > 1).count();
        assert_eq!(held(), 1);
        worker.forget();
        assert_eq!(held(), 0);
        assert!(finish(worker, &go).is_empty());
    }

    #[test]
    fn a_panic_is_a_result_and_the_next_job_is_done() {
        let (mut worker, go) = begun(Backlog::All);
        [13, 2].into_iter().for_each(|job| worker.ask(Arc::new(job)));
        let results = finish(worker, &go);
        assert_eq!((&results[0], &results[2], results.len()), (&Ok(1), &Ok(2), 3));
        assert!(results[1].as_ref().is_err_and(|error| error.contains("bad luck")), "{results:?}");
    }
}
