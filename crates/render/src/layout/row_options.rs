//! The options of the layout `row`.

use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::values::limits::{check_entries, check_number};
use crate::values::span::Span;
use crate::warp::distortion::Distortion;

/// Characters in a row on a canvas of the image's size. They are warped as outlines and rasterised once, so nothing is
/// blurred and the ground truth is exact.
///
/// Each character samples its font and height (`size`), is widened (`stretch`), sheared (`shear`), seen in perspective
/// (`perspective`) and rotated (`rotate`) around its middle, in this order. It is moved up or down (`shift`) and placed
/// so far to the right that its ink is `gap` away from that of the characters before it, measured in the pixel row
/// where they are closest; 0.65 of the width of the character before it is never covered. Then every `distort` bends
/// the whole row. A row that is larger than the image is scaled down. It is placed at random horizontally and as `height` says
/// vertically. All shadows are drawn first, then the characters, filled or hollow.
///
/// "Height" is that of the image unless the font's is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RowLayout {
    /// The height of the font as a share of the height, 0.05 to 2. Default 0.6 to 0.7.
    pub size: Span,
    /// Whether every character samples its own font and size, or all of an image share one. Default false.
    pub mixed: bool,
    /// Whether every character samples its own colour, or all of an image share one. Default false.
    pub coloured: bool,
    /// The gap between the ink of neighbours as a share of the font's height, -0.5 to 2. Below 0 they overlap. Default
    /// 0.05 to 0.15.
    pub gap: Span,
    /// How far characters move down, as a share of the height, -0.5 to 0.5. Default 0.
    pub shift: Span,
    /// The factor that characters are widened by, 0.3 to 3. Default 1.
    pub stretch: Span,
    /// The horizontal shear: pixels to the right for each pixel of height, -1.5 to 1.5. Default 0.
    pub shear: Span,
    /// The perspective: how much nearer a point one em to the right of the middle is to the viewer than the middle,
    /// -0.6 to 0.6. A second sample is that of a point one em below. Default 0.
    pub perspective: Span,
    /// The clockwise rotation of characters in degrees, -180 to 180. Default 0.
    pub rotate: Span,
    /// How the whole row is bent, in this order. Default not at all.
    pub distort: Vec<Distortion>,
    /// How often characters are hollow, and their outlines. Default never.
    pub hollow: Hollow,
    /// How often characters have shadows, and how these look. Default never.
    pub shadow: Shadow,
    /// The least margin around the row in pixels, less than half of the image's width and height. Default 3.
    pub margin: u32,
    /// Where the row stands between the upper margin (0) and the lower one (1). Default none: in the middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Span>,
}

/// Hollow characters: only their outlines are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Hollow {
    /// The probability that an image has hollow characters, 0 to 1. Default 0.
    pub share: f64,
    /// The width of the outline as a share of the font's height, 0.01 to 0.2. Default 0.04 to 0.06.
    pub width: Span,
}

/// Shadows: every character is first drawn displaced and faint.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Shadow {
    /// The probability that an image has shadows, 0 to 1. Default 0.
    pub share: f64,
    /// The displacement to the right or the left, and down, as a share of the font's height, 0 to 0.5. Default 0.06 to
    /// 0.12.
    pub offset: Span,
    /// The opacity, 0 to 1. Default 0.3 to 0.5.
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
    /// Hollow characters in a share `share` of the images, with outlines `width` of the font's height wide.
    #[must_use]
    pub fn new(share: f64, width: Span) -> Self {
        Self { share, width }
    }
}

impl Shadow {
    /// Shadows in a share `share` of the images, displaced by `offset` of the font's height, with an opacity of
    /// `strength`.
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
            height: None,
        }
    }
}

impl RowLayout {
    /// Sets the height of the font, as a share of the image's height.
    #[must_use]
    pub fn with_size(mut self, size: Span) -> Self {
        self.size = size;
        self
    }

    /// Sets whether every character samples its own font and size, and its own colour.
    #[must_use]
    pub fn with_mixed(mut self, mixed: bool, coloured: bool) -> Self {
        (self.mixed, self.coloured) = (mixed, coloured);
        self
    }

    /// Sets the gap between characters, as a share of the font's height.
    #[must_use]
    pub fn with_gap(mut self, gap: Span) -> Self {
        self.gap = gap;
        self
    }

    /// Sets how far characters move down, as a share of the image's height.
    #[must_use]
    pub fn with_shift(mut self, shift: Span) -> Self {
        self.shift = shift;
        self
    }

    /// Sets the factor that characters are widened by.
    #[must_use]
    pub fn with_stretch(mut self, stretch: Span) -> Self {
        self.stretch = stretch;
        self
    }

    /// Sets the horizontal shear of characters.
    #[must_use]
    pub fn with_shear(mut self, shear: Span) -> Self {
        self.shear = shear;
        self
    }

    /// Sets the perspective of characters.
    #[must_use]
    pub fn with_perspective(mut self, perspective: Span) -> Self {
        self.perspective = perspective;
        self
    }

    /// Sets the clockwise rotation of characters in degrees.
    #[must_use]
    pub fn with_rotate(mut self, rotate: Span) -> Self {
        self.rotate = rotate;
        self
    }

    /// Sets the distortions of the whole row.
    #[must_use]
    pub fn with_distort(mut self, distort: Vec<Distortion>) -> Self {
        self.distort = distort;
        self
    }

    /// Sets how often characters are hollow, and their outlines.
    #[must_use]
    pub fn with_hollow(mut self, hollow: Hollow) -> Self {
        self.hollow = hollow;
        self
    }

    /// Sets how often characters have shadows, and how these look.
    #[must_use]
    pub fn with_shadow(mut self, shadow: Shadow) -> Self {
        self.shadow = shadow;
        self
    }

    /// Sets the margin around the row in pixels.
    #[must_use]
    pub fn with_margin(mut self, margin: u32) -> Self {
        self.margin = margin;
        self
    }

    /// Sets where the row stands between the upper margin (0) and the lower one (1).
    #[must_use]
    pub fn with_height(mut self, height: Span) -> Self {
        self.height = Some(height);
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
        self.height.map_or(Ok(()), |height| height.check("height", 0.0, 1.0))?;
        let side = size.0.min(size.1);
        if u64::from(self.margin) * 2 < u64::from(side) {
            return Ok(());
        }
        Err(RenderError::bad_style("margin", self.margin, format!("less than half of {side} pixels")))
    }
}
