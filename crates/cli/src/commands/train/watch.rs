//! A progress bar with a line for each epoch.

use std::sync::{Mutex, PoisonError};

use captcha_lab::core::Monitor;
use captcha_lab::model::{EpochMetrics, TrainMonitor};
use captcha_report::format;

use crate::progress::Progress;

/// A progress bar with a line for each epoch.
pub(crate) struct Watch {
    bar: Progress,
    samples: &'static str,
    /// The least validation loss so far.
    best: Mutex<f64>,
}

/// A network over-fits if its validation loss is this many times the least one; smaller increases are noise
/// between epochs.
const OVER_FITS: f64 = 1.2;

impl Watch {
    /// A bar that counts the steps of all epochs, on `letters` or `images`.
    pub(crate) fn of(samples: &'static str) -> Self {
        Self { bar: Progress::new("Training", "steps"), samples, best: Mutex::new(f64::INFINITY) }
    }

    /// Removes the bar and reports the time.
    pub(crate) fn finish(self) {
        self.bar.finish();
    }
}

impl Monitor for Watch {
    fn progress(&self, done: u64, total: u64) {
        self.bar.progress(done, total);
    }

    fn interrupted(&self) -> bool {
        self.bar.interrupted()
    }
}

impl TrainMonitor for Watch {
    fn epoch(&self, metrics: &EpochMetrics) {
        self.bar.note(&epoch_line(metrics, self.samples, &self.best));
    }
}

/// What is told of an epoch; `best` is the least validation loss so far.
pub(super) fn epoch_line(metrics: &EpochMetrics, samples: &str, best: &Mutex<f64>) -> String {
    let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
    *best = best.min(metrics.validation_loss);
    let rises = metrics.validation_loss > OVER_FITS * *best && metrics.train_loss < metrics.validation_loss;
    format!(
        "epoch {:2}: loss {:.4}, validation loss {:.4}, {} of the validation {samples} right, {} {samples}/s{}",
        metrics.epoch,
        metrics.train_loss,
        metrics.validation_loss,
        format::percent(metrics.validation_accuracy),
        format::rate(metrics.images_per_second),
        if rises { "; over-fitting: the validation loss rises" } else { "" },
    )
}
