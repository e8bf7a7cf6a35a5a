//! Threads that a session hands work to.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::buffers::Buffers;
use super::network::{Network, Part, Sizes};
use crate::RecognizeError;

/// The name of this backend.
pub(in crate::native) const BACKEND: &str = "native";

/// How long a thread looks for work or results before it goes to sleep. Waking a sleeping thread takes about as
/// long as reading one letter; who reads many small batches one after the other never pays for it.
const SPIN: Duration = Duration::from_micros(50);

/// Another thread with its own buffers. It is handed copies of its input, which take a small part of the time that the
/// work takes, so that it needs no access to anyone else's memory.
#[derive(Debug)]
pub(in crate::native) struct Worker {
    jobs: SyncSender<Job>,
    results: Receiver<Job>,
    /// The buffers, when the worker is idle.
    idle: Option<Job>,
}

#[derive(Debug)]
struct Job {
    part: Part,
    sizes: Sizes,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Worker {
    /// Starts the thread; it ends when the worker is dropped.
    pub(in crate::native) fn start(network: Arc<Network>) -> Result<Self, RecognizeError> {
        let (jobs, todo) = sync_channel(1);
        let (done, results) = sync_channel(1);
        let work = move || {
            let mut buffers = Buffers::default();
            while let Some(job) = receive(&todo) {
                if done.send(run(&network, &mut buffers, job)).is_err() {
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
    pub(in crate::native) fn send(
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
    pub(in crate::native) fn receive(&mut self) -> Result<&[f32], RecognizeError> {
        let job = receive(&self.results).ok_or_else(died)?;
        Ok(&self.idle.insert(job).output)
    }
}

fn run(network: &Network, buffers: &mut Buffers, mut job: Job) -> Job {
    network.prepare(&job.sizes, buffers);
    network.run(job.part, &job.sizes, buffers, &job.input, &mut job.output);
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
    RecognizeError::Backend { backend: BACKEND, message }
}

fn died() -> RecognizeError {
    failed("a worker thread died".to_owned())
}
