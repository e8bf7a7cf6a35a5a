//! How shapes are bent.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Warp`]: how one character is bent in its cell |
//! | `distortion` | [`Distortion`](distortion::Distortion): how a whole row of characters is bent |

pub(crate) mod distortion;

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::pillow::quad::{Corners, QuadMap, sample_points};
use crate::pillow::resample::Resampling;
use crate::pillow::sampled_image::SampledImage;
use crate::values::span::Span;

/// How one character is bent in its cell. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Warp {
    /// The corners of the cell move and the pixels between them follow, as in Claptcha.
    Quad(QuadWarp),
}

/// Claptcha's warp of a letter: its cell is mapped to a larger quadrilateral around it, so that the letter shrinks and
/// leans. What leaves the cell is cut off.
///
/// With a cell of `w x h` pixels, `dx = w U(reach_x)` and `dy = h U(reach_y)`, two points `(x1, y1)` and `(x2, y2)` are
/// sampled, each coordinate a whole number between `-dx` and `dx` or `-dy` and `dy`; `w` and `h` then both grow by
/// `|x1| + |x2|` (both by x, as in the original). The source corners are north-west `(x1, -y1)`, south-west `(-x1, h +
/// y2)`, south-east `(w + x2, h - y2)` and north-east `(w - x2, y1)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct QuadWarp {
    /// How far points move sideways, in shares of the cell's width, 0 to 4. Default 0.2 to 0.7.
    pub reach_x: Span,
    /// How far points move up and down, in shares of the cell's height, 0 to 4. Default 0.2 to 0.7.
    pub reach_y: Span,
}

impl Default for QuadWarp {
    fn default() -> Self {
        Self { reach_x: Span::new(0.2, 0.7), reach_y: Span::new(0.2, 0.7) }
    }
}

impl QuadWarp {
    /// Sets how far points move, in shares of the cell's width and height.
    #[must_use]
    pub fn with_reach(mut self, x: Span, y: Span) -> Self {
        (self.reach_x, self.reach_y) = (x, y);
        self
    }

    fn corners(&self, (width, height): (usize, usize), rng: &mut impl Rng) -> Corners {
        let (w, h) = (width as f64, height as f64);
        let [first, second] = sample_points((w, h), self.reach_x, self.reach_y, rng);
        let grown = first.0.abs() + second.0.abs();
        Corners::displaced((w + grown, h + grown), first, second)
    }
}

impl Warp {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::Quad(quad) => {
                quad.reach_x.check("reach_x", 0.0, 4.0)?;
                quad.reach_y.check("reach_y", 0.0, 4.0)
            }
        }
    }

    /// The cell after this warp, row by row, of the same size.
    pub(crate) fn apply(&self, cell: &SampledImage, resampling: Resampling, rng: &mut impl Rng) -> Vec<u8> {
        match self {
            Self::Quad(quad) => {
                let (width, height) = cell.size();
                let map = QuadMap::new(quad.corners((width, height), rng), width, height);
                cell.warp(&map, resampling)
            }
        }
    }
}
