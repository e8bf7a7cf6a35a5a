//! The quadrilateral warp of Pillow (`Image.transform` with `QUAD`), which Claptcha bends its letters with.

use crate::resample::Resampling;

/// The source corners of a warp: where the corners of the output lie in the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Corners {
    pub(crate) north_west: (f64, f64),
    pub(crate) south_west: (f64, f64),
    pub(crate) south_east: (f64, f64),
    pub(crate) north_east: (f64, f64),
}

impl Corners {
    /// Claptcha's `_quadPoints`: a rectangle of `size` with its corners moved by two points.
    pub(crate) fn displaced((w, h): (f64, f64), (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Self {
        Self {
            north_west: (x1, -y1),
            south_west: (-x1, h + y2),
            south_east: (w + x2, h - y2),
            north_east: (w - x2, y1),
        }
    }
}

/// A bilinear map from output to input coordinates: `a + b x + c y + d x y` for each of the two.
///
/// Source: G. Wolberg, "Digital Image Warping", IEEE Computer Society Press, 1990, section 3.6; the order of the
/// operations is that of Pillow, so that the results are the same to the last bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct QuadMap {
    x: [f64; 4],
    y: [f64; 4],
}

impl QuadMap {
    /// The map that takes the corners of an output of `width x height` pixels to `corners`.
    pub(crate) fn new(corners: Corners, width: usize, height: usize) -> Self {
        let (per_width, per_height) = (1.0 / width as f64, 1.0 / height as f64);
        let Corners { north_west: nw, south_west: sw, south_east: se, north_east: ne } = corners;
        let axis = |nw: f64, sw: f64, se: f64, ne: f64| {
            [nw, (ne - nw) * per_width, (sw - nw) * per_height, (se - sw - ne + nw) * per_width * per_height]
        };
        Self { x: axis(nw.0, sw.0, se.0, ne.0), y: axis(nw.1, sw.1, se.1, ne.1) }
    }

    /// Where the centre of output pixel `(x, y)` comes from.
    pub(crate) fn source(&self, x: usize, y: usize) -> (f64, f64) {
        let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
        let at = |[a, b, c, d]: [f64; 4]| a + b * x + c * y + d * x * y;
        (at(self.x), at(self.y))
    }
}

/// Repeated pixels around a [`Sheet`] on each side, so that a cubic kernel never leaves it.
pub(crate) const BORDER: usize = 2;

/// An 8-bit image that can be sampled between its pixels; beyond its edges it repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    width: usize,
    height: usize,
    stride: usize,
    levels: Vec<u8>,
}

impl Sheet {
    /// A sheet of `width x height` pixels with the levels `levels`, row by row.
    pub(crate) fn new(width: usize, height: usize, levels: &[u8]) -> Self {
        let stride = width + 2 * BORDER;
        let mut bordered = Vec::with_capacity(stride * (height + 2 * BORDER));
        for y in 0..height + 2 * BORDER {
            let row = y.saturating_sub(BORDER).min(height - 1) * width;
            let row = &levels[row..row + width];
            bordered.extend([row[0]; BORDER]);
            bordered.extend_from_slice(row);
            bordered.extend([row[width - 1]; BORDER]);
        }
        Self { width, height, stride, levels: bordered }
    }

    pub(crate) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The level at `(x, y)`, where pixel `(i, j)` covers `i..i + 1` and `j..j + 1`; 0 outside.
    pub(crate) fn sample(&self, x: f64, y: f64, resampling: Resampling) -> u8 {
        if x < 0.0 || y < 0.0 || x >= self.width as f64 || y >= self.height as f64 {
            return 0;
        }
        if resampling == Resampling::Nearest {
            return self.levels[(y as usize + BORDER) * self.stride + x as usize + BORDER];
        }
        let ((column, dx), (row, dy)) = (split(x), split(y));
        let start = row * self.stride + column;
        let lines: [[u8; 4]; 4] = std::array::from_fn(|line| {
            let start = start + line * self.stride;
            let mut four = [0; 4];
            four.copy_from_slice(&self.levels[start..start + 4]);
            four
        });
        // Most of a letter's cell is all paper or all ink.
        if lines == [[0; 4]; 4] {
            return 0;
        }
        if lines == [[255; 4]; 4] {
            return 255;
        }
        interpolate(lines.map(|line| line.map(f64::from)), dx, dy, resampling)
    }

    /// The sheet seen through `map`, of the same size, row by row.
    pub(crate) fn warp(&self, map: &QuadMap, resampling: Resampling) -> Vec<u8> {
        let mut warped = vec![0; self.width * self.height];
        for (y, row) in warped.chunks_exact_mut(self.width).enumerate() {
            for (x, level) in row.iter_mut().enumerate() {
                let (source_x, source_y) = map.source(x, y);
                *level = self.sample(source_x, source_y, resampling);
            }
        }
        warped
    }
}

/// The index, counted with [`BORDER`], of the first of four pixels around `position`, and how far between the inner
/// two it is. `position` is at least 0.
pub(crate) fn split(position: f64) -> (usize, f64) {
    let shifted = position - 0.5;
    if shifted < 0.0 {
        (0, shifted + 1.0)
    } else {
        let whole = shifted as usize;
        (whole + 1, shifted - whole as f64)
    }
}

/// The level between the inner four of 4 x 4 pixels, `dx` and `dy` from the upper left one of the four.
pub(crate) fn interpolate(lines: [[f64; 4]; 4], dx: f64, dy: f64, resampling: Resampling) -> u8 {
    let value = if resampling == Resampling::Bicubic {
        let [a, b, c, d] = lines.map(|[a, b, c, d]| cubic(a, b, c, d, dx));
        cubic(a, b, c, d, dy)
    } else {
        let [_, upper, lower, _] = lines.map(|[_, a, b, _]| a + (b - a) * dx);
        upper + (lower - upper) * dy
    };
    // Truncation with saturation, as in Pillow.
    value as u8
}

/// Keys' cubic convolution with `a = -1`, in the order of operations of Pillow's `Geometry.c`.
fn cubic(v1: f64, v2: f64, v3: f64, v4: f64, d: f64) -> f64 {
    let p2 = -v1 + v3;
    let p3 = 2.0 * (v1 - v2) + v3 - v4;
    let p4 = -v1 + v2 - v3 + v4;
    v2 + d * (p2 + d * (p3 + d * p4))
}
