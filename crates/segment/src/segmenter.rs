//! From an image to its letters.

use captcha_core::GlyphBox;
use image::GrayImage;

use crate::options::Method;
use crate::resample::letter_image;
use crate::{SegmentError, SegmentOptions, by_components, by_contours};

/// Cuts images into letters.
///
/// It holds nothing but its options: it is cheap to make and to clone, and can be used from any thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmenter {
    options: SegmentOptions,
}

/// The letters of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segmentation {
    /// From left to right, by the middle of their boxes. Never empty.
    pub letters: Vec<Letter>,
}

/// One letter of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Letter {
    /// The smallest box that holds its ink.
    pub bounds: GlyphBox,
    /// What a network reads: dark ink on white paper, [`letter_size`](SegmentOptions::letter_size) pixels wide and
    /// high.
    pub image: GrayImage,
}

/// What of an image shows one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cutout {
    pub(crate) bounds: GlyphBox,
    /// As large as `bounds`.
    pub(crate) image: GrayImage,
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

    /// The letters of `image`, dark ink on light paper, left to right; `expected` is their number if it is known.
    ///
    /// # Errors
    /// [`SegmentError::NoInk`], [`SegmentError::WrongCount`] or [`SegmentError::TooManyPieces`]: these say something
    /// of the image and are to be counted, not to be dropped.
    pub fn segment(&self, image: &GrayImage, expected: Option<usize>) -> Result<Segmentation, SegmentError> {
        let cleaned = self.options.cleaning.apply(image);
        let image = cleaned.as_ref().unwrap_or(image);
        let level = self.options.threshold.level(image).ok_or(SegmentError::NoInk)?;
        let cutouts = match &self.options.method {
            Method::Components(options) => {
                let (components, pieces) = by_components::find(image, level, options, expected)?;
                by_components::cut(image, &components, &pieces, options, expected)?
            }
            Method::Contours(options) => {
                by_contours::cut(image, &by_contours::find(image, level, options), expected)?
            }
        };
        Ok(Segmentation { letters: cutouts.iter().map(|cutout| self.letter(cutout)).collect() })
    }

    fn letter(&self, cutout: &Cutout) -> Letter {
        let SegmentOptions { letter_size, letter_margin, letter_fit, .. } = self.options;
        Letter {
            bounds: cutout.bounds,
            image: letter_image(&cutout.image, letter_size, letter_margin, letter_fit),
        }
    }
}
