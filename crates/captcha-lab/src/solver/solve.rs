//! From an image to its text.

mod calibrate;
mod error;
mod letters;
mod sequence;

use std::ops::RangeInclusive;
use std::path::Path;

use captcha_core::image::DynamicImage;
use captcha_core::{Alphabet, ImageLimits, decode_image, open_image, to_gray};
use captcha_infer::{
    Decoder, Decoding, ModelFile, ModelMetadata, NativeRecognizer, Precision, Prediction, Recognizer, Search,
};
use captcha_segment::Segmenter;
use rayon::prelude::*;

pub use calibrate::{TemperatureReport, calibrate};
pub use error::SolveError;

/// Reads CAPTCHAs: a trained network with everything around it, ready to use from any thread.
///
/// The model decides how: one of letters cuts the image into them and classifies each, one of sequences reads the whole
/// image at once. Both know from the model how many characters a text has, and can be told better.
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
    way: Way,
    decoder: Decoder,
    limits: ImageLimits,
}

/// How a model reads.
enum Way {
    /// One letter after the other.
    Letters(Segmenter),
    /// The whole image at once.
    Sequence,
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
        Self::from_bytes(crate::Pretrained::SeedLetters.bytes())
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

    /// A solver with any backend. Images are prepared as the model's metadata say: scaled to the height of a sequence
    /// network, or cut into letters of the network's input size. Texts are as long as in training, if that is known.
    ///
    /// # Errors
    /// [`SolveError::Segmentation`], [`SolveError::LetterSize`] or [`SolveError::Decoding`] if the metadata make no
    /// sense.
    pub fn with_recognizer(recognizer: Box<dyn Recognizer>) -> Result<Self, SolveError> {
        let metadata = recognizer.metadata();
        let way = match metadata.architecture.is_sequence() {
            true => Way::Sequence,
            false => Way::Letters(letters::segmenter(metadata)?),
        };
        let lengths = metadata.lengths.map(|(fewest, most)| fewest..=most);
        let decoder = Decoder::new(metadata, Decoding::default().with_lengths(lengths))?;
        Ok(Self { recognizer, way, decoder, limits: ImageLimits::default() })
    }

    /// The same solver with this decoding, in place of everything that the model or the setters below say of texts.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] names the option that is out of its range.
    pub fn with_decoding(mut self, decoding: Decoding) -> Result<Self, SolveError> {
        self.decoder = Decoder::new(self.metadata(), decoding)?;
        Ok(self)
    }

    /// The same solver for texts of exactly `length` characters, or, with `None`, of any number.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if it is longer than [`captcha_infer::MAX_LENGTH`].
    pub fn with_length(self, length: Option<usize>) -> Result<Self, SolveError> {
        self.with_lengths(length.map(|length| length..=length))
    }

    /// The same solver for texts of a number of characters in `lengths` only, or, with `None`, of any number.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if the range is empty or goes beyond [`captcha_infer::MAX_LENGTH`].
    pub fn with_lengths(self, lengths: Option<RangeInclusive<usize>>) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_lengths(lengths);
        self.with_decoding(decoding)
    }

    /// The same solver for texts of these characters only, or, with `None`, of all that the model reads.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] names the first character that the model does not read.
    pub fn with_allowed(self, allowed: Option<Alphabet>) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_allowed(allowed);
        self.with_decoding(decoding)
    }

    /// The same solver with another search for the text of a sequence.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if the search keeps nothing.
    pub fn with_search(self, search: Search) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_search(search);
        self.with_decoding(decoding)
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

    /// How exactly the network is run, whatever was asked for.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.recognizer.precision()
    }

    /// How images are cut into letters, if the model reads letters.
    #[must_use]
    pub fn segmenter(&self) -> Option<&Segmenter> {
        match &self.way {
            Way::Letters(segmenter) => Some(segmenter),
            Way::Sequence => None,
        }
    }

    /// What is known of a text before it is read, and how it is looked for.
    #[must_use]
    pub fn decoding(&self) -> &Decoding {
        self.decoder.decoding()
    }

    /// Reads an image.
    ///
    /// # Errors
    /// [`SolveError::Segment`] if it can't be cut into letters, [`SolveError::TooWide`] or [`SolveError::Decoding`] if
    /// it can't be read as a sequence, [`SolveError::Recognize`] if the backend fails.
    pub fn solve(&self, image: &DynamicImage) -> Result<Prediction, SolveError> {
        let (image, recognizer) = (to_gray(image), &*self.recognizer);
        match &self.way {
            Way::Letters(segmenter) => letters::read(recognizer, segmenter, &self.decoder, &image),
            Way::Sequence => sequence::read(recognizer, &self.decoder, &image),
        }
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
