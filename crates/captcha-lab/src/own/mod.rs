//! From a folder of one's own images to a network that reads them out.
//!
//! | room | what it holds |
//! |---|---|
//! | `inspection` | [`check`](fn@check): a folder looked at before anything is trained on it, and what to train |
//! | `training` | `fine_tune`, `cross_validate`, `learning_curve` (feature `torch`) |

mod inspection;
#[cfg(feature = "torch")]
mod training;

pub use self::inspection::{Check, Problem, ProblemKind, Proposal, check};
#[cfg(feature = "torch")]
pub use self::training::{
    CrossValidated, CurvePoint, FineTuneOptions, FineTuned, Fold, LearningCurve, NextStep, OwnAnswer,
    OwnError, OwnMonitor, Part, Parts, PowerLaw, Stage, cross_validate, fine_tune, learning_curve,
};
