//! Trains CAPTCHA networks with libtorch, and runs them.
//!
//! | item | what it is |
//! |---|---|
//! | [`LetterTraining`] | letters to a model that reads letters, in one call |
//! | [`SequenceTraining`] | a source of CAPTCHAs to a model that reads whole images, in one call |
//! | [`train`](fn@train) | trains an architecture on a [`TrainingData`], with checkpoints, and resumes where it stopped: letter networks by cross-entropy, sequence networks by CTC |
//! | [`TrainOptions`], [`Schedule`], [`DeviceChoice`] | how to train |
//! | [`Trained`], [`Stop`], [`Drawn`] | what came of it |
//! | [`TrainMonitor`], [`EpochMetrics`] | what can be watched meanwhile |
//! | [`TorchRecognizer`] | a [`Recognizer`](captcha_infer::Recognizer) that runs a model file with libtorch |
//!
//! The networks are data ([`Architecture`](captcha_infer::Architecture)) and the weights a
//! [`ModelFile`](captcha_infer::ModelFile), so that what is trained here runs without libtorch elsewhere.
//!
//! libtorch runs small networks best on few threads: [`TrainOptions::threads`] is how many one operation may use. It is
//! set for the whole process.
//!
//! # Files of this crate
//!
//! | file | what it holds |
//! |---|---|
//! | `training/` | from data to a trained model in one call |
//! | `trainer` | [`train`](fn@train): what a run is, from its first check to its model |
//! | `state` | a training under way: steps, epochs, validation |
//! | `run`, `folder`, `checkpoint` | what a run is known by, its files, its state between two epochs |
//! | `options` | [`TrainOptions`] |
//! | `targets`, `score`, `metrics` | losses and right answers of a batch, of many, of an epoch |
//! | `network`, `adamw` | the network in libtorch, and the optimiser |
//! | `recognizer` | [`TorchRecognizer`] |
//! | `error` | [`ModelError`] |

mod adamw;
mod checkpoint;
mod error;
mod folder;
mod metrics;
mod network;
mod options;
mod recognizer;
mod run;
mod score;
mod state;
mod targets;
mod trainer;
mod training;

pub use captcha_dataset::TrainingData;
pub use error::ModelError;
pub use metrics::{EpochMetrics, TrainMonitor, write_csv};
pub use options::{DeviceChoice, Schedule, TrainOptions};
pub use recognizer::TorchRecognizer;
pub use trainer::{Drawn, Stop, Trained, train};
pub use training::{LetterTraining, SequenceTraining};
