//! Why a network for one's own images was not trained.

use std::io;
use std::path::PathBuf;

use captcha_dataset::{DatasetError, Skipped};
use captcha_infer::{ModelFileError, RecognizeError};
use captcha_model::ModelError;

use crate::error::SolveError;
use crate::own::Problem;

/// Why a network for one's own images was not trained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnError {
    /// The images can't be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The training failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model can't be written.
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    /// The trained model can't be run.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// An image can't be prepared for the network.
    #[error(transparent)]
    Prepare(#[from] RecognizeError),
    /// Something is so wrong with the folder that a training would be in vain.
    #[error("the training would be in vain: {}", messages(errors))]
    Check {
        /// What is wrong.
        errors: Vec<Problem>,
    },
    /// There are too few images.
    #[error("{images} images that differ can be used, expected at least {expected}{}", why(skipped))]
    TooFew {
        /// How many there are.
        images: usize,
        /// The least number.
        expected: usize,
        /// What was left out, and why.
        skipped: Box<Skipped>,
    },
    /// The network reads letters, not whole images.
    #[error(
        "the network reads single letters, expected one that reads whole images: deep-sequence, sequence or fine-sequence"
    )]
    Letters,
    /// The network can't learn one batch by heart; with the names of the images that stay wrong.
    #[error("{source}\n{}", files.join("\n"))]
    NotLearnt {
        /// What was tried and what is probably wrong.
        source: Box<ModelError>,
        /// Each image that stays wrong: its name, its label and what is read.
        files: Vec<String>,
    },
    /// The folder changed since the run began; with what changed.
    #[error("{source}\n{}", changes.join("\n"))]
    Changed {
        /// The run that was found.
        source: Box<ModelError>,
        /// Images that are gone, new, or show something else, in words.
        changes: Vec<String>,
    },
    /// An option is outside its range.
    #[error("{option} is {actual}, expected {expected}")]
    Option {
        /// Which option.
        option: &'static str,
        /// Its value.
        actual: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// The work was interrupted.
    #[error("interrupted; the same command continues there")]
    Interrupted,
    /// A file of the run can't be read or written.
    #[error("{} can't be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl OwnError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

fn messages(errors: &[Problem]) -> String {
    errors.iter().map(|error| &*error.message).collect::<Vec<_>>().join("; ")
}

fn why(skipped: &Skipped) -> String {
    if skipped.is_empty() { String::new() } else { format!("; {skipped}") }
}
