//! Rectangles and text in them, from which the pictures of this module are made.

use image::{Rgb, RgbImage};

use crate::figures::drawing::text::{self, Direction};

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    /// The left column.
    pub(super) x: u32,
    /// The top row.
    pub(super) y: u32,
    /// In pixels.
    pub(super) width: u32,
    /// In pixels.
    pub(super) height: u32,
}

impl Area {
    /// A square with its top left corner at `(x, y)`.
    pub(super) fn square((x, y): (u32, u32), side: u32) -> Self {
        Self { x, y, width: side, height: side }
    }

    /// Grown by this many pixels on each side, limited by the left and top edges.
    pub(super) fn grown(self, by: u32) -> Self {
        let (x, y) = (self.x.saturating_sub(by), self.y.saturating_sub(by));
        Self { x, y, width: self.x - x + self.width + by, height: self.y - y + self.height + by }
    }
}

/// Fills `area`, clipped to the image.
pub(super) fn fill(image: &mut RgbImage, area: Area, colour: Rgb<u8>) {
    for y in area.y..(area.y + area.height).min(image.height()) {
        for x in area.x..(area.x + area.width).min(image.width()) {
            image.put_pixel(x, y, colour);
        }
    }
}

/// `image` with each pixel enlarged to `(width, height)` pixels, without smoothing.
pub(super) fn enlarge(image: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    RgbImage::from_fn(image.width() * width, image.height() * height, |x, y| {
        *image.get_pixel(x / width, y / height)
    })
}

/// A frame of `thickness` pixels along the inner edge of `area`.
pub(super) fn frame(image: &mut RgbImage, area: Area, thickness: u32, colour: Rgb<u8>) {
    let Area { x, y, width, height } = area;
    let (across, down) = (thickness.min(width), thickness.min(height));
    fill(image, Area { height: down, ..area }, colour);
    fill(image, Area { y: y + height - down, height: down, ..area }, colour);
    fill(image, Area { width: across, ..area }, colour);
    fill(image, Area { x: x + width - across, width: across, ..area }, colour);
}

/// `text` in the middle of `area`, in a size below `em` if it would not fit.
pub(super) fn centred(image: &mut RgbImage, area: Area, text: &str, em: f32, colour: Rgb<u8>) {
    let room = area.width as f32 * 0.94;
    let width = text::width(text, em);
    let em = if width > room { em * room / width } else { em };
    let baseline = area.y as f32 + area.height as f32 / 2.0 + 0.35 * em;
    text::draw_centred(image, text, em, (area.x as f32 + area.width as f32 / 2.0, baseline), colour);
}

/// `text` with its baseline starting at `origin`.
pub(super) fn write(image: &mut RgbImage, origin: (u32, u32), text: &str, em: f32, colour: Rgb<u8>) {
    text::draw(image, text, em, (origin.0 as f32, origin.1 as f32), colour, Direction::Right);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Rgb<u8> = Rgb([255; 3]);
    const BLACK: Rgb<u8> = Rgb([0; 3]);

    fn black(image: &RgbImage) -> usize {
        image.pixels().filter(|&&pixel| pixel == BLACK).count()
    }

    #[test]
    fn frames_keep_inside_their_area_and_the_image() {
        let mut image = RgbImage::from_pixel(10, 10, WHITE);
        frame(&mut image, Area { x: 1, y: 2, width: 6, height: 5 }, 1, BLACK);
        assert_eq!(black(&image), 6 * 5 - 4 * 3);
        frame(&mut image, Area::square((8, 8), 100), 50, BLACK);
        assert_eq!(black(&image), 18 + 4);
        assert_eq!(Area::square((1, 5), 4).grown(2), Area { x: 0, y: 3, width: 7, height: 8 });
    }

    #[test]
    fn text_shrinks_to_its_area() {
        let mut image = RgbImage::from_pixel(60, 20, WHITE);
        centred(&mut image, Area { x: 20, y: 0, width: 20, height: 20 }, "-123.45", 18.0, BLACK);
        let inked = |x| (0..20).any(|y| *image.get_pixel(x, y) != WHITE);
        assert!((20..40).any(inked) && !(0..20).chain(40..60).any(inked));
    }
}
