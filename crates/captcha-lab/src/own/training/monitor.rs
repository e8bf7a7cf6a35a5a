//! What is told while a network is trained on one's own images.

use std::fmt;

use captcha_infer::Share;
use captcha_model::{Rehearsal, TrainMonitor};

use crate::own::Problem;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Images are looked at: their sizes, their polarity, and which are the same; counted in images.
    Looking,
    /// Images are read and prepared; counted in images.
    Reading,
    /// One batch is learnt by heart; counted in steps.
    Rehearsal,
    /// The network is trained; counted in steps.
    Training,
    /// Networks are trained on all folds but one, several at once; counted in epochs.
    Folds,
    /// The temperature is fitted; counted in images.
    Calibration,
    /// The images kept for it are read; counted in images.
    Test,
}

impl Stage {
    /// What [`Monitor::progress`](captcha_core::Monitor::progress) counts in it, a plural.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Looking | Self::Reading | Self::Calibration | Self::Test => "images",
            Self::Rehearsal | Self::Training => "steps",
            Self::Folds => "epochs",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Looking => "Looking at images",
            Self::Reading => "Reading images",
            Self::Rehearsal => "Learning a batch by heart",
            Self::Training => "Training",
            Self::Folds => "Training folds",
            Self::Calibration => "Calibrating",
            Self::Test => "Testing",
        })
    }
}

/// Watches the training of a network on one's own images. The progress starts anew with every stage.
pub trait OwnMonitor: TrainMonitor {
    /// Called when a stage begins.
    fn stage(&self, stage: Stage) {
        let _ = stage;
    }

    /// Called with what is wrong with the folder, once it is known; errors are among it if the training goes on in spite
    /// of them.
    fn problems(&self, problems: &[Problem]) {
        let _ = problems;
    }

    /// Called when a batch was learnt by heart, or the time for it was over.
    fn rehearsed(&self, rehearsal: &Rehearsal) {
        let _ = rehearsal;
    }

    /// Called when fold `fold`, from 1, of `folds` is finished, with the whole texts of it that were read right.
    fn fold(&self, fold: usize, folds: usize, right: Share) {
        let _ = (fold, folds, right);
    }
}

impl OwnMonitor for () {}
