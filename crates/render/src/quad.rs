//! The quadrilateral warp of Pillow (`Image.transform` with `QUAD`), which Claptcha bends its letters with.

use std::ops::Range;

use crate::resample::{Resampling, inked};

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

/// How many neighbouring output pixels are mapped at once.
pub(crate) const LANES: usize = 8;

/// Where neighbouring output pixels come from: for each the upper left of the 4 x 4 pixels around its source, and
/// how far between the inner four it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    /// Counted with [`BORDER`].
    pub(crate) column: [i32; LANES],
    /// Counted with [`BORDER`].
    pub(crate) row: [i32; LANES],
    pub(crate) dx: [f64; LANES],
    pub(crate) dy: [f64; LANES],
    /// Whether the source is inside the input; the rest means nothing if it is not.
    pub(crate) inside: [bool; LANES],
}

impl QuadMap {
    /// The sources of the output pixels from `(x, y)` to the right in an input of `width x height`.
    pub(crate) fn places(&self, x: usize, y: usize, (width, height): (usize, usize)) -> Places {
        let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
        let lanes: [f64; LANES] = std::array::from_fn(|lane| x + lane as f64);
        let at = |[a, b, c, d]: [f64; 4]| lanes.map(|x| a + b * x + c * y + d * x * y);
        let (source_x, source_y) = (at(self.x), at(self.y));
        let (width, height) = (width as f64, height as f64);
        let inside = std::array::from_fn(|lane| {
            let (x, y) = (source_x[lane], source_y[lane]);
            (x >= 0.0) & (x < width) & (y >= 0.0) & (y < height)
        });
        let ((column, dx), (row, dy)) = (split_all(source_x), split_all(source_y));
        Places { column, row, dx, dy, inside }
    }
}

/// [`split`] for several positions, without the branch and the conversion that keep compilers from using SIMD.
fn split_all(positions: [f64; LANES]) -> ([i32; LANES], [f64; LANES]) {
    /// 1.5 * 2^52: doubles of this size are whole numbers, and their lowest bits are that number.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let shifted = positions.map(|position| position - 0.5);
    let nearest = shifted.map(|value| (value + WHOLE) - WHOLE);
    let floor: [f64; LANES] =
        std::array::from_fn(
            |lane| {
                if nearest[lane] > shifted[lane] { nearest[lane] - 1.0 } else { nearest[lane] }
            },
        );
    let place = floor.map(|value| (value + (WHOLE + 1.0)).to_bits() as i32);
    (place, std::array::from_fn(|lane| shifted[lane] - floor[lane]))
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

    pub(crate) fn range(self) -> Range<usize> {
        if self.first > self.last { 0..0 } else { self.first.ceil() as usize..self.last as usize + 1 }
    }
}

/// Repeated pixels around a [`Sheet`] on each side, so that a cubic kernel never leaves it.
pub(crate) const BORDER: usize = 2;

/// An 8-bit image that can be sampled between its pixels; beyond its edges it repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    width: usize,
    height: usize,
    /// The number of columns with their border.
    stride: usize,
    /// For each place of a 4 x 4 window, row by row, its leftmost column from top to bottom: the window's other
    /// columns are the next three, which lie side by side in memory.
    columns: Vec<[u8; 4]>,
    /// For each place of a 4 x 4 window, what it holds.
    windows: Vec<Window>,
    /// The columns and rows that hold ink.
    inked: (Range<usize>, Range<usize>),
}

/// What 4 x 4 pixels of a [`Sheet`] hold. Most of a letter's cell is all paper or all ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Paper,
    Ink,
    Both,
}

impl Sheet {
    /// A sheet of `width x height` pixels, at least one each, with the levels `levels`, row by row.
    pub(crate) fn new(width: usize, height: usize, levels: &[u8]) -> Self {
        let stride = width + 2 * BORDER;
        let unbordered = |index: usize, size: usize| index.saturating_sub(BORDER).min(size - 1);
        let at = |column, row| levels[unbordered(row, height) * width + unbordered(column, width)];
        let places = (0..=height).flat_map(|row| (0..stride).map(move |column| (column, row)));
        let columns: Vec<[u8; 4]> =
            places.map(|(column, row)| std::array::from_fn(|line| at(column, row + line))).collect();

        // The last three columns start no window; they are there to keep the rows of one length.
        let mut windows: Vec<Window> = columns
            .windows(4)
            .map(|window| match window {
                window if window.iter().all(|column| *column == [0; 4]) => Window::Paper,
                window if window.iter().all(|column| *column == [255; 4]) => Window::Ink,
                _ => Window::Both,
            })
            .collect();
        windows.resize(columns.len(), Window::Both);

        let rows =
            levels.chunks_exact(width).map(inked).enumerate().filter(|(_, columns)| !columns.is_empty());
        let inked = rows.fold((width..0, height..0), |(columns, rows), (y, row)| {
            (columns.start.min(row.start)..columns.end.max(row.end), rows.start.min(y)..y + 1)
        });
        Self { width, height, stride, columns, windows, inked }
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
            // The second of the four pixels of the column that starts one above.
            return self.columns[(y as usize + BORDER - 1) * self.stride + x as usize + BORDER][1];
        }
        let ((column, dx), (row, dy)) = (split(x), split(y));
        let place = row * self.stride + column;
        self.between(place, dx, dy, resampling)
    }

    /// The level in the 4 x 4 window at `place`, `dx` and `dy` between its inner four pixels.
    fn between(&self, place: usize, dx: f64, dy: f64, resampling: Resampling) -> u8 {
        match self.windows[place] {
            Window::Paper => 0,
            Window::Ink => 255,
            Window::Both => {
                let [a, b, c, d] = [0, 1, 2, 3].map(|column| self.columns[place + column].map(i32::from));
                match resampling {
                    Resampling::Bicubic => bicubic(cubic_across([a, b, c, d], dx), dy),
                    _ => bilinear([b, c], dx, dy),
                }
            }
        }
    }

    /// The sheet seen through `map`, of the same size, row by row.
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
}

impl Sheet {
    /// Samples the sources of the output pixels from `(x, y)` to the right.
    fn sample_row(&self, map: &QuadMap, (x, y): (usize, usize), resampling: Resampling, levels: &mut [u8]) {
        if resampling == Resampling::Nearest {
            for (level, x) in levels.iter_mut().zip(x..) {
                let (source_x, source_y) = map.source(x, y);
                *level = self.sample(source_x, source_y, resampling);
            }
            return;
        }
        for (levels, x) in levels.chunks_mut(LANES).zip((x..).step_by(LANES)) {
            let places = map.places(x, y, self.size());
            for (lane, level) in levels.iter_mut().enumerate() {
                if places.inside[lane] {
                    let place = places.row[lane] as usize * self.stride + places.column[lane] as usize;
                    *level = self.between(place, places.dx[lane], places.dy[lane], resampling);
                }
            }
        }
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

/// The level `dy` between the inner two of four lines, each already interpolated across.
pub(crate) fn bicubic([v1, v2, v3, v4]: [f64; 4], dy: f64) -> u8 {
    let p2 = -v1 + v3;
    let p3 = 2.0 * (v1 - v2) + v3 - v4;
    let p4 = -v1 + v2 - v3 + v4;
    // Truncation with saturation, as in Pillow.
    (v2 + dy * (p2 + dy * (p3 + dy * p4))) as u8
}

/// Keys' cubic convolution with `a = -1` between the inner two of four columns, for each of four lines, in the order
/// of operations of Pillow's `Geometry.c`. The differences are exact in integers.
pub(crate) fn cubic_across([v1, v2, v3, v4]: [[i32; 4]; 4], dx: f64) -> [f64; 4] {
    let p2: [i32; 4] = std::array::from_fn(|i| v3[i] - v1[i]);
    let p3: [i32; 4] = std::array::from_fn(|i| 2 * (v1[i] - v2[i]) + v3[i] - v4[i]);
    let p4: [i32; 4] = std::array::from_fn(|i| v2[i] - v1[i] + v4[i] - v3[i]);
    let [p1, p2, p3, p4] = [v2, p2, p3, p4].map(|p| p.map(f64::from));
    std::array::from_fn(|i| p1[i] + dx * (p2[i] + dx * (p3[i] + dx * p4[i])))
}

/// The level between the inner two of four lines of two columns, `dx` and `dy` from the upper left pixel.
pub(crate) fn bilinear([left, right]: [[i32; 4]; 2], dx: f64, dy: f64) -> u8 {
    let across = |line: usize| f64::from(left[line]) + f64::from(right[line] - left[line]) * dx;
    let (upper, lower) = (across(1), across(2));
    (upper + (lower - upper) * dy) as u8
}
