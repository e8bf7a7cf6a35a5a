//! Claptcha's line, drawn without its layer.

use image::GrayImage;
use rand::Rng;

use crate::clutter::LineClutter;
use crate::quad::{Corners, QuadMap, Sheet};
use crate::resample::{self, Axis, Resampling};
use crate::warp::draw_points;

/// How many times larger than the canvas Claptcha's layer is.
const LAYER_SCALE: usize = 5;

pub(crate) fn draw(line: &LineClutter, canvas: &mut GrayImage, resampling: Resampling, rng: &mut impl Rng) {
    let (width, height) = (canvas.width() as usize * LAYER_SCALE, canvas.height() as usize * LAYER_SCALE);
    let (w, h) = (width as f64, height as f64);
    let x1 = (w * line.start.draw(rng)).trunc();
    let y1 = (h * crate::draw::unit(rng)).trunc();
    let x2 = (w * line.end.draw(rng)).trunc();
    let y2 = (h * crate::draw::unit(rng)).trunc();
    let thickness = ((w * h).sqrt() * line.thickness).round_ties_even();
    let [first, second] = draw_points((w, h), line.reach, line.reach, rng);
    let abs = |(x, y): (f64, f64)| (x.abs(), y.abs());
    let map = QuadMap::new(Corners::displaced((w, h), abs(first), abs(second)), width, height);

    let mut layer = vec![0u8; width * height];
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = (dx * dx + dy * dy).sqrt();
    for y in 0..height {
        for x in 0..width {
            let d = ((x as f64 - x1) * dy - (y as f64 - y1) * dx) / length;
            if d.abs() <= thickness / 2.0 && x as f64 >= x1 && x as f64 <= x2 {
                layer[y * width + x] = 255;
            }
        }
    }
    let warped = Sheet::new(width, height, &layer).warp(&map, resampling);
    let columns = Axis::new(width, canvas.width() as usize, resampling);
    let rows = Axis::new(height, canvas.height() as usize, resampling);
    let (_, _, mask) = resample::resize_patch(&warped, (width, height), (0, 0), &columns, &rows);
    for (pixel, &alpha) in canvas.iter_mut().zip(mask.as_raw()) {
        *pixel = crate::renderer::cover(*pixel, alpha);
    }
}
