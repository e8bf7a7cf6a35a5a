//! The dots of the Python package `captcha`.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::Canvas;
use crate::error::RenderError;
use crate::pillow::wide_line::WideLine;
use crate::values::colour::Colour;
use crate::values::limits::check_whole;
use crate::values::random;

/// The most dots of an image.
const MOST: u32 = 10_000;

/// The dots of the Python package `captcha`: wide lines from a pixel to its upper left neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DotsClutter {
    /// The number of dots, up to 10,000. Default 30.
    pub count: u32,
    /// The width of the lines in pixels, 1 to 64. Default 3.
    pub width: u32,
}

impl Default for DotsClutter {
    fn default() -> Self {
        Self { count: 30, width: 3 }
    }
}

impl DotsClutter {
    /// `count` dots, `width` pixels wide.
    #[must_use]
    pub fn new(count: u32, width: u32) -> Self {
        Self { count, width }
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
        check_whole(self.count, "count", 0, MOST)?;
        check_whole(self.width, "width", 1, 64)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, colour: Colour, rng: &mut impl Rng) {
        // All dots have the same shape.
        let middle = self.width as i32 + 1;
        let line = WideLine::new((middle, middle), (middle - 1, middle - 1), f64::from(self.width));
        let runs = line.runs(2 * middle as usize + 1, 2 * middle as usize + 1);
        for _ in 0..self.count {
            let x = random::index(rng, canvas.width + 1) as i32 - middle;
            let y = random::index(rng, canvas.height + 1) as i32 - middle;
            for (row, run) in (y..).zip(&runs).filter(|(_, run)| !run.is_empty()) {
                canvas.fill_run(row, x + run.start as i32, x + run.end as i32 - 1, colour);
            }
        }
    }
}
