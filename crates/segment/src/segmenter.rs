//! From an image to its letters.

use image::GrayImage;

use crate::error::{SegmentError, check_size};
use crate::letter::{Cutout, Letter, Segmentation, resample_letter};
use crate::options::{Method, SegmentOptions};
use crate::{by_components, by_contours};

/// Cuts images into letters.
///
/// It holds only its options: it is cheap to construct and to clone, and can be used from any thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmenter {
    options: SegmentOptions,
}

impl Segmenter {
    /// The segmenter with these options.
    ///
    /// # Errors
    /// [`SegmentError::InvalidOption`] names the first option that is out of its range.
    pub fn new(options: SegmentOptions) -> Result<Self, SegmentError> {
        options.check()?;
        Ok(Self { options })
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &SegmentOptions {
        &self.options
    }

    /// Cuts `image`, dark ink on light paper, into its letters from left to right. `expected` is their number, if it is
    /// known.
    ///
    /// # Errors
    /// [`SegmentError::NoInk`], [`SegmentError::WrongCount`], [`SegmentError::TooManyPieces`],
    /// [`SegmentError::TooComplex`] or [`SegmentError::ImageTooLarge`]. All are about the image: count such failures, do not drop them.
    pub fn segment(&self, image: &GrayImage, expected: Option<usize>) -> Result<Segmentation, SegmentError> {
        check_size(image)?;
        let cleaned = self.options.cleaning.apply(image)?;
        let image = cleaned.as_ref().unwrap_or(image);
        let level = self.options.threshold.level(image).ok_or(SegmentError::NoInk)?;
        // Each cutout becomes a letter image at once: all cutouts together can be far larger than the image.
        let letter = |cutout: Cutout| self.letter(&cutout);
        let letters = match &self.options.method {
            Method::Components(options) => {
                let (components, pieces) = by_components::find(image, level, options, expected)?;
                by_components::cut(image, &components, &pieces, options, expected, letter)?
            }
            Method::Contours(options) => {
                by_contours::cut(image, &by_contours::find(image, level, options), expected, letter)?
            }
        };
        Ok(Segmentation { letters })
    }

    fn letter(&self, cutout: &Cutout) -> Letter {
        let SegmentOptions { letter_size, letter_margin, letter_fit, .. } = self.options;
        Letter {
            bounds: cutout.bounds,
            image: resample_letter(&cutout.image, letter_size, letter_margin, letter_fit),
        }
    }
}
