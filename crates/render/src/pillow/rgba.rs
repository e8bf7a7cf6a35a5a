//! Pictures with transparency, rotated, resized and warped as Pillow does it.
//!
//! Pillow multiplies the colours with their opacity before it interpolates and divides them again after, each time
//! rounded to 8 bits.

use std::borrow::Cow;

use crate::pillow::quad::{Corners, QuadMap};
use crate::pillow::resample::{Axis, PRECISION_BITS};

/// Red, green, blue and opacity, 0 to 255.
pub(crate) type Pixel = [u8; 4];

/// A picture with transparency, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rgba {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<Pixel>,
}

const EMPTY: Pixel = [0; 4];

impl Rgba {
    /// The picture rotated by `degrees` counterclockwise, bilinear, in a frame that holds all of it: Pillow's `rotate`
    /// with `expand`.
    pub(crate) fn rotate(&self, degrees: f64) -> Self {
        let degrees = degrees.rem_euclid(360.0);
        if degrees == 0.0 {
            return self.clone();
        }
        let (w, h) = (self.width as f64, self.height as f64);
        let radians = -(degrees * (std::f64::consts::PI / 180.0));
        let (sin, cos) = (round_15(libm::sin(radians)), round_15(libm::cos(radians)));
        let turn = |x: f64, y: f64, dx: f64, dy: f64| (cos * x + sin * y + dx, -sin * x + cos * y + dy);
        let (dx, dy) = turn(-w / 2.0, -h / 2.0, 0.0, 0.0);
        let (dx, dy) = (dx + w / 2.0, dy + h / 2.0);
        let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)].map(|(x, y)| turn(x, y, dx, dy));
        let extent = |values: [f64; 4]| {
            let high = values.iter().copied().fold(f64::MIN, f64::max);
            let low = values.iter().copied().fold(f64::MAX, f64::min);
            high.ceil() - low.floor()
        };
        let (new_w, new_h) = (extent(corners.map(|corner| corner.0)), extent(corners.map(|corner| corner.1)));
        let (dx, dy) = turn(-(new_w - w) / 2.0, -(new_h - h) / 2.0, dx, dy);
        let solid = self.premultiplied();
        let mut turned = Self::empty(new_w as usize, new_h as usize);
        let rows = turned.pixels.chunks_exact_mut(turned.width);
        for (y, row) in rows.enumerate() {
            let y = y as f64 + 0.5;
            for (x, pixel) in row.iter_mut().enumerate() {
                let x = x as f64 + 0.5;
                *pixel = solid.bilinear(cos * x + sin * y + dx, -sin * x + cos * y + dy);
            }
        }
        turned.divided()
    }

    /// The picture at another size, bicubic: Pillow's `resize`.
    pub(crate) fn resize(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let mut picture = self.premultiplied();
        let bicubic = crate::Resampling::Bicubic;
        picture.pixels = resize(
            &picture.pixels,
            (self.width, self.height),
            &Axis::new(self.width, width, bicubic),
            &Axis::new(self.height, height, bicubic),
        );
        (picture.width, picture.height) = (width, height);
        picture.divided()
    }

    /// The picture seen through the map of an output of `width x height` to `corners`, nearest pixel.
    pub(crate) fn warp(&self, corners: Corners, width: usize, height: usize) -> Self {
        let map = QuadMap::new(corners, width, height);
        let mut warped = Self::empty(width, height);
        for (i, pixel) in warped.pixels.iter_mut().enumerate() {
            let (x, y) = map.source(i % width, i / width);
            if x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64 {
                *pixel = self.pixels[y as usize * self.width + x as usize];
            }
        }
        warped
    }

    fn empty(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![EMPTY; width * height] }
    }

    /// The level between the pixels around `(x, y)`, nothing outside.
    fn bilinear(&self, x: f64, y: f64) -> Pixel {
        if x < 0.0 || y < 0.0 || x >= self.width as f64 || y >= self.height as f64 {
            return EMPTY;
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (column, row) = (floor(x), floor(y));
        let (dx, dy) = (x - f64::from(column), y - f64::from(row));
        let clip = |place: i32, size: usize| place.clamp(0, size as i32 - 1) as usize;
        let (left, right) = (clip(column, self.width), clip(column + 1, self.width));
        let (upper, lower) = (clip(row, self.height) * self.width, clip(row + 1, self.height) * self.width);
        let [a, b] = [left, right].map(|column| self.pixels[upper + column]);
        let [c, d] = [left, right].map(|column| self.pixels[lower + column]);
        if a == b && b == c && c == d {
            return a;
        }
        std::array::from_fn(|i| {
            let [a, b, c, d] = [a[i], b[i], c[i], d[i]].map(f64::from);
            let (above, below) = (a + (b - a) * dx, c + (d - c) * dx);
            (above + (below - above) * dy) as u8
        })
    }

    /// With colours multiplied with their opacity.
    fn premultiplied(&self) -> Self {
        let multiply = |level: u8, alpha: u8| {
            let product = u32::from(level) * u32::from(alpha) + 128;
            (((product >> 8) + product) >> 8) as u8
        };
        self.map(|[r, g, b, alpha]| match alpha {
            0 => EMPTY,
            255 => [r, g, b, alpha],
            _ => [multiply(r, alpha), multiply(g, alpha), multiply(b, alpha), alpha],
        })
    }

    /// With colours divided by their opacity.
    fn divided(self) -> Self {
        let divide = |level: u8, alpha: u8| (255 * u32::from(level) / u32::from(alpha)).min(255) as u8;
        self.map(|[r, g, b, alpha]| match alpha {
            0 | 255 => [r, g, b, alpha],
            _ => [divide(r, alpha), divide(g, alpha), divide(b, alpha), alpha],
        })
    }

    /// Changes every pixel; most are like the one before.
    fn map(&self, change: impl Fn(Pixel) -> Pixel) -> Self {
        let mut last = (EMPTY, change(EMPTY));
        let changed = self.pixels.iter().map(|&pixel| {
            if pixel != last.0 {
                last = (pixel, change(pixel));
            }
            last.1
        });
        Self { width: self.width, height: self.height, pixels: changed.collect() }
    }
}

/// Python's `round(value, 15)`.
fn round_15(value: f64) -> f64 {
    (value * 1e15).round_ties_even() / 1e15
}

fn floor(value: f64) -> i32 {
    let whole = value as i32;
    if value < f64::from(whole) { whole - 1 } else { whole }
}

/// Resizes pixels of several channels: columns first, then rows, rounding between the two, as Pillow does it.
pub(crate) fn resize<const CHANNELS: usize>(
    pixels: &[[u8; CHANNELS]],
    (width, height): (usize, usize),
    columns: &Axis,
    rows: &Axis,
) -> Vec<[u8; CHANNELS]> {
    const HALF: i32 = 1 << (PRECISION_BITS - 1);
    let to_levels = |sums: [i32; CHANNELS]| sums.map(|sum| (sum >> PRECISION_BITS).clamp(0, 255) as u8);
    let resize_columns = || {
        let mut resized_columns = vec![[0; CHANNELS]; columns.len() * height];
        let mut weights = Vec::new();
        for (x, output) in columns.outputs.iter().enumerate() {
            weights.clear();
            weights.extend(columns.weights(output).iter().map(|&weight| weight as i32));
            for y in 0..height {
                let mut sums = [HALF; CHANNELS];
                for (pixel, &weight) in pixels[y * width..][output.window.clone()].iter().zip(&weights) {
                    for channel in 0..CHANNELS {
                        sums[channel] += i32::from(pixel[channel]) * weight;
                    }
                }
                resized_columns[y * columns.len() + x] = to_levels(sums);
            }
        }
        Cow::Owned(resized_columns)
    };
    let resized_columns = if columns.len() == width { Cow::Borrowed(pixels) } else { resize_columns() };
    if rows.len() == height {
        return resized_columns.into_owned();
    }
    let mut resized = Vec::with_capacity(columns.len() * rows.len());
    let mut sums = vec![[0; CHANNELS]; columns.len()];
    for output in &rows.outputs {
        sums.fill([HALF; CHANNELS]);
        for (row, &weight) in output.window.clone().zip(rows.weights(output)) {
            let weight = weight as i32;
            for (sums, pixel) in sums.iter_mut().zip(&resized_columns[row * columns.len()..][..columns.len()])
            {
                for channel in 0..CHANNELS {
                    sums[channel] += i32::from(pixel[channel]) * weight;
                }
            }
        }
        resized.extend(sums.iter().map(|&sums| to_levels(sums)));
    }
    resized
}
