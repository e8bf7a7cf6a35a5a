//! What is drawn over the characters.

use image::GrayImage;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::RenderError;
use crate::line;
use crate::resample::Resampling;
use crate::style::Span;

/// What is drawn over the characters. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Clutter {
    /// One bent line from left to right, as in Claptcha.
    Line(LineClutter),
}

/// Claptcha's line: straight on a layer of five times the canvas, bent by a quadrilateral warp, scaled down and
/// pasted over the letters in black.
///
/// On a layer of `w x h` pixels it runs from `(w U(start), h U(0, 1))` to `(w U(end), h U(0, 1))` and is
/// `round(sqrt(w h) thickness)` pixels wide. The warp has `dx = w U(reach)` and `dy = h U(reach)`, and takes two
/// points as [`QuadWarp`](crate::QuadWarp) does, but with absolute values and without growing the layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LineClutter {
    /// Where it starts, in shares of the width, 0 to 1. Default 0 to 0.1.
    pub start: Span,
    /// Where it ends, in shares of the width, 0 to 1, at least 0.2 to the right of its start. Default 0.9 to 1.
    pub end: Span,
    /// Width of the line in shares of the square root of the layer's area, above 0, up to 0.5. Default 0.02284.
    pub thickness: f64,
    /// How far the corners move, in shares of the layer's sides, 0 to 0.5. Default 0.2 to 0.5.
    pub reach: Span,
}

impl Default for LineClutter {
    fn default() -> Self {
        Self {
            start: Span::new(0.0, 0.1),
            end: Span::new(0.9, 1.0),
            thickness: 2.284e-2,
            reach: Span::new(0.2, 0.5),
        }
    }
}

impl LineClutter {
    /// The same with another thickness, in shares of the square root of the canvas' area.
    #[must_use]
    pub fn with_thickness(mut self, thickness: f64) -> Self {
        self.thickness = thickness;
        self
    }

    /// The same with other places where it starts and ends, in shares of the width.
    #[must_use]
    pub fn with_ends(mut self, start: Span, end: Span) -> Self {
        (self.start, self.end) = (start, end);
        self
    }

    /// The same with corners that move by other shares of the layer's sides.
    #[must_use]
    pub fn with_reach(mut self, reach: Span) -> Self {
        self.reach = reach;
        self
    }

    fn validate(&self) -> Result<(), RenderError> {
        self.start.check("clutter.start", 0.0, 1.0)?;
        self.end.check("clutter.end", 0.0, 1.0)?;
        self.reach.check("clutter.reach", 0.0, 0.5)?;
        if self.start.high + MIN_LENGTH > self.end.low {
            return Err(RenderError::BadStyle {
                field: "clutter.end",
                actual: format!("[{}, {}]", self.end.low, self.end.high),
                expected: format!("to be at least {MIN_LENGTH} to the right of start {}", self.start.high),
            });
        }
        if self.thickness > 0.0 && self.thickness <= 0.5 {
            return Ok(());
        }
        Err(RenderError::BadStyle {
            field: "clutter.thickness",
            actual: self.thickness.to_string(),
            expected: "a number above 0, up to 0.5".to_owned(),
        })
    }
}

/// The least distance of a line's ends, in shares of the width: a pixel on the smallest layer.
const MIN_LENGTH: f64 = 0.2;

impl Clutter {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::Line(line) => line.validate(),
        }
    }

    pub(crate) fn apply(&self, canvas: &mut GrayImage, resampling: Resampling, rng: &mut impl Rng) {
        match self {
            Self::Line(line) => line::draw(line, canvas, resampling, rng),
        }
    }
}
