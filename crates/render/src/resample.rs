//! How pixels are resampled: the kernels of Pillow, and its resize.

use image::GrayImage;
use serde::{Deserialize, Serialize};

/// The interpolation of every warp and resize of a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resampling {
    /// The nearest pixel.
    Nearest,
    /// Linear between neighbouring pixels.
    Bilinear,
    /// Cubic convolution over four pixels in each direction: what the seed uses.
    ///
    /// Source: R. G. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29 (6),
    /// 1981, doi 10.1109/TASSP.1981.1163711.
    #[default]
    Bicubic,
}

impl Resampling {
    /// Half the width of the kernel in pixels.
    fn support(self) -> f64 {
        match self {
            Self::Nearest => 0.5,
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    /// The kernel of Pillow's `resize` at distance `x`: Keys' cubic has `a = -0.5` here (and -1 in a warp).
    fn kernel(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Self::Nearest => f64::from(x <= 0.5),
            Self::Bilinear => (1.0 - x).max(0.0),
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5,
            Self::Bicubic => 0.0,
        }
    }
}

/// Bits after the binary point of a weight, as in Pillow's `Resample.c`.
const PRECISION_BITS: u32 = 32 - 8 - 2;

/// Half a unit of the fixed-point sum, to round it.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// The fixed-point weights that make each pixel of one axis of a resized image.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// For each output pixel: its first input pixel and the place of its first weight.
    taps: Vec<(usize, usize)>,
    weights: Vec<i32>,
    input: usize,
}

impl Axis {
    /// The weights from `input` to `output` pixels, as Pillow's `precompute_coeffs` gives them.
    pub(crate) fn new(input: usize, output: usize, resampling: Resampling) -> Self {
        let scale = input as f64 / output as f64;
        if resampling == Resampling::Nearest {
            return Self::nearest(input, output, scale);
        }
        let stretch = scale.max(1.0);
        let support = resampling.support() * stretch;
        let per_stretch = 1.0 / stretch;
        let mut axis = Self { taps: Vec::with_capacity(output), weights: Vec::new(), input };
        let mut kernel = Vec::new();
        for out in 0..output {
            let centre = (out as f64 + 0.5) * scale;
            // Truncation after + 0.5, and negative values to 0, as in C.
            let first = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(input);
            kernel.clear();
            kernel.extend((first..end).map(|x| resampling.kernel((x as f64 - centre + 0.5) * per_stretch)));
            let sum: f64 = kernel.iter().sum();
            axis.taps.push((first, axis.weights.len()));
            axis.weights.extend(kernel.iter().map(|&weight| fixed_point(weight / sum)));
        }
        axis
    }

    fn nearest(input: usize, output: usize, scale: f64) -> Self {
        let mut taps = Vec::with_capacity(output);
        // Pillow adds up the steps instead of multiplying.
        let mut position = scale * 0.5;
        for out in 0..output {
            taps.push(((position as usize).min(input - 1), out));
            position += scale;
        }
        Self { taps, weights: vec![1 << PRECISION_BITS; output], input }
    }

    fn len(&self) -> usize {
        self.taps.len()
    }

    /// The first input pixel of output pixel `out`, and the weights from there on.
    fn tap(&self, out: usize) -> (usize, &[i32]) {
        let (first, start) = self.taps[out];
        let end = self.taps.get(out + 1).map_or(self.weights.len(), |&(_, next)| next);
        (first, &self.weights[start..end])
    }

    /// The output pixels that input pixels `first..end` have a part in.
    fn touched(&self, first: usize, end: usize) -> std::ops::Range<usize> {
        let from = (0..self.len()).find(|&out| {
            let (start, weights) = self.tap(out);
            start + weights.len() > first
        });
        let from = from.unwrap_or(self.len());
        let to = (from..self.len()).find(|&out| self.tap(out).0 >= end).unwrap_or(self.len());
        from..to
    }
}

fn fixed_point(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION_BITS);
    (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
}

fn to_level(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// Resizes `image`: columns first, then rows, rounding between the two, bit for bit as Pillow does.
pub(crate) fn resize(image: &GrayImage, columns: &Axis, rows: &Axis) -> GrayImage {
    let size = (image.width() as usize, image.height() as usize);
    let (_, _, resized) = resize_patch(image.as_raw(), size, (0, 0), columns, rows);
    resized
}

/// Resizes a picture that is 0 everywhere but in `patch`, whose top left pixel is at `at`.
///
/// Gives the column and row of the result's top left pixel and the result.
pub(crate) fn resize_patch(
    patch: &[u8],
    (width, height): (usize, usize),
    at: (usize, usize),
    columns: &Axis,
    rows: &Axis,
) -> (usize, usize, GrayImage) {
    let out_columns = columns.touched(at.0, at.0 + width);
    let out_rows = rows.touched(at.1, at.1 + height);
    debug_assert!(at.0 + width <= columns.input && at.1 + height <= rows.input);
    let out_width = out_columns.len();

    let mut narrow = vec![0u8; out_width * height];
    for (line, out) in patch.chunks_exact(width.max(1)).zip(narrow.chunks_exact_mut(out_width.max(1))) {
        for (level, column) in out.iter_mut().zip(out_columns.clone()) {
            let (first, weights) = columns.tap(column);
            let (line, weights) = overlap(line, at.0, first, weights);
            let sum = line.iter().zip(weights).fold(HALF, |sum, (&level, &w)| sum + i32::from(level) * w);
            *level = to_level(sum);
        }
    }

    let mut resized = GrayImage::new(out_width as u32, out_rows.len() as u32);
    let mut sums = vec![0i32; out_width];
    for (out, row) in resized.chunks_exact_mut(out_width.max(1)).zip(out_rows.clone()) {
        let (first, weights) = rows.tap(row);
        sums.fill(HALF);
        for (tap, &weight) in weights.iter().enumerate() {
            let Some(line) = (first + tap).checked_sub(at.1).filter(|&line| line < height) else { continue };
            let line = &narrow[line * out_width..(line + 1) * out_width];
            for (sum, &level) in sums.iter_mut().zip(line) {
                *sum += i32::from(level) * weight;
            }
        }
        for (level, &sum) in out.iter_mut().zip(&sums) {
            *level = to_level(sum);
        }
    }
    (out_columns.start, out_rows.start, resized)
}

/// The part of `line`, which starts at input pixel `at`, under `weights`, which start at input pixel `first`.
fn overlap<'a>(line: &'a [u8], at: usize, first: usize, weights: &'a [i32]) -> (&'a [u8], &'a [i32]) {
    if first >= at {
        (&line[(first - at).min(line.len())..], weights)
    } else {
        (line, &weights[(at - first).min(weights.len())..])
    }
}
