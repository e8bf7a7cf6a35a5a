//! The curve of the Python package `captcha`.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::Canvas;
use crate::error::RenderError;
use crate::pillow::arc::arc_runs;
use crate::values::colour::Colour;
use crate::values::random;
use crate::values::span::Span;

/// The curve of the Python package `captcha`: an arc of an ellipse, one pixel wide.
///
/// On a canvas of `w x h` pixels, the ellipse fills the box from `(U(0, w/5), y)`, with `y = U(h/5, h - h/5)`, to
/// `(U(w/5, w), U(y, h - h/5))`. The arc runs from `U(start)` to `U(end)` degrees, clockwise from three o'clock. All
/// numbers are whole. With the default angles it is about the lower half.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CurveClutter {
    /// The angle where the arc starts, in whole degrees, 0 to 360. Default 0 to 20.
    pub start: Span,
    /// The angle where the arc ends, in whole degrees, 0 to 360. Default 160 to 200.
    pub end: Span,
}

impl Default for CurveClutter {
    fn default() -> Self {
        Self { start: Span::new(0.0, 20.0), end: Span::new(160.0, 200.0) }
    }
}

impl CurveClutter {
    /// Sets the ranges of the start and end angles, in whole degrees.
    #[must_use]
    pub fn with_angles(mut self, start: Span, end: Span) -> Self {
        (self.start, self.end) = (start, end);
        self
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
        self.start.check("start", 0.0, 360.0)?;
        self.end.check("end", 0.0, 360.0)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, colour: Colour, rng: &mut impl Rng) {
        let (w, h) = (canvas.width, canvas.height);
        let x1 = random::index(rng, w / 5 + 1);
        let x2 = random::index(rng, w - w / 5 + 1) + w / 5;
        let y1 = random::index(rng, h - 2 * (h / 5) + 1) + h / 5;
        let y2 = random::index(rng, h - y1 - h / 5 + 1) + y1;
        let mut angle = |span: Span| random::whole_number(rng, span.low, span.high);
        let (end, start) = (angle(self.end), angle(self.start));
        let (from, to) = ((x1 as i32, y1 as i32), (x2 as i32, y2 as i32));
        for (y, first, last) in arc_runs(from, to, (start, end)) {
            canvas.fill_run(y, first, last, colour);
        }
    }
}
