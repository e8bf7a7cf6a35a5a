//! A trained network with everything around it.

use std::ops::RangeInclusive;
use std::path::Path;

use captcha_core::image::{DynamicImage, GrayImage};
use captcha_core::{Alphabet, ImageLimits, decode_image, open_image, to_gray};
use captcha_infer::{
    Decoder, Decoding, LabelledLogits, ModelFile, ModelMetadata, NativeRecognizer, Precision, Prediction,
    Recognizer, Search,
};
use captcha_segment::Segmenter;
use rayon::prelude::*;

use super::reader::Reader;
use crate::error::SolveError;
use crate::open::open_model;

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
    reader: Reader,
    decoder: Decoder,
    limits: ImageLimits,
}

impl Solver {
    /// A solver in pure Rust with a model that ships, by its name, or with the model file at a path: see [`open_model`].
    ///
    /// # Errors
    /// As [`open_model`] and [`with_recognizer`](Self::with_recognizer).
    pub fn open(model: impl AsRef<Path>) -> Result<Self, SolveError> {
        Self::new(&open_model(model)?)
    }

    /// A solver in pure Rust with [`Pretrained::Base`](crate::Pretrained::Base), which reads digits and letters of any
    /// number in nearly any style. What is known of the texts makes it surer: [`with_lengths`](Self::with_lengths),
    /// [`with_allowed`](Self::with_allowed).
    ///
    /// # Errors
    /// None that a user could cause: the weights are part of the program.
    #[cfg(feature = "pretrained")]
    pub fn pretrained() -> Result<Self, SolveError> {
        Self::from_bytes(crate::Pretrained::Base.bytes())
    }

    /// A solver in pure Rust with the model file in `bytes`.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`SolveError::Model`] if the bytes are no model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SolveError> {
        Self::new(&ModelFile::from_bytes(bytes)?)
    }

    /// A solver in pure Rust with this model.
    ///
    /// # Errors
    /// [`SolveError::Native`], and as [`with_recognizer`](Self::with_recognizer).
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
        let reader = Reader::of(metadata)?;
        let lengths = metadata.lengths.map(|(fewest, most)| fewest..=most);
        let decoder = Decoder::new(metadata, Decoding::default().with_lengths(lengths))?;
        Ok(Self { recognizer, reader, decoder, limits: ImageLimits::default() })
    }

    /// Sets what is known of texts and how they are looked for, in place of all that the model or the setters below say.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] names the option that is out of its range.
    pub fn with_decoding(mut self, decoding: Decoding) -> Result<Self, SolveError> {
        self.decoder = Decoder::new(self.metadata(), decoding)?;
        Ok(self)
    }

    /// Sets how many characters a text has; with `None`, any number.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if it is longer than [`captcha_infer::MAX_LENGTH`].
    pub fn with_length(self, length: Option<usize>) -> Result<Self, SolveError> {
        self.with_lengths(length.map(|length| length..=length))
    }

    /// Sets the fewest and the most characters that a text has; with `None`, any number.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if the range is empty or goes beyond [`captcha_infer::MAX_LENGTH`].
    pub fn with_lengths(self, lengths: Option<RangeInclusive<usize>>) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_lengths(lengths);
        self.with_decoding(decoding)
    }

    /// Sets the only characters that a text can have; with `None`, all that the model reads.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] names the first character that the model does not read; where
    /// [`with_ignore_case`](Self::with_ignore_case) came before, in neither case.
    pub fn with_allowed(self, allowed: Option<Alphabet>) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_allowed(allowed);
        self.with_decoding(decoding)
    }

    /// Sets whether capital and small letters are the same: see [`Decoding::ignore_case`].
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if the characters that are allowed are so in one case only, and now the model must read
    /// them as they are.
    pub fn with_ignore_case(self, ignore_case: bool) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_ignore_case(ignore_case);
        self.with_decoding(decoding)
    }

    /// Sets how the most probable text of a sequence is looked for.
    ///
    /// # Errors
    /// [`SolveError::Decoding`] if the search keeps nothing.
    pub fn with_search(self, search: Search) -> Result<Self, SolveError> {
        let decoding = self.decoding().clone().with_search(search);
        self.with_decoding(decoding)
    }

    /// Sets what an image from a file or from bytes may cost before it is refused.
    #[must_use]
    pub fn with_limits(mut self, limits: ImageLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The solver itself, if its model reads exactly the characters of `alphabet`, in that order.
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
        match &self.reader {
            Reader::Letters(segmenter) => Some(segmenter),
            Reader::Sequence => None,
        }
    }

    /// What is known of a text before it is read, and how it is looked for.
    #[must_use]
    pub fn decoding(&self) -> &Decoding {
        self.decoder.decoding()
    }

    /// Whether every character of `text` is one that the model reads, in this case or, if case is ignored, in any.
    #[must_use]
    pub fn knows(&self, text: &str) -> bool {
        self.decoder.knows(text)
    }

    /// `text` as texts are compared: see [`Decoder::comparable`].
    pub(crate) fn comparable(&self, text: &str) -> String {
        self.decoder.comparable(text)
    }

    /// Reads an image.
    ///
    /// # Errors
    /// [`SolveError::Segment`] if it can't be cut into letters, [`SolveError::TooWide`] or [`SolveError::Decoding`] if
    /// it can't be read as a sequence, [`SolveError::Recognize`] if the backend fails.
    pub fn solve(&self, image: &DynamicImage) -> Result<Prediction, SolveError> {
        self.reader.read(&*self.recognizer, &self.decoder, &to_gray(image))
    }

    /// The scores of an image that shows these classes; `None` if it can't be used.
    pub(crate) fn labelled_logits(
        &self,
        image: &GrayImage,
        classes: Vec<usize>,
    ) -> Option<Vec<LabelledLogits>> {
        self.reader.labelled(&*self.recognizer, &self.decoder, image, classes)
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
