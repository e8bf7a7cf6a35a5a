//! Claptcha's line.
//!
//! Claptcha draws the line on a layer five times as wide and high as the canvas, warps the layer and scales it down: 95
//! % of its running time. Almost all of the layer is empty, and the inside of the line is solid, so only pixels near
//! the edge of the line are computed here. The result is identical to the last bit.

use captcha_core::seed;
use serde::{Deserialize, Serialize};
use std::ops::Range;

use rand::Rng;

use crate::canvas::Canvas;
use crate::error::RenderError;
use crate::pillow::quad::{BORDER, Columns, Corners, LANES, QuadMap, outside_row, sample_points};
use crate::pillow::resample::{Axis, Resampling};
use crate::pillow::sampled_image::{WINDOW, interpolate};
use crate::pillow::sparse_resize::{Ground, SparseResize};
use crate::pillow::wide_line::WideLine;
use crate::values::colour::Colour;
use crate::values::span::Span;

/// The least distance between the ends of a line, as a share of the width: one pixel on the smallest layer.
const MIN_LENGTH: f64 = 0.2;

/// How many times wider and higher than the canvas Claptcha's layer is.
const LAYER_SCALE: usize = 5;

/// The least width of a line in pixels of the layer. Pillow draws thinner lines with another algorithm, which images of
/// usual sizes never reach.
const THINNEST: f64 = 2.0;

/// The line of Claptcha: straight on a layer five times as wide and high as the canvas, bent by a quadrilateral warp,
/// scaled down, and pasted over the letters.
///
/// On a layer of `w x h` pixels it runs from `(w U(start), h U(0, 1))` to `(w U(end), h U(0, 1))` and is `round(sqrt(w
/// h) thickness)` pixels wide. The warp has `dx = w U(reach)` and `dy = h U(reach)`, and samples two points as
/// [`QuadWarp`](crate::QuadWarp) does, but uses their absolute values and does not enlarge the layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LineClutter {
    /// The start, as a share of the width, 0 to 1. Default 0 to 0.1.
    pub start: Span,
    /// The end, as a share of the width, 0 to 1, at least 0.2 to the right of the start. Default 0.9 to 1.
    pub end: Span,
    /// The width of the line, as a share of the square root of the layer's area, above 0 and up to 0.5. Default
    /// 0.02284.
    pub thickness: f64,
    /// How far the corners move, as a share of the layer's sides, 0 to 0.5. Default 0.2 to 0.5.
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
    /// Sets the width of the line, as a share of the square root of the layer's area.
    #[must_use]
    pub fn with_thickness(mut self, thickness: f64) -> Self {
        self.thickness = thickness;
        self
    }

    /// Sets the ranges of the start and the end of the line, as shares of the width.
    #[must_use]
    pub fn with_ends(mut self, start: Span, end: Span) -> Self {
        (self.start, self.end) = (start, end);
        self
    }

    /// Sets how far the corners move, as shares of the layer's sides.
    #[must_use]
    pub fn with_reach(mut self, reach: Span) -> Self {
        self.reach = reach;
        self
    }

    pub(super) fn validate(&self) -> Result<(), RenderError> {
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

/// Draws the line over `canvas`.
pub(crate) fn draw(
    line: &LineClutter,
    canvas: &mut Canvas,
    colour: Colour,
    resampling: Resampling,
    rng: &mut impl Rng,
) {
    let (width, height) = (canvas.width, canvas.height);
    let layer = Layer::sample(line, width * LAYER_SCALE, height * LAYER_SCALE, rng);
    let columns = Axis::new(layer.width, width, resampling);
    let rows = Axis::new(layer.height, height, resampling);
    let mut resize = SparseResize::new(Ground::Empty, &columns, 0..layer.width, layer.height);
    let mut levels = Vec::new();
    for y in 0..layer.height {
        let (inked, solid) = layer.warped_row(y, resampling, &mut levels);
        resize.push(&levels, inked, solid);
    }
    resize.resize(&rows, |x, y, coverage| canvas.paint((x, y), coverage, colour));
}

/// Claptcha's layer with its line, and its warp.
struct Layer {
    width: usize,
    height: usize,
    map: QuadMap,
    /// The unit vector along the drawn line.
    direction: (f64, f64),
    /// The coordinates of the corners of the drawn line: along it all four in order, across it the least and the
    /// largest.
    along: [f64; 4],
    across: [f64; 2],
    /// The run of set columns in each row, counted with the border of a
    /// [`SampledImage`](crate::pillow::sampled_image::SampledImage). An empty run starts at `i32::MAX` and ends at 0.
    starts: Vec<i32>,
    ends: Vec<i32>,
    /// For each row, the limits of its run and those of the next three rows.
    windows: Vec<FourRuns>,
}

/// The limits of the runs of four neighbouring rows. An empty run starts at `i32::MAX` and ends at 0.
struct FourRuns {
    earliest_start: i32,
    latest_start: i32,
    earliest_end: i32,
    latest_end: i32,
}

impl FourRuns {
    fn new((starts, ends): (&[i32], &[i32])) -> Self {
        let least = |values: &[i32]| values.iter().copied().min().unwrap_or(0);
        let largest = |values: &[i32]| values.iter().copied().max().unwrap_or(0);
        Self {
            earliest_start: least(starts),
            latest_start: largest(starts),
            earliest_end: least(ends),
            latest_end: largest(ends),
        }
    }
}

impl Layer {
    fn sample(line: &LineClutter, width: usize, height: usize, rng: &mut impl Rng) -> Self {
        let (w, h) = (width as f64, height as f64);
        let x0 = (w * line.start.sample(rng)).trunc();
        let y0 = (h * seed::unit(rng)).trunc();
        let x1 = (w * line.end.sample(rng)).trunc();
        let y1 = (h * seed::unit(rng)).trunc();
        let thickness = ((w * h).sqrt() * line.thickness).round_ties_even().max(THINNEST);
        let [first, second] = sample_points((w, h), line.reach, line.reach, rng);
        let abs = |(x, y): (f64, f64)| (x.abs(), y.abs());
        let map = QuadMap::new(Corners::displaced((w, h), abs(first), abs(second)), width, height);

        let point = |x: f64, y: f64| (x as i32, y as i32);
        let drawn = WideLine::new(point(x0, y0), point(x1, y1), thickness);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let length = (dx * dx + dy * dy).sqrt();
        let direction = (dx / length, dy / length);
        // Corners are pixel indices, coordinates count from pixel edges: they differ by half a pixel.
        let corners = drawn.corners.map(|(x, y)| (f64::from(x) + 0.5, f64::from(y) + 0.5));
        let mut along = corners.map(|corner| along(corner, direction));
        along.sort_by(f64::total_cmp);
        let mut across = [corners[0], corners[2]].map(|corner| across(corner, direction));
        across.sort_by(f64::total_cmp);

        let runs = drawn.runs(width, height);
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for row in 0..outside_row(height) {
            let run = &runs[row.saturating_sub(BORDER).min(height - 1)];
            // The border repeats the pixels at the edge.
            let start = if run.start == 0 { 0 } else { run.start + BORDER };
            let end = if run.end == width { width + 2 * BORDER } else { run.end + BORDER };
            let empty = run.start == run.end;
            starts.push(if empty { i32::MAX } else { start as i32 });
            ends.push(if empty { 0 } else { end as i32 });
        }
        // Rows outside are empty.
        starts.resize(outside_row(height) + WINDOW, i32::MAX);
        ends.resize(outside_row(height) + WINDOW, 0);
        let windows = starts.windows(WINDOW).zip(ends.windows(WINDOW)).map(FourRuns::new).collect();
        Self { width, height, map, direction, along, across, starts, ends, windows }
    }

    /// Computes row `y` of the warped layer: writes the levels of the columns that may hold ink, and returns these
    /// columns and the solid ones among them.
    fn warped_row(
        &self,
        y: usize,
        resampling: Resampling,
        levels: &mut Vec<u8>,
    ) -> (Range<usize>, Range<usize>) {
        let inked = self.columns(y, 1.0);
        let solid = self.columns(y, -1.0);
        let solid = if solid.is_empty() { inked.end..inked.end } else { solid };
        levels.clear();
        levels.resize(inked.len(), 255);
        for rim in [inked.start..solid.start, solid.end..inked.end] {
            let levels = &mut levels[rim.start - inked.start..rim.end - inked.start];
            self.sample_row((rim.start, y), resampling, levels);
        }
        (inked, solid)
    }

    /// The columns of row `y` that may hold ink (`sign` 1), or those that are certainly solid (`sign` -1).
    fn columns(&self, y: usize, sign: f64) -> Range<usize> {
        /// The reach of a cubic kernel to each side, in pixels.
        const KERNEL: f64 = 2.0;
        /// The largest distance between an edge of the drawn line and the ideal one, in pixels.
        const ROUNDING: f64 = 0.51;
        // Along a row the source coordinate is linear in the column, so its coordinates along and across the line are
        // too.
        let (source, next) = (self.map.source(0, y), self.map.source(1, y));
        let speed = (next.0 - source.0, next.1 - source.1);
        let rim = sign * (KERNEL * (self.direction.0.abs() + self.direction.1.abs()) + ROUNDING);
        let [first, second, third, last] = self.along;
        let ends = if sign > 0.0 { (first, last) } else { (second, third) };
        let (from, to) = (across(source, self.direction), across(speed, self.direction));
        let columns = Columns::all(self.width).within(from, to, self.across[0] - rim, self.across[1] + rim);
        let (from, to) = (along(source, self.direction), along(speed, self.direction));
        let edge = sign * KERNEL;
        columns
            .within(from, to, ends.0 - rim, ends.1 + rim)
            .within(source.0, speed.0, -edge, self.width as f64 + edge)
            .within(source.1, speed.1, -edge, self.height as f64 + edge)
            .range()
    }

    /// Samples the sources of the output pixels from `(x, y)` to the right.
    fn sample_row(&self, (x, y): (usize, usize), resampling: Resampling, levels: &mut [u8]) {
        if resampling == Resampling::Nearest {
            for (level, x) in levels.iter_mut().zip(x..) {
                let (source_x, source_y) = self.map.source(x, y);
                *level = self.nearest(source_x, source_y);
            }
            return;
        }
        for (levels, x) in levels.chunks_mut(LANES).zip((x..).step_by(LANES)) {
            let places = self.map.places(x, y, (self.width, self.height));
            for (level, lane) in levels.iter_mut().zip(0..LANES) {
                let (column, row) = (places.column[lane], places.row[lane] as usize);
                *level = self.between(column, row, places.dx[lane], places.dy[lane], resampling);
            }
        }
    }

    fn nearest(&self, x: f64, y: f64) -> u8 {
        if x < 0.0 || y < 0.0 || x >= self.width as f64 || y >= self.height as f64 {
            return 0;
        }
        let (column, row) = (x as i32 + BORDER as i32, y as usize + BORDER);
        if self.starts[row] <= column && column < self.ends[row] { 255 } else { 0 }
    }

    /// The level `dx` and `dy` between the inner four pixels of the 4 x 4 window at `(column, row)`: that of a
    /// [`SampledImage`](crate::pillow::sampled_image::SampledImage) of the drawn line.
    fn between(&self, column: i32, row: usize, dx: f64, dy: f64, resampling: Resampling) -> u8 {
        let window = &self.windows[row];
        if window.latest_start <= column && column + WINDOW as i32 <= window.earliest_end {
            return 255;
        }
        if column + WINDOW as i32 <= window.earliest_start || window.latest_end <= column {
            return 0;
        }
        let (starts, ends) = (&self.starts[row..row + WINDOW], &self.ends[row..row + WINDOW]);
        let mut columns = [[0.0; WINDOW]; WINDOW];
        for (column, levels) in (column..).zip(&mut columns) {
            for line in 0..WINDOW {
                let set = (starts[line] <= column) & (column < ends[line]);
                levels[line] = if set { 255.0 } else { 0.0 };
            }
        }
        interpolate(columns, dx, dy, resampling)
    }
}

/// The coordinate of `point` along `direction`, a unit vector.
fn along(point: (f64, f64), direction: (f64, f64)) -> f64 {
    point.0 * direction.0 + point.1 * direction.1
}

/// The coordinate of `point` across `direction`, a unit vector.
fn across(point: (f64, f64), direction: (f64, f64)) -> f64 {
    point.0 * direction.1 - point.1 * direction.0
}

#[cfg(test)]
mod tests {
    use captcha_core::seed::rng;
    use proptest::prelude::*;

    use super::*;
    use crate::canvas::cover;
    use crate::pillow::sampled_image::SampledImage;

    /// As Claptcha does it: the whole layer is drawn, bent and scaled down.
    fn naive(canvas: &mut Canvas, line: &LineClutter, resampling: Resampling, seed: u64) {
        let (width, height) = (canvas.width, canvas.height);
        let layer = Layer::sample(line, width * LAYER_SCALE, height * LAYER_SCALE, &mut rng(seed));
        let mut drawn = vec![0; layer.width * layer.height];
        let runs = layer.starts.iter().zip(&layer.ends).skip(BORDER);
        for (row, (&start, &end)) in drawn.chunks_exact_mut(layer.width).zip(runs) {
            for (x, level) in row.iter_mut().enumerate() {
                let column = (x + BORDER) as i32;
                *level = if start <= column && column < end { 255 } else { 0 };
            }
        }
        let bent = SampledImage::new(layer.width, layer.height, &drawn).warp(&layer.map, resampling);
        let columns = Axis::new(layer.width, width, resampling);
        let rows = Axis::new(layer.height, height, resampling);
        let mut resize = SparseResize::new(Ground::Empty, &columns, 0..layer.width, layer.height);
        for row in bent.chunks_exact(layer.width) {
            resize.push(row, 0..layer.width, 0..0);
        }
        resize.resize(&rows, |x, y, alphas| {
            for (x, &alpha) in (x..).zip(alphas) {
                let level = &mut canvas.levels[y * width + x];
                *level = cover(*level, alpha);
            }
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_rim_is_all_that_needs_to_be_computed(
            seed: u64, width in 5usize..120, height in 4usize..60, thickness in 0.003f64..0.3,
            filter in prop_oneof![
                1 => Just(Resampling::Nearest), 1 => Just(Resampling::Bilinear), 3 => Just(Resampling::Bicubic)
            ],
        ) {
            let line = LineClutter::default().with_thickness(thickness);
            let mut fast = Canvas::new(width, height, [255; 3], true);
            let mut slow = fast.clone();
            draw(&line, &mut fast, [0; 3], filter, &mut rng(seed));
            naive(&mut slow, &line, filter, seed);
            prop_assert_eq!(fast, slow);
        }
    }
}
