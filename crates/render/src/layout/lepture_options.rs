//! The options of the layout `lepture`.

use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::values::limits::{MAX_SIDE, check_entries, check_number};
use crate::values::span::Span;

/// The characters of the Python package `captcha` 0.7.1 (`ImageCaptcha`, by Hsiaoming Yang), with Pillow's arithmetic.
///
/// Every character samples its own font and size. Its box has `w x h` pixels: its advance and the height from the
/// ascender to its lower end, each plus 1. The character is cropped to its ink, rotated by `U(rotate)` degrees,
/// stretched to `w' x h'` (bicubic) and bent into the box (nearest pixel): `dx = w U(0, warp_x.high - warp_x.low) +
/// warp_x.low`, `dy` likewise, two points `(x1, y1)`, `(x2, y2)` with whole coordinates between `-dx` and `dx` or `-dy`
/// and `dy`, `w' = w + |x1| + |x2|`, `h' = h + |y1| + |y2|`, source corners north-west `(x1, y1)`, south-west `(-x1, h'
/// - y2)`, south-east `(w' + x2, h' + y2)`, north-east `(w' - x2, -y1)`.
///
/// With probability `space`, the empty box of a space comes before a character. The average width is that of all boxes
/// over the number of characters. The boxes start at a tenth of the average width and follow each other, centred
/// vertically, each moved to the left by a whole number of pixels of up to `overlap` of the average width. A box is
/// pasted with 1.97 times its own lightness as mask, so dark characters are faint. A canvas wider than the image is
/// resized to its width (bicubic) before anything is drawn over the characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LeptureLayout {
    /// The heights of the font in pixels, 4 to [`MAX_SIDE`], up to 100 of them. Each character samples one. Default 42,
    /// 50 and 56.
    pub sizes: Vec<u32>,
    /// The opacity of the ink while characters are rotated and bent, a whole number, 128 to 255. Default 220 to 255.
    pub opacity: Span,
    /// The counterclockwise rotation of characters in degrees, -180 to 180. Default -30 to 30.
    pub rotate: Span,
    /// How far corners move horizontally. As in the package, the lower value is added in pixels, and the difference of
    /// both values is the share of the width. 0 to 1. Default 0.1 to 0.3.
    pub warp_x: Span,
    /// How far corners move vertically: as `warp_x`, with the height. Default 0.2 to 0.3.
    pub warp_y: Span,
    /// The probability of an empty box before a character, 0 to 1. Default 0.5.
    pub space: f64,
    /// How far characters move to the left, as a share of the average width, 0 to 1. Default 0.25.
    pub overlap: f64,
}

impl Default for LeptureLayout {
    fn default() -> Self {
        Self {
            sizes: vec![42, 50, 56],
            opacity: Span::new(220.0, 255.0),
            rotate: Span::new(-30.0, 30.0),
            warp_x: Span::new(0.1, 0.3),
            warp_y: Span::new(0.2, 0.3),
            space: 0.5,
            overlap: 0.25,
        }
    }
}

impl LeptureLayout {
    /// Sets the heights of the font in pixels.
    #[must_use]
    pub fn with_sizes(mut self, sizes: Vec<u32>) -> Self {
        self.sizes = sizes;
        self
    }

    /// Sets the counterclockwise rotation in degrees.
    #[must_use]
    pub fn with_rotate(mut self, rotate: Span) -> Self {
        self.rotate = rotate;
        self
    }

    /// Sets how far the corners of a character's box move, as a share of its width and of its height.
    #[must_use]
    pub fn with_warp(mut self, x: Span, y: Span) -> Self {
        (self.warp_x, self.warp_y) = (x, y);
        self
    }

    /// Sets the probability of an empty box before a character, and the overlap as a share of the average width.
    #[must_use]
    pub fn with_spacing(mut self, space: f64, overlap: f64) -> Self {
        (self.space, self.overlap) = (space, overlap);
        self
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
        if self.sizes.is_empty() {
            return Err(RenderError::bad_style("sizes", "empty", "at least one size"));
        }
        check_entries("sizes", &self.sizes, |size| match size {
            4..=MAX_SIDE => Ok(()),
            _ => Err(RenderError::bad_style("", size, format!("4 to {MAX_SIDE} pixels"))),
        })?;
        self.opacity.check("opacity", 128.0, 255.0)?;
        self.rotate.check("rotate", -180.0, 180.0)?;
        self.warp_x.check("warp_x", 0.0, 1.0)?;
        self.warp_y.check("warp_y", 0.0, 1.0)?;
        check_number(self.space, "space", 0.0, 1.0)?;
        check_number(self.overlap, "overlap", 0.0, 1.0)
    }
}
