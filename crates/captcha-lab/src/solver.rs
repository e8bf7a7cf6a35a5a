//! From an image to its text.

use std::path::{Path, PathBuf};

use captcha_core::image::DynamicImage;
use captcha_core::{Alphabet, DecodeError, ImageLimits, decode_image, open_image, to_gray};
use captcha_infer::{
    Character, ModelFile, ModelFileError, ModelMetadata, NativeError, NativeRecognizer, Prediction,
    RecognizeError, Recognizer, read_letters,
};
use captcha_segment::{SegmentError, SegmentOptions, Segmenter};
use rayon::prelude::*;

/// Reads CAPTCHAs: a trained network with everything around it, ready to use from any thread.
///
/// ```no_run
/// use captcha_lab::Solver;
///
/// let solver = Solver::open("model.safetensors")?;
/// let prediction = solver.solve_path("captcha.png")?;
/// println!("{} ({:.1} %)", prediction.text, 100.0 * prediction.confidence.value());
/// # Ok::<(), captcha_lab::SolveError>(())
/// ```
pub struct Solver {
    recognizer: Box<dyn Recognizer>,
    segmenter: Segmenter,
    length: Option<usize>,
    alternatives: usize,
    limits: ImageLimits,
}

/// How many other readings of a character a [`Prediction`] has by default.
const ALTERNATIVES: usize = 3;

/// The model file of [`Solver::pretrained`]; `models/README.md` in the repository has the command that made it and
/// what it scores.
#[cfg(feature = "pretrained")]
pub const SEED_LETTERS: &[u8] = include_bytes!("../models/seed-letters.safetensors");

/// Why an image was not read, or a model can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// The image can't be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The image could not be cut into letters.
    #[error("the image could not be cut into letters: {0}")]
    Segment(#[from] SegmentError),
    /// The network failed.
    #[error(transparent)]
    Recognize(#[from] RecognizeError),
    /// The model file can't be used.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// The network can't be run in pure Rust.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// What the model says of segmentation can't be understood.
    #[error("the model's segmentation options can't be read: {0}")]
    Segmentation(#[source] serde_json::Error),
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
    /// The model's alphabet is not the one that was asked for.
    #[error("the model reads the alphabet {actual:?}, expected {expected:?}")]
    Alphabet {
        /// What was asked for.
        expected: String,
        /// What the model reads.
        actual: String,
    },
    /// One of the above, with the file it happened to.
    #[error("{}: {source}", path.display())]
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
            Self::Recognize(_) => "network failed",
            Self::File { source, .. } => source.reason(),
            _ => "unusable model",
        }
    }
}

impl Solver {
    /// A solver with the model file at `path`, in pure Rust.
    ///
    /// # Errors
    /// [`SolveError::Model`] with the path and what is wrong with it, and as [`with_recognizer`](Self::with_recognizer).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SolveError> {
        Self::new(&ModelFile::open(path.as_ref())?)
    }

    /// A solver with the weights that ship: six letters `A` to `Z` in the style of
    /// the seed (Claptcha without its line), in pure Rust.
    ///
    /// # Errors
    /// None that a user could cause: the weights are part of the program.
    #[cfg(feature = "pretrained")]
    pub fn pretrained() -> Result<Self, SolveError> {
        Self::from_bytes(SEED_LETTERS)
    }

    /// A solver with the model file in `bytes`, in pure Rust.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SolveError> {
        Self::new(&ModelFile::from_bytes(bytes)?)
    }

    /// A solver with this model, in pure Rust.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn new(model: &ModelFile) -> Result<Self, SolveError> {
        Self::with_recognizer(Box::new(NativeRecognizer::new(model)?))
    }

    /// A solver with any backend. Images are prepared as the model's metadata say: cut into letters of the
    /// network's input size, and into as many as every text had in training, if that was always the same number.
    ///
    /// # Errors
    /// [`SolveError::Segmentation`] or [`SolveError::LetterSize`] if the metadata make no sense.
    pub fn with_recognizer(recognizer: Box<dyn Recognizer>) -> Result<Self, SolveError> {
        let metadata = recognizer.metadata();
        let input = metadata.architecture.input;
        let options = match &metadata.segmentation {
            Some(options) => serde_json::from_value(options.clone()).map_err(SolveError::Segmentation)?,
            None => SegmentOptions::default(),
        };
        let size = options.letter_size;
        let expected = [input.channels, input.height, input.width];
        if expected != [1, size as usize, size as usize] {
            return Err(SolveError::LetterSize { expected, actual: size });
        }
        let segmenter = Segmenter::new(options)?;
        let length = metadata.lengths.and_then(|(fewest, most)| (fewest == most).then_some(most));
        let limits = ImageLimits::default();
        Ok(Self { recognizer, segmenter, length, alternatives: ALTERNATIVES, limits })
    }

    /// The same solver for texts of exactly `length` characters, or, with `None`, of any number.
    #[must_use]
    pub fn with_length(mut self, length: Option<usize>) -> Self {
        self.length = length;
        self
    }

    /// The same solver with `alternatives` other readings for each character. Default 3.
    #[must_use]
    pub fn with_alternatives(mut self, alternatives: usize) -> Self {
        self.alternatives = alternatives;
        self
    }

    /// The same solver with other limits for images from files and bytes.
    #[must_use]
    pub fn with_limits(mut self, limits: ImageLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same solver, if its model reads just the characters of `alphabet`, in that order.
    ///
    /// # Errors
    /// [`SolveError::Alphabet`] with both.
    pub fn checked_for(self, alphabet: &Alphabet) -> Result<Self, SolveError> {
        if self.metadata().alphabet == *alphabet {
            return Ok(self);
        }
        Err(SolveError::Alphabet {
            expected: alphabet.to_string(),
            actual: self.metadata().alphabet.to_string(),
        })
    }

    /// What the model file says.
    #[must_use]
    pub fn metadata(&self) -> &ModelMetadata {
        self.recognizer.metadata()
    }

    /// The name of the backend: `native` or `libtorch`.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        self.recognizer.backend()
    }

    /// How images are cut into letters.
    #[must_use]
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// The number of characters that every text is expected to have, if one is.
    #[must_use]
    pub fn length(&self) -> Option<usize> {
        self.length
    }

    /// Reads an image.
    ///
    /// # Errors
    /// [`SolveError::Segment`] if it can't be cut into letters, [`SolveError::Recognize`] if the backend fails.
    pub fn solve(&self, image: &DynamicImage) -> Result<Prediction, SolveError> {
        let segmentation = self.segmenter.segment(&to_gray(image), self.length)?;
        let letters = segmentation.letters.iter().map(|letter| &letter.image);
        let characters = read_letters(&*self.recognizer, letters, self.alternatives)?;
        let placed = characters.into_iter().zip(&segmentation.letters);
        Ok(Prediction::from_characters(
            placed.map(|(character, letter)| Character::with_bounds(character, letter.bounds)).collect(),
        ))
    }

    /// Reads an image file held in memory; its format is found from the content.
    ///
    /// # Errors
    /// [`SolveError::Decode`], and as [`solve`](Self::solve).
    pub fn solve_bytes(&self, bytes: &[u8]) -> Result<Prediction, SolveError> {
        self.solve(&decode_image(bytes, self.limits)?)
    }

    /// Reads an image file.
    ///
    /// # Errors
    /// As [`solve_bytes`](Self::solve_bytes); every error names the file.
    pub fn solve_path(&self, path: impl AsRef<Path>) -> Result<Prediction, SolveError> {
        let path = path.as_ref();
        let image = open_image(path, self.limits)?;
        self.solve(&image)
            .map_err(|source| SolveError::File { path: path.to_owned(), source: Box::new(source) })
    }

    /// Reads many images in parallel, on as many threads as rayon has; the answers are in the order of `images`.
    #[must_use]
    pub fn solve_all(&self, images: &[DynamicImage]) -> Vec<Result<Prediction, SolveError>> {
        images.par_iter().map(|image| self.solve(image)).collect()
    }
}
