//! The quadrilateral warp of Pillow, `Image.transform` with `QUAD`.

use captcha_core::seed;
use rand::Rng;
use std::ops::Range;

use crate::pillow::resample::{WHOLE, whole};
use crate::values::span::Span;

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

/// Two of Claptcha's "disposition points" of a cell of the given size, in the order in which it samples them.
pub(crate) fn sample_points(
    (w, h): (f64, f64),
    reach_x: Span,
    reach_y: Span,
    rng: &mut impl Rng,
) -> [(f64, f64); 2] {
    let dx = w * reach_x.sample(rng);
    let dy = h * reach_y.sample(rng);
    std::array::from_fn(|_| (seed::uniform(rng, -dx, dx).trunc(), seed::uniform(rng, -dy, dy).trunc()))
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

/// How many pixels a [`SampledImage`](crate::pillow::sampled_image::SampledImage) repeats on each side, so that a cubic kernel never leaves it.
pub(crate) const BORDER: usize = 2;

/// How many neighbouring output pixels are mapped at once.
pub(crate) const LANES: usize = 8;

/// Where neighbouring output pixels come from: for each the upper left of the 4 x 4 pixels around its source, counted
/// with [`BORDER`], and how far between the inner four it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    pub(crate) column: [i32; LANES],
    pub(crate) row: [i32; LANES],
    pub(crate) dx: [f64; LANES],
    pub(crate) dy: [f64; LANES],
}

/// The row that [`QuadMap::places`] gives for a source outside: the first after an input of `height` rows and its
/// borders.
pub(crate) fn outside_row(height: usize) -> usize {
    height + 2 * BORDER
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
        (at(self.x, x, y), at(self.y, x, y))
    }

    /// Where the output pixels from `(x, y)` to the right come from in an input of `width x height`. A source outside
    /// gives column 0 of [`outside_row`].
    #[inline(always)]
    pub(crate) fn places(&self, x: usize, y: usize, (width, height): (usize, usize)) -> Places {
        let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
        let outside = outside_row(height) as f64;
        let (width, height) = (width as f64, height as f64);
        let mut places = Places { column: [0; LANES], row: [0; LANES], dx: [0.0; LANES], dy: [0.0; LANES] };
        for lane in 0..LANES {
            let x = x + lane as f64;
            let (source_x, source_y) = (at(self.x, x, y), at(self.y, x, y));
            let inside = (source_x >= 0.0) & (source_x < width) & (source_y >= 0.0) & (source_y < height);
            let ((column, dx), (row, dy)) = (split(source_x), split(source_y));
            places.column[lane] = whole(if inside { column } else { 0.0 });
            places.row[lane] = whole(if inside { row } else { outside });
            (places.dx[lane], places.dy[lane]) = (dx, dy);
        }
        places
    }
}

fn at([a, b, c, d]: [f64; 4], x: f64, y: f64) -> f64 {
    a + b * x + c * y + d * x * y
}

/// The first of four pixels around `position`, counted with [`BORDER`], and how far between the inner two it is.
///
/// Without a branch or a checked conversion, which keep compilers from using SIMD.
#[inline(always)]
fn split(position: f64) -> (f64, f64) {
    let shifted = position - 0.5;
    let nearest = (shifted + WHOLE) - WHOLE;
    let floor = if nearest > shifted { nearest - 1.0 } else { nearest };
    (floor + (BORDER as f64 - 1.0), shifted - floor)
}

/// The columns of an image in which some linear functions of the column stay within limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    first: f64,
    last: f64,
}

impl Columns {
    /// All columns of an image of `width` pixels.
    pub(crate) fn all(width: usize) -> Self {
        Self { first: 0.0, last: width as f64 - 1.0 }
    }

    /// Those where `value + speed x` is in `low..=high`, but for the rounding of the last bit.
    pub(crate) fn within(self, value: f64, speed: f64, low: f64, high: f64) -> Self {
        if low > high || (speed == 0.0 && !(low..=high).contains(&value)) {
            return Self { first: 0.0, last: -1.0 };
        }
        if speed == 0.0 {
            return self;
        }
        let (a, b) = ((low - value) / speed, (high - value) / speed);
        Self { first: self.first.max(a.min(b)), last: self.last.min(a.max(b)) }
    }

    /// The columns, first to last.
    pub(crate) fn range(self) -> Range<usize> {
        if self.first > self.last { 0..0 } else { self.first.ceil() as usize..self.last as usize + 1 }
    }
}
