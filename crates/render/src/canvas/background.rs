//! What is behind the characters.

use captcha_core::seed;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::path::Path;
use crate::canvas::{Canvas, blend};
use crate::error::RenderError;
use crate::values::colour::{Colour, Colours};
use crate::values::counts::Counts;
use crate::values::span::Span;

/// What is behind the characters. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Background {
    /// One colour.
    Plain(Colours),
    /// A linear gradient between two colours, in any direction.
    Gradient(Gradient),
    /// Blobs of several colours on a ground of another colour.
    Blobs(Blobs),
}

/// A linear gradient: the colours of both ends are sampled from `ends`, its direction from all directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Gradient {
    /// The colours of the ends.
    pub ends: Colours,
}

/// Overlapping ellipses of several colours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Blobs {
    /// The colours of the ground and of the blobs.
    pub colours: Colours,
    /// The number of blobs, up to 1000.
    pub count: Counts,
    /// Their semi-axes, as a share of the canvas' height, 0.01 to 2.
    pub radius: Span,
}

impl Gradient {
    /// A gradient between two of these colours.
    #[must_use]
    pub fn new(ends: Colours) -> Self {
        Self { ends }
    }
}

impl Blobs {
    /// `count` blobs of these colours, with semi-axes of `radius` of the height.
    #[must_use]
    pub fn new(colours: Colours, count: Counts, radius: Span) -> Self {
        Self { colours, count, radius }
    }
}

/// A sampled background, which can be painted at any size.
pub(crate) struct Paper {
    colour: Colour,
    pattern: Pattern,
}

enum Pattern {
    Plain,
    Gradient { to: Colour, direction: (f64, f64) },
    Blobs { blobs: Blobs, seed: u64 },
}

impl Background {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::Plain(colours) => colours.check(""),
            Self::Gradient(gradient) => gradient.ends.check("ends"),
            Self::Blobs(blobs) => {
                blobs.colours.check("colours")?;
                blobs.count.check("count", 0, 1000)?;
                blobs.radius.check("radius", 0.01, 2.0)
            }
        }
    }

    pub(crate) fn is_grey(&self) -> bool {
        match self {
            Self::Plain(colours) => colours.is_grey(),
            Self::Gradient(gradient) => gradient.ends.is_grey(),
            Self::Blobs(blobs) => blobs.colours.is_grey(),
        }
    }

    pub(crate) fn sample(&self, rng: &mut impl Rng) -> Paper {
        match self {
            Self::Plain(colours) => Paper { colour: colours.sample(rng), pattern: Pattern::Plain },
            Self::Gradient(gradient) => {
                let (colour, to) = (gradient.ends.sample(rng), gradient.ends.sample(rng));
                let angle = seed::uniform(rng, 0.0, std::f64::consts::TAU);
                let direction = (libm::cos(angle), libm::sin(angle));
                Paper { colour, pattern: Pattern::Gradient { to, direction } }
            }
            Self::Blobs(blobs) => Paper {
                colour: blobs.colours.sample(rng),
                pattern: Pattern::Blobs { blobs: *blobs, seed: rng.next_u64() },
            },
        }
    }
}

impl Paper {
    /// A canvas with this background.
    pub(crate) fn canvas(&self, width: usize, height: usize, grey: bool) -> Canvas {
        let mut canvas = Canvas::new(width, height, self.colour, grey);
        match &self.pattern {
            Pattern::Plain => {}
            Pattern::Gradient { to, direction } => fade(&mut canvas, self.colour, *to, *direction),
            Pattern::Blobs { blobs, seed } => blobs.paint(&mut canvas, *seed),
        }
        canvas
    }
}

/// Paints a gradient from one edge of the canvas to the opposite one.
fn fade(canvas: &mut Canvas, from: Colour, to: Colour, (x, y): (f64, f64)) {
    let (w, h) = (canvas.width as f64, canvas.height as f64);
    // The farthest corner from the middle along the direction.
    let reach = (x.abs() * w + y.abs() * h) / 2.0;
    let (channels, width) = (canvas.channels, canvas.width);
    for (i, pixel) in canvas.levels.chunks_exact_mut(channels).enumerate() {
        let (column, row) = ((i % width) as f64 + 0.5 - w / 2.0, (i / width) as f64 + 0.5 - h / 2.0);
        let share = ((column * x + row * y) / reach + 1.0) / 2.0;
        let alpha = (share * 255.0).round_ties_even() as u8;
        for ((level, from), to) in pixel.iter_mut().zip(from).zip(to) {
            *level = blend(from, to, alpha);
        }
    }
}

impl Blobs {
    fn paint(&self, canvas: &mut Canvas, seed: u64) {
        let rng = &mut seed::rng(seed);
        let (w, h) = (canvas.width as f64, canvas.height as f64);
        for _ in 0..self.count.sample(rng) {
            let centre = (w * seed::unit(rng), h * seed::unit(rng));
            let axes = (h * self.radius.sample(rng), h * self.radius.sample(rng));
            let colour = self.colours.sample(rng);
            if let Some(coverage) = Path::ellipse(centre, axes).coverage((canvas.width, canvas.height)) {
                coverage.paste(canvas, colour);
            }
        }
    }
}
