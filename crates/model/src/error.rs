//! Why training or inference with libtorch failed.

use std::io;
use std::path::PathBuf;

use captcha_dataset::DatasetError;
use captcha_infer::{ArchitectureError, ModelFileError};
use tch::TchError;

/// Why training or inference with libtorch failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// libtorch failed.
    #[error("libtorch failed: {message}")]
    Torch {
        /// The first line of its own words; the rest is a C++ trace.
        message: String,
    },
    /// There is no such device.
    #[error(
        "expected a CUDA device number {index}, libtorch sees {found} (a CPU build of libtorch sees none)"
    )]
    NoSuchDevice {
        /// The number asked for, from 0.
        index: usize,
        /// How many there are.
        found: usize,
    },
    /// The architecture makes no network.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The model file can't be written or is inconsistent.
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    /// An option is outside its range.
    #[error("{option} is {value}, expected {expected}")]
    Option {
        /// Which option.
        option: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// There is nothing to train on or to validate on.
    #[error("the {part} data is empty, expected at least one sample")]
    Empty {
        /// `training` or `validation`.
        part: &'static str,
    },
    /// The data gave no more batches.
    #[error("the {part} data failed")]
    Data {
        /// `training` or `validation`.
        part: &'static str,
        /// Why.
        source: DatasetError,
    },
    /// The data is of another alphabet than the network.
    #[error("the {part} data has the alphabet {actual:?}, the network reads {expected:?}")]
    Alphabet {
        /// `training` or `validation`.
        part: &'static str,
        /// The network's.
        expected: String,
        /// The data's.
        actual: String,
    },
    /// The data has images of another shape than the network takes.
    #[error("the images have shape {actual:?}, the network takes {expected:?} (channels, height, width)")]
    Images {
        /// What the network takes.
        expected: [usize; 3],
        /// What the data has.
        actual: [usize; 3],
    },
    /// A label is not a class of the network.
    #[error("a label is class {label}, the network has {classes} classes, counted from 0")]
    Label {
        /// The class index.
        label: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// A letter network got whole texts, or a sequence network letters.
    #[error("the data has {actual}, the network reads {expected}")]
    Labels {
        /// `letters` or `whole texts`: what the network reads.
        expected: &'static str,
        /// What the data has.
        actual: &'static str,
    },
    /// An image is too narrow for its text.
    #[error("an image gives {steps} steps, its text needs {needed}; wider images or fewer pools are needed")]
    TooFewSteps {
        /// The columns of the last maps.
        steps: usize,
        /// The characters, and a blank between equal ones.
        needed: usize,
    },
    /// The loss is no number any more.
    #[error("training diverged in epoch {epoch}: the loss is {loss}; try a smaller learning rate")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The loss.
        loss: f64,
    },
    /// The monitor asked to stop.
    #[error(
        "interrupted after epoch {finished} of {epochs}; with the same folder and options training goes on there"
    )]
    Interrupted {
        /// How many epochs are finished and kept.
        finished: usize,
        /// How many there are to be.
        epochs: usize,
    },
    /// The folder holds the checkpoint of another run.
    #[error(
        "{}: holds a run with another {what}: {found}, expected {expected}; choose another folder or remove this one",
        path.display()
    )]
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// What differs.
        what: String,
        /// What the checkpoint says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// The checkpoint can't be read.
    #[error("{}: not a checkpoint, or a damaged one: {message}; remove it to start again", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A file of the run can't be written or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
}

impl From<TchError> for ModelError {
    fn from(error: TchError) -> Self {
        Self::Torch { message: first_line(&error) }
    }
}

/// The line that says what happened; libtorch adds a page of C++ frames.
pub(crate) fn first_line(error: &TchError) -> String {
    let text = match error {
        TchError::Torch(message) => message.clone(),
        error => error.to_string(),
    };
    text.lines().next().unwrap_or_default().to_owned()
}
