//! Networks trained on a folder.
//!
//! | file | what it holds |
//! |---|---|
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

mod answers;
mod error;
mod fine_tune;
mod fold_runs;
mod folds;
mod job;
mod learning_curve;
mod monitor;
mod options;
mod parts;
mod plan;
mod power_law;
mod run_files;
mod split_file;

pub use self::answers::OwnAnswer;
pub use self::error::OwnError;
pub use self::fine_tune::{FineTuned, fine_tune};
pub use self::folds::{CrossValidated, Fold, cross_validate};
pub use self::learning_curve::{LearningCurve, learning_curve};
pub use self::monitor::{OwnMonitor, Stage};
pub use self::options::FineTuneOptions;
pub use self::parts::{Part, Parts};
pub use self::power_law::{CurvePoint, NextStep, PowerLaw};
