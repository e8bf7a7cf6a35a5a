//! Work in the background.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use eframe::egui::Context;

/// Which of the jobs that wait are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backlog {
    /// All, in order.
    All,
    /// The latest only: what a slider was on its way is of no use once it has moved on.
    Latest,
}

/// A thread that does one job after the other while the window goes on, and wakes the window after each.
#[derive(Debug)]
pub(crate) struct Worker<J, R> {
    jobs: Sender<(u64, J)>,
    results: Receiver<(u64, R)>,
    /// The number of the last job that was asked for, of the last that is done, and of the last that nobody waits for.
    asked: u64,
    done: u64,
    forgotten: u64,
}

impl<J: Send + 'static, R: Send + 'static> Worker<J, R> {
    /// A thread that does `work` for each job.
    pub(crate) fn new(
        context: &Context,
        backlog: Backlog,
        mut work: impl FnMut(J) -> R + Send + 'static,
    ) -> Self {
        let (jobs, inbox) = channel::<(u64, J)>();
        let (outbox, results) = channel();
        let context = context.clone();
        thread::spawn(move || {
            while let Ok(mut job) = inbox.recv() {
                if backlog == Backlog::Latest {
                    job = inbox.try_iter().last().unwrap_or(job);
                }
                let (number, job) = job;
                if outbox.send((number, work(job))).is_err() {
                    return;
                }
                context.request_repaint();
            }
        });
        Self { jobs, results, asked: 0, done: 0, forgotten: 0 }
    }

    /// Asks for a job.
    pub(crate) fn ask(&mut self, job: J) {
        self.asked += 1;
        // It fails only if the thread has panicked, which has said so itself.
        let _ = self.jobs.send((self.asked, job));
    }

    /// Drops the results of everything that was asked so far.
    pub(crate) fn forget(&mut self) {
        self.forgotten = self.asked;
    }

    /// The next result that somebody waits for, if there is one yet.
    pub(crate) fn poll(&mut self) -> Option<R> {
        while let Ok((number, result)) = self.results.try_recv() {
            self.done = number;
            if number > self.forgotten {
                return Some(result);
            }
        }
        None
    }

    /// Whether somebody waits for a result.
    pub(crate) fn is_busy(&self) -> bool {
        self.done.max(self.forgotten) < self.asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that has begun with job 1 and goes on when the test says so.
    fn begun(backlog: Backlog) -> (Worker<u32, u32>, Sender<()>) {
        let (begin, begins) = channel();
        let (go, gate) = channel();
        let mut worker = Worker::new(&Context::default(), backlog, move |job| {
            begin.send(()).unwrap();
            gate.recv().unwrap();
            job
        });
        worker.ask(1);
        begins.recv().unwrap();
        thread::spawn(move || begins.iter().count());
        (worker, go)
    }

    /// All results that somebody waits for.
    fn finish(mut worker: Worker<u32, u32>, go: &Sender<()>) -> Vec<u32> {
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
            (2..=4).for_each(|job| worker.ask(job));
            assert_eq!(finish(worker, &go), expected, "{backlog:?}");
        }
    }

    #[test]
    fn what_is_forgotten_never_comes() {
        let (mut worker, go) = begun(Backlog::All);
        worker.forget();
        assert!(!worker.is_busy());
        worker.ask(2);
        assert_eq!(finish(worker, &go), [2]);
    }
}
