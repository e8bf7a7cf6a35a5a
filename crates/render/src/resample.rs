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

/// Half a level in a fixed-point sum, to round it.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// Taps are padded to a multiple of this, so that the sums run in fixed steps that compilers turn into SIMD.
const LANES: usize = 8;

/// The fixed-point weights that make each pixel of one axis of a resized image.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// For each output pixel: its first input pixel and the one after its last.
    windows: Vec<(usize, usize)>,
    /// For each output pixel `steps` times [`LANES`] weights, zero after the end of its window.
    weights: Vec<[i32; LANES]>,
    steps: usize,
    /// For each output pixel: the sum that an input of level 255 everywhere gives it.
    full: Vec<i32>,
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
        let mut axis = Self::with_taps(2 * support.ceil() as usize + 1, output);
        let mut kernel = Vec::new();
        for out in 0..output {
            let centre = (out as f64 + 0.5) * scale;
            // Truncation after + 0.5, and negative values to 0, as in C.
            let first = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(input);
            kernel.clear();
            kernel.extend((first..end).map(|x| resampling.kernel((x as f64 - centre + 0.5) * per_stretch)));
            let sum: f64 = kernel.iter().sum();
            axis.push(first, kernel.iter().map(|&weight| fixed_point(weight / sum)));
        }
        axis
    }

    fn nearest(input: usize, output: usize, scale: f64) -> Self {
        let mut axis = Self::with_taps(1, output);
        // Pillow adds up the steps instead of multiplying.
        let mut position = scale * 0.5;
        for _ in 0..output {
            axis.push((position as usize).min(input - 1), [1 << PRECISION_BITS]);
            position += scale;
        }
        axis
    }

    fn with_taps(taps: usize, output: usize) -> Self {
        let steps = taps.div_ceil(LANES);
        Self {
            windows: Vec::with_capacity(output),
            weights: Vec::with_capacity(output * steps),
            steps,
            full: Vec::with_capacity(output),
        }
    }

    fn push(&mut self, first: usize, weights: impl IntoIterator<Item = i32>) {
        let start = self.weights.len();
        self.weights.resize(start + self.steps, [0; LANES]);
        let (mut count, mut sum) = (0, 0);
        for (place, weight) in self.weights[start..].as_flattened_mut().iter_mut().zip(weights) {
            *place = weight;
            count += 1;
            sum += weight;
        }
        self.windows.push((first, first + count));
        self.full.push(255 * sum);
    }

    /// The number of output pixels.
    pub(crate) fn len(&self) -> usize {
        self.windows.len()
    }

    /// The weights of output pixel `out`, padded with zeros.
    fn weights(&self, out: usize) -> &[[i32; LANES]] {
        &self.weights[out * self.steps..(out + 1) * self.steps]
    }

    /// How many input pixels the padded weights of an output pixel reach over.
    fn reach(&self) -> usize {
        self.steps * LANES
    }

    /// The output pixels that the input pixels `range` have a part in.
    pub(crate) fn touched(&self, range: &Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        let from = self.windows.partition_point(|&(_, end)| end <= range.start);
        let to = self.windows.partition_point(|&(first, _)| first < range.end);
        from..to.max(from)
    }
}

fn fixed_point(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION_BITS);
    (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
}

/// Rounds a fixed-point sum to a level.
fn to_level(sum: i32) -> u8 {
    ((sum + HALF) >> PRECISION_BITS).clamp(0, 255) as u8
}

/// The weighted sum of `levels`, of which there are as many as weights.
fn weighted_sum(levels: &[u8], weights: &[[i32; LANES]]) -> i32 {
    let (levels, _) = levels.as_chunks::<LANES>();
    let mut sums = [0; LANES];
    for (levels, weights) in levels.iter().zip(weights) {
        for lane in 0..LANES {
            sums[lane] += i32::from(levels[lane]) * weights[lane];
        }
    }
    sums.iter().sum()
}

/// The columns from the first to the last that is not 0.
pub(crate) fn inked(row: &[u8]) -> Range<usize> {
    const STEP: usize = 16;
    let Some(first) = row.chunks(STEP).position(holds_ink) else { return 0..0 };
    let first = first * STEP + row[first * STEP..].iter().take_while(|&&level| level == 0).count();
    let last = row.rchunks(STEP).position(holds_ink).unwrap_or(0);
    let end = row.len() - last * STEP;
    first..end - row[..end].iter().rev().take_while(|&&level| level == 0).count()
}

/// The parts of `line` with ink, in steps of a few columns.
fn runs(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    const STEP: usize = 8;
    let mut place = 0;
    std::iter::from_fn(move || {
        let start = place + line[place..].chunks(STEP).position(holds_ink)? * STEP;
        let steps = line[start..].chunks(STEP).position(|chunk| !holds_ink(chunk));
        place = steps.map_or(line.len(), |steps| start + steps * STEP);
        Some(start..place)
    })
}

fn holds_ink(levels: &[u8]) -> bool {
    levels.iter().fold(0, |all, &level| all | level) != 0
}

/// Resizes `image`, which is mostly white: columns first, then rows, rounding between the two, bit for bit as
/// Pillow does.
pub(crate) fn resize(image: &GrayImage, columns: &Axis, rows: &Axis) -> GrayImage {
    let width = image.width() as usize;
    let mut narrow = Narrow::new(Paper::White, columns, image.height() as usize);
    let mut ink = Vec::with_capacity(width);
    for line in image.as_raw().chunks_exact(width) {
        ink.clear();
        ink.extend(line.iter().map(|&level| 255 - level));
        let inked = inked(&ink);
        narrow.push(&ink[inked.clone()], inked, width..width);
    }
    let mut resized = GrayImage::from_pixel(columns.len() as u32, rows.len() as u32, image::Luma([255]));
    narrow.resize(rows, |x, y, levels| {
        let start = y * columns.len() + x;
        resized.as_mut()[start..start + levels.len()].copy_from_slice(levels);
    });
    resized
}

/// What a picture is where nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paper {
    /// 0: masks.
    Empty,
    /// 255: pictures. Their ink is what they lack to 255.
    White,
}

impl Paper {
    /// The ink that is left when the ink under the weights sums up to `sum`; `full` as in [`Axis`].
    ///
    /// With weights `w` and levels `255 - ink`, the weighted sum of the levels is `full` less that of the ink: so
    /// empty paper costs nothing and the rounding is that of the levels.
    fn ink(self, sum: i32, full: i32) -> u8 {
        match self {
            Self::Empty => to_level(sum),
            Self::White => 255 - to_level(full - sum),
        }
    }
}

/// A picture that is resized in its columns and waits to be resized in its rows.
pub(crate) struct Narrow<'a> {
    paper: Paper,
    columns: &'a Axis,
    /// For each row: the columns that can hold ink, and where it is.
    spans: Vec<(Range<usize>, usize)>,
    ink: Vec<u8>,
    line: Vec<u8>,
}

impl<'a> Narrow<'a> {
    /// A picture on `paper` that will have `height` rows, resized by `columns`.
    pub(crate) fn new(paper: Paper, columns: &'a Axis, height: usize) -> Self {
        Self { paper, columns, spans: Vec::with_capacity(height), ink: Vec::new(), line: Vec::new() }
    }

    /// Adds `count` rows without ink.
    pub(crate) fn skip(&mut self, count: usize) {
        self.spans.extend(std::iter::repeat_n((0..0, 0), count));
    }

    /// Adds a row with `ink` at the columns `inked`, which is 255 at the columns `solid`, a part of `inked`.
    pub(crate) fn push(&mut self, ink: &[u8], inked: Range<usize>, solid: Range<usize>) {
        let axis = self.columns;
        let touched = axis.touched(&inked);
        let offset = self.ink.len();
        self.spans.push((touched.clone(), offset));
        if touched.is_empty() {
            return;
        }
        self.ink.resize(offset + touched.len(), 0);
        // All windows of this row, and what the padded weights reach.
        let start = axis.windows[touched.start].0;
        let end = axis.windows[touched.end - 1].0 + axis.reach();
        self.line.clear();
        self.line.resize(end.max(inked.end) - start, 0);
        let from = inked.start.max(start);
        self.line[from - start..inked.end - start].copy_from_slice(&ink[from - inked.start..]);

        let mut column = touched.start;
        for run in runs(&self.line[..inked.end - start]) {
            let run = run.start + start..run.end + start;
            while axis.windows[column].1 <= run.start {
                column += 1;
            }
            for out in column..touched.end {
                let (first, end) = axis.windows[out];
                if first >= run.end {
                    break;
                }
                let full = axis.full[out];
                let sum = if solid.start <= first && end <= solid.end {
                    full
                } else {
                    weighted_sum(&self.line[first - start..][..axis.reach()], axis.weights(out))
                };
                self.ink[offset + out - touched.start] = self.paper.ink(sum, full);
                column = out + 1;
            }
            if column == touched.end {
                break;
            }
        }
    }

    /// Resizes by `rows`; gives `put` the first column, the row and the levels of what can hold ink.
    pub(crate) fn resize(&self, rows: &Axis, mut put: impl FnMut(usize, usize, &[u8])) {
        let mut sums = Vec::new();
        let mut levels = Vec::with_capacity(self.columns.len());
        for row in 0..rows.len() {
            let (first, end) = rows.windows[row];
            let spans = &self.spans[first.min(self.spans.len())..end.min(self.spans.len())];
            let inked = spans.iter().filter(|(span, _)| !span.is_empty());
            let Some(start) = inked.clone().map(|(span, _)| span.start).min() else { continue };
            let end = inked.map(|(span, _)| span.end).max().unwrap_or(start);
            sums.clear();
            sums.resize(end - start, 0);
            for ((span, offset), &weight) in spans.iter().zip(rows.weights(row).as_flattened()) {
                let line = &self.ink[*offset..*offset + span.len()];
                for (sum, &ink) in sums[span.start.max(start) - start..].iter_mut().zip(line) {
                    *sum += i32::from(ink) * weight;
                }
            }
            levels.clear();
            match self.paper {
                Paper::Empty => levels.extend(sums.iter().map(|&sum| to_level(sum))),
                Paper::White => levels.extend(sums.iter().map(|&sum| to_level(rows.full[row] - sum))),
            }
            put(start, row, &levels);
        }
    }
}
