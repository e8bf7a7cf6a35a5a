//! How a training is watched.

use captcha_lab::core::Monitor;
use captcha_lab::model::{EpochMetrics, TrainMonitor};

use crate::{Progress, format};

/// A progress bar with a line for each epoch.
pub struct TrainingProgress(Progress);

impl TrainingProgress {
    /// A bar that counts the steps of all epochs.
    #[must_use]
    pub fn new() -> Self {
        Self(Progress::new("Training", "steps"))
    }

    /// Says how long it took.
    pub fn finish(self) {
        self.0.finish();
    }
}

impl Default for TrainingProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl Monitor for TrainingProgress {
    fn progress(&self, done: u64, total: u64) {
        self.0.progress(done, total);
    }

    fn interrupted(&self) -> bool {
        self.0.interrupted()
    }
}

impl TrainMonitor for TrainingProgress {
    fn epoch(&self, metrics: &EpochMetrics) {
        self.0.note(&format!(
            "epoch {:2}: loss {:.4}, validation loss {:.4}, {} of the validation letters right, {} letters/s",
            metrics.epoch,
            metrics.train_loss,
            metrics.validation_loss,
            format::percent(metrics.validation_accuracy),
            format::rate(metrics.images_per_second),
        ));
    }
}
