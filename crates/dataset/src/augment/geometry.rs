//! Where a pixel of the result comes from: one map for all changes of shape, so that an image is resampled once.

use captcha_core::seed::{self, Rng};

use crate::augment::elastic::Elastic;
use crate::augment::options::ImageAugmentation;

/// Pixels between two places at which the map is computed; it is linear between them, as nothing in it bends within
/// so few.
const STEP: usize = 4;

/// Which point of an image a pixel of the result shows.
pub(crate) struct Geometry {
    /// From the offset to the centre in the result to that in the image.
    matrix: [[f32; 2]; 2],
    /// By how much the denominator grows a column and a row.
    perspective: [f32; 2],
    centre: [f32; 2],
    shift: [f32; 2],
    elastic: Option<Elastic>,
}

impl Geometry {
    /// A random map; `None` if it would be the identity.
    pub(crate) fn random(
        most: &ImageAugmentation,
        width: usize,
        height: usize,
        rng: &mut Rng,
    ) -> Option<Self> {
        let mut uniform = |most: f32| most * (2.0 * seed::unit_f32(rng) - 1.0);
        let (width_f, height_f) = (width as f32, height as f32);
        let shift = [uniform(most.shift_x) * height_f, uniform(most.shift_y) * height_f];
        let (scale_x, scale_y) = (1.0 + uniform(most.scale_x), 1.0 + uniform(most.scale_y));
        let shear = uniform(most.shear);
        let angle = f64::from(uniform(most.rotation.to_radians()));
        let (sin, cos) = (libm::sin(angle) as f32, libm::cos(angle) as f32);
        let perspective = [uniform(most.perspective) / width_f, uniform(most.perspective) / height_f];
        // Rotation * shear * scaling.
        let matrix =
            [[cos * scale_x, (cos * shear - sin) * scale_y], [sin * scale_x, (sin * shear + cos) * scale_y]];
        let columns = [width.div_ceil(STEP) + 1, STEP];
        let elastic = (most.elastic > 0.0).then(|| Elastic::random(most.elastic, columns, height, rng));
        let flat = matrix == [[1.0, 0.0], [0.0, 1.0]] && shift == [0.0; 2] && perspective == [0.0; 2];
        let centre = [(width_f - 1.0) / 2.0, (height_f - 1.0) / 2.0];
        (!flat || elastic.is_some()).then_some(Self { matrix, perspective, centre, shift, elastic })
    }

    /// The point of the image that the pixel `x, y` of the result shows, but for elastic displacements.
    fn source(&self, x: f32, y: f32) -> [f32; 2] {
        let [u, v] = [x - self.centre[0], y - self.centre[1]];
        let nearer = 1.0 / (1.0 + self.perspective[0] * u + self.perspective[1] * v);
        [0, 1].map(|axis| {
            let [a, b] = self.matrix[axis];
            (a * u + b * v) * nearer + self.centre[axis] + self.shift[axis]
        })
    }

    /// The image of `width` columns whose grey levels are `levels`, resampled by bilinear interpolation. Outside, the
    /// edge is repeated.
    pub(crate) fn resample(&self, levels: &[u8], width: usize) -> Vec<u8> {
        let height = levels.len() / width;
        let sheet = Sheet::new(levels, width, height);
        let mut out = vec![0; levels.len()];
        let columns = width.div_ceil(STEP) + 1;
        let mut displacements = vec![0.0; 2 * columns];
        let mut places = vec![[0; 2]; columns];
        for (y, line) in out.chunks_exact_mut(width).enumerate() {
            if let Some(elastic) = &self.elastic {
                elastic.row(y, &mut displacements);
            }
            let (across, down) = displacements.split_at(columns);
            for (column, place) in places.iter_mut().enumerate() {
                let [from_x, from_y] = self.source((column * STEP) as f32, y as f32);
                *place = [fixed(from_x + across[column]), fixed(from_y + down[column])];
            }
            for (pixels, ends) in line.chunks_mut(STEP).zip(places.windows(2)) {
                let ([mut x, mut y], [to_x, to_y]) = (ends[0], ends[1]);
                let (dx, dy) = ((to_x - x) / STEP as i32, (to_y - y) / STEP as i32);
                for pixel in pixels {
                    *pixel = sheet.level(x, y);
                    (x, y) = (x + dx, y + dy);
                }
            }
        }
        out
    }
}

/// The binary digits after the point of a place in an image.
const DIGITS: u32 = 12;

/// The binary digits of the weights of pixels.
const WEIGHT_DIGITS: u32 = 8;

/// The largest place in an image; what is farther away is taken to be here.
const FARTHEST: f32 = 200_000.0;

/// A place as a number of 2^-12 pixels.
fn fixed(place: f32) -> i32 {
    (place.clamp(-FARTHEST, FARTHEST) * (1 << DIGITS) as f32) as i32
}

/// An image with its last row and column repeated once, so that every point of it lies between four pixels.
struct Sheet {
    levels: Vec<u8>,
    width: usize,
    /// The last column and row, as fixed numbers.
    last: [i32; 2],
}

impl Sheet {
    fn new(levels: &[u8], width: usize, height: usize) -> Self {
        let mut sheet = Vec::with_capacity((width + 1) * (height + 1));
        let rows = levels.chunks_exact(width);
        for row in rows.clone().chain(rows.last()) {
            sheet.extend_from_slice(row);
            sheet.extend(row.last());
        }
        let last = [width, height].map(|extent| fixed((extent - 1) as f32));
        Self { levels: sheet, width: width + 1, last }
    }

    /// The grey level at a point, by bilinear interpolation; outside, that of the edge.
    #[inline(always)]
    fn level(&self, x: i32, y: i32) -> u8 {
        const ONE: u32 = 1 << WEIGHT_DIGITS;
        let [x, y] = [x.clamp(0, self.last[0]) as u32, y.clamp(0, self.last[1]) as u32];
        let [right, lower] = [x, y].map(|place| (place >> (DIGITS - WEIGHT_DIGITS)) % ONE);
        let at = (y >> DIGITS) as usize * self.width + (x >> DIGITS) as usize;
        let pixels = &self.levels[at..at + self.width + 2];
        let between = |left: u8, next: u8| u32::from(left) * (ONE - right) + u32::from(next) * right;
        let upper = between(pixels[0], pixels[1]);
        let below = between(pixels[self.width], pixels[self.width + 1]);
        ((upper * (ONE - lower) + below * lower + ONE * ONE / 2) >> (2 * WEIGHT_DIGITS)) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(most: &ImageAugmentation, seed: u64) -> Option<Geometry> {
        Geometry::random(most, 60, 30, &mut seed::rng(seed))
    }

    #[test]
    fn no_change_is_no_map() {
        assert!(geometry(&ImageAugmentation::none(), 1).is_none());
        assert!(geometry(&ImageAugmentation::none().with_shear(0.1), 1).is_some());
    }

    #[test]
    fn pixels_come_from_where_the_map_says() {
        // A plane of grey: its level at a point is known, and bilinear interpolation has it exactly.
        let levels: Vec<u8> = (0..60 * 30).map(|i| (40 + i % 60 * 2 + i / 60) as u8).collect();
        let most = ImageAugmentation::strong().with_elastic(0.0).with_perspective(0.1);
        for seed in 0..20 {
            let map = geometry(&most, seed).unwrap();
            let out = map.resample(&levels, 60);
            for y in 0..30 {
                for x in 0..60 {
                    let [from_x, from_y] = map.source(x as f32, y as f32);
                    let expected = 40.0 + 2.0 * from_x.clamp(0.0, 59.0) + from_y.clamp(0.0, 29.0);
                    let actual = f32::from(out[y * 60 + x]);
                    assert!((actual - expected).abs() < 0.75, "{seed}: {x}, {y}: {actual} {expected}");
                }
            }
        }
    }

    #[test]
    fn the_edge_is_repeated() {
        let levels = [10, 20, 30, 40, 50, 60];
        let map = Geometry {
            matrix: [[1.0, 0.0], [0.0, 1.0]],
            perspective: [0.0; 2],
            centre: [1.0, 0.5],
            shift: [1.0, -1.0],
            elastic: None,
        };
        assert_eq!(map.resample(&levels, 3), [20, 30, 30, 20, 30, 30]);
    }
}
