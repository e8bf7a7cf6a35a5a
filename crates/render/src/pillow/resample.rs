//! How pixels are resampled: the kernels of Pillow's `resize`, as fixed-point weights.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::RenderError;

/// The interpolation of every warp and resize of a style. As text `nearest`, `bilinear` or `bicubic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resampling {
    /// The nearest pixel.
    Nearest,
    /// Linear between neighbouring pixels.
    Bilinear,
    /// Cubic convolution over four pixels in each direction: the default.
    ///
    /// Source: R. G. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29 (6),
    /// 1981, doi 10.1109/TASSP.1981.1163711.
    #[default]
    Bicubic,
}

impl Resampling {
    /// All of them, the simplest first.
    pub const ALL: &[Self] = &[Self::Nearest, Self::Bilinear, Self::Bicubic];

    /// Its name: `nearest`, `bilinear` or `bicubic`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
        }
    }

    /// The kernel of Pillow's `resize`; none for the nearest pixel.
    fn kernel(self) -> Option<Kernel> {
        match self {
            Self::Nearest => None,
            Self::Bilinear => Some(Kernel { at: triangle, support: 1.0 }),
            Self::Bicubic => Some(Kernel { at: cubic, support: 2.0 }),
        }
    }
}

/// Reads a name of [`Resampling::name`].
impl FromStr for Resampling {
    type Err = RenderError;

    fn from_str(text: &str) -> Result<Self, RenderError> {
        let known = Self::ALL.iter().find(|resampling| resampling.name() == text);
        known.copied().ok_or_else(|| RenderError::Unreadable {
            what: "a way of resampling",
            text: text.to_owned(),
            expected: Self::ALL.iter().map(|resampling| resampling.name()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl fmt::Display for Resampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The weight of a pixel by its distance, which is 0 from `support` pixels on.
struct Kernel {
    at: fn(f64) -> f64,
    support: f64,
}

fn triangle(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

/// Keys' cubic with `a = -0.5`; in warps, Pillow uses it with -1 ([`crate::pillow::sampled_image::interpolate`]).
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// Bits after the binary point of a weight, as in Pillow's `Resample.c`.
pub(crate) const PRECISION_BITS: u32 = 32 - 8 - 2;

/// The fixed-point weights that make each pixel of one axis of a resized image.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) outputs: Vec<Output>,
    /// Whole numbers. Their products with levels and the sums of these are below 2^53, so they are exact as doubles,
    /// which SIMD of any age multiplies faster than 32-bit integers.
    weights: Vec<f64>,
}

/// One pixel of a resized image.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    /// The input pixels that it is made of.
    pub(crate) window: Range<usize>,
    /// Where its first weight is.
    weight: usize,
    /// The sum that an input of level 255 everywhere gives it.
    pub(crate) full: i32,
}

impl Axis {
    /// The weights from `input` to `output` pixels, as Pillow's `precompute_coeffs` gives them.
    pub(crate) fn new(input: usize, output: usize, resampling: Resampling) -> Self {
        let mut axis = Self { outputs: Vec::with_capacity(output), weights: Vec::new() };
        let scale = input as f64 / output as f64;
        let Some(Kernel { at, support }) = resampling.kernel() else {
            // Pillow adds up the steps instead of multiplying.
            let mut position = scale * 0.5;
            for _ in 0..output {
                let nearest = (position as usize).min(input - 1);
                axis.push(nearest..nearest + 1, &[1.0]);
                position += scale;
            }
            return axis;
        };
        let stretch = scale.max(1.0);
        let support = support * stretch;
        let per_stretch = 1.0 / stretch;
        let mut weights = Vec::new();
        for out in 0..output {
            let centre = (out as f64 + 0.5) * scale;
            // Truncation after + 0.5, and negative values to 0, as in C.
            let first = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(input);
            // A whole scale has the same weights everywhere but at the edges.
            let repeats = scale.fract() == 0.0 && first > 0 && weights.len() == end - first;
            if !repeats {
                weights.clear();
                weights.extend((first..end).map(|x| at((x as f64 - centre + 0.5) * per_stretch)));
            }
            axis.push(first..end, &weights);
        }
        axis
    }

    /// Adds an output pixel with weights that need not sum up to 1.
    fn push(&mut self, window: Range<usize>, weights: &[f64]) {
        let sum: f64 = weights.iter().sum();
        let weight = self.weights.len();
        self.weights.extend(weights.iter().map(|&weight| fixed_point(weight / sum)));
        let full = 255 * whole(self.weights[weight..].iter().sum());
        self.outputs.push(Output { window, weight, full });
    }

    /// The number of output pixels.
    pub(crate) fn len(&self) -> usize {
        self.outputs.len()
    }

    /// The weights of the window of one of the outputs.
    pub(crate) fn weights(&self, output: &Output) -> &[f64] {
        &self.weights[output.weight..output.weight + output.window.len()]
    }

    /// The output pixels that the input pixels `range` have a part in.
    pub(crate) fn touched(&self, range: &Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        let from = self.outputs.partition_point(|output| output.window.end <= range.start);
        let to = self.outputs.partition_point(|output| output.window.start < range.end);
        from..to.max(from)
    }
}

/// A weight as a whole number of 2^-22, rounded half away from zero by truncation, as in C.
fn fixed_point(weight: f64) -> f64 {
    let scaled = weight * f64::from(1 << PRECISION_BITS);
    f64::from((if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32)
}

/// 1.5 * 2^52: doubles of this size are whole numbers, and their lowest bits are that number.
pub(crate) const WHOLE: f64 = 6_755_399_441_055_744.0;

/// Rounds to the nearest whole number, half to even, without the call that `f64::round_ties_even` is on processors
/// of any age; for numbers of less than 51 bits.
#[inline(always)]
pub(crate) fn round(value: f64) -> f64 {
    (value + WHOLE) - WHOLE
}

/// A whole number of less than 31 bits as an integer: an addition and a copy of bits, which SIMD can do, while `as`
/// has to look for numbers that do not fit.
#[inline(always)]
pub(crate) fn whole(value: f64) -> i32 {
    (value + WHOLE).to_bits() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_toml() {
        for &resampling in Resampling::ALL {
            assert_eq!(resampling.to_string().parse::<Resampling>().unwrap(), resampling);
            assert_eq!(serde_json::to_value(resampling).unwrap(), resampling.name());
        }
        let error = "lanczos".parse::<Resampling>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"lanczos\" is not a way of resampling, expected nearest, bilinear, bicubic"
        );
    }
}
