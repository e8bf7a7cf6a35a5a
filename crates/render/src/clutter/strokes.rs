//! Lines, curves and discs that are drawn over or behind the characters, with soft edges.

use captcha_core::seed;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::Canvas;
use crate::canvas::path::{Path, Point, bezier, elliptic_arc};
use crate::error::RenderError;
use crate::values::colour::{Colour, Colours};
use crate::values::counts::Counts;
use crate::values::span::Span;

/// The most strokes or discs of one entry.
const MOST: u32 = 1000;

/// The shape of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stroke {
    /// A straight line from the left fifth of the picture to the right fifth.
    Line,
    /// A cubic Bezier curve from the left fifth to the right fifth, with control points up to a quarter of the height
    /// above or below the picture.
    Bezier,
    /// An arc of 90 to 270 degrees of an ellipse centred anywhere in the picture, with semi-axes of 0.1 to 0.4 of the
    /// width and 0.2 to 0.7 of the height.
    Arc,
    /// An ellipse centred anywhere in the picture, with semi-axes of 0.05 to 0.2 of the width and 0.15 to 0.5 of the
    /// height.
    Ellipse,
}

/// Strokes of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StrokesClutter {
    /// Their shape.
    pub stroke: Stroke,
    /// Their number, up to 1000.
    pub count: Counts,
    /// The width of each in pixels, above 0 and up to 256.
    pub width: Span,
    /// The colours that each samples its own from; without it, the colour of the image's ink. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
    /// The width at the end in pixels, 0 to 256, if each becomes thicker or thinner on its way: the noise of Kaptcha.
    /// Ellipses have no end. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_width: Option<Span>,
}

/// Discs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SpotsClutter {
    /// Their number, up to 1000.
    pub count: Counts,
    /// The radius of each in pixels, above 0 and up to 256.
    pub radius: Span,
    /// The colours that each samples its own from; without it, the colour of the image's ink. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
}

impl StrokesClutter {
    /// `count` strokes of one shape, `width` pixels wide, in the colour of the ink.
    #[must_use]
    pub fn new(stroke: Stroke, count: Counts, width: Span) -> Self {
        Self { stroke, count, width, colours: None, end_width: None }
    }

    /// Sets their own colours, in place of that of the ink.
    #[must_use]
    pub fn with_colours(mut self, colours: Colours) -> Self {
        self.colours = Some(colours);
        self
    }

    /// Sets the width at their ends, in pixels.
    #[must_use]
    pub fn with_end_width(mut self, width: Span) -> Self {
        self.end_width = Some(width);
        self
    }

    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        self.count.check("count", 0, MOST)?;
        self.width.check("width", f64::MIN_POSITIVE, 256.0)?;
        self.end_width.map_or(Ok(()), |width| width.check("end_width", 0.0, 256.0))?;
        self.colours.map_or(Ok(()), |colours| colours.check("colours"))
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, ink: Colour, rng: &mut impl Rng) {
        let room = (canvas.width, canvas.height);
        for _ in 0..self.count.sample(rng) {
            let width = self.width.sample(rng);
            let end = self.end_width.map_or(width, |end| end.sample(rng));
            let path = self.stroke.sample((room.0 as f64, room.1 as f64), (width, end), rng);
            let colour = self.colours.map_or(ink, |colours| colours.sample(rng));
            if let Some(coverage) = path.coverage(room) {
                coverage.paste(canvas, colour);
            }
        }
    }
}

impl SpotsClutter {
    /// `count` discs with a radius of `radius` pixels, in the colour of the ink.
    #[must_use]
    pub fn new(count: Counts, radius: Span) -> Self {
        Self { count, radius, colours: None }
    }

    /// Sets their own colours, in place of that of the ink.
    #[must_use]
    pub fn with_colours(mut self, colours: Colours) -> Self {
        self.colours = Some(colours);
        self
    }

    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        self.count.check("count", 0, MOST)?;
        self.radius.check("radius", f64::MIN_POSITIVE, 256.0)?;
        self.colours.map_or(Ok(()), |colours| colours.check("colours"))
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, ink: Colour, rng: &mut impl Rng) {
        let room = (canvas.width, canvas.height);
        for _ in 0..self.count.sample(rng) {
            let centre = (room.0 as f64 * seed::unit(rng), room.1 as f64 * seed::unit(rng));
            let radius = self.radius.sample(rng);
            let colour = self.colours.map_or(ink, |colours| colours.sample(rng));
            if let Some(coverage) = Path::ellipse(centre, (radius, radius)).coverage(room) {
                coverage.paste(canvas, colour);
            }
        }
    }
}

impl Stroke {
    /// Samples a stroke of a picture of `w x h` pixels, `width` pixels wide at its start and at its end.
    fn sample(self, (w, h): (f64, f64), width: (f64, f64), rng: &mut impl Rng) -> Path {
        /// The number of straight pieces of a Bezier curve.
        const PIECES: usize = 48;
        let mut within = |low: f64, high: f64, side: f64| seed::uniform(rng, low, high) * side;
        let stroke = |points: &[Point]| {
            if width.0 == width.1 {
                Path::stroke(points, false, width.0)
            } else {
                Path::tapered(points, width)
            }
        };
        match self {
            Self::Line => {
                let from = (within(0.0, 0.2, w), within(0.0, 1.0, h));
                let to = (within(0.8, 1.0, w), within(0.0, 1.0, h));
                stroke(&[from, to])
            }
            Self::Bezier => {
                let from = (within(0.0, 0.2, w), within(0.0, 1.0, h));
                let controls = [0.2, 0.5].map(|left| (within(left, left + 0.3, w), within(-0.25, 1.25, h)));
                let to = (within(0.8, 1.0, w), within(0.0, 1.0, h));
                stroke(&bezier([from, controls[0], controls[1], to], PIECES))
            }
            Self::Arc => {
                let centre = (within(0.0, 1.0, w), within(0.0, 1.0, h));
                let axes = (within(0.1, 0.4, w), within(0.2, 0.7, h));
                let from = within(0.0, 360.0, 1.0);
                let to = from + within(90.0, 270.0, 1.0);
                stroke(&elliptic_arc(centre, axes, (from, to)))
            }
            Self::Ellipse => {
                let centre = (within(0.0, 1.0, w), within(0.0, 1.0, h));
                let axes = (within(0.05, 0.2, w), within(0.15, 0.5, h));
                Path::ellipse(centre, axes).outlined(width.0)
            }
        }
    }
}
