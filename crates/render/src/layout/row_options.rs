//! The options of the layout `row`.

use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::values::limits::{check_entries, check_number};
use crate::values::span::Span;
use crate::warp::distortion::Distortion;

/// Characters in a row on a canvas of the image's size, drawn as shapes: nothing is blurred by being turned or bent,
/// and the ground truth is exact.
///
/// In this order: every character gets its font and height (`size`), is made wider (`stretch`), slanted (`shear`),
/// seen from the side (`perspective`) and turned (`rotate`), all around its middle. Then it is moved up or down
/// (`shift`) and to the right until its ink is `gap` away from that of the characters before it, in the row of pixels
/// where they come closest; two thirds of the width of the last one (0.65) stay free anyway. The
/// whole row is bent by every `distort`, shrunk if it is larger than the image, and put at a random place, but in the
/// middle of the height. Characters are drawn filled or hollow, all shadows first.
///
/// Shares of the height are those of the image's height, unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RowLayout {
    /// Height of the font in shares of the height, 0.05 to 2. Default 0.6 to 0.7.
    pub size: Span,
    /// Whether every character draws a font and a size of its own, or the image draws one. Default false.
    pub mixed: bool,
    /// Whether every character draws a colour of its own, or the image draws one. Default false.
    pub coloured: bool,
    /// The room between the ink of neighbours in shares of the font's height, -0.5 to 2: below 0 they overlap.
    /// Default 0.05 to 0.15.
    pub gap: Span,
    /// How far characters are moved down in shares of the height, -0.5 to 0.5. Default 0.
    pub shift: Span,
    /// How many times wider characters are, 0.3 to 3. Default 1.
    pub stretch: Span,
    /// How far a character leans to the right for each pixel of its height, -1.5 to 1.5. Default 0.
    pub shear: Span,
    /// How much nearer one side of a character is than its middle, to the right and, drawn anew, below, for an em's
    /// distance, -0.6 to 0.6. Default 0.
    pub perspective: Span,
    /// How far characters are turned with the clock in degrees, -180 to 180. Default 0.
    pub rotate: Span,
    /// How the row is bent, one after the other. Default not at all.
    pub distort: Vec<Distortion>,
    /// Characters as outlines. Default none.
    pub hollow: Hollow,
    /// Shadows of the characters. Default none.
    pub shadow: Shadow,
    /// The least room around the row in pixels, less than half of the image's width and height. Default 3.
    pub margin: u32,
}

/// Characters that are outlines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Hollow {
    /// The probability that an image has hollow characters, 0 to 1. Default 0.
    pub share: f64,
    /// The width of the outline in shares of the font's height, 0.01 to 0.2. Default 0.04 to 0.06.
    pub width: Span,
}

/// Shadows: every character is drawn twice, first moved and faintly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Shadow {
    /// The probability that an image has shadows, 0 to 1. Default 0.
    pub share: f64,
    /// How far they fall to the right or the left, and down, in shares of the font's height, 0 to 0.5. Default 0.06
    /// to 0.12.
    pub offset: Span,
    /// How much of the ink they have, 0 to 1. Default 0.3 to 0.5.
    pub strength: Span,
}

impl Default for Hollow {
    fn default() -> Self {
        Self { share: 0.0, width: Span::new(0.04, 0.06) }
    }
}

impl Default for Shadow {
    fn default() -> Self {
        Self { share: 0.0, offset: Span::new(0.06, 0.12), strength: Span::new(0.3, 0.5) }
    }
}

impl Hollow {
    /// Hollow characters in this share of the images, with outlines of these widths in shares of the font's height.
    #[must_use]
    pub fn new(share: f64, width: Span) -> Self {
        Self { share, width }
    }
}

impl Shadow {
    /// Shadows in this share of the images, that fall so far (in shares of the font's height) and are so strong.
    #[must_use]
    pub fn new(share: f64, offset: Span, strength: Span) -> Self {
        Self { share, offset, strength }
    }
}

impl Default for RowLayout {
    fn default() -> Self {
        Self {
            size: Span::new(0.6, 0.7),
            mixed: false,
            coloured: false,
            gap: Span::new(0.05, 0.15),
            shift: Span::new(0.0, 0.0),
            stretch: Span::new(1.0, 1.0),
            shear: Span::new(0.0, 0.0),
            perspective: Span::new(0.0, 0.0),
            rotate: Span::new(0.0, 0.0),
            distort: Vec::new(),
            hollow: Hollow::default(),
            shadow: Shadow::default(),
            margin: 3,
        }
    }
}

impl RowLayout {
    /// The same with fonts of other heights, in shares of the image's height.
    #[must_use]
    pub fn with_size(mut self, size: Span) -> Self {
        self.size = size;
        self
    }

    /// The same with a font, a size and a colour for every character, or not.
    #[must_use]
    pub fn with_mixed(mut self, mixed: bool, coloured: bool) -> Self {
        (self.mixed, self.coloured) = (mixed, coloured);
        self
    }

    /// The same with other gaps, in shares of the font's height.
    #[must_use]
    pub fn with_gap(mut self, gap: Span) -> Self {
        self.gap = gap;
        self
    }

    /// The same with characters that are moved down, in shares of the image's height.
    #[must_use]
    pub fn with_shift(mut self, shift: Span) -> Self {
        self.shift = shift;
        self
    }

    /// The same with characters that are so many times wider.
    #[must_use]
    pub fn with_stretch(mut self, stretch: Span) -> Self {
        self.stretch = stretch;
        self
    }

    /// The same with characters that lean.
    #[must_use]
    pub fn with_shear(mut self, shear: Span) -> Self {
        self.shear = shear;
        self
    }

    /// The same with characters that are seen from the side.
    #[must_use]
    pub fn with_perspective(mut self, perspective: Span) -> Self {
        self.perspective = perspective;
        self
    }

    /// The same with characters that are turned, in degrees.
    #[must_use]
    pub fn with_rotate(mut self, rotate: Span) -> Self {
        self.rotate = rotate;
        self
    }

    /// The same with a row that is bent.
    #[must_use]
    pub fn with_distort(mut self, distort: Vec<Distortion>) -> Self {
        self.distort = distort;
        self
    }

    /// The same with hollow characters.
    #[must_use]
    pub fn with_hollow(mut self, hollow: Hollow) -> Self {
        self.hollow = hollow;
        self
    }

    /// The same with shadows.
    #[must_use]
    pub fn with_shadow(mut self, shadow: Shadow) -> Self {
        self.shadow = shadow;
        self
    }

    /// The same with more or less room around the row, in pixels.
    #[must_use]
    pub fn with_margin(mut self, margin: u32) -> Self {
        self.margin = margin;
        self
    }

    /// Refuses values out of their range for an image of `size` pixels.
    pub(crate) fn validate(&self, size: (u32, u32)) -> Result<(), RenderError> {
        self.size.check("size", 0.05, 2.0)?;
        self.gap.check("gap", -0.5, 2.0)?;
        self.shift.check("shift", -0.5, 0.5)?;
        self.stretch.check("stretch", 0.3, 3.0)?;
        self.shear.check("shear", -1.5, 1.5)?;
        self.perspective.check("perspective", -0.6, 0.6)?;
        self.rotate.check("rotate", -180.0, 180.0)?;
        check_entries("distort", &self.distort, Distortion::validate)?;
        check_number(self.hollow.share, "hollow.share", 0.0, 1.0)?;
        self.hollow.width.check("hollow.width", 0.01, 0.2)?;
        check_number(self.shadow.share, "shadow.share", 0.0, 1.0)?;
        self.shadow.offset.check("shadow.offset", 0.0, 0.5)?;
        self.shadow.strength.check("shadow.strength", 0.0, 1.0)?;
        let side = size.0.min(size.1);
        if u64::from(self.margin) * 2 < u64::from(side) {
            return Ok(());
        }
        Err(RenderError::bad_style("margin", self.margin, format!("less than half of {side} pixels")))
    }
}
