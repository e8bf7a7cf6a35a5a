//! What is drawn over the characters.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::RenderError;
use crate::canvas::Canvas;
use crate::colour::{Colour, Colours};
use crate::polygon::WideLine;
use crate::resample::Resampling;
use crate::strokes::{SpotsClutter, StrokesClutter};
use crate::style::Span;
use crate::{arc, draw, line};

/// What is drawn over the characters. In TOML a table with a `kind`.
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
        self.start.check("start", 0.0, 1.0)?;
        self.end.check("end", 0.0, 1.0)?;
        self.reach.check("reach", 0.0, 0.5)?;
        if self.start.high + MIN_LENGTH > self.end.low {
            let expected = format!("to be at least {MIN_LENGTH} to the right of start {}", self.start.high);
            let actual = format!("[{}, {}]", self.end.low, self.end.high);
            return Err(RenderError::bad_style("end", actual, expected));
        }
        if self.thickness > 0.0 && self.thickness <= 0.5 {
            return Ok(());
        }
        Err(RenderError::bad_style("thickness", self.thickness, "a number above 0, up to 0.5"))
    }
}

/// The dots of the Python package `captcha`: lines from a place to its upper left neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DotsClutter {
    /// How many, up to 10,000. Default 30.
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

    fn validate(&self) -> Result<(), RenderError> {
        whole(self.count, "count", 0, MOST)?;
        whole(self.width, "width", 1, 64)
    }

    fn draw(&self, canvas: &mut Canvas, colour: Colour, rng: &mut impl Rng) {
        // All dots are the same but for their place.
        let middle = self.width as i32 + 1;
        let line = WideLine::new((middle, middle), (middle - 1, middle - 1), f64::from(self.width));
        let runs = line.runs(2 * middle as usize + 1, 2 * middle as usize + 1);
        for _ in 0..self.count {
            let x = draw::index(rng, canvas.width + 1) as i32 - middle;
            let y = draw::index(rng, canvas.height + 1) as i32 - middle;
            for (row, run) in (y..).zip(&runs).filter(|(_, run)| !run.is_empty()) {
                canvas.fill_run(row, x + run.start as i32, x + run.end as i32 - 1, colour);
            }
        }
    }
}

/// The curve of the Python package `captcha`: an arc of an ellipse, one pixel wide.
///
/// On a canvas of `w x h` pixels, the ellipse is in the box from `(U(0, w/5), U(h/5, h - h/5))` to `(U(w/5, w),
/// U(y, h - h/5))` with `y` that of the upper corner, and is drawn from an angle of `U(start)` to `U(end)` degrees,
/// clockwise from three o'clock: all whole numbers. So it is the lower half, or a little more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CurveClutter {
    /// Where it starts, whole degrees, 0 to 360. Default 0 to 20.
    pub start: Span,
    /// Where it ends, whole degrees, 0 to 360. Default 160 to 200.
    pub end: Span,
}

impl Default for CurveClutter {
    fn default() -> Self {
        Self { start: Span::new(0.0, 20.0), end: Span::new(160.0, 200.0) }
    }
}

impl CurveClutter {
    /// The same from and to other angles in degrees.
    #[must_use]
    pub fn with_angles(mut self, start: Span, end: Span) -> Self {
        (self.start, self.end) = (start, end);
        self
    }

    fn validate(&self) -> Result<(), RenderError> {
        self.start.check("start", 0.0, 360.0)?;
        self.end.check("end", 0.0, 360.0)
    }

    fn draw(&self, canvas: &mut Canvas, colour: Colour, rng: &mut impl Rng) {
        let (w, h) = (canvas.width, canvas.height);
        let x1 = draw::index(rng, w / 5 + 1);
        let x2 = draw::index(rng, w - w / 5 + 1) + w / 5;
        let y1 = draw::index(rng, h - 2 * (h / 5) + 1) + h / 5;
        let y2 = draw::index(rng, h - y1 - h / 5 + 1) + y1;
        let mut angle =
            |span: Span| span.low.trunc() + draw::index(rng, (span.high - span.low) as usize + 1) as f64;
        let (end, start) = (angle(self.end), angle(self.start));
        let (from, to) = ((x1 as i32, y1 as i32), (x2 as i32, y2 as i32));
        for (y, first, last) in arc::arc(from, to, (start, end)) {
            canvas.fill_run(y, first, last, colour);
        }
    }
}

/// Most things of one kind that are drawn.
const MOST: u32 = 10_000;

/// Refuses a number that leaves `min..=max`.
fn whole(value: u32, field: &str, min: u32, max: u32) -> Result<(), RenderError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(RenderError::bad_style(field, value, format!("a whole number from {min} to {max}")))
}

/// The least distance of a line's ends, in shares of the width: a pixel on the smallest layer.
const MIN_LENGTH: f64 = 0.2;

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

    /// Whether it has no colours of its own but greys.
    pub(crate) fn is_grey(&self) -> bool {
        let colours = match self {
            Self::Strokes(strokes) => strokes.colours,
            Self::Spots(spots) => spots.colours,
            _ => None,
        };
        colours.is_none_or(Colours::is_grey)
    }

    /// Draws it in `colour`, or in its own.
    pub(crate) fn apply(
        &self,
        canvas: &mut Canvas,
        colour: Colour,
        resampling: Resampling,
        rng: &mut impl Rng,
    ) {
        match self {
            Self::Line(line) => line::draw(line, canvas, colour, resampling, rng),
            Self::Dots(dots) => dots.draw(canvas, colour, rng),
            Self::Curve(curve) => curve.draw(canvas, colour, rng),
            Self::Strokes(strokes) => strokes.draw(canvas, colour, rng),
            Self::Spots(spots) => spots.draw(canvas, colour, rng),
        }
    }
}
