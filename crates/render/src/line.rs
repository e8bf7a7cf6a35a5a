//! Claptcha's line.
//!
//! Claptcha draws it on a layer of five times the canvas in each direction, bends the whole layer and scales it
//! down, which costs it 95 % of its time. Nearly all of the layer is empty and nearly all of the rest is solid, so
//! here only the pixels at the rim of the line are computed; the result is the same to the last bit.

use std::ops::Range;

use image::GrayImage;
use rand::Rng;

use crate::clutter::LineClutter;
use crate::polygon::Runs;
use crate::quad::{self, BORDER, Columns, Corners, QuadMap};
use crate::resample::{Axis, Narrow, Paper, Resampling};
use crate::warp::draw_points;

/// How many times larger than the canvas Claptcha's layer is.
const LAYER_SCALE: usize = 5;

/// How far beyond the ideal rim of the line, in layer pixels, a bent pixel can still be neither empty nor solid:
/// half a pixel of the drawn line's own rounding (and one at its corners), two of the cubic kernel, and reserve.
const RIM: f64 = 6.0;

/// Draws the line over `canvas`.
pub(crate) fn draw(line: &LineClutter, canvas: &mut GrayImage, resampling: Resampling, rng: &mut impl Rng) {
    let (width, height) = (canvas.width() as usize, canvas.height() as usize);
    let layer = Layer::draw(line, width * LAYER_SCALE, height * LAYER_SCALE, rng);
    let columns = Axis::new(layer.width, width, resampling);
    let rows = Axis::new(layer.height, height, resampling);
    let mut narrow = Narrow::new(Paper::Empty, &columns, layer.height);
    let mut levels = Vec::new();
    for y in 0..layer.height {
        let (inked, solid) = layer.warped_row(y, resampling, &mut levels);
        narrow.push(&levels, inked, solid);
    }
    narrow.resize(&rows, |x, y, alphas| {
        let start = y * width + x;
        for (pixel, &alpha) in canvas.as_mut()[start..start + alphas.len()].iter_mut().zip(alphas) {
            *pixel = crate::renderer::cover(*pixel, alpha);
        }
    });
}

/// Claptcha's layer with its line, and how it is bent.
struct Layer {
    width: usize,
    height: usize,
    runs: Runs,
    map: QuadMap,
    start: (f64, f64),
    /// The unit vector along the line.
    direction: (f64, f64),
    length: f64,
    thickness: f64,
}

impl Layer {
    fn draw(line: &LineClutter, width: usize, height: usize, rng: &mut impl Rng) -> Self {
        let (w, h) = (width as f64, height as f64);
        let x0 = (w * line.start.draw(rng)).trunc();
        let y0 = (h * crate::draw::unit(rng)).trunc();
        let x1 = (w * line.end.draw(rng)).trunc();
        let y1 = (h * crate::draw::unit(rng)).trunc();
        let thickness = ((w * h).sqrt() * line.thickness).round_ties_even();
        let [first, second] = draw_points((w, h), line.reach, line.reach, rng);
        let abs = |(x, y): (f64, f64)| (x.abs(), y.abs());
        let map = QuadMap::new(Corners::displaced((w, h), abs(first), abs(second)), width, height);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let length = (dx * dx + dy * dy).sqrt();
        let point = |x: f64, y: f64| (x as i32, y as i32);
        let runs = Runs::line(point(x0, y0), point(x1, y1), thickness, width, height);
        Self {
            width,
            height,
            runs,
            map,
            start: (x0, y0),
            direction: (dx / length, dy / length),
            length,
            thickness,
        }
    }

    /// Row `y` of the bent layer: writes the levels of the columns that can hold ink, and gives them and those
    /// among them that are solid.
    fn warped_row(
        &self,
        y: usize,
        resampling: Resampling,
        levels: &mut Vec<u8>,
    ) -> (Range<usize>, Range<usize>) {
        let inked = self.columns(y, RIM);
        let solid = self.columns(y, -RIM);
        let solid = if solid.is_empty() { inked.end..inked.end } else { solid };
        levels.clear();
        levels.resize(inked.len(), 255);
        for x in (inked.start..solid.start).chain(solid.end..inked.end) {
            let (source_x, source_y) = self.map.source(x, y);
            levels[x - inked.start] = self.sample(source_x, source_y, resampling);
        }
        (inked, solid)
    }

    /// The columns of row `y` whose source is in the line grown by `rim` on all sides (shrunk, if negative).
    fn columns(&self, y: usize, rim: f64) -> Range<usize> {
        // Along a row the source moves on a straight line with constant speed: so do its coordinates along and
        // across the drawn line.
        let ((x0, y0), (x1, y1)) = (self.map.source(0, y), self.map.source(1, y));
        let along = |x: f64, y: f64| x * self.direction.0 + y * self.direction.1;
        let across = |x: f64, y: f64| x * self.direction.1 - y * self.direction.0;
        let (x, y) = (x0 - self.start.0, y0 - self.start.1);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let half = self.thickness / 2.0;
        Columns::all(self.width)
            .within(across(x, y), across(dx, dy), -half - rim, half + rim)
            .within(along(x, y), along(dx, dy), -rim, self.length + rim)
            .within(x0, dx, -rim, self.width as f64 + rim)
            .within(y0, dy, -rim, self.height as f64 + rim)
            .range()
    }

    /// The level of the layer at `(x, y)`: what [`quad::Sheet::sample`] gives for the drawn line.
    fn sample(&self, x: f64, y: f64, resampling: Resampling) -> u8 {
        if x < 0.0 || y < 0.0 || x >= self.width as f64 || y >= self.height as f64 {
            return 0;
        }
        if resampling == Resampling::Nearest {
            let run = self.runs.row(y as usize);
            return if (run.start..run.end).contains(&(x as usize)) { 255 } else { 0 };
        }
        let ((column, dx), (row, dy)) = (quad::split(x), quad::split(y));
        // The part of each of four neighbouring lines that is set: of four neighbouring pixels, `from..to`.
        let parts: [(usize, usize); 4] = std::array::from_fn(|line| {
            let row = (row + line).saturating_sub(BORDER).min(self.height - 1);
            let run = self.runs.row(row);
            // At the edges pixels are repeated.
            let start = if run.start == 0 { 0 } else { run.start + BORDER };
            let end = if run.end == self.width { run.end + 2 * BORDER } else { run.end + BORDER };
            (start.saturating_sub(column).min(4), end.saturating_sub(column).min(4))
        });
        if parts == [(0, 4); 4] {
            return 255;
        }
        if parts.iter().all(|(from, to)| from >= to) {
            return 0;
        }
        let columns: [[i32; 4]; 4] = std::array::from_fn(|column| {
            parts.map(|(from, to)| if from <= column && column < to { 255 } else { 0 })
        });
        match resampling {
            Resampling::Bicubic => quad::bicubic(quad::cubic_across(columns, dx), dy),
            _ => quad::bilinear([columns[1], columns[2]], dx, dy),
        }
    }
}
