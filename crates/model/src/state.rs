//! A training in progress, epoch by epoch.

use std::collections::BTreeMap;
use std::time::Instant;

use captcha_core::{Fingerprint, seed};
use captcha_dataset::{Batch, DatasetError, TrainingData};
use captcha_infer::{ModelFile, ModelMetadata, Shape, Tensor as Values};
use tch::{Tensor, no_grad};

use crate::adamw::AdamW;
use crate::checkpoint::{Checkpoint, Progress, Words};
use crate::folder::RunFolder;
use crate::network::{Network, Pass};
use crate::score::Score;
use crate::targets::Targets;
use crate::{EpochMetrics, ModelError, TrainMonitor, TrainOptions};

/// Steps between checks of the loss: on a GPU, each check waits for all pending operations.
const STEPS_TO_LOOK: usize = 32;

/// The network, the data and the options of a training.
pub(crate) struct Task<'a> {
    pub(crate) metadata: &'a ModelMetadata,
    pub(crate) training: &'a dyn TrainingData,
    pub(crate) validation: &'a dyn TrainingData,
    pub(crate) options: &'a TrainOptions,
    pub(crate) monitor: &'a dyn TrainMonitor,
}

impl Task<'_> {
    /// The number of steps in an epoch.
    fn steps(&self) -> usize {
        self.training.samples_per_epoch().div_ceil(self.options.batch)
    }

    /// Tells the monitor how many steps are done.
    pub(crate) fn report(&self, epochs: usize, steps: usize) {
        let steps_per_epoch = self.steps() as u64;
        let done = (epochs as u64).saturating_mul(steps_per_epoch).saturating_add(steps as u64);
        self.monitor.progress(done, steps_per_epoch.saturating_mul(self.options.epochs as u64));
    }
}

/// The state of a training between two steps.
pub(crate) struct State {
    network: Network,
    /// The running average of its values, if weights are averaged.
    average: Option<Network>,
    optimiser: AdamW,
    progress: Progress,
    /// The values of the network after its best epoch.
    best: BTreeMap<String, Values>,
}

impl State {
    /// The state from the checkpoint of `run` in `folder`, or the initial state.
    pub(crate) fn begin(
        task: &Task<'_>,
        run: Fingerprint,
        folder: Option<&RunFolder>,
    ) -> Result<Self, ModelError> {
        let Task { metadata, options, .. } = *task;
        let checkpoint = match folder {
            Some(folder) => {
                let path = folder.checkpoint();
                let checkpoint = Checkpoint::load(&path, &run, options.epochs, &metadata.architecture)?;
                folder.clean()?;
                checkpoint
            }
            None => None,
        };
        let device = options.device.device()?;
        let mut network = Network::random(metadata.architecture.clone(), options.seed, device)?;
        // Checks first that the model can be saved; above all, that the number of scores fits the alphabet.
        ModelFile::new(metadata.clone(), network.values()?)?;
        let mut optimiser = AdamW::new(&network, options.weight_decay, options.clip)?;
        let mut average = (options.averaging > 0.0).then(|| network.copy()).transpose()?;
        match checkpoint {
            None => {
                let progress = Progress::new(run);
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

    /// The metrics of each finished epoch.
    pub(crate) fn history(&self) -> &[EpochMetrics] {
        &self.progress.history
    }

    /// The network that is validated and saved: the average, if there is one.
    fn outcome(&self) -> &Network {
        self.average.as_ref().unwrap_or(&self.network)
    }

    /// Whether the validation accuracy has not improved for too long.
    pub(crate) fn is_stale(&self, options: &TrainOptions) -> bool {
        let since_best = self.progress.best().map_or(0, |best| self.history().len() - best.epoch);
        options.patience.is_some_and(|patience| since_best >= patience)
    }

    /// Trains for one epoch and validates.
    pub(crate) fn epoch(&mut self, task: &Task<'_>) -> Result<EpochMetrics, ModelError> {
        let options = task.options;
        let index = self.history().len();
        let first_step = index.saturating_mul(task.steps());
        let all_steps = task.steps().saturating_mul(options.epochs);
        // For dropout, whose masks libtorch samples.
        tch::manual_seed(seed::derive(options.seed, index as u64) as i64);
        let started = Instant::now();
        let mut score = Score::new(&self.network)?;
        let mut learning_rate = 0.0;
        for (step, batch) in task.training.epoch(index as u64, options.batch).enumerate() {
            if task.monitor.interrupted() {
                return Err(ModelError::Interrupted { finished: index, epochs: options.epochs });
            }
            let done = first_step.saturating_add(step);
            learning_rate = options.learning_rate * options.schedule.factor(done, all_steps);
            let batch = batch.map_err(failed("training"))?;
            self.step(task, &batch, learning_rate, &mut score)?;
            if step % STEPS_TO_LOOK == STEPS_TO_LOOK - 1 {
                check_loss(index, score.means()?.0)?;
            }
            task.report(index, step + 1);
        }
        let (train_loss, train_accuracy) = score.means()?;
        let seconds = started.elapsed().as_secs_f64();
        check_loss(index, train_loss)?;
        self.check_values(index)?;
        let (validation_loss, validation_accuracy) = self.validate(task)?;
        check_loss(index, validation_loss)?;
        let metrics = EpochMetrics {
            epoch: index + 1,
            train_loss,
            train_accuracy,
            validation_loss,
            validation_accuracy,
            learning_rate,
            seconds,
            images_per_second: score.images() as f64 / seconds,
        };
        self.progress.history.push(metrics);
        self.progress.planned.push(options.epochs);
        self.progress.steps = self.optimiser.steps;
        if self.progress.best().is_some_and(|best| best.epoch == index + 1) || self.best.is_empty() {
            self.best = self.outcome().values()?;
        }
        self.progress.words = self.words(task);
        Ok(metrics)
    }

    /// One step on a batch.
    fn step(
        &mut self,
        task: &Task<'_>,
        batch: &Batch,
        learning_rate: f64,
        score: &mut Score,
    ) -> Result<(), ModelError> {
        let options = task.options;
        let pass = if options.mixed_precision { Pass::MixedTraining } else { Pass::Training };
        let (images, targets) = self.tensors(task.metadata, batch)?;
        self.network.zero_gradients();
        let logits = self.network.forward(&images, pass)?;
        let loss = targets.loss(&logits, options.label_smoothing)?;
        loss.f_backward()?;
        self.optimiser.step(&self.network, learning_rate)?;
        if let Some(average) = &mut self.average {
            // The first averages are short, so that the initial weights are soon forgotten.
            let steps = self.optimiser.steps as f64;
            let kept = options.averaging.min((1.0 + steps) / (10.0 + steps));
            average.approach(&self.network, 1.0 - kept)?;
        }
        score.add(&logits, &targets, &loss)
    }

    /// Refuses values that are not finite: the last step may have made them so after its loss was computed.
    fn check_values(&self, index: usize) -> Result<(), ModelError> {
        let networks = [Some(&self.network), self.average.as_ref()];
        let vectors = networks.into_iter().flatten().flat_map(Network::vectors);
        for vector in vectors.chain([&self.optimiser.first, &self.optimiser.second]) {
            if i64::try_from(vector.f_isfinite()?.f_all()?)? == 0 {
                return Err(ModelError::Diverged { epoch: index + 1, loss: f64::NAN });
            }
        }
        Ok(())
    }

    /// Mean loss in nats, and share of right answers.
    fn validate(&self, task: &Task<'_>) -> Result<(f64, f64), ModelError> {
        no_grad(|| {
            let mut score = Score::new(&self.network)?;
            for batch in task.validation.epoch(0, task.options.batch) {
                let batch = batch.map_err(failed("validation"))?;
                let (images, targets) = self.tensors(task.metadata, &batch)?;
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

    /// Writes all results of the epoch.
    pub(crate) fn save(&self, metadata: &ModelMetadata, folder: &RunFolder) -> Result<(), ModelError> {
        // The checkpoint is written last: if the process stops earlier, the epoch is repeated with the same
        // result.
        folder.save(self.history(), &self.model(metadata)?)?;
        let average = self.average.as_ref();
        let path = folder.checkpoint();
        Checkpoint::save(&path, &self.progress, &self.network, average, &self.best, &self.optimiser)
    }

    /// The best network so far as a model file, with the free text of the call that trained its last epoch.
    pub(crate) fn model(&self, metadata: &ModelMetadata) -> Result<ModelFile, ModelError> {
        let mut metadata = metadata.clone();
        self.progress.words.put_into(&mut metadata);
        Ok(ModelFile::new(metadata, self.best.clone())?)
    }

    /// The free text of `task`, with the results so far.
    fn words(&self, task: &Task<'_>) -> Words {
        let mut metadata = task.metadata.clone();
        if let Some(best) = self.progress.best() {
            metadata.training.extend([
                ("epoch".to_owned(), format!("{} of {}", best.epoch, task.options.epochs)),
                ("options".to_owned(), serde_json::to_string(task.options).unwrap_or_default()),
                ("samples".to_owned(), task.training.samples_per_epoch().to_string()),
            ]);
            if let Some(extended) = extended(&self.progress.planned) {
                metadata.training.insert("extended".to_owned(), extended);
            }
            let accuracy =
                format!("{:.6} of {}", best.validation_accuracy, task.validation.samples_per_epoch());
            metadata.scores.insert("validation_accuracy".to_owned(), accuracy);
        }
        Words::of(&metadata)
    }
}

/// The note in the model file of an extended run; `None` if the run was not extended.
fn extended(planned: &[usize]) -> Option<String> {
    let parts: Vec<&[usize]> = planned.chunk_by(|a, b| a == b).collect();
    let mut end = 0;
    let described = parts.iter().map(|part| {
        let start = end + 1;
        end += part.len();
        format!("epochs {start} to {end} of {}", part[0])
    });
    (parts.len() > 1).then(|| described.collect::<Vec<_>>().join(", "))
}

/// The error of a batch that could not be made.
fn failed(part: &'static str) -> impl FnOnce(DatasetError) -> ModelError {
    move |source| ModelError::Data { part, source }
}

fn check_loss(index: usize, loss: f64) -> Result<(), ModelError> {
    if loss.is_finite() { Ok(()) } else { Err(ModelError::Diverged { epoch: index + 1, loss }) }
}
