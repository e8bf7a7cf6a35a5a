//! Warps of the whole picture, clutter included, and pictures of a low resolution.

use std::f64::consts::TAU;

use captcha_core::seed;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::Canvas;
use crate::canvas::displace::Displacement;
use crate::canvas::filter::Filter;
use crate::error::RenderError;
use crate::pillow::resample::{Axis, Resampling};
use crate::values::span::Span;
use crate::warp::distortion::Sine;

/// Ripples: pixel `(x, y)` shows what lay `a sin(2 pi y / l + p)` to the right and `b sin(2 pi x / m + q)` below, linear
/// between pixels. The phases `p` and `q` are sampled from 0 to 2 pi. Beyond the edges the outermost pixels are repeated.
///
/// Source: `RippleFilter` of Jerry Huxtable's image filters, which Kaptcha uses; long waves are the warps of Gregwar's
/// and Securimage's kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Ripple {
    /// The amplitudes: how far rows move sideways and how far columns move up and down, as shares of the canvas' height,
    /// 0 to 0.5.
    pub amplitude: [Span; 2],
    /// The wavelengths of the two, as shares of the canvas' height, 0.01 to 20.
    pub length: [Span; 2],
}

/// Rings as of a stone in water, around the middle of the picture: a pixel at distance `d` shows what lay `a (1 - d / r)
/// sin(2 pi d / l - p)` farther out, linear between pixels, up to the radius `r`. The phase `p` is sampled from 0 to 2 pi.
/// Rings of about two pixels fray the edges of everything.
///
/// Source: `WaterFilter` of Jerry Huxtable's image filters, which Kaptcha uses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Water {
    /// The largest displacement, as a share of the canvas' height, 0 to 0.5.
    pub amplitude: Span,
    /// The distance between rings, as a share of the canvas' height, 0.01 to 20.
    pub length: Span,
    /// The distance from the middle where the rings end, as a share of the canvas' height, 0.1 to 20.
    pub radius: Span,
}

/// A low resolution: the picture is made smaller and then as large as it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Resample {
    /// The sides of the smaller picture as a share of those of the picture, 0.05 to 1.
    pub share: Span,
    /// How it is made smaller.
    pub smaller: Resampling,
    /// How it is made larger again.
    pub larger: Resampling,
}

impl Ripple {
    /// Rows that move sideways and columns that move up and down: the amplitudes and the wavelengths of the two.
    #[must_use]
    pub fn new(amplitude: [Span; 2], length: [Span; 2]) -> Self {
        Self { amplitude, length }
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
        for i in 0..2 {
            self.amplitude[i].check(&format!("amplitude[{i}]"), 0.0, 0.5)?;
            self.length[i].check(&format!("length[{i}]"), 0.01, 20.0)?;
        }
        Ok(())
    }

    pub(super) fn apply(&self, canvas: &mut Canvas, rng: &mut impl Rng) -> Filter {
        let height = canvas.height as f64;
        let [right, down] = [0, 1].map(|i| Sine::sample(self.amplitude[i], self.length[i], height, rng));
        applied(Filter::Displace(Displacement::Ripple { right, down }), canvas)
    }
}

impl Water {
    /// Rings that move pixels by up to `amplitude`, `length` apart, up to `radius` from the middle.
    #[must_use]
    pub fn new(amplitude: Span, length: Span, radius: Span) -> Self {
        Self { amplitude, length, radius }
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
        self.amplitude.check("amplitude", 0.0, 0.5)?;
        self.length.check("length", 0.01, 20.0)?;
        self.radius.check("radius", 0.1, 20.0)
    }

    pub(super) fn apply(&self, canvas: &mut Canvas, rng: &mut impl Rng) -> Filter {
        let height = canvas.height as f64;
        let [amplitude, length, radius] =
            [self.amplitude, self.length, self.radius].map(|span| span.sample(rng) * height);
        let phase = seed::uniform(rng, 0.0, TAU);
        applied(Filter::Displace(Displacement::Water { amplitude, length, phase, radius }), canvas)
    }
}

impl Resample {
    /// A picture with sides of `share`, made `smaller` and `larger` again.
    #[must_use]
    pub fn new(share: Span, smaller: Resampling, larger: Resampling) -> Self {
        Self { share, smaller, larger }
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
        self.share.check("share", 0.05, 1.0)
    }

    pub(super) fn apply(&self, canvas: &mut Canvas, rng: &mut impl Rng) -> Filter {
        let share = self.share.sample(rng);
        let sides = [canvas.width, canvas.height];
        let small = sides.map(|side| ((side as f64 * share).round() as usize).max(1));
        let smaller = [0, 1].map(|i| Axis::new(sides[i], small[i], self.smaller));
        let larger = [0, 1].map(|i| Axis::new(small[i], sides[i], self.larger));
        applied(Filter::Resample { smaller, larger }, canvas)
    }
}

fn applied(filter: Filter, canvas: &mut Canvas) -> Filter {
    filter.apply(canvas);
    filter
}
