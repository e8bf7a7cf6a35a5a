//! The training loop.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use captcha_core::files::remove_temporaries;
use captcha_core::{Alphabet, Monitor, seed};
use captcha_dataset::{Batch, TrainingData};
use captcha_infer::{Architecture, ModelFile, ModelFileError, ModelMetadata, Shape, Tensor as Values};
use serde::Serialize;
use tch::{Kind, Tensor, no_grad};

use crate::adamw::AdamW;
use crate::checkpoint::{Checkpoint, Progress};
use crate::network::{Network, Pass};
use crate::targets::Targets;
use crate::{EpochMetrics, ModelError, TrainOptions, write_csv};

/// The name of the model in the folder of a run: the best one so far.
const MODEL_FILE: &str = "model.safetensors";

/// The name of the table of metrics in the folder of a run.
const METRICS_FILE: &str = "metrics.csv";

/// Watches a training: [`Monitor::progress`] counts the steps of all epochs.
pub trait TrainMonitor: Monitor {
    /// An epoch is over.
    fn epoch(&self, metrics: &EpochMetrics) {
        let _ = metrics;
    }
}

impl TrainMonitor for () {}

/// A finished training.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Trained {
    /// The network after its best epoch on the validation data.
    pub model: ModelFile,
    /// One row an epoch.
    pub history: Vec<EpochMetrics>,
    /// Why it ended.
    pub stop: Stop,
}

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// All epochs are done.
    Finished,
    /// The validation accuracy did not improve for [`TrainOptions::patience`] epochs.
    Early,
}

/// Trains the architecture of `metadata` on `training` and keeps the weights of the epoch that was best on
/// `validation`.
///
/// With a `folder`, the state after each epoch is kept there (`checkpoint.safetensors`), with the best model so
/// far (`model.safetensors`) and the metrics (`metrics.csv`). The same call then goes on after the last finished
/// epoch, and ends with the same model as one that was never interrupted. The model depends on nothing but the
/// arguments, the device and the version of libtorch.
///
/// What the model file says of its training and scores is what `metadata` says, with the options, the number of
/// samples, the best epoch and its validation accuracy added.
///
/// # Errors
/// [`ModelError::Interrupted`] if `monitor` asked for it, [`ModelError::OtherRun`] if `folder` holds a run of
/// other options, [`ModelError::Diverged`], and others that say what did not fit.
pub fn train(
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
    tch::set_num_threads(options.threads as i32);
    let run = Run {
        alphabet: &metadata.alphabet,
        architecture: &metadata.architecture,
        segmentation: &metadata.segmentation,
        lengths: metadata.lengths,
        training_samples: training.samples_per_epoch(),
        validation_samples: validation.samples_per_epoch(),
        options,
    };
    let mut state = State::begin(metadata, run.describe()?, options, folder)?;
    let steps = training.samples_per_epoch().div_ceil(options.batch);
    monitor.progress((state.progress.history.len() * steps) as u64, (options.epochs * steps) as u64);
    let stop = loop {
        if state.progress.history.len() >= options.epochs {
            break Stop::Finished;
        }
        if state.is_stale(options) {
            break Stop::Early;
        }
        let metrics = state.epoch(metadata, training, validation, options, monitor)?;
        if let Some(folder) = folder {
            state.save(metadata, options, folder)?;
        }
        monitor.epoch(&metrics);
    };
    let model = state.model(metadata, options)?;
    if let Some(folder) = folder {
        // A finished run that is called again may have been given other words for the metadata.
        model.save(&folder.join(MODEL_FILE))?;
    }
    Ok(Trained { model, history: state.progress.history, stop })
}

/// What a run is known by: another value of any of these makes it another run.
#[derive(Serialize)]
struct Run<'a> {
    alphabet: &'a Alphabet,
    architecture: &'a Architecture,
    segmentation: &'a Option<serde_json::Value>,
    lengths: Option<(usize, usize)>,
    training_samples: usize,
    validation_samples: usize,
    #[serde(flatten)]
    options: &'a TrainOptions,
}

impl Run<'_> {
    /// The values by name.
    fn describe(&self) -> Result<BTreeMap<String, serde_json::Value>, ModelFileError> {
        serde_json::to_value(self).and_then(serde_json::from_value).map_err(ModelFileError::Metadata)
    }
}

/// A training under way.
struct State {
    network: Network,
    /// The running average of its values, if there is one.
    average: Option<Network>,
    optimiser: AdamW,
    progress: Progress,
    /// The values of the network after its best epoch.
    best: BTreeMap<String, Values>,
}

impl State {
    fn begin(
        metadata: &ModelMetadata,
        run: BTreeMap<String, serde_json::Value>,
        options: &TrainOptions,
        folder: Option<&Path>,
    ) -> Result<Self, ModelError> {
        let mut checkpoint = None;
        if let Some(folder) = folder {
            let io = |source| ModelError::Io { path: folder.to_owned(), source };
            std::fs::create_dir_all(folder).map_err(io)?;
            remove_temporaries(folder).map_err(io)?;
            checkpoint = Checkpoint::load(folder, &run, &metadata.architecture)?;
        }
        let device = options.device.device()?;
        let mut network = Network::random(metadata.architecture.clone(), options.seed, device)?;
        let mut optimiser = AdamW::new(&network, options.weight_decay, options.clip)?;
        let mut average = (options.averaging > 0.0).then(|| network.copy()).transpose()?;
        match checkpoint {
            None => {
                let progress = Progress { run, history: Vec::new(), steps: 0 };
                Ok(Self { network, average, optimiser, progress, best: BTreeMap::new() })
            }
            Some(Checkpoint { progress, network: values, average: averaged, best, first, second }) => {
                network.set_values(&values)?;
                if let (Some(average), Some(averaged)) = (&mut average, averaged) {
                    average.set_values(&averaged)?;
                }
                optimiser.restore(&first, &second, progress.steps, device)?;
                Ok(Self { network, average, optimiser, progress, best })
            }
        }
    }

    /// The network that is validated and kept: the average, if there is one.
    fn outcome(&self) -> &Network {
        self.average.as_ref().unwrap_or(&self.network)
    }

    /// Whether the validation accuracy has not improved for too long.
    fn is_stale(&self, options: &TrainOptions) -> bool {
        let since_best = self.progress.best().map_or(0, |best| self.progress.history.len() - 1 - best);
        options.patience.is_some_and(|patience| since_best >= patience)
    }

    /// Trains for one epoch and validates.
    fn epoch(
        &mut self,
        metadata: &ModelMetadata,
        training: &dyn TrainingData,
        validation: &dyn TrainingData,
        options: &TrainOptions,
        monitor: &dyn TrainMonitor,
    ) -> Result<EpochMetrics, ModelError> {
        let index = self.progress.history.len();
        let steps = training.samples_per_epoch().div_ceil(options.batch);
        let all_steps = steps * options.epochs;
        // For dropout, whose masks libtorch draws.
        tch::manual_seed(seed::derive(options.seed, index as u64) as i64);
        let started = Instant::now();
        let mut score = Score::new(&self.network)?;
        let mut learning_rate = 0.0;
        let pass = if options.mixed_precision { Pass::MixedTraining } else { Pass::Training };
        for (step, batch) in training.epoch(index as u64, options.batch).enumerate() {
            let batch = batch.map_err(|source| ModelError::Data { part: "training", source })?;
            let done = index * steps + step;
            if monitor.interrupted() {
                return Err(ModelError::Interrupted { finished: index, epochs: options.epochs });
            }
            learning_rate = options.learning_rate * options.schedule.factor(done, all_steps);
            let (images, targets) = self.tensors(metadata, &batch)?;
            self.network.zero_gradients();
            let logits = self.network.forward(&images, pass)?;
            let loss = targets.loss(&logits, options.label_smoothing)?;
            loss.f_backward()?;
            self.optimiser.step(&self.network, learning_rate)?;
            if let Some(average) = &mut self.average {
                // Young averages are short, so that the first weights are soon forgotten.
                let steps = self.optimiser.steps as f64;
                let kept = options.averaging.min((1.0 + steps) / (10.0 + steps));
                average.approach(&self.network, 1.0 - kept)?;
            }
            score.add(&logits, &targets, &loss)?;
            monitor.progress(done as u64 + 1, all_steps as u64);
        }
        let (train_loss, train_accuracy) = score.means()?;
        let seconds = started.elapsed().as_secs_f64();
        if !train_loss.is_finite() {
            return Err(ModelError::Diverged { epoch: index + 1, loss: train_loss });
        }
        let (validation_loss, validation_accuracy) = self.validate(metadata, validation, options)?;
        let metrics = EpochMetrics {
            epoch: index + 1,
            train_loss,
            train_accuracy,
            validation_loss,
            validation_accuracy,
            learning_rate,
            seconds,
            images_per_second: training.samples_per_epoch() as f64 / seconds,
        };
        self.progress.history.push(metrics);
        self.progress.steps = self.optimiser.steps;
        if self.progress.best() == Some(index) || self.best.is_empty() {
            self.best = self.outcome().values()?;
        }
        Ok(metrics)
    }

    /// Mean loss in nats, and share of right answers.
    fn validate(
        &self,
        metadata: &ModelMetadata,
        validation: &dyn TrainingData,
        options: &TrainOptions,
    ) -> Result<(f64, f64), ModelError> {
        no_grad(|| {
            let mut score = Score::new(&self.network)?;
            for batch in validation.epoch(0, options.batch) {
                let batch = batch.map_err(|source| ModelError::Data { part: "validation", source })?;
                let (images, targets) = self.tensors(metadata, &batch)?;
                let logits = self.outcome().forward(&images, Pass::Inference)?;
                score.add(&logits, &targets, &targets.loss(&logits, 0.0)?)?;
            }
            score.means()
        })
    }

    /// The images and right answers of a batch, checked.
    fn tensors(&self, metadata: &ModelMetadata, batch: &Batch) -> Result<(Tensor, Targets), ModelError> {
        let input = metadata.architecture.input;
        let expected = [input.channels, input.height, input.width];
        let actual = [1, 2, 3].map(|axis| batch.images().shape()[axis]);
        let any_width = metadata.architecture.is_sequence();
        if actual[..2] != expected[..2] || (actual[2] != expected[2] && !any_width) {
            return Err(ModelError::Images { expected, actual });
        }
        let steps = match metadata.architecture.at_width(actual[2]).output()? {
            Shape::Sequence { steps, .. } => Some(steps),
            _ => None,
        };
        let targets = Targets::new(batch, metadata.alphabet.len(), steps, self.network.device())?;
        Ok((self.network.tensor(&batch.images().view())?, targets))
    }

    fn save(
        &self,
        metadata: &ModelMetadata,
        options: &TrainOptions,
        folder: &Path,
    ) -> Result<(), ModelError> {
        // The checkpoint last: whatever stops the process before, the epoch is done again and gives the same.
        write_csv(&self.progress.history, &folder.join(METRICS_FILE))?;
        self.model(metadata, options)?.save(&folder.join(MODEL_FILE))?;
        let average = self.average.as_ref();
        Checkpoint::save(folder, &self.progress, &self.network, average, &self.best, &self.optimiser)
    }

    /// The best network so far as a model file.
    fn model(&self, metadata: &ModelMetadata, options: &TrainOptions) -> Result<ModelFile, ModelError> {
        let mut metadata = metadata.clone();
        let best = self.progress.best().and_then(|best| self.progress.history.get(best));
        if let Some(best) = best {
            metadata.training.extend([
                ("epoch".to_owned(), format!("{} of {}", best.epoch, options.epochs)),
                ("options".to_owned(), serde_json::to_string(options).unwrap_or_default()),
                ("samples".to_owned(), self.progress.run["training_samples"].to_string()),
            ]);
            let accuracy =
                format!("{:.6} of {}", best.validation_accuracy, self.progress.run["validation_samples"]);
            metadata.scores.insert("validation_accuracy".to_owned(), accuracy);
        }
        Ok(ModelFile::new(metadata, self.best.clone())?)
    }
}

/// Running sums that stay on the device until they are asked for.
struct Score {
    loss: Tensor,
    right: usize,
    images: usize,
}

impl Score {
    fn new(network: &Network) -> Result<Self, ModelError> {
        Ok(Self { loss: Tensor::f_zeros([], (Kind::Double, network.device()))?, right: 0, images: 0 })
    }

    fn add(&mut self, logits: &Tensor, targets: &Targets, loss: &Tensor) -> Result<(), ModelError> {
        no_grad(|| {
            let images = targets.images();
            let _ =
                self.loss.f_add_(&loss.f_detach()?.f_to_kind(Kind::Double)?.f_mul_scalar(images as f64)?)?;
            self.right += targets.right(logits)?;
            self.images += images;
            Ok(())
        })
    }

    /// Mean loss and share of right answers.
    fn means(&self) -> Result<(f64, f64), ModelError> {
        let images = self.images.max(1) as f64;
        Ok((f64::try_from(&self.loss)? / images, self.right as f64 / images))
    }
}
