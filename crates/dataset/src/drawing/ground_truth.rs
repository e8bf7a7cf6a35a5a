//! Where the characters of a drawn CAPTCHA are.

use captcha_core::GlyphBox;
use captcha_render::Captcha;
use image::GrayImage;

/// The least coverage with which a pixel of a mask is a character's: half of it.
const HALF: u8 = 128;

/// The box of each character, in the order of the text.
pub(crate) fn boxes(captcha: &Captcha) -> Vec<Option<GlyphBox>> {
    captcha.glyphs.iter().map(|glyph| glyph.bounds).collect()
}

/// The mask of all characters: see [`MASKS`](crate::MASKS).
pub(crate) fn mask(captcha: &Captcha) -> GrayImage {
    let (width, height) = (captcha.image.width(), captcha.image.height());
    let mut mask = GrayImage::new(width, height);
    let mut most = GrayImage::from_pixel(width, height, [HALF].into());
    // A text has at most 64 characters.
    for (number, glyph) in (1..=u8::MAX).zip(&captcha.glyphs) {
        let Some(bounds) = glyph.bounds else { continue };
        for (x, y, coverage) in glyph.mask.enumerate_pixels() {
            let (x, y) = (bounds.x() + x, bounds.y() + y);
            if x < width && y < height && coverage.0[0] >= most.get_pixel(x, y).0[0] {
                most.put_pixel(x, y, *coverage);
                mask.put_pixel(x, y, [number].into());
            }
        }
    }
    mask
}
