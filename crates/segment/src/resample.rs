//! Letter images: a crop brought to the size that a network reads.

use image::{GrayImage, Luma};

use crate::Fit;

/// The image of a letter: `crop` resampled to `size` x `size` pixels, centred, with at least `margin` rows and
/// columns of paper on each side.
///
/// A pixel of the result is the mean of the pixels that it covers, weighted by a triangle that is as wide as two
/// pixels of the larger of both grids, so that no stroke is lost when a letter shrinks. All is paper (255) around
/// `crop`.
///
/// ```
/// use captcha_segment::{Fit, letter_image};
/// use image::{GrayImage, Luma};
///
/// let bar = GrayImage::from_pixel(10, 40, Luma([0]));
/// let letter = letter_image(&bar, 20, 0, Fit::Contain);
/// assert_eq!((letter.get_pixel(10, 10).0, letter.get_pixel(4, 10).0), ([0], [255]));
/// assert_eq!(letter_image(&bar, 20, 0, Fit::Stretch).get_pixel(4, 10).0, [0]);
/// ```
#[must_use]
pub fn letter_image(crop: &GrayImage, size: u32, margin: u32, fit: Fit) -> GrayImage {
    let (width, height) = crop.dimensions();
    if width == 0 || height == 0 || size == 0 {
        return GrayImage::from_pixel(size, size, Luma([255]));
    }
    // Pixels of the crop to one pixel of the letter.
    let inner = size.saturating_sub(2 * margin).max(1) as f32;
    let scales = [width as f32 / inner, height as f32 / inner];
    let [scale_x, scale_y] = match fit {
        Fit::Stretch => scales,
        Fit::Contain => [scales[0].max(scales[1]); 2],
    };

    // Rows first: what is left to do across is then much less.
    let (taps_x, taps_y) = (Taps::all(width, size, scale_x), Taps::all(height, size, scale_y));
    let mut letter = Vec::with_capacity(size as usize * size as usize);
    let mut row = vec![0.0; width as usize];
    for taps in &taps_y {
        row.fill(0.0);
        for (weight, pixels) in
            taps.weights.iter().zip(crop.as_raw().chunks_exact(width as usize).skip(taps.first))
        {
            for (ink, &pixel) in row.iter_mut().zip(pixels) {
                *ink += weight * f32::from(255 - pixel);
            }
        }
        letter.extend(taps_x.iter().map(|taps| {
            let ink: f32 =
                taps.weights.iter().zip(&row[taps.first..]).map(|(weight, ink)| weight * ink).sum();
            255 - (ink + 0.5) as u8
        }));
    }
    GrayImage::from_raw(size, size, letter).unwrap_or_default()
}

/// Which pixels of a line a pixel of the result is the weighted mean of.
struct Taps {
    /// The first of them.
    first: usize,
    /// Their weights; they sum to 1, less the share of what lies outside the line.
    weights: Vec<f32>,
}

impl Taps {
    /// The taps of all `size` pixels, if `length` pixels are laid centred over them, `scale` to one.
    fn all(length: u32, size: u32, scale: f32) -> Vec<Self> {
        let reach = scale.max(1.0);
        (0..size)
            .map(|i| {
                let centre = (i as f32 + 0.5 - size as f32 / 2.0) * scale + length as f32 / 2.0;
                let weight = |pixel: i64| (1.0 - (pixel as f32 + 0.5 - centre).abs() / reach).max(0.0);
                let (start, end) =
                    ((centre - reach - 0.5).floor() as i64, (centre + reach + 0.5).ceil() as i64);
                let total: f32 = (start..end).map(weight).sum();
                let inside = start.clamp(0, length.into())..end.clamp(0, length.into());
                Self {
                    first: inside.start as usize,
                    weights: inside.map(|pixel| weight(pixel) / total).collect(),
                }
            })
            .collect()
    }
}
