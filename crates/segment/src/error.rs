//! Why an image was not cut into letters.

/// Why an image was not cut into letters, or options are refused.
///
/// The first three say something of an image and are counted; [`reason`](Self::reason) is their short name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// Nothing in the image stands out from the paper.
    #[error("the image shows no ink")]
    NoInk,
    /// The image shows another number of letters than expected, and no plausible join or cut mends it.
    #[error("expected {expected} letters, found {found}")]
    WrongCount {
        /// The number of pieces of ink that were found.
        found: usize,
        /// The number of letters that were asked for.
        expected: usize,
    },
    /// The ink falls into so many pieces that it is no text.
    #[error(
        "the ink falls into {found} pieces, which is more than {limit}: the image shows noise, not letters"
    )]
    TooManyPieces {
        /// The number of pieces that are no specks.
        found: usize,
        /// The most that are read as text.
        limit: usize,
    },
    /// An option is out of its range.
    #[error("the option {option} is {actual}, expected {expected}")]
    InvalidOption {
        /// The name of the option.
        option: &'static str,
        /// Its value.
        actual: String,
        /// The values that it can take.
        expected: &'static str,
    },
}

impl SegmentError {
    /// A short name that stays the same for all values, to count failures by.
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
            Self::InvalidOption { .. } => "invalid option",
        }
    }
}
