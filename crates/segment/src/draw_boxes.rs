//! Boxes drawn onto an image.

use captcha_core::GlyphBox;
use image::{DynamicImage, GrayImage, Rgb, RgbImage};

/// `image` with a frame, one pixel wide and of the colour `colour`, along the inner edge of each box. Parts outside the
/// image are not drawn.
#[must_use]
pub fn draw_boxes(image: &GrayImage, boxes: &[GlyphBox], colour: Rgb<u8>) -> RgbImage {
    let mut picture = DynamicImage::ImageLuma8(image.clone()).into_rgb8();
    for bounds in boxes {
        // Only the part inside the image is visited: a box can reach far beyond it.
        let (right, bottom) = (bounds.right().min(image.width()), bounds.bottom().min(image.height()));
        let rows = (bounds.x()..right).flat_map(|x| [(x, bounds.y()), (x, bounds.bottom() - 1)]);
        let columns = (bounds.y()..bottom).flat_map(|y| [(bounds.x(), y), (bounds.right() - 1, y)]);
        for (x, y) in rows.chain(columns) {
            if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
                *pixel = colour;
            }
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn boxes_are_frames() {
        let image = GrayImage::from_pixel(6, 6, Luma([200]));
        let far = GlyphBox::new(5, 5, u32::MAX - 5, u32::MAX - 5).unwrap();
        let red = Rgb([255, 0, 0]);
        let picture = draw_boxes(&image, &[GlyphBox::new(1, 1, 3, 3).unwrap(), far], red);
        assert_eq!(picture.pixels().filter(|&&pixel| pixel == red).count(), 8 + 1);
        assert_eq!(picture.get_pixel(2, 2), &Rgb([200; 3]));
    }
}
