//! The letters of an image.

use captcha_core::GlyphBox;
use image::GrayImage;

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
    /// What a network reads: dark ink on white paper,
    /// [`letter_size`](crate::SegmentOptions::letter_size) pixels wide and high.
    pub image: GrayImage,
}
