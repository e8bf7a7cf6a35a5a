//! Images scaled to a legible size, on white paper.

use image::imageops::{self, FilterType};
use image::{DynamicImage, Rgb, RgbImage};

use super::palette::{self, WHITE};

/// `image` on white paper, scaled with its aspect ratio to fit in `largest`, which is `(width, height)`.
///
/// A small image is enlarged by the largest integer factor, so that its pixels stay sharp squares; a large
/// one is reduced. An image without pixels becomes a single white one.
pub(crate) fn thumbnail(image: &DynamicImage, largest: (u32, u32)) -> RgbImage {
    let paper = on_paper(image);
    let (width, height) = paper.dimensions();
    if width == 0 || height == 0 {
        return RgbImage::from_pixel(1, 1, WHITE);
    }
    let factor = (largest.0 / width).min(largest.1 / height);
    match factor {
        1 => paper,
        0 => {
            let scale =
                (f64::from(largest.0) / f64::from(width)).min(f64::from(largest.1) / f64::from(height));
            let side = |pixels: u32| ((f64::from(pixels) * scale) as u32).max(1);
            imageops::resize(&paper, side(width), side(height), FilterType::Triangle)
        }
        factor => imageops::resize(&paper, width * factor, height * factor, FilterType::Nearest),
    }
}

/// The image in colour, with white paper behind transparent pixels.
pub(crate) fn on_paper(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let pixels = image.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        palette::mix(WHITE, Rgb([red, green, blue]), f64::from(alpha) / 255.0)
    })
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn sizes_fit_and_keep_their_shape() {
        let cases = [
            ((72, 24), (288, 96)),
            ((300, 150), (300, 150)),
            ((600, 150), (300, 75)),
            ((4000, 3), (300, 1)),
            ((1, 1), (150, 150)),
            ((0, 0), (1, 1)),
            ((0, 9), (1, 1)),
        ];
        for (size, expected) in cases {
            let image = GrayImage::new(size.0, size.1);
            assert_eq!(thumbnail(&image.into(), (300, 150)).dimensions(), expected, "{size:?}");
        }
    }

    #[test]
    fn enlarged_pixels_stay_sharp() {
        let image = GrayImage::from_fn(2, 2, |x, y| Luma([if x == y { 0 } else { 255 }]));
        let large = thumbnail(&image.into(), (8, 8));
        assert!(large.pixels().all(|pixel| pixel.0 == [0; 3] || pixel.0 == [255; 3]));
        assert_eq!(large.get_pixel(3, 3).0, [0; 3]);
        assert_eq!(large.get_pixel(4, 3).0, [255; 3]);
    }

    #[test]
    fn transparent_is_white() {
        let image = RgbaImage::from_pixel(3, 3, Rgba([0, 0, 0, 0]));
        assert!(thumbnail(&image.into(), (3, 3)).pixels().all(|&pixel| pixel == WHITE));
    }
}
