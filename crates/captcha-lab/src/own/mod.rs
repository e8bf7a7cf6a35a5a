//! From a folder of one's own images to a network that reads them out.
//!
//! | file | what it holds |
//! |---|---|
//! | `check` | [`check`](fn@check): a folder looked at before anything is trained on it |
//! | `problem`, `problems` | [`Problem`]: what can be wrong with it, and what is looked for |
//! | `proposal` | [`Proposal`]: network, preparation and epochs that suit it |
//! | `fine_tune` | [`fine_tune`](fn@fine_tune): a training with everything around it |
//! | `folds` | [`cross_validate`](fn@cross_validate): every image is read by a network that was not trained on it |
//! | `fold_runs` | the folds of a cross-validation, several at once |
//! | `learning_curve` | [`learning_curve`](fn@learning_curve): trainings on growing parts, what more images would be worth |
//! | `power_law` | how the share of errors falls with the number of images |
//! | `options` | [`FineTuneOptions`] |
//! | `plan` | network, preparation and epochs where nobody says them |
//! | `job` | images in memory and the training on a part of them, which the other calls share |
//! | `parts` | who is trained on, validated on, calibrated on and tested on |
//! | `answers` | what a model makes of images whose texts are known |
//! | `run_files` | what a run's folder holds beside the model |
//! | `split_file` | the images of a run with their parts; what changed in a folder |
//! | `monitor`, `error` | what is told meanwhile, and what can go wrong |

#[cfg(feature = "torch")]
mod answers;
mod check;
#[cfg(feature = "torch")]
mod error;
#[cfg(feature = "torch")]
mod fine_tune;
#[cfg(feature = "torch")]
mod fold_runs;
#[cfg(feature = "torch")]
mod folds;
#[cfg(feature = "torch")]
mod job;
#[cfg(feature = "torch")]
mod learning_curve;
#[cfg(feature = "torch")]
mod monitor;
#[cfg(feature = "torch")]
mod options;
#[cfg(feature = "torch")]
mod parts;
#[cfg(feature = "torch")]
mod plan;
#[cfg(feature = "torch")]
mod power_law;
mod problem;
mod problems;
mod proposal;
#[cfg(feature = "torch")]
mod run_files;
#[cfg(feature = "torch")]
mod split_file;

#[cfg(feature = "torch")]
pub use self::answers::OwnAnswer;
pub use self::check::{Check, check};
#[cfg(feature = "torch")]
pub use self::error::OwnError;
#[cfg(feature = "torch")]
pub use self::fine_tune::{FineTuned, fine_tune};
#[cfg(feature = "torch")]
pub use self::folds::{CrossValidated, Fold, cross_validate};
#[cfg(feature = "torch")]
pub use self::learning_curve::{LearningCurve, learning_curve};
#[cfg(feature = "torch")]
pub use self::monitor::{OwnMonitor, Stage};
#[cfg(feature = "torch")]
pub use self::options::FineTuneOptions;
#[cfg(feature = "torch")]
pub use self::parts::{Part, Parts};
#[cfg(feature = "torch")]
pub use self::power_law::{CurvePoint, NextStep, PowerLaw};
pub use self::problem::{Problem, ProblemKind};
pub use self::proposal::Proposal;
