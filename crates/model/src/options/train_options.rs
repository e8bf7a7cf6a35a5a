//! How to train.

use serde::{Deserialize, Serialize};

use super::{ColdStart, DeviceChoice, Schedule};
use crate::{ModelError, StartReport};

/// How to train. The defaults train the project's letter network well in ten epochs; [`sequence`](Self::sequence) is
/// for networks that read whole images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrainOptions {
    /// Passes over the training data. At least 1, default 10. A run can be extended to more; see
    /// [`train`](fn@crate::train).
    pub epochs: usize,
    /// Images per step. At least 1, default 64.
    pub batch: usize,
    /// The peak learning rate of AdamW. Above 0, default 2e-3.
    pub learning_rate: f64,
    /// Decoupled weight decay of convolution and linear weights. At least 0, default 1e-4; 0 makes it Adam.
    pub weight_decay: f64,
    /// How the learning rate changes over the steps. Default [`Schedule::Cosine`].
    pub schedule: Schedule,
    /// Fraction of the target probability that is spread over all classes (C. Szegedy et al., "Rethinking the
    /// Inception architecture", CVPR 2016, section 7); for a sequence network, at every step (S. Kim et al.,
    /// "Improved training for online end-to-end speech recognition systems", Interspeech 2018, arXiv
    /// 1711.02212). In `[0, 1)`, default 0.
    pub label_smoothing: f64,
    /// Seed of the initial weights, of the order of the images and of dropout. Default 1.
    pub seed: u64,
    /// Where to train. Default [`DeviceChoice::Auto`].
    pub device: DeviceChoice,
    /// Threads that one operation of libtorch may use on the CPU. At least 1, default 1. The last bits of the
    /// weights depend on it, because sums are split differently. A run can be continued with another number.
    pub threads: usize,
    /// Decay of the running average of the weights: the fraction of the average that each step keeps (B. T.
    /// Polyak, A. B. Juditsky, "Acceleration of stochastic approximation by averaging", 1992, doi
    /// 10.1137/0330046, with exponential weights); the average is validated and becomes the model. In `[0,
    /// 1)`, default 0: no averaging.
    pub averaging: f64,
    /// The maximum norm of the gradient; longer gradients are scaled to it (R. Pascanu et al., "On the
    /// difficulty of training recurrent neural networks", ICML 2013, arXiv 1211.5063). Above 0, default no
    /// clipping.
    pub clip: Option<f64>,
    /// Whether convolutions compute in bfloat16 during training; everything else stays in single precision.
    /// Faster on processors with matrix units for bfloat16 (AMX, CUDA from Ampere on), slower on others.
    /// Default false.
    pub mixed_precision: bool,
    /// Stop after this many epochs in which [`watched`](Self::watched) did not become better. At least 1, default never.
    pub patience: Option<usize>,
    /// What must become better for the training to go on. Default [`Watched::Accuracy`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub watched: Watched,
    /// Epochs that are trained whatever [`patience`](Self::patience) says. Default 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub least_epochs: usize,
    /// Steps at the start over which the learning rate rises linearly, where the schedule does not rise slower. Default
    /// 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub warm_up: usize,
    /// Epochs at the start in which only the fully connected layers behind the last maps are trained, and everything
    /// before them stays as it is, batch statistics included; for trainings that start from a model. Afterwards the
    /// optimiser starts afresh. Default 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub frozen_epochs: usize,
    /// Steps at the start over which a sequence network goes from a flat start to CTC: its loss is `(1 - a) CTC + a F`,
    /// where `a` falls linearly from 1 to 0 and `F` is the cross-entropy of its columns if the characters of a text lie
    /// side by side and each has an equal part of the ink. Without it a network can give nothing but blanks for
    /// hundreds of steps. Default 0: CTC alone. Letter networks have no flat start.
    #[serde(default, skip_serializing_if = "is_default")]
    pub flat_start: usize,
    /// What to do where the model to start from reads hardly any of the validation images. Default `None`: to go on as
    /// with any other.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cold_start: Option<ColdStart>,
}

/// Left out of what is written, so that runs of older versions are continued.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What must become better for a training with [`TrainOptions::patience`] to go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Watched {
    /// The validation accuracy; of equal ones, the validation loss.
    #[default]
    Accuracy,
    /// The validation loss.
    Loss,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch: 64,
            learning_rate: 2e-3,
            weight_decay: 1e-4,
            schedule: Schedule::Cosine,
            label_smoothing: 0.0,
            seed: 1,
            device: DeviceChoice::Auto,
            threads: 1,
            averaging: 0.0,
            clip: None,
            mixed_precision: false,
            patience: None,
            watched: Watched::Accuracy,
            least_epochs: 0,
            warm_up: 0,
            frozen_epochs: 0,
            flat_start: 0,
            cold_start: None,
        }
    }
}

impl TrainOptions {
    /// Steps of a [`flat_start`](Self::flat_start): enough in every experiment of the project.
    pub const FLAT_START: usize = 300;

    /// A learning rate for a training that goes on from a model, whose weights are not to be lost.
    pub const GENTLE_RATE: f64 = 1e-3;

    /// Options for a sequence network: clipped gradients, averaged weights.
    #[must_use]
    pub fn sequence() -> Self {
        Self { batch: 32, averaging: 0.999, clip: Some(1.0), learning_rate: 3e-3, ..Self::default() }
    }
}

macro_rules! setters {
    ($($name:ident, $field:ident: $type:ty;)*) => {
        impl TrainOptions {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $name(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }
    };
}

setters! {
    with_epochs, epochs: usize;
    with_batch, batch: usize;
    with_learning_rate, learning_rate: f64;
    with_weight_decay, weight_decay: f64;
    with_schedule, schedule: Schedule;
    with_label_smoothing, label_smoothing: f64;
    with_seed, seed: u64;
    with_device, device: DeviceChoice;
    with_threads, threads: usize;
    with_averaging, averaging: f64;
    with_clip, clip: Option<f64>;
    with_mixed_precision, mixed_precision: bool;
    with_patience, patience: Option<usize>;
    with_watched, watched: Watched;
    with_least_epochs, least_epochs: usize;
    with_warm_up, warm_up: usize;
    with_frozen_epochs, frozen_epochs: usize;
    with_flat_start, flat_start: usize;
    with_cold_start, cold_start: Option<ColdStart>;
}

impl TrainOptions {
    /// The learning rate of step `step`, from 0, of `steps`.
    pub(crate) fn rate(&self, step: usize, steps: usize) -> f64 {
        let warmth = if step < self.warm_up { (step + 1) as f64 / self.warm_up as f64 } else { 1.0 };
        self.learning_rate * self.schedule.factor(step, steps).min(warmth)
    }

    /// Whether a model that reads this share of the validation images counts as one that reads nothing.
    pub(crate) fn is_cold(&self, validation_accuracy: f64) -> bool {
        self.cold_start.is_some_and(|cold| validation_accuracy < cold.below)
    }

    /// The options of a training that started so.
    pub(crate) fn after(&self, start: Option<&StartReport>) -> Self {
        match self.cold_start.filter(|_| start.is_some_and(|start| start.is_cold)) {
            Some(ColdStart { learning_rate, flat_start, .. }) => {
                self.clone().with_learning_rate(learning_rate).with_flat_start(flat_start)
            }
            None => self.clone(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let at_least_one = [
            ("epochs", self.epochs),
            ("batch", self.batch),
            ("threads", self.threads),
            ("patience", self.patience.unwrap_or(1)),
        ];
        for (option, value) in at_least_one {
            if value == 0 || value > i32::MAX as usize {
                return Err(ModelError::Option {
                    option,
                    value: value as f64,
                    expected: "a whole number from 1",
                });
            }
        }
        let cold = self.cold_start.unwrap_or_default();
        let checks = [
            ("learning_rate", self.learning_rate, self.learning_rate > 0.0, "a number above 0"),
            ("weight_decay", self.weight_decay, self.weight_decay >= 0.0, "a number from 0"),
            (
                "label_smoothing",
                self.label_smoothing,
                (0.0..1.0).contains(&self.label_smoothing),
                "a number in [0, 1)",
            ),
            ("averaging", self.averaging, (0.0..1.0).contains(&self.averaging), "a number in [0, 1)"),
            ("cold_start.below", cold.below, (0.0..=1.0).contains(&cold.below), "a number in [0, 1]"),
            ("cold_start.learning_rate", cold.learning_rate, cold.learning_rate > 0.0, "a number above 0"),
            ("clip", self.clip.unwrap_or(1.0), self.clip.is_none_or(|clip| clip > 0.0), "a number above 0"),
        ];
        for (option, value, good, expected) in checks {
            if !good || !value.is_finite() {
                return Err(ModelError::Option { option, value, expected });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warm_up_ends_in_the_schedule() {
        let options = TrainOptions::default().with_warm_up(100).with_learning_rate(2.0);
        assert!((options.rate(49, 1000) - 1.0).abs() < 1e-9);
        assert_eq!(options.rate(100, 1000), 2.0 * Schedule::Cosine.factor(100, 1000));
        assert_eq!(TrainOptions::default().rate(3, 9), 2e-3 * Schedule::Cosine.factor(3, 9));
    }

    #[test]
    fn options_out_of_range_are_named() {
        let cases = [
            (TrainOptions::default().with_epochs(0), "epochs is 0, expected a whole number from 1"),
            (
                TrainOptions::default().with_learning_rate(f64::NAN),
                "learning_rate is NaN, expected a number above 0",
            ),
            (
                TrainOptions::default().with_label_smoothing(1.0),
                "label_smoothing is 1, expected a number in [0, 1)",
            ),
        ];
        for (options, expected) in cases {
            assert_eq!(options.check().unwrap_err().to_string(), expected);
        }
    }
}
