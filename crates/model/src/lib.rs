//! Trains CAPTCHA networks with libtorch, and runs them.
//!
//! | item | what it is |
//! |---|---|
//! | [`LetterTraining`] | letters to a model that reads letters, in one call |
//! | [`SequenceTraining`] | a source of CAPTCHAs to a model that reads whole images, in one call |
//! | [`train`](fn@train) | trains an architecture on a [`TrainingData`], with checkpoints, and resumes where it stopped: letter networks by cross-entropy, sequence networks by CTC |
//! | [`train_from`], [`Start`], [`StartReport`] | the same from the weights of another model, whatever alphabet it has |
//! | [`TrainOptions`], [`Schedule`], [`Watched`], [`ColdStart`], [`DeviceChoice`] | how to train |
//! | [`rehearse`], [`RehearsalOptions`], [`Rehearsal`] | learns one batch by heart, or says why it can't: the test before a training |
//! | [`run_fingerprint`] | what a run is known by |
//! | [`Trained`], [`Stop`], [`Drawn`] | the results |
//! | [`TrainMonitor`], [`EpochMetrics`] | progress and metrics during the training |
//! | [`TorchRecognizer`] | a [`Recognizer`](captcha_infer::Recognizer) that runs a model file with libtorch |
//!
//! The networks are data ([`Architecture`](captcha_infer::Architecture)) and the weights a
//! [`ModelFile`](captcha_infer::ModelFile), so models that are trained here run elsewhere without libtorch.
//!
//! libtorch runs small networks fastest on few threads: [`TrainOptions::threads`] limits the threads of one
//! operation. The setting applies to the whole process.
//!
//! # Files of this crate
//!
//! | file | what it holds |
//! |---|---|
//! | `training/` | from data to a trained model in one call |
//! | `trainer/` | [`train`](fn@train): a run from its first check to its model; [`rehearse`]: one batch by heart |
//! | `run/` | the fingerprint of a run, its files, its metrics, and its state between two epochs |
//! | `loss/` | losses and right answers of a batch, and of many batches; the flat start |
//! | `options/` | [`TrainOptions`] |
//! | `start/` | [`Start`]: the weights before the first step |
//! | `network`, `adamw` | the network in libtorch, and the optimiser |
//! | `recognizer` | [`TorchRecognizer`] |
//! | `error` | [`ModelError`] |

mod adamw;
mod error;
mod loss;
mod network;
mod options;
mod recognizer;
mod run;
mod start;
mod trainer;
mod training;

pub use captcha_dataset::TrainingData;
pub use error::ModelError;
pub use options::{ColdStart, DeviceChoice, Schedule, TrainOptions, Watched};
pub use recognizer::TorchRecognizer;
pub use run::{EpochMetrics, TrainMonitor, run_fingerprint, write_csv, write_json_lines, write_tensorboard};
pub use start::{Start, StartReport};
pub use trainer::{
    Drawn, Rehearsal, RehearsalOptions, Stop, Suspicion, Trained, Unlearnt, rehearse, train, train_from,
};
pub use training::{LetterTraining, SequenceTraining};
