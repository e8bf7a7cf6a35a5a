//! What a backend does.

use captcha_core::ndarray::{Array3, ArrayView4};

use crate::{InputShape, ModelMetadata};

/// A network that is ready to run: one implementation for each backend.
///
/// Every implementation passes the same suite: the same logits for the same model file to within 1e-4.
pub trait Recognizer: Send + Sync {
    /// What the model file says: alphabet, architecture, how images are prepared.
    fn metadata(&self) -> &ModelMetadata;

    /// The name of the backend: `native` or `libtorch`.
    fn backend(&self) -> &'static str;

    /// The class scores before the softmax, `[n, steps, classes]`, of `input` `[n, channels, height, width]`
    /// with ink 1.0 and paper 0.0. A letter network has one step; its classes are those of the alphabet, in
    /// order.
    ///
    /// # Errors
    /// [`RecognizeError::WrongShape`] if `input` is not of the model's shape, [`RecognizeError::Backend`] if
    /// the backend fails.
    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError>;
}

impl<R: Recognizer + ?Sized> Recognizer for Box<R> {
    fn metadata(&self) -> &ModelMetadata {
        (**self).metadata()
    }

    fn backend(&self) -> &'static str {
        (**self).backend()
    }

    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        (**self).logits(input)
    }
}

/// Why a batch could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecognizeError {
    /// The input is not of the shape that the network takes.
    #[error("the network takes [n, {}, {}, {}], got {actual:?}", expected.channels, expected.height, expected.width)]
    WrongShape {
        /// The shape of one image.
        expected: InputShape,
        /// `[n, channels, height, width]` of what was given.
        actual: [usize; 4],
    },
    /// A slice is not of the length that its batch needs.
    #[error("{actual} {values}, expected {expected}")]
    WrongLength {
        /// Values of what.
        values: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// The images of a batch differ in size.
    #[error("the images of a batch differ in size, expected all {}x{} pixels", expected.width, expected.height)]
    MixedSizes {
        /// The shape of one image.
        expected: InputShape,
    },
    /// The network gives something else than one score for each character of the alphabet.
    #[error("the network gives scores of shape {actual:?} (n, steps, classes), expected {expected:?}")]
    WrongOutput {
        /// `[n, steps, classes]` as needed.
        expected: [usize; 3],
        /// `[n, steps, classes]` of what came out.
        actual: [usize; 3],
    },
    /// The backend failed.
    #[error("{backend} failed: {message}")]
    Backend {
        /// The backend's name.
        backend: &'static str,
        /// Its own words, in one line.
        message: String,
    },
}

impl RecognizeError {
    /// [`RecognizeError::WrongShape`] unless `actual` is `n` images of `expected`.
    ///
    /// # Errors
    /// As said.
    pub fn check_shape(expected: InputShape, actual: [usize; 4]) -> Result<(), Self> {
        let InputShape { channels, height, width } = expected;
        if actual[1..] == [channels, height, width] {
            return Ok(());
        }
        Err(Self::WrongShape { expected, actual })
    }
}
