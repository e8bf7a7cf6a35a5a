//! The network, the data and the options of a training.

use captcha_dataset::{Batch, DatasetError, TrainingData};
use captcha_infer::{ModelMetadata, Shape};
use tch::{Tensor, no_grad};

use crate::loss::{Score, Targets, flat_start};
use crate::network::{Network, Pass};
use crate::{ModelError, Start, TrainMonitor, TrainOptions};

/// The network, the data and the options of a training.
pub(crate) struct Task<'a> {
    pub(crate) start: &'a Start,
    pub(crate) metadata: &'a ModelMetadata,
    pub(crate) training: &'a dyn TrainingData,
    pub(crate) validation: &'a dyn TrainingData,
    pub(crate) options: &'a TrainOptions,
    pub(crate) monitor: &'a dyn TrainMonitor,
}

impl Task<'_> {
    /// The number of steps in an epoch.
    pub(crate) fn steps(&self) -> usize {
        self.training.samples_per_epoch().div_ceil(self.options.batch)
    }

    /// Tells the monitor how many steps are done.
    pub(crate) fn report(&self, epochs: usize, steps: usize) {
        let steps_per_epoch = self.steps() as u64;
        let done = (epochs as u64).saturating_mul(steps_per_epoch).saturating_add(steps as u64);
        self.monitor.progress(done, steps_per_epoch.saturating_mul(self.options.epochs as u64));
    }

    /// Mean loss in nats, and share of right answers.
    pub(crate) fn validate(&self, network: &Network) -> Result<(f64, f64), ModelError> {
        no_grad(|| {
            let mut score = Score::new(network)?;
            for batch in self.validation.epoch(0, self.options.batch) {
                let batch = batch.map_err(failed("validation"))?;
                let (images, targets) = tensors(self.metadata, network, &batch)?;
                let logits = network.forward(&images, Pass::Inference)?;
                score.add(&logits, &targets, &targets.loss(&logits, 0.0)?)?;
            }
            score.means()
        })
    }
}

/// The images and right answers of a batch, checked.
pub(crate) fn tensors(
    metadata: &ModelMetadata,
    network: &Network,
    batch: &Batch,
) -> Result<(Tensor, Targets), ModelError> {
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
    let targets = Targets::new(batch, metadata.alphabet.len(), steps, network.device())?;
    Ok((network.tensor(&batch.images().view())?, targets))
}

/// The loss of step `done` (from 0) of a sequence network whose flat start takes so many steps.
pub(crate) fn flattened(
    metadata: &ModelMetadata,
    batch: &Batch,
    logits: &Tensor,
    loss: Tensor,
    (done, flat_start): (usize, usize),
) -> Result<Tensor, ModelError> {
    if done >= flat_start || !metadata.architecture.is_sequence() {
        return Ok(loss);
    }
    let share = 1.0 - done as f64 / flat_start as f64;
    Ok(match flat_start::loss(batch, logits, metadata.architecture.column_width())? {
        Some(flat) => loss.f_mul_scalar(1.0 - share)?.f_add(&flat.f_mul_scalar(share)?)?,
        None => loss,
    })
}

/// The error of a batch that could not be made.
pub(crate) fn failed(part: &'static str) -> impl FnOnce(DatasetError) -> ModelError {
    move |source| ModelError::Data { part, source }
}
