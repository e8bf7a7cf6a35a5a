//! Why training or inference with libtorch failed.

use std::io;
use std::path::{Path, PathBuf};

use captcha_core::Difference;
use captcha_dataset::DatasetError;
use captcha_infer::{ArchitectureError, ModelFileError};
use tch::TchError;

use crate::{Suspicion, Unlearnt};

/// Why training or inference with libtorch failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// libtorch failed.
    #[error("libtorch failed: {message}")]
    Torch {
        /// The first line of its message; the rest is a C++ trace.
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
    /// The architecture is invalid.
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
        /// Its value.
        value: f64,
        /// The values that are allowed.
        expected: &'static str,
    },
    /// There is nothing to train on or to validate on.
    #[error("the {part} data is empty, expected at least one sample")]
    Empty {
        /// `training` or `validation`.
        part: &'static str,
    },
    /// The data source failed to give a batch.
    #[error("the {part} data failed")]
    Data {
        /// `training` or `validation`.
        part: &'static str,
        /// Why.
        source: DatasetError,
    },
    /// The letters can't be split or augmented with these settings.
    #[error("the letters can't be made into training data")]
    Letters(#[source] DatasetError),
    /// The letters were segmented in another way than the model is to use.
    #[error(
        "the letters were cut in another way than the model is to cut (they and it): {}",
        listed(differences)
    )]
    Segmentation {
        /// Everything that differs.
        differences: Vec<Difference>,
    },
    /// The data has another alphabet than the network.
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
        /// The number of output columns.
        steps: usize,
        /// The least number of steps: the characters, and a blank between equal neighbours.
        needed: usize,
    },
    /// Nothing of the model that the training is to start from fits the network.
    #[error(
        "none of the {layers} layers with weights of the model to start from fits the network; start from a model of the same network, or from nothing"
    )]
    Start {
        /// How many layers of the model have weights.
        layers: usize,
    },
    /// A batch could not be learnt by heart, so that a training would be in vain.
    #[error(
        "the network can't learn {images} images by heart: after {steps} steps the loss is {loss:.2} and {} of them are read wrong; {suspicion}",
        wrong.len()
    )]
    NotLearnt {
        /// The number of images.
        images: usize,
        /// The number of steps.
        steps: usize,
        /// Mean loss of the last step in nats.
        loss: f64,
        /// What is probably wrong.
        suspicion: Suspicion,
        /// The images that stay wrong.
        wrong: Vec<Unlearnt>,
    },
    /// The loss, or a value of the network, is no longer finite.
    #[error(
        "training diverged in epoch {epoch} at step {step}: the loss or a weight became infinite or NaN (loss {loss}); try a smaller learning rate"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in this epoch, from 1: on the CPU the first with such a loss, on a GPU up to 32 later.
        step: usize,
        /// The loss.
        loss: f64,
    },
    /// The monitor requested a stop.
    #[error(
        "interrupted after epoch {finished} of {epochs}; with the same folder and options the training continues there"
    )]
    Interrupted {
        /// How many epochs are finished and saved.
        finished: usize,
        /// The planned number of epochs.
        epochs: usize,
    },
    /// The folder holds another run, with other data, another network or other options.
    #[error(
        "{}: was begun with other data or options (there and now): {}; choose another folder, or remove this one",
        path.display(),
        listed(differences)
    )]
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// Everything that differs; those of data begin with `training.` and `validation.`.
        differences: Vec<Difference>,
    },
    /// Another process trains in the same folder.
    #[error("{}: another process is training here", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The checkpoint can't be read.
    #[error("{}: not a checkpoint of this network, or a damaged one; remove it to start again", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file or folder of the run can't be read or written.
    #[error("{} can't be read or written", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl ModelError {
    pub(crate) fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.as_ref().to_owned(), source }
    }
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join(", ")
}

impl From<TchError> for ModelError {
    fn from(error: TchError) -> Self {
        Self::Torch { message: first_line(&error) }
    }
}

/// The line with the actual message; libtorch adds a page of C++ frames.
pub(crate) fn first_line(error: &TchError) -> String {
    let text = match error {
        TchError::Torch(message) => message.clone(),
        error => error.to_string(),
    };
    text.lines().next().unwrap_or_default().to_owned()
}
