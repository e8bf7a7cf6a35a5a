//! Threads that a session hands work to.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::network::{Network, Part, Sizes};
use super::workspace::Workspace;
use crate::RecognizeError;

/// How long a thread looks for work or results before it goes to sleep. Waking a sleeping thread takes about as
/// long as reading one letter; who reads many small batches one after the other never pays for it.
const SPIN: Duration = Duration::from_micros(50);

/// Another thread with its own buffers. It is handed copies of its input, which take a small part of the time that the
/// work takes, so that it needs no access to anyone else's memory.
#[derive(Debug)]
pub(super) struct Helper {
    jobs: SyncSender<Job>,
    results: Receiver<Job>,
    /// The buffers, when the helper is idle.
    idle: Option<Job>,
}

#[derive(Debug)]
struct Job {
    part: Part,
    sizes: Sizes,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Helper {
    /// Starts the thread; it ends when the helper is dropped.
    pub(super) fn start(network: Arc<Network>) -> Result<Self, RecognizeError> {
        let (jobs, todo) = sync_channel(1);
        let (done, results) = sync_channel(1);
        let work = move || {
            let mut workspace = Workspace::default();
            while let Some(job) = receive(&todo) {
                if done.send(run(&network, &mut workspace, job)).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("captcha-infer".to_owned())
            .spawn(work)
            .map_err(|error| failed(format!("no thread could be started: {error}")))?;
        Ok(Self { jobs, results, idle: None })
    }

    /// Hands it input for a part of the network that gives `outputs` values.
    pub(super) fn send(
        &mut self,
        part: Part,
        sizes: &Sizes,
        input: &[f32],
        outputs: usize,
    ) -> Result<(), RecognizeError> {
        let new = Job { part, sizes: *sizes, input: Vec::new(), output: Vec::new() };
        let mut job = self.idle.take().unwrap_or(new);
        (job.part, job.sizes) = (part, *sizes);
        job.input.clear();
        job.input.extend_from_slice(input);
        job.output.resize(outputs, 0.0);
        self.jobs.send(job).map_err(|_| died())
    }

    /// Waits for the output.
    pub(super) fn receive(&mut self) -> Result<&[f32], RecognizeError> {
        let job = receive(&self.results).ok_or_else(died)?;
        Ok(&self.idle.insert(job).output)
    }
}

fn run(network: &Network, workspace: &mut Workspace, mut job: Job) -> Job {
    network.prepare(&job.sizes, workspace);
    network.run(job.part, &job.sizes, workspace, &job.input, &mut job.output);
    job
}

/// The next message, or `None` when the other side is gone.
fn receive(messages: &Receiver<Job>) -> Option<Job> {
    let start = Instant::now();
    while start.elapsed() < SPIN {
        match messages.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
        }
    }
    messages.recv().ok()
}

fn failed(message: String) -> RecognizeError {
    RecognizeError::Backend { backend: super::BACKEND, message }
}

fn died() -> RecognizeError {
    failed("a helper thread died".to_owned())
}
