//! The losses of JPEG compression.
//!
//! The steps are those of ITU-T T.81 (1992) and JFIF 1.02 with the tables of T.81 annex K, and colours at half the
//! resolution, as most programs store them.

use captcha_core::jpeg::{BLOCK, Compression};

use crate::canvas::Canvas;
use crate::pillow::resample::round;

/// One component of a picture.
struct Plane {
    width: usize,
    height: usize,
    levels: Vec<f64>,
}

/// The rows that are compressed together: two blocks of luminance share one of chrominance.
const BAND: usize = 2 * BLOCK;

/// Applies the losses of JPEG compression with `quality` (1 to 100) to `canvas`.
pub(crate) fn store(canvas: &mut Canvas, quality: u32) {
    let (luminance, chrominance) = (Compression::luminance(quality), Compression::chrominance(quality));
    for levels in canvas.levels.chunks_mut(BAND * canvas.width * canvas.channels) {
        let (width, height) = (canvas.width, levels.len() / (canvas.width * canvas.channels));
        if canvas.channels == 1 {
            luminance.apply(levels, width);
        } else {
            let pixels = levels.as_chunks_mut::<3>().0;
            store_colours(pixels, (width, height), (&luminance, &chrominance));
        }
    }
}

/// As [`store`], for the pixels of one coloured band.
fn store_colours(
    pixels: &mut [[u8; 3]],
    (width, height): (usize, usize),
    (luminance_losses, chrominance_losses): (&Compression, &Compression),
) {
    let component = |weights: [f64; 3], offset: f64| {
        let level = |pixel: &[u8; 3]| (0..3).map(|i| weights[i] * f64::from(pixel[i])).sum::<f64>() + offset;
        Plane { width, height, levels: pixels.iter().map(|pixel| round(level(pixel))).collect() }
    };
    let mut luminance = component([0.299, 0.587, 0.114], 0.0);
    let blue = component([-0.168_735_892, -0.331_264_108, 0.5], 128.0);
    let red = component([0.5, -0.418_687_589, -0.081_312_411], 128.0);
    luminance_losses.quantise(&mut luminance.levels, width);
    let [blue, red] = [blue, red].map(|plane| {
        let mut half = plane.halved();
        chrominance_losses.quantise(&mut half.levels, half.width);
        half
    });
    for (i, pixel) in pixels.iter_mut().enumerate() {
        let place = (i / width / 2) * blue.width + i % width / 2;
        let (y, b, r) = (luminance.levels[i], blue.levels[place] - 128.0, red.levels[place] - 128.0);
        *pixel = [y + 1.402 * r, y - 0.344_136_286 * b - 0.714_136_286 * r, y + 1.772 * b].map(to_level);
    }
}

fn to_level(value: f64) -> u8 {
    round(value).clamp(0.0, 255.0) as u8
}

impl Plane {
    /// Means of two by two levels.
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let at =
            |x: usize, y: usize| self.levels[y.min(self.height - 1) * self.width + x.min(self.width - 1)];
        let mean = |x: usize, y: usize| {
            let (x, y) = (2 * x, 2 * y);
            (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0
        };
        let levels = (0..width * height).map(|i| round(mean(i % width, i / width))).collect();
        Self { width, height, levels }
    }
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{DynamicImage, GrayImage};

    use super::*;

    #[test]
    fn losses_are_those_of_a_file() {
        let picture = crate::Renderer::new(crate::Style::medium()).unwrap().image("7XKMEF", 1).unwrap();
        let picture = picture.crop_imm(3, 5, 185, 59).into_luma8();
        for quality in [20, 50, 75, 95] {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).unwrap();
            let read: GrayImage = image::load_from_memory(&bytes).unwrap().into_luma8();
            let mut canvas =
                Canvas { width: 185, height: 59, channels: 1, levels: picture.clone().into_raw() };
            store(&mut canvas, quality.into());
            let mean = |a: &[u8], b: &[u8]| {
                a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
            };
            // A few coefficients nearly half way between two steps are rounded to either side, as the transform of
            // files is in integers: libjpeg's pictures are as far away.
            let (away, lost) = (mean(&canvas.levels, &read), mean(&canvas.levels, &picture));
            assert!(away < 1.0 && (away < lost / 4.0 || quality == 95), "{quality}: {away} {lost}");
            assert_ne!(canvas.levels, *picture.as_raw());
        }
    }

    #[test]
    fn one_colour_stays_what_it_is() {
        for quality in [1, 50, 100] {
            let mut canvas = Canvas::new(19, 11, [40, 150, 210], false);
            store(&mut canvas, quality);
            let DynamicImage::ImageRgb8(image) = canvas.into_image() else { panic!("coloured") };
            let tolerance = if quality == 1 { 128 } else { 3 };
            for pixel in image.pixels() {
                let near = pixel.0.iter().zip([40u8, 150, 210]).all(|(&a, b)| a.abs_diff(b) <= tolerance);
                assert!(near, "{quality}: {pixel:?}");
                assert_eq!(pixel, image.get_pixel(0, 0));
            }
        }
    }
}
