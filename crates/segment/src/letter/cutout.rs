//! The part of an image that shows one letter.

use captcha_core::GlyphBox;
use image::GrayImage;

/// The most letters that an image is cut into. The memory for their images stays below 300 MB with any options.
pub(crate) const MAX_LETTERS: usize = 1024;

/// The part of an image that shows one letter, before it is resampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cutout {
    /// Where it is in the image.
    pub(crate) bounds: GlyphBox,
    /// The pixels, as many as `bounds` has.
    pub(crate) image: GrayImage,
}

/// The key that sorts boxes from left to right: by the middle of the box, then by its corner, so that the order never
/// depends on how the boxes were found.
pub(crate) fn reading_order(bounds: GlyphBox) -> (u64, u32, u32) {
    (u64::from(bounds.x()) + u64::from(bounds.right()), bounds.x(), bounds.y())
}
