//! Why an image was not cut into letters.

use image::GrayImage;

/// Why an image was not cut into letters, or why options are refused.
///
/// The first five variants are about an image: a failure that is counted. [`reason`](Self::reason) is their short name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// Nothing in the image contrasts with the paper.
    #[error("the image shows no ink")]
    NoInk,
    /// The image shows another number of letters than expected, and no plausible join or cut leads to that number.
    #[error("expected {expected} letters, found {found}")]
    WrongCount {
        /// The number of pieces of ink that were found.
        found: usize,
        /// The expected number of letters.
        expected: usize,
    },
    /// The ink falls into so many pieces that it is no text.
    #[error("the ink falls into {found} pieces, more than {limit}: the image shows noise, not letters")]
    TooManyPieces {
        /// The number of pieces, without specks.
        found: usize,
        /// The most pieces that are read as text.
        limit: usize,
    },
    /// The search for cuts would take too long: the image has wide pieces above each other that are not joined.
    #[error("the search for cuts takes up to {steps} steps, expected at most {limit}")]
    TooComplex {
        /// An upper bound of the steps.
        steps: u64,
        /// The most steps.
        limit: u64,
    },
    /// The image is wider or higher than any that is cut.
    #[error("the image is {width} x {height} pixels, expected at most {limit} a side")]
    ImageTooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The largest side in pixels.
        limit: u32,
    },
    /// No preset has this name.
    #[error("there is no way to cut called {name:?}, expected best or seed")]
    UnknownPreset {
        /// The name that was given.
        name: String,
    },
    /// An option is out of its range.
    #[error("the option {option} is {actual}, expected {expected}")]
    InvalidOption {
        /// The name of the option.
        option: &'static str,
        /// Its value.
        actual: String,
        /// The values that are accepted.
        expected: &'static str,
    },
}

impl SegmentError {
    /// A short name of the variant, to count failures by.
    ///
    /// ```
    /// use captcha_segment::SegmentError;
    ///
    /// assert_eq!(SegmentError::WrongCount { found: 5, expected: 6 }.reason(), "wrong count");
    /// ```
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoInk => "no ink",
            Self::WrongCount { .. } => "wrong count",
            Self::TooManyPieces { .. } => "too many pieces",
            Self::TooComplex { .. } => "too complex",
            Self::ImageTooLarge { .. } => "image too large",
            Self::UnknownPreset { .. } => "unknown preset",
            Self::InvalidOption { .. } => "invalid option",
        }
    }
}

/// # Errors
/// [`SegmentError::InvalidOption`] if `valid` is false.
pub(crate) fn check_option(
    option: &'static str,
    actual: impl ToString + Copy,
    valid: bool,
    expected: &'static str,
) -> Result<(), SegmentError> {
    if valid {
        Ok(())
    } else {
        Err(SegmentError::InvalidOption { option, actual: actual.to_string(), expected })
    }
}

/// The largest width and height of an image that is cut, in pixels: the number of its pixels stays below 2^32.
const MAX_SIDE: u32 = u16::MAX as u32;

/// # Errors
/// [`SegmentError::ImageTooLarge`].
pub(crate) fn check_size(image: &GrayImage) -> Result<(), SegmentError> {
    let (width, height) = image.dimensions();
    if width.max(height) > MAX_SIDE {
        return Err(SegmentError::ImageTooLarge { width, height, limit: MAX_SIDE });
    }
    Ok(())
}
