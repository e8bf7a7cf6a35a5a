//! Forward passes without allocation, on one thread or several.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::network::{Network, Workspace};
use crate::RecognizeError;

/// How long a thread looks for work or results before it goes to sleep. Waking a sleeping thread takes about as
/// long as reading one letter; who reads many small batches one after the other never pays for it.
const SPIN: Duration = Duration::from_micros(50);

/// Buffers and helper threads for forward passes, one after the other. Made by
/// [`NativeRecognizer::session`](crate::NativeRecognizer::session); after the first call with a batch of some size
/// nothing is allocated up to that size.
#[derive(Debug)]
pub struct Session {
    network: Arc<Network>,
    workspace: Workspace,
    helpers: Vec<Helper>,
}

/// Another thread with its own buffers. It is handed copies of its images, a small part of the time that they take,
/// so that it needs no access to anyone else's memory.
#[derive(Debug)]
struct Helper {
    jobs: SyncSender<Job>,
    results: Receiver<Job>,
    /// The buffers, when the helper is idle.
    idle: Option<Job>,
}

#[derive(Debug, Default)]
struct Job {
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Session {
    pub(super) fn new(network: &Arc<Network>, threads: usize) -> Result<Self, RecognizeError> {
        let helpers = (1..threads).map(|_| Helper::start(Arc::clone(network)));
        Ok(Self {
            workspace: network.workspace(),
            network: Arc::clone(network),
            helpers: helpers.collect::<Result<_, _>>()?,
        })
    }

    /// The logits `[n, classes]` of `input` `[n, channels, height, width]`, ink 1.0 and paper 0.0. The result does
    /// not depend on the number of threads or on what else is in the batch.
    ///
    /// # Errors
    /// [`RecognizeError::WrongLength`] if `input` is no whole number of images or `output` does not hold one score
    /// for each class and image; [`RecognizeError::Backend`] if a helper thread died.
    pub fn forward(&mut self, input: &[f32], output: &mut [f32]) -> Result<(), RecognizeError> {
        let (image, classes) = (self.network.input_len(), self.network.output_len());
        let images = input.len() / image;
        check_length("input values", images * image, input.len())?;
        check_length("output values", images * classes, output.len())?;

        let share = images.div_ceil(self.helpers.len() + 1);
        let (own_input, mut input) = input.split_at(share * image);
        let (own_output, mut rest) = output.split_at_mut(share * classes);
        let mut busy = 0;
        while !input.is_empty() {
            let part = share.min(input.len() / image);
            let (first, others) = input.split_at(part * image);
            self.helpers[busy].send(first, part * classes)?;
            input = others;
            busy += 1;
        }
        self.network.forward(&mut self.workspace, own_input, own_output);
        for helper in &mut self.helpers[..busy] {
            let (first, others) = rest.split_at_mut((share * classes).min(rest.len()));
            helper.receive(first)?;
            rest = others;
        }
        Ok(())
    }
}

fn check_length(values: &'static str, expected: usize, actual: usize) -> Result<(), RecognizeError> {
    if expected == actual { Ok(()) } else { Err(RecognizeError::WrongLength { values, expected, actual }) }
}

impl Helper {
    /// Starts the thread; it ends when the helper is dropped.
    fn start(network: Arc<Network>) -> Result<Self, RecognizeError> {
        let (jobs, todo) = sync_channel::<Job>(1);
        let (done, results) = sync_channel(1);
        let work = move || {
            let mut workspace = network.workspace();
            while let Some(mut job) = receive(&todo) {
                network.forward(&mut workspace, &job.input, &mut job.output);
                if done.send(job).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("captcha-infer".to_owned())
            .spawn(work)
            .map_err(|error| failed(format!("no thread could be started: {error}")))?;
        Ok(Self { jobs, results, idle: Some(Job::default()) })
    }

    /// Hands it images that give `outputs` scores.
    fn send(&mut self, input: &[f32], outputs: usize) -> Result<(), RecognizeError> {
        let mut job = self.idle.take().unwrap_or_default();
        job.input.clear();
        job.input.extend_from_slice(input);
        job.output.resize(outputs, 0.0);
        self.jobs.send(job).map_err(|_| died())
    }

    /// Waits for the scores.
    fn receive(&mut self, output: &mut [f32]) -> Result<(), RecognizeError> {
        let job = receive(&self.results).ok_or_else(died)?;
        output.copy_from_slice(&job.output);
        self.idle = Some(job);
        Ok(())
    }
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
