//! A training in progress, epoch by epoch.

use std::collections::BTreeMap;
use std::time::Instant;

use captcha_core::{Fingerprint, seed};
use captcha_dataset::Batch;
use captcha_infer::{ModelFile, ModelMetadata, Tensor as Values};
use tch::Device;

use super::task::{Task, failed, flattened, tensors};
use crate::adamw::AdamW;
use crate::loss::Score;
use crate::network::{Network, Pass};
use crate::run::{Checkpoint, Progress, RunFolder, Words};
use crate::{EpochMetrics, ModelError, StartReport, TrainOptions, Watched};

/// Steps between checks of the loss on a GPU, where each check waits for all pending operations.
const STEPS_TO_LOOK: usize = 32;

/// The state of a training between two steps.
pub(crate) struct State {
    network: Network,
    /// The running average of its values, if weights are averaged.
    average: Option<Network>,
    optimiser: AdamW,
    /// Those of the task, as the start left them.
    options: TrainOptions,
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
        let mut values = network.values()?;
        ModelFile::new(metadata.clone(), values.clone())?;
        let mut optimiser = AdamW::new(&network, options.weight_decay, options.clip)?;
        let average = |network: &Network| (options.averaging > 0.0).then(|| network.copy()).transpose();
        match checkpoint {
            None => {
                let mut progress = Progress::new(run);
                if let Some(report) = task.start.put_into(metadata, &mut values)? {
                    network.set_values(&values)?;
                    let (validation_loss, validation_accuracy) = task.validate(&network)?;
                    let is_cold = options.is_cold(validation_accuracy);
                    let report = StartReport { validation_accuracy, validation_loss, is_cold, ..report };
                    task.monitor.started(&report);
                    progress.start = Some(report);
                }
                let average = average(&network)?;
                let options = options.after(progress.start.as_ref());
                Ok(Self { network, average, optimiser, options, progress, best: BTreeMap::new() })
            }
            Some(Checkpoint { progress, network: values, average: averaged, best, first, second }) => {
                network.set_values(&values)?;
                let mut average = average(&network)?;
                if let (Some(average), Some(averaged)) = (&mut average, averaged) {
                    average.set_values(&averaged)?;
                }
                optimiser.restore(&first, &second, progress.steps, device)?;
                let options = options.after(progress.start.as_ref());
                Ok(Self { network, average, optimiser, options, progress, best })
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

    /// What was taken from the model that the training started from.
    pub(crate) fn start(&self) -> Option<&StartReport> {
        self.progress.start.as_ref()
    }

    /// Whether what is watched has not become better for too long.
    pub(crate) fn is_stale(&self, options: &TrainOptions) -> bool {
        let best = match options.watched {
            Watched::Accuracy => self.progress.best(),
            Watched::Loss => EpochMetrics::least_loss(self.history()),
        };
        let since_best = best.map_or(0, |best| self.history().len() - best.epoch);
        self.history().len() >= options.least_epochs
            && options.patience.is_some_and(|patience| since_best >= patience)
    }

    /// Trains for one epoch and validates.
    pub(crate) fn epoch(&mut self, task: &Task<'_>) -> Result<EpochMetrics, ModelError> {
        let options = self.options.clone();
        let index = self.history().len();
        let first_step = index.saturating_mul(task.steps());
        let all_steps = task.steps().saturating_mul(options.epochs);
        // For dropout, whose masks libtorch samples.
        tch::manual_seed(seed::derive(options.seed, index as u64) as i64);
        if index == options.frozen_epochs && index > 0 {
            self.optimiser.reset()?;
        }
        let started = Instant::now();
        let mut score = Score::new(&self.network)?;
        let mut learning_rate = 0.0;
        for (step, batch) in task.training.epoch(index as u64, options.batch).enumerate() {
            if task.monitor.interrupted() {
                return Err(ModelError::Interrupted { finished: index, epochs: options.epochs });
            }
            let done = first_step.saturating_add(step);
            learning_rate = options.rate(done, all_steps);
            let batch = batch.map_err(failed("training"))?;
            self.step(task, &batch, (index, step), learning_rate, &mut score)?;
            task.report(index, step + 1);
        }
        let (train_loss, train_accuracy) = score.means()?;
        let seconds = started.elapsed().as_secs_f64();
        let last = task.steps();
        check_loss(index, last, train_loss)?;
        self.check_values(index, last)?;
        let (validation_loss, validation_accuracy) = task.validate(self.outcome())?;
        check_loss(index, last, validation_loss)?;
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

    /// The step `step` of epoch `index`, both from 0, on a batch.
    fn step(
        &mut self,
        task: &Task<'_>,
        batch: &Batch,
        (index, step): (usize, usize),
        learning_rate: f64,
        score: &mut Score,
    ) -> Result<(), ModelError> {
        let options = &self.options;
        let head_only = index < options.frozen_epochs;
        let pass = Pass::Training { mixed: options.mixed_precision, head_only };
        let (images, targets) = tensors(task.metadata, &self.network, batch)?;
        self.network.zero_gradients();
        let logits = self.network.forward(&images, pass)?;
        let own = targets.loss(&logits, options.label_smoothing)?;
        let done = index.saturating_mul(task.steps()).saturating_add(step);
        let flat_start = (done, options.flat_start);
        let loss = flattened(task.metadata, batch, &logits, own.shallow_clone(), flat_start)?;
        if self.network.device() == Device::Cpu || step % STEPS_TO_LOOK == STEPS_TO_LOOK - 1 {
            check_loss(index, step + 1, f64::try_from(&loss)?)?;
        }
        loss.f_backward()?;
        self.optimiser.step(&self.network, learning_rate, head_only)?;
        if let Some(average) = &mut self.average {
            // The first averages are short, so that the initial weights are soon forgotten.
            let steps = self.optimiser.steps as f64;
            let kept = options.averaging.min((1.0 + steps) / (10.0 + steps));
            average.approach(&self.network, 1.0 - kept)?;
        }
        score.add(&logits, &targets, &own)
    }

    /// Refuses values that are not finite: the last step may have made them so after its loss was computed.
    fn check_values(&self, index: usize, step: usize) -> Result<(), ModelError> {
        let networks = [Some(&self.network), self.average.as_ref()];
        let vectors = networks.into_iter().flatten().flat_map(Network::vectors);
        for vector in vectors.chain([&self.optimiser.first, &self.optimiser.second]) {
            if i64::try_from(vector.f_isfinite()?.f_all()?)? == 0 {
                return Err(ModelError::Diverged { epoch: index + 1, step, loss: f64::NAN });
            }
        }
        Ok(())
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
            if let Some(start) = self.start() {
                metadata.training.insert("start".to_owned(), start.to_string());
            }
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

fn check_loss(index: usize, step: usize, loss: f64) -> Result<(), ModelError> {
    if loss.is_finite() { Ok(()) } else { Err(ModelError::Diverged { epoch: index + 1, step, loss }) }
}
