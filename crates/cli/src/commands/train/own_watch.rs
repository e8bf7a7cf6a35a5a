//! Progress of a training on images of one's own.

use std::sync::{Mutex, PoisonError};

use captcha_lab::Share;
use captcha_lab::core::Monitor;
use captcha_lab::model::{EpochMetrics, Rehearsal, Start, StartReport, TrainMonitor};
use captcha_lab::own::{FineTuneOptions, OwnMonitor, Problem, Proposal, Stage};
use captcha_report::format;

use super::watch::epoch_line;
use crate::commands::check::told;
use crate::progress::{Progress, interrupted};

/// A progress bar for each stage, with a line for each epoch.
pub(super) struct OwnWatch {
    bar: Mutex<Option<Progress>>,
    /// The least validation loss so far.
    best: Mutex<f64>,
    /// Whether the network is the one that a training from nothing has.
    is_usual: bool,
}

impl OwnWatch {
    /// For a training with these options.
    pub(super) fn of(options: &FineTuneOptions) -> Self {
        let of_model = match &options.start {
            Start::Model(model) => Some(&model.metadata().architecture),
            _ => None,
        };
        let network = options.architecture.as_ref().or(of_model);
        let is_usual = network.is_none_or(Proposal::is_usual);
        Self { bar: Mutex::default(), best: Mutex::new(f64::INFINITY), is_usual }
    }

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
        if start.is_cold {
            let other = match self.is_usual {
                true => String::new(),
                false => format!("; --network {} without --from may do better", Proposal::NETWORK),
            };
            self.note(&format!(
                "the model reads almost none of these images: trained as from nothing{other}"
            ));
        }
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

    fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            self.note(&told(problem));
        }
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
