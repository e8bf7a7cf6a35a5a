//! Progress of a training on images of one's own.

use std::sync::{Mutex, PoisonError};

use captcha_lab::Share;
use captcha_lab::core::Monitor;
use captcha_lab::model::{EpochMetrics, Rehearsal, StartReport, TrainMonitor};
use captcha_lab::own::{OwnMonitor, Stage};
use captcha_report::format;

use super::watch::epoch_line;
use crate::progress::{Progress, interrupted};

/// A progress bar for each stage, with a line for each epoch.
pub(super) struct OwnWatch {
    bar: Mutex<Option<Progress>>,
    /// The least validation loss so far.
    best: Mutex<f64>,
}

impl Default for OwnWatch {
    fn default() -> Self {
        Self { bar: Mutex::default(), best: Mutex::new(f64::INFINITY) }
    }
}

impl OwnWatch {
    /// Removes the last bar and reports its time.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish();
        }
    }

    fn note(&self, line: &str) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            bar.note(line);
        }
    }
}

impl Monitor for OwnWatch {
    fn progress(&self, done: u64, total: u64) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            bar.progress(done, total);
        }
    }

    fn interrupted(&self) -> bool {
        interrupted()
    }
}

impl TrainMonitor for OwnWatch {
    fn started(&self, start: &StartReport) {
        let right = format::percent(start.validation_accuracy);
        self.note(&format!(
            "from the model: {start}; {right} of the validation images right before the first step"
        ));
    }

    fn epoch(&self, metrics: &EpochMetrics) {
        self.note(&epoch_line(metrics, "images", &self.best));
    }
}

impl OwnMonitor for OwnWatch {
    fn stage(&self, stage: Stage) {
        self.finish();
        let bar = Progress::new(stage.to_string(), stage.unit());
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn fold(&self, fold: usize, folds: usize, right: Share) {
        let share = format::percent(right.value());
        self.note(&format!("fold {fold} of {folds}: {} of {} right, {share}", right.hits, right.total));
    }

    fn rehearsed(&self, rehearsal: &Rehearsal) {
        let (steps, loss) = (rehearsal.steps, rehearsal.loss);
        self.note(&match rehearsal.learnt {
            true => format!("one batch is learnt by heart after {steps} steps: loss {loss:.2}"),
            false => format!("no time to learn a batch by heart: loss {loss:.2} after {steps} steps"),
        });
    }
}
