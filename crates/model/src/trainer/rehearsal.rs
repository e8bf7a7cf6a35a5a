//! One batch by heart: whether there is anything to learn, before hours are spent on it.

use std::fmt;
use std::time::{Duration, Instant};

use captcha_core::Monitor;
use captcha_core::ndarray::Axis;
use captcha_dataset::Batch;
use captcha_infer::ModelMetadata;
use tch::no_grad;

use super::task::{flattened, tensors};
use crate::adamw::AdamW;
use crate::network::{Network, Pass};
use crate::{ModelError, Start, TrainOptions};

/// How a batch is learnt by heart.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RehearsalOptions {
    /// The most steps. At least 1, default 400.
    pub steps: usize,
    /// The longest time. Default one minute.
    pub time: Duration,
    /// The mean loss in nats a character at which the batch counts as learnt. Above 0, default 0.2: then the right text
    /// has most of the probability of an image.
    pub loss: f64,
    /// Steps of the flat start of a sequence network ([`TrainOptions::flat_start`]) that reads none of the images at
    /// first. Default 100.
    pub flat_start: usize,
    /// The learning rate of AdamW. Above 0, default 3e-3.
    pub learning_rate: f64,
}

impl Default for RehearsalOptions {
    fn default() -> Self {
        Self { steps: 400, time: Duration::from_secs(60), loss: 0.2, flat_start: 100, learning_rate: 3e-3 }
    }
}

/// Fewer steps than these say nothing: a network that learns texts by CTC sees nothing but blanks for a while.
const FEWEST_STEPS: usize = 200;

/// The largest norm of a gradient, as in [`TrainOptions::sequence`].
const CLIP: f64 = 1.0;

/// What came of learning a batch by heart.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Rehearsal {
    /// Steps that were made.
    pub steps: usize,
    /// How long they took.
    pub time: Duration,
    /// Mean loss of the last step in nats.
    pub loss: f64,
    /// Whether the batch was learnt; if not, the time was over before that could be told.
    pub learnt: bool,
}

/// An image that stays wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unlearnt {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// The text that it is said to show.
    pub label: String,
    /// What is read.
    pub read: String,
}

/// Why a batch was probably not learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suspicion {
    /// Most images have almost no contrast.
    Empty,
    /// There is more ink than paper.
    Polarity,
    /// There are few steps for the texts.
    Columns {
        /// The steps of the widest image.
        steps: usize,
        /// The characters of the longest text.
        characters: usize,
    },
    /// Nothing of these: the labels.
    Labels,
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the images show almost nothing as the network gets them"),
            Self::Polarity => {
                write!(
                    f,
                    "the images have more ink than paper: is the text light on dark, and the polarity wrong?"
                )
            }
            Self::Columns { steps, characters } => write!(
                f,
                "the network has {steps} columns for {characters} characters: images need to be stretched, or fewer pools"
            ),
            Self::Labels => write!(f, "do the labels belong to the images?"),
        }
    }
}

/// The ink of an image varies by less than this if it shows nothing: the standard deviation, in `[0, 0.5]`.
const LEAST_CONTRAST: f32 = 0.02;

/// With fewer steps a character than these, columns are the likely reason: each needs one, and mostly a blank.
const LEAST_COLUMNS: f64 = 1.7;

/// Lets a copy of the network that `start`, `metadata` and `options` describe learn `batch` by heart: a network that can't
/// do that will learn nothing from more images. Nothing of a later training depends on it.
///
/// The batch should be of 8 to 32 images that differ, without augmentation.
///
/// # Errors
/// [`ModelError::NotLearnt`] with what is probably wrong and the images that stay wrong; [`ModelError::Interrupted`] if
/// `monitor` asked for it, and others if the batch does not fit the network ([`ModelError::TooFewSteps`]).
pub fn rehearse(
    start: &Start,
    metadata: &ModelMetadata,
    batch: &Batch,
    options: &TrainOptions,
    how: &RehearsalOptions,
    monitor: &dyn Monitor,
) -> Result<Rehearsal, ModelError> {
    options.check()?;
    if batch.is_empty() {
        return Err(ModelError::Empty { part: "training" });
    }
    tch::set_num_threads(i32::try_from(options.threads).unwrap_or(i32::MAX));
    tch::manual_seed(options.seed as i64);
    let mut network = Network::random(metadata.architecture.clone(), options.seed, options.device.device()?)?;
    let mut values = network.values()?;
    let mut flat_start = how.flat_start;
    if start.put_into(metadata, &mut values)?.is_some() {
        network.set_values(&values)?;
    }
    let mut optimiser = AdamW::new(&network, 0.0, Some(CLIP))?;
    let (images, targets) = tensors(metadata, &network, batch)?;
    let pass = Pass::Training { mixed: false, head_only: false };
    let started = Instant::now();
    let mut rehearsal = Rehearsal { steps: 0, time: Duration::ZERO, loss: f64::INFINITY, learnt: false };
    while rehearsal.steps < how.steps && started.elapsed() < how.time {
        if monitor.interrupted() {
            return Err(ModelError::Interrupted { finished: 0, epochs: options.epochs });
        }
        network.zero_gradients();
        let logits = network.forward(&images, pass)?;
        let loss = targets.loss(&logits, 0.0)?;
        rehearsal.loss = f64::try_from(&loss)?;
        if rehearsal.steps == 0 && targets.right(&logits)? > 0 {
            flat_start = 0;
        }
        if !rehearsal.loss.is_finite() {
            return Err(ModelError::Diverged { epoch: 1, step: rehearsal.steps + 1, loss: rehearsal.loss });
        }
        rehearsal.learnt = rehearsal.loss < how.loss;
        rehearsal.time = started.elapsed();
        if rehearsal.learnt {
            break;
        }
        let loss = flattened(metadata, batch, &logits, loss, (rehearsal.steps, flat_start))?;
        loss.f_backward()?;
        optimiser.step(&network, how.learning_rate, false)?;
        rehearsal.steps += 1;
        monitor.progress(rehearsal.steps as u64, how.steps as u64);
    }
    if rehearsal.learnt || rehearsal.steps < FEWEST_STEPS.min(how.steps) {
        return Ok(rehearsal);
    }
    let readings = no_grad(|| targets.readings(&network.forward(&images, pass)?))?;
    let text =
        |classes: &[usize]| classes.iter().filter_map(|&class| metadata.alphabet.character(class)).collect();
    let pairs = batch.texts().zip(&readings).enumerate().filter(|(_, (label, read))| label != read);
    let wrong = pairs.map(|(index, (label, read))| Unlearnt { index, label: text(label), read: text(read) });
    Err(ModelError::NotLearnt {
        images: batch.len(),
        steps: rehearsal.steps,
        loss: rehearsal.loss,
        suspicion: suspicion(metadata, batch),
        wrong: wrong.collect(),
    })
}

/// Why a batch is probably not learnt.
fn suspicion(metadata: &ModelMetadata, batch: &Batch) -> Suspicion {
    let images = batch.images();
    let empty = images.axis_iter(Axis(0)).filter(|image| image.std(0.0) < LEAST_CONTRAST).count();
    if 2 * empty > batch.len() {
        return Suspicion::Empty;
    }
    if images.mean().is_some_and(|ink| ink > 0.5) {
        return Suspicion::Polarity;
    }
    let characters = batch.lengths().and_then(|lengths| lengths.iter().copied().max());
    let steps = metadata.architecture.steps_at(images.shape()[3]);
    match (characters, steps) {
        (Some(characters), Ok(steps)) if (steps as f64) < LEAST_COLUMNS * characters as f64 => {
            Suspicion::Columns { steps, characters }
        }
        _ => Suspicion::Labels,
    }
}
