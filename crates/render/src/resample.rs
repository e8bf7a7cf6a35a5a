//! How pixels are resampled: the kernels of Pillow, and its resize.

use std::ops::Range;

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

    /// The output pixels that the input pixels `range` have a part in.
    fn touched(&self, range: &Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        let ends_before = |out: usize| {
            let (start, weights) = self.tap(out);
            start + weights.len() <= range.start
        };
        let from = partition_point(self.len(), ends_before);
        let to = partition_point(self.len(), |out| self.tap(out).0 < range.end);
        from..to.max(from)
    }
}

/// The first of `0..count` for which `before` is false, if it is true up to some place and false from there on.
fn partition_point(count: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
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
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut resized = GrayImage::new(columns.len() as u32, rows.len() as u32);
    let mut narrow = Rows::new(height, columns.len());
    for line in image.as_raw().chunks_exact(width) {
        narrow.push(columns, line, 0..width, width..width);
    }
    narrow.resize(rows, |x, y, levels| {
        let start = y * columns.len() + x;
        resized.as_mut()[start..start + levels.len()].copy_from_slice(levels);
    });
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
    let out_columns = columns.touched(&(at.0..at.0 + width));
    let out_rows = rows.touched(&(at.1..at.1 + height));
    let mut narrow = Rows::new(rows.input, columns.len());
    for _ in 0..at.1 {
        narrow.push(columns, &[], 0..0, 0..0);
    }
    for line in patch.chunks_exact(width) {
        narrow.push(columns, line, at.0..at.0 + width, at.0 + width..at.0 + width);
    }
    let mut resized = GrayImage::new(out_columns.len() as u32, out_rows.len() as u32);
    narrow.resize(rows, |x, y, levels| {
        let start = (y - out_rows.start) * out_columns.len() + x - out_columns.start;
        resized.as_mut()[start..start + levels.len()].copy_from_slice(levels);
    });
    (out_columns.start, out_rows.start, resized)
}

/// A picture that is resized in its columns and waits to be resized in its rows. It is 0 where nothing was put.
pub(crate) struct Rows {
    /// For each row: the columns that were put, and where their levels are.
    spans: Vec<(Range<usize>, usize)>,
    levels: Vec<u8>,
    width: usize,
}

impl Rows {
    /// Room for `height` rows of `width` columns.
    pub(crate) fn new(height: usize, width: usize) -> Self {
        Self { spans: Vec::with_capacity(height), levels: Vec::new(), width }
    }

    /// Resizes the next row by `columns`: it is 0 but in `inked`, where it has `levels`, which are all 255 in
    /// `solid`, a part of `inked`.
    pub(crate) fn push(&mut self, columns: &Axis, levels: &[u8], inked: Range<usize>, solid: Range<usize>) {
        let touched = columns.touched(&inked);
        let offset = self.levels.len();
        for column in touched.clone() {
            let (first, weights) = columns.tap(column);
            let end = first + weights.len();
            let sum = if solid.start <= first && end <= solid.end {
                weights.iter().fold(HALF, |sum, &weight| sum + 255 * weight)
            } else {
                let (from, to) = (first.max(inked.start), end.min(inked.end));
                let weights = &weights[from - first..to - first];
                let levels = &levels[from - inked.start..to - inked.start];
                levels
                    .iter()
                    .zip(weights)
                    .fold(HALF, |sum, (&level, &weight)| sum + i32::from(level) * weight)
            };
            self.levels.push(to_level(sum));
        }
        self.spans.push((touched, offset));
    }

    /// Resizes by `rows`; gives `put` the first column, the row and the levels of each row that can hold ink.
    pub(crate) fn resize(&self, rows: &Axis, mut put: impl FnMut(usize, usize, &[u8])) {
        let mut sums = Vec::new();
        let mut levels = Vec::with_capacity(self.width);
        for row in 0..rows.len() {
            let (first, weights) = rows.tap(row);
            let spans = &self.spans[first.min(self.spans.len())..];
            let spans = &spans[..weights.len().min(spans.len())];
            let inked = spans.iter().filter(|(span, _)| !span.is_empty());
            let Some(start) = inked.clone().map(|(span, _)| span.start).min() else { continue };
            let end = inked.map(|(span, _)| span.end).max().unwrap_or(start);
            sums.clear();
            sums.resize(end - start, HALF);
            for ((span, offset), &weight) in spans.iter().zip(weights) {
                let line = &self.levels[*offset..*offset + span.len()];
                let from = span.start.saturating_sub(start);
                for (sum, &level) in sums[from..].iter_mut().zip(line) {
                    *sum += i32::from(level) * weight;
                }
            }
            levels.clear();
            levels.extend(sums.iter().map(|&sum| to_level(sum)));
            put(start, row, &levels);
        }
    }
}
