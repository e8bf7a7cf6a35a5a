//! What is drawn behind and over the characters. Each kind has its options, their check and its drawing in one file.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Clutter`]: one of all kinds |
//! | `claptcha_line` | the bent line of Claptcha |
//! | `dots` | the dots of the Python package `captcha` |
//! | `curve` | the curve of the Python package `captcha` |
//! | `strokes` | lines, Bezier curves, arcs, ellipses and discs with soft edges |

pub(crate) mod claptcha_line;
pub(crate) mod curve;
pub(crate) mod dots;
pub(crate) mod strokes;

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::Canvas;
use crate::clutter::claptcha_line::LineClutter;
use crate::clutter::curve::CurveClutter;
use crate::clutter::dots::DotsClutter;
use crate::clutter::strokes::{SpotsClutter, StrokesClutter};
use crate::error::RenderError;
use crate::pillow::resample::Resampling;
use crate::values::colour::{Colour, Colours};

/// What is drawn behind or over the characters. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Clutter {
    /// One bent line from left to right, as in Claptcha.
    Line(LineClutter),
    /// Short strokes all over, as in the Python package `captcha`.
    Dots(DotsClutter),
    /// The upper or lower part of an ellipse, as in the Python package `captcha`.
    Curve(CurveClutter),
    /// Lines, Bezier curves, arcs or ellipses.
    Strokes(StrokesClutter),
    /// Discs.
    Spots(SpotsClutter),
}

impl Clutter {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::Line(line) => line.validate(),
            Self::Dots(dots) => dots.validate(),
            Self::Curve(curve) => curve.validate(),
            Self::Strokes(strokes) => strokes.validate(),
            Self::Spots(spots) => spots.validate(),
        }
    }

    /// Whether its own colours, if it has any, are greys.
    pub(crate) fn is_grey(&self) -> bool {
        let colours = match self {
            Self::Strokes(strokes) => strokes.colours,
            Self::Spots(spots) => spots.colours,
            Self::Line(_) | Self::Dots(_) | Self::Curve(_) => None,
        };
        colours.is_none_or(Colours::is_grey)
    }

    /// Draws it in its own colours, or else in `colour`.
    pub(crate) fn apply(
        &self,
        canvas: &mut Canvas,
        colour: Colour,
        resampling: Resampling,
        rng: &mut impl Rng,
    ) {
        match self {
            Self::Line(line) => claptcha_line::draw(line, canvas, colour, resampling, rng),
            Self::Dots(dots) => dots.draw(canvas, colour, rng),
            Self::Curve(curve) => curve.draw(canvas, colour, rng),
            Self::Strokes(strokes) => strokes.draw(canvas, colour, rng),
            Self::Spots(spots) => spots.draw(canvas, colour, rng),
        }
    }
}
