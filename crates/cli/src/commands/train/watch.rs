//! How a training is watched.

use std::sync::{Mutex, PoisonError};

use captcha_lab::core::Monitor;
use captcha_lab::model::{DeviceChoice, EpochMetrics, TrainMonitor, TrainOptions};

use captcha_report::format;

use crate::Progress;

/// How to train: shared by `train` and `train_sequence`.
#[derive(Debug, Clone, clap::Args)]
pub struct TrainingArgs {
    /// Images a step; without it, what suits the network, as in the next two.
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
    /// The peak learning rate.
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Weight decay.
    #[arg(long, value_name = "DECAY")]
    weight_decay: Option<f64>,
    /// Convolutions in bfloat16: faster on processors with matrix units for it.
    #[arg(long)]
    mixed_precision: bool,
    /// Everything random is a function of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Train on the CPU even if there is a CUDA device.
    #[arg(long)]
    cpu: bool,
    /// Threads of libtorch; as many draw in the background if images are drawn meanwhile.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub threads: usize,
}

impl TrainingArgs {
    /// `defaults` with what was asked for.
    #[must_use]
    pub fn options(&self, defaults: TrainOptions) -> TrainOptions {
        let (batch, rate, decay) = (defaults.batch, defaults.learning_rate, defaults.weight_decay);
        defaults
            .with_batch(self.batch.unwrap_or(batch))
            .with_learning_rate(self.learning_rate.unwrap_or(rate))
            .with_weight_decay(self.weight_decay.unwrap_or(decay))
            .with_mixed_precision(self.mixed_precision)
            .with_seed(self.seed)
            .with_threads(self.threads)
            .with_device(if self.cpu { DeviceChoice::Cpu } else { DeviceChoice::Auto })
    }
}

/// A progress bar with a line for each epoch.
pub struct TrainingProgress {
    bar: Progress,
    samples: &'static str,
    /// The least validation loss so far.
    best: Mutex<f64>,
}

/// From so many times the least validation loss on, a network over-fits: less is noise of single epochs.
const OVER_FITS: f64 = 1.2;

impl TrainingProgress {
    /// A bar that counts the steps of all epochs, on `letters` or `images`.
    #[must_use]
    pub fn of(samples: &'static str) -> Self {
        Self { bar: Progress::new("Training", "steps"), samples, best: Mutex::new(f64::INFINITY) }
    }

    /// Says how long it took.
    pub fn finish(self) {
        self.bar.finish();
    }
}

impl Monitor for TrainingProgress {
    fn progress(&self, done: u64, total: u64) {
        self.bar.progress(done, total);
    }

    fn interrupted(&self) -> bool {
        self.bar.interrupted()
    }
}

impl TrainMonitor for TrainingProgress {
    fn epoch(&self, metrics: &EpochMetrics) {
        let samples = self.samples;
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        *best = best.min(metrics.validation_loss);
        let rises =
            metrics.validation_loss > OVER_FITS * *best && metrics.train_loss < metrics.validation_loss;
        self.bar.note(&format!(
            "epoch {:2}: loss {:.4}, validation loss {:.4}, {} of the validation {samples} right, {} {samples}/s{}",
            metrics.epoch,
            metrics.train_loss,
            metrics.validation_loss,
            format::percent(metrics.validation_accuracy),
            format::rate(metrics.images_per_second),
            if rises { "; over-fitting: the validation loss rises" } else { "" },
        ));
    }
}
