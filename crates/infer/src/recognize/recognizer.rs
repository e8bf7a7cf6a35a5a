//! What a backend does.

use std::ops::RangeInclusive;

use captcha_core::ndarray::{Array3, ArrayView4};

use crate::{Architecture, InputShape, ModelMetadata, Precision};

/// A network that is ready to run: one implementation for each backend.
///
/// Every implementation passes the same suite: the same logits for the same model file to within 1e-4.
pub trait Recognizer: Send + Sync {
    /// What the model file says: alphabet, architecture, how images are prepared.
    fn metadata(&self) -> &ModelMetadata;

    /// The name of the backend: `native` or `libtorch`.
    fn backend(&self) -> &'static str;

    /// How exactly it computes, whatever was asked for; 32-bit floats unless it says otherwise.
    fn precision(&self) -> Precision {
        Precision::F32
    }

    /// The class scores before the softmax, `[n, steps, classes]`, of `input` `[n, channels, height, width]`
    /// with ink 1.0 and paper 0.0.
    ///
    /// A letter network has one step; its classes are those of the alphabet, in order. A sequence network takes images
    /// of any width of [`Architecture::widths`], all of one call the same, has one step for every
    /// [`Architecture::column_width`] pixels of it, left to right, and one more class, the last: the blank.
    ///
    /// # Errors
    /// [`RecognizeError::WrongShape`] or [`RecognizeError::WrongWidth`] if the model does not take images of the shape
    /// of `input`, [`RecognizeError::Backend`] if the backend fails.
    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError>;
}

impl<R: Recognizer + ?Sized> Recognizer for Box<R> {
    fn metadata(&self) -> &ModelMetadata {
        (**self).metadata()
    }

    fn backend(&self) -> &'static str {
        (**self).backend()
    }

    fn precision(&self) -> Precision {
        (**self).precision()
    }

    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        (**self).logits(input)
    }
}

/// Why a batch could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecognizeError {
    /// The input is not of the shape that the network takes; a sequence network takes other widths too.
    #[error("the network takes [n, {}, {}, {}], got {actual:?}", expected.channels, expected.height, expected.width)]
    WrongShape {
        /// The shape of one image.
        expected: InputShape,
        /// `[n, channels, height, width]` of what was given.
        actual: [usize; 4],
    },
    /// The images of a sequence network are too narrow to leave one step, or too wide.
    #[error("the network takes images {} to {} pixels wide, got {actual}", widths.start(), widths.end())]
    WrongWidth {
        /// The widths that it takes, in pixels.
        widths: RangeInclusive<usize>,
        /// The width that was given.
        actual: usize,
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
    /// The number of steps that a network gives for a batch of shape `actual`, `[n, channels, height, width]`: 1 for a
    /// letter network.
    ///
    /// # Errors
    /// [`RecognizeError::WrongShape`] or [`RecognizeError::WrongWidth`] if it takes no such images.
    pub fn check_shape(architecture: &Architecture, actual: [usize; 4]) -> Result<usize, Self> {
        let expected = architecture.input;
        let [_, channels, height, width] = actual;
        let same = (channels, height) == (expected.channels, expected.height)
            && (width == expected.width || architecture.is_sequence());
        if same && let Ok(steps) = architecture.steps_at(width) {
            return Ok(steps);
        }
        // An architecture that makes no network takes no images.
        match architecture.widths() {
            Ok(widths) if same => Err(Self::WrongWidth { widths, actual: width }),
            Ok(_) | Err(_) => Err(Self::WrongShape { expected, actual }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_that_fit_and_shapes_that_do_not() {
        let letter = |shape| RecognizeError::check_shape(&Architecture::post(26), shape);
        assert_eq!(letter([7, 1, 20, 20]).unwrap(), 1);
        assert_eq!(
            letter([7, 1, 20, 24]).unwrap_err().to_string(),
            "the network takes [n, 1, 20, 20], got [7, 1, 20, 24]"
        );
        let sequence = |shape| RecognizeError::check_shape(&Architecture::sequence(26, 96), shape);
        for (width, steps) in [(4, 1), (7, 1), (8, 2), (96, 24), (131, 32)] {
            assert_eq!(sequence([0, 1, 48, width]).unwrap(), steps, "{width}");
        }
        assert_eq!(
            sequence([1, 1, 48, 3]).unwrap_err().to_string(),
            "the network takes images 4 to 14186 pixels wide, got 3"
        );
        assert!(matches!(sequence([1, 1, 20, 96]), Err(RecognizeError::WrongShape { .. })));
        assert!(matches!(sequence([1, 1, 48, usize::MAX]), Err(RecognizeError::WrongWidth { .. })));
    }
}
