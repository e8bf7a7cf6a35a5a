//! The training loop.

use std::path::Path;

use captcha_core::Difference;
use captcha_dataset::{Skipped, StreamStats, TrainingData};
use captcha_infer::{ModelFile, ModelMetadata};

use super::state::State;
use super::task::Task;
use crate::run::{self, RunFolder, run_fingerprint};
use crate::{EpochMetrics, ModelError, Start, StartReport, TrainMonitor, TrainOptions};

/// A finished training.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Trained {
    /// The network after its best epoch on the validation data.
    pub model: ModelFile,
    /// One row per epoch.
    pub history: Vec<EpochMetrics>,
    /// Why it ended.
    pub stop: Stop,
    /// What was taken from the model that it started from, if it did.
    pub start: Option<StartReport>,
    /// How the training images were drawn, if [`SequenceTraining`](crate::SequenceTraining) drew them.
    pub drawn: Option<Drawn>,
}

impl Trained {
    /// The metrics of the epoch whose weights the model has: the one with the best validation accuracy; of
    /// equal ones, the one with the least validation loss.
    #[must_use]
    pub fn best(&self) -> Option<&EpochMetrics> {
        EpochMetrics::best(&self.history)
    }
}

/// How images were drawn during the training.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Drawn {
    /// How many images were drawn, and how long the training waited for them.
    pub stats: StreamStats,
    /// Why some could not be drawn.
    pub failures: Skipped,
}

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// All epochs are done.
    Finished,
    /// What is [`watched`](TrainOptions::watched) did not become better for [`TrainOptions::patience`] epochs.
    Early,
}

/// Trains the architecture of `metadata` on `training` and keeps the weights of the epoch that was best on
/// `validation`.
///
/// The model depends on nothing but the arguments, the device and the version of libtorch. The text about
/// training and scores in the model file is that of `metadata`, to which the options, the number of samples,
/// the best epoch and its validation accuracy are added. The model segments images as the letters of
/// `training` were segmented ([`TrainingData::segmentation`]), if that is known.
///
/// [`LetterTraining`](crate::LetterTraining) and [`SequenceTraining`](crate::SequenceTraining) make metadata and data
/// for the usual cases.
///
/// # A folder for the run
///
/// If `folder` is given, the state after each epoch is kept there (`checkpoint.safetensors`), with the best
/// model so far (`model.safetensors`) and the metrics (`metrics.csv`, `metrics.jsonl`, and for TensorBoard
/// `events.out.tfevents.captcha-lab`). The same call then continues after the last finished epoch, and ends with
/// the same model as an uninterrupted run. If the run is finished, nothing on disk changes.
///
/// A run is identified by its network, its options and the contents of its data
/// ([`TrainingData::fingerprint`]). A call that differs from the run in the folder is refused with a list of
/// all differences, and changes nothing on disk. Two options may differ:
///
/// - [`threads`](TrainOptions::threads): the run continues; its weights can differ in their last bits.
/// - [`epochs`](TrainOptions::epochs), if they become more: the run is extended. Finished epochs stay what they are,
///   and each later step has the learning rate that the schedule of the new length has there. So a run of 5 epochs that
///   is extended to 8 ends with the same model as one whose first 5 epochs had the schedule of 5 epochs and whose other 3
///   had that of 8, however often it was interrupted; with [`Schedule::Constant`](crate::Schedule::Constant) that is the
///   model of 8 epochs. The model file then says which epochs had which length (`extended`).
///
/// # Errors
/// [`ModelError::Interrupted`] if `monitor` requested it, [`ModelError::OtherRun`] if `folder` holds another
/// run, [`ModelError::Busy`] if another process trains there, [`ModelError::Segmentation`] if `metadata` has
/// another segmentation than the letters, [`ModelError::Diverged`], and others for invalid arguments or data.
pub fn train(
    metadata: &ModelMetadata,
    training: &dyn TrainingData,
    validation: &dyn TrainingData,
    options: &TrainOptions,
    folder: Option<&Path>,
    monitor: &dyn TrainMonitor,
) -> Result<Trained, ModelError> {
    train_from(&Start::Random, metadata, training, validation, options, folder, monitor)
}

/// Trains as [`train`](fn@train), from any start; a run that starts from another model is another run.
///
/// # Errors
/// As [`train`](fn@train), and [`ModelError::Start`] if nothing of the model fits the network.
pub fn train_from(
    start: &Start,
    metadata: &ModelMetadata,
    training: &dyn TrainingData,
    validation: &dyn TrainingData,
    options: &TrainOptions,
    folder: Option<&Path>,
    monitor: &dyn TrainMonitor,
) -> Result<Trained, ModelError> {
    options.check()?;
    for (part, data) in [("training", training), ("validation", validation)] {
        if data.samples_per_epoch() == 0 {
            return Err(ModelError::Empty { part });
        }
        if *data.alphabet() != metadata.alphabet {
            return Err(ModelError::Alphabet {
                part,
                expected: metadata.alphabet.to_string(),
                actual: data.alphabet().to_string(),
            });
        }
    }
    let metadata = &cut_alike(metadata, training)?;
    tch::set_num_threads(i32::try_from(options.threads).unwrap_or(i32::MAX));
    let run = run_fingerprint(start, metadata, training, validation, options)?;
    let task = Task { start, metadata, training, validation, options, monitor };
    let folder = folder.map(RunFolder::open).transpose()?;
    let mut state = State::begin(&task, run, folder.as_ref())?;
    task.report(state.history().len(), 0);
    let stop = loop {
        if state.history().len() >= options.epochs {
            break Stop::Finished;
        }
        if state.is_stale(options) {
            break Stop::Early;
        }
        let metrics = state.epoch(&task)?;
        if let Some(folder) = &folder {
            state.save(metadata, folder)?;
        }
        monitor.epoch(&metrics);
    };
    let model = state.model(metadata)?;
    if let Some(folder) = &folder {
        folder.restore(state.history(), &model)?;
    }
    Ok(Trained { model, history: state.history().to_vec(), stop, start: state.start().cloned(), drawn: None })
}

/// `metadata` with the segmentation of the letters.
fn cut_alike(metadata: &ModelMetadata, training: &dyn TrainingData) -> Result<ModelMetadata, ModelError> {
    let mut metadata = metadata.clone();
    if let Some(cut) = training.segmentation() {
        let cut = run::json(cut)?;
        if let Some(asked) = &metadata.segmentation {
            let differences = Difference::between(&cut, asked);
            if !differences.is_empty() {
                return Err(ModelError::Segmentation { differences });
            }
        }
        metadata.segmentation = Some(cut);
    }
    Ok(metadata)
}
