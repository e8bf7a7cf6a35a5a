//! Trains CAPTCHA networks with libtorch, and runs them.
//!
//! | item | what it is |
//! |---|---|
//! | [`LetterTraining`] | letters to a model that reads letters, in one call |
//! | [`SequenceTraining`] | a source of CAPTCHAs to a model that reads whole images, in one call |
//! | [`train`](fn@train) | trains an architecture on a [`TrainingData`], with checkpoints, and resumes where it stopped: letter networks by cross-entropy, sequence networks by CTC |
//! | [`train_from`], [`Start`], [`StartReport`] | the same from the weights of another model, whatever alphabet it has |
//! | [`TrainOptions`], [`Schedule`], [`Watched`], [`DeviceChoice`] | how to train |
//! | [`rehearse`], [`RehearsalOptions`], [`Rehearsal`] | learns one batch by heart, or says why it can't: the test before a training |
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
//! | `trainer` | [`train`](fn@train): a run from its first check to its model |
//! | `rehearsal` | [`rehearse`]: one batch by heart |
//! | `start` | [`Start`]: the weights before the first step |
//! | `task`, `state` | the data of a training; a training in progress: steps, epochs, validation |
//! | `run`, `folder`, `checkpoint` | the fingerprint of a run, its files, and its state between two epochs |
//! | `options` | [`TrainOptions`] |
//! | `targets`, `score`, `metrics` | losses and right answers of a batch, of many batches, of an epoch |
//! | `flat_start` | the loss of the first steps of a sequence network |
//! | `tensorboard` | the metrics for TensorBoard |
//! | `network`, `adamw` | the network in libtorch, and the optimiser |
//! | `recognizer` | [`TorchRecognizer`] |
//! | `error` | [`ModelError`] |

mod adamw;
mod checkpoint;
mod error;
mod flat_start;
mod folder;
mod metrics;
mod network;
mod options;
mod recognizer;
mod rehearsal;
mod run;
mod score;
mod start;
mod state;
mod targets;
mod task;
mod tensorboard;
mod trainer;
mod training;

pub use captcha_dataset::TrainingData;
pub use error::ModelError;
pub use metrics::{EpochMetrics, TrainMonitor, write_csv, write_json_lines};
pub use options::{DeviceChoice, Schedule, TrainOptions, Watched};
pub use recognizer::TorchRecognizer;
pub use rehearsal::{Rehearsal, RehearsalOptions, Suspicion, Unlearnt, rehearse};
pub use start::{Start, StartReport};
pub use tensorboard::write_tensorboard;
pub use trainer::{Drawn, Stop, Trained, train, train_from};
pub use training::{LetterTraining, SequenceTraining};
