//! Images that are sampled between their pixels, as Pillow's `Geometry.c` does it.

use std::ops::Range;

use crate::pillow::quad::{BORDER, Columns, LANES, QuadMap, outside_row};
use crate::pillow::resample::Resampling;
use crate::pillow::sparse_resize::inked;

/// How many pixels in each direction a cubic kernel takes.
pub(crate) const WINDOW: usize = 4;

/// An 8-bit image that can be sampled between its pixels. Beyond its edges the outermost pixels are repeated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SampledImage {
    width: usize,
    height: usize,
    /// The number of rows with their border and those of a window outside.
    stride: usize,
    /// The levels with their border, column by column: four pixels one above the other lie side by side. Floats hold
    /// them and their differences exactly.
    levels: Vec<f32>,
    /// For each place of a 4 x 4 window, column by column, what it holds.
    windows: Vec<Window>,
    /// The columns and rows that hold ink.
    inked: (Range<usize>, Range<usize>),
}

/// What 4 x 4 pixels of a [`SampledImage`] hold. Most of a letter's cell is all paper or all ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Paper,
    Ink,
    Both,
}

impl SampledImage {
    /// An image of `width x height` pixels, at least one each, with the levels `levels`, row by row.
    pub(crate) fn new(width: usize, height: usize, levels: &[u8]) -> Self {
        let unbordered = |index: usize, size: usize| index.saturating_sub(BORDER).min(size - 1);
        let stride = outside_row(height) + WINDOW;
        let mut bordered = vec![0.0; stride * (width + 2 * BORDER)];
        for (column, line) in bordered.chunks_exact_mut(stride).enumerate() {
            let column = unbordered(column, width);
            for (row, level) in line[..outside_row(height)].iter_mut().enumerate() {
                *level = f32::from(levels[unbordered(row, height) * width + column]);
            }
        }
        let rows = levels.chunks_exact(width).map(inked).enumerate().filter(|(_, row)| !row.is_empty());
        let inked = rows.fold((width..0, height..0), |(columns, rows), (y, row)| {
            (columns.start.min(row.start)..columns.end.max(row.end), rows.start.min(y)..y + 1)
        });
        let windows = windows(&bordered, stride, width + 1);
        Self { width, height, stride, levels: bordered, windows, inked }
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The image seen through `map`, of the same size, row by row; 0 where the source is outside.
    pub(crate) fn warp(&self, map: &QuadMap, resampling: Resampling) -> Vec<u8> {
        /// How far from ink, in pixels, a sample can still see it.
        const REACH: f64 = 3.0;
        let (columns, rows) = &self.inked;
        let (left, right) = (columns.start as f64 - REACH, columns.end as f64 + REACH);
        let (top, bottom) = (rows.start as f64 - REACH, rows.end as f64 + REACH);
        let mut warped = vec![0; self.width * self.height];
        for (y, row) in warped.chunks_exact_mut(self.width).enumerate() {
            // Along a row the source moves on a straight line with constant speed.
            let ((x0, y0), (x1, y1)) = (map.source(0, y), map.source(1, y));
            let inked = Columns::all(self.width)
                .within(x0, x1 - x0, left, right)
                .within(y0, y1 - y0, top, bottom)
                .range();
            self.sample_row(map, (inked.start, y), resampling, &mut row[inked]);
        }
        warped
    }

    /// Samples the sources of the output pixels from `(x, y)` to the right.
    fn sample_row(&self, map: &QuadMap, (x, y): (usize, usize), resampling: Resampling, levels: &mut [u8]) {
        if resampling == Resampling::Nearest {
            for (level, x) in levels.iter_mut().zip(x..) {
                *level = self.nearest(map.source(x, y));
            }
            return;
        }
        for (levels, x) in levels.chunks_mut(LANES).zip((x..).step_by(LANES)) {
            let places = map.places(x, y, self.size());
            for (level, lane) in levels.iter_mut().zip(0..LANES) {
                let (column, row) = (places.column[lane] as usize, places.row[lane] as usize);
                *level = match self.windows[column * self.stride + row] {
                    Window::Paper => 0,
                    Window::Ink => 255,
                    Window::Both => {
                        interpolate(self.window(column, row), places.dx[lane], places.dy[lane], resampling)
                    }
                };
            }
        }
    }

    fn nearest(&self, (x, y): (f64, f64)) -> u8 {
        if x < 0.0 || y < 0.0 || x >= self.width as f64 || y >= self.height as f64 {
            return 0;
        }
        self.levels[(x as usize + BORDER) * self.stride + y as usize + BORDER] as u8
    }

    /// The columns of the 4 x 4 pixels from `(column, row)` on, counted with the border.
    fn window(&self, column: usize, row: usize) -> [[f32; WINDOW]; WINDOW] {
        let mut window = [[0.0; WINDOW]; WINDOW];
        for (levels, column) in window.iter_mut().zip(column..) {
            levels.copy_from_slice(&self.levels[column * self.stride + row..][..WINDOW]);
        }
        window
    }
}

/// What each window of `levels` holds, `stride` of them in each of `columns` columns. The last rows have no window of
/// their own and that of the row outside.
fn windows(levels: &[f32], stride: usize, columns: usize) -> Vec<Window> {
    const PAPER: u8 = 1;
    const INK: u8 = 2;
    let pixels = levels.iter().map(|&level| u8::from(level == 0.0) * PAPER + u8::from(level == 255.0) * INK);
    let pixels: Vec<u8> = pixels.collect();
    let of_four = |kinds: &[u8], step: usize| -> Vec<u8> {
        let rest = [step, 2 * step, 3 * step].map(|start| &kinds[start..]);
        let four = kinds.iter().zip(rest[0]).zip(rest[1]).zip(rest[2]);
        four.map(|(((a, b), c), d)| a & b & c & d).collect()
    };
    let mut down = of_four(&pixels, 1);
    down.resize(pixels.len(), 0);
    let mut kinds = of_four(&down, stride);
    kinds.truncate(stride * columns);
    for column in kinds.chunks_exact_mut(stride) {
        let outside = column[stride - WINDOW];
        column[stride - WINDOW + 1..].fill(outside);
    }
    let window = |kind| match kind {
        PAPER => Window::Paper,
        INK => Window::Ink,
        _ => Window::Both,
    };
    kinds.into_iter().map(window).collect()
}

/// The level between the inner four of 4 x 4 pixels, given column by column, `dx` and `dy` from the upper left one of
/// these.
///
/// The operations and their order are those of Pillow, with `a = -1` in Keys' cubic convolution (and -0.5 in
/// [`Axis`](crate::pillow::resample::Axis), where Pillow resizes). Differences of levels are exact in any order.
#[inline(always)]
pub(crate) fn interpolate(
    [v1, v2, v3, v4]: [[f32; WINDOW]; WINDOW],
    dx: f64,
    dy: f64,
    resampling: Resampling,
) -> u8 {
    let mut lines = [0.0; WINDOW];
    if resampling == Resampling::Bilinear {
        for line in 0..WINDOW {
            lines[line] = f64::from(v2[line]) + f64::from(v3[line] - v2[line]) * dx;
        }
        return (lines[1] + (lines[2] - lines[1]) * dy) as u8;
    }
    for line in 0..WINDOW {
        let (v1, v2, v3, v4) = (v1[line], v2[line], v3[line], v4[line]);
        let p2 = f64::from(v3 - v1);
        let p3 = f64::from(2.0 * (v1 - v2) + v3 - v4);
        let p4 = f64::from(v2 - v1 + v4 - v3);
        lines[line] = f64::from(v2) + dx * (p2 + dx * (p3 + dx * p4));
    }
    let [v1, v2, v3, v4] = lines;
    let p2 = -v1 + v3;
    let p3 = 2.0 * (v1 - v2) + v3 - v4;
    let p4 = -v1 + v2 - v3 + v4;
    // Truncation with saturation, as in Pillow.
    (v2 + dy * (p2 + dy * (p3 + dy * p4))) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pillow::quad::Corners;

    /// Pillow's filters as they are written in `Geometry.c`: one pixel at a time, every coordinate clipped.
    fn naive(width: usize, height: usize, levels: &[u8], (x, y): (f64, f64), resampling: Resampling) -> u8 {
        let (w, h) = (width as i64, height as i64);
        if x < 0.0 || x >= w as f64 || y < 0.0 || y >= h as f64 {
            return 0;
        }
        let level = |x: i64, y: i64| f64::from(levels[(y.clamp(0, h - 1) * w + x.clamp(0, w - 1)) as usize]);
        let (floor_x, floor_y) = ((x - 0.5).floor(), (y - 0.5).floor());
        let (dx, dy) = (x - 0.5 - floor_x, y - 0.5 - floor_y);
        let (column, row) = (floor_x as i64, floor_y as i64);
        let cubic = |[v1, v2, v3, v4]: [f64; 4], d: f64| {
            let (p2, p3, p4) = (-v1 + v3, 2.0 * (v1 - v2) + v3 - v4, -v1 + v2 - v3 + v4);
            v2 + d * (p2 + d * (p3 + d * p4))
        };
        match resampling {
            Resampling::Nearest => level(x as i64, y as i64) as u8,
            Resampling::Bilinear => {
                let across = |y| level(column, y) + (level(column + 1, y) - level(column, y)) * dx;
                (across(row) + (across(row + 1) - across(row)) * dy) as u8
            }
            Resampling::Bicubic => {
                let across = |y| cubic([-1, 0, 1, 2].map(|offset| level(column + offset, y)), dx);
                cubic([-1, 0, 1, 2].map(|offset| across(row + offset)), dy) as u8
            }
        }
    }

    fn images() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
        // Mostly paper and ink in large areas, as in letters, with some levels between.
        let level = prop_oneof![5 => Just(0u8), 5 => Just(255u8), 2 => any::<u8>()];
        (1usize..20, 1usize..20, 1usize..6).prop_flat_map(move |(width, height, block)| {
            let blocks = proptest::collection::vec(level.clone(), 400);
            blocks.prop_map(move |blocks| {
                let at = |i: usize| blocks[(i / width / block) * 20 + i % width / block];
                (width, height, (0..width * height).map(at).collect())
            })
        })
    }

    fn corners() -> impl Strategy<Value = Corners> {
        let point = || (-15i32..35, -15i32..35).prop_map(|(x, y)| (f64::from(x), f64::from(y)));
        (point(), point(), point(), point()).prop_map(|(north_west, south_west, south_east, north_east)| {
            Corners { north_west, south_west, south_east, north_east }
        })
    }

    proptest! {
        #[test]
        fn eight_at_once_are_as_one_by_one((width, height, levels) in images(), corners in corners()) {
            let image = SampledImage::new(width, height, &levels);
            let map = QuadMap::new(corners, width, height);
            for resampling in [Resampling::Nearest, Resampling::Bilinear, Resampling::Bicubic] {
                let expected: Vec<u8> = (0..width * height)
                    .map(|i| naive(width, height, &levels, map.source(i % width, i / width), resampling))
                    .collect();
                prop_assert_eq!(image.warp(&map, resampling), expected);
            }
        }
    }

    #[test]
    fn the_map_that_moves_nothing_changes_nothing() {
        let levels: Vec<u8> = (0..30).map(|i| i * 8).collect();
        let (w, h) = (6.0, 5.0);
        let corners = Corners::displaced((w, h), (0.0, 0.0), (0.0, 0.0));
        let image = SampledImage::new(6, 5, &levels);
        for resampling in [Resampling::Nearest, Resampling::Bilinear, Resampling::Bicubic] {
            assert_eq!(image.warp(&QuadMap::new(corners, 6, 5), resampling), levels);
        }
    }
}
