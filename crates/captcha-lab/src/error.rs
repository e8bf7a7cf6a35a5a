//! Why an image was not read.

use std::error::Error;
use std::path::PathBuf;

use captcha_core::DecodeError;
use captcha_infer::{DecodingError, ModelFileError, NativeError, RecognizeError};
use captcha_segment::SegmentError;

/// Why an image was not read, or a model can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// The image can't be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The image could not be cut into letters.
    #[error("the image could not be cut into letters")]
    Segment(#[from] SegmentError),
    /// The network failed.
    #[error(transparent)]
    Recognize(#[from] RecognizeError),
    /// The model file can't be used.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// Neither a model that ships nor a file has this name.
    #[error(
        "there is no model {name:?}: expected {} or the path of a model file, such as ./{name}.safetensors",
        names.join(", ")
    )]
    NoSuchModel {
        /// What was given.
        name: String,
        /// The names of the models that ship.
        names: &'static [&'static str],
    },
    /// The network can't be run in pure Rust.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// What the model says of segmentation can't be read.
    #[error("what the model says of segmentation can't be read")]
    Segmentation(#[source] Box<dyn Error + Send + Sync>),
    /// The model's letters and its network do not fit.
    #[error(
        "the model cuts letters of {actual} x {actual} pixels, its network takes {expected:?} (channels, height, width)"
    )]
    LetterSize {
        /// What the network takes.
        expected: [usize; 3],
        /// The side of a letter image.
        actual: u32,
    },
    /// The text can't be looked for as asked, or is not there.
    #[error(transparent)]
    Decoding(#[from] DecodingError),
    /// The image is so wide for its height that it is no line of text.
    #[error("the image is {width} x {height} pixels, expected at most {limit} times as wide as high")]
    TooWide {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The most times.
        limit: u32,
    },
    /// The model's alphabet is not the one that was asked for.
    #[error("the model reads the alphabet {actual:?}, expected {expected:?}")]
    Alphabet {
        /// What was asked for.
        expected: String,
        /// What the model reads.
        actual: String,
    },
    /// One of the above, with the file it happened to.
    #[error("{} was not read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<SolveError>,
    },
}

impl SolveError {
    /// A short name of the reason, for tables of failures.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Decode(_) => "unreadable image",
            Self::Segment(error) => error.reason(),
            Self::Recognize(RecognizeError::WrongWidth { widths, actual }) => {
                if actual > widths.end() {
                    "too wide"
                } else {
                    "too narrow"
                }
            }
            Self::Recognize(_) | Self::Decoding(DecodingError::NotFinite(_)) => "network failed",
            Self::TooWide { .. } => "too wide",
            Self::Decoding(DecodingError::TooFewSteps { .. }) => "too narrow",
            Self::File { source, .. } => source.reason(),
            Self::Model(_)
            | Self::NoSuchModel { .. }
            | Self::Native(_)
            | Self::Segmentation(_)
            | Self::LetterSize { .. }
            | Self::Decoding(_)
            | Self::Alphabet { .. } => "unusable model",
        }
    }
}
