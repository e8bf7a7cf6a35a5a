//! What the grey levels of an image say about it, and levels that are changed before a network sees them.

use image::GrayImage;

/// The part of the height, and of the width, that each side of the border takes: an eighth, so that a frame of one
/// pixel around an image of common height is less than half of it.
const BORDER: u32 = 8;

/// The thinnest side of the border, in pixels.
const THINNEST: u32 = 3;

/// The share of pixels, in percent, that [`stretch_contrast`] lets go beyond black, and as many beyond white: single
/// specks of noise are not what an image is stretched by.
const BEYOND: u64 = 1;

/// Whether the text of an image is lighter than its paper.
///
/// Paper is what most of the border shows: its level is the lower median of the pixels nearer to an edge than an eighth
/// of the height (of the width, at the left and right edge), at least 3 pixels. The image is not as dark as its paper on
/// average: what is not paper is lighter, and that is the text. Only whole numbers are compared, so every machine gives
/// the same answer. An image of one level shows no light text.
///
/// ```
/// use captcha_core::image::{GrayImage, Luma};
/// use captcha_core::shows_light_text;
///
/// let mut image = GrayImage::from_pixel(60, 24, Luma([90]));
/// image.put_pixel(30, 12, Luma([200]));
/// assert!(shows_light_text(&image));
/// image.put_pixel(30, 12, Luma([10]));
/// assert!(!shows_light_text(&image));
/// ```
#[must_use]
pub fn shows_light_text(image: &GrayImage) -> bool {
    let (width, height) = image.dimensions();
    let [left, top] = [width, height].map(|side| (side / BORDER).max(THINNEST));
    let inner = |at: u32, side: u32, border: u32| at >= border && at < side.saturating_sub(border);
    let (mut counts, mut ring, mut sum) = ([0u64; 256], 0u64, 0u64);
    for (x, y, pixel) in image.enumerate_pixels() {
        let level = pixel.0[0];
        sum += u64::from(level);
        if !(inner(x, width, left) && inner(y, height, top)) {
            counts[usize::from(level)] += 1;
            ring += 1;
        }
    }
    let pixels = u64::from(width) * u64::from(height);
    level_at(&counts, ring.div_ceil(2)).is_some_and(|paper| sum > u64::from(paper) * pixels)
}

/// Stretches the levels of an image, so that the darkest become black (0) and the lightest white (255).
///
/// The darkest is the lowest level that at least 1 % of the pixels do not exceed, the lightest the lowest that at least
/// 99 % do not exceed; what is beyond them becomes black and white. An image whose darkest level is its lightest is
/// left as it is.
///
/// ```
/// use captcha_core::image::GrayImage;
/// use captcha_core::stretch_contrast;
///
/// let mut image = GrayImage::from_raw(4, 1, vec![100, 150, 120, 150]).unwrap();
/// stretch_contrast(&mut image);
/// assert_eq!(image.as_raw(), &[0, 255, 102, 255]);
/// ```
pub fn stretch_contrast(image: &mut GrayImage) {
    let mut counts = [0u64; 256];
    image.iter().for_each(|&level| counts[usize::from(level)] += 1);
    let pixels = image.len() as u64;
    let share = |percent: u64| level_at(&counts, (pixels * percent).div_ceil(100));
    let (Some(low), Some(high)) = (share(BEYOND), share(100 - BEYOND)) else { return };
    if low == high {
        return;
    }
    let (low, range) = (u32::from(low), u32::from(high - low));
    let table: [u8; 256] = std::array::from_fn(|level| {
        let above = (level as u32).saturating_sub(low).min(range);
        ((above * 255 + range / 2) / range) as u8
    });
    image.iter_mut().for_each(|level| *level = table[usize::from(*level)]);
}

/// The lowest level that at least `pixels` of those counted do not exceed; `None` if there are not so many, or none.
fn level_at(counts: &[u64; 256], pixels: u64) -> Option<u8> {
    let mut seen = 0;
    let found = counts.iter().position(|&count| {
        seen += count;
        seen >= pixels.max(1)
    });
    found.and_then(|level| u8::try_from(level).ok())
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    /// Bars of `ink` on `paper`, with a frame of one pixel.
    fn bars(paper: u8, ink: u8, frame: u8) -> GrayImage {
        GrayImage::from_fn(80, 30, |x, y| match (x, y) {
            (0 | 79, _) | (_, 0 | 29) => Luma([frame]),
            (x, 6..24) if x % 9 < 3 => Luma([ink]),
            _ => Luma([paper]),
        })
    }

    #[test]
    fn paper_is_what_most_of_the_border_shows() {
        for (paper, ink, frame, light) in [
            (255, 0, 255, false),
            (0, 255, 0, true),
            // Grey on grey: no fixed level tells paper from text.
            (110, 40, 110, false),
            (120, 200, 120, true),
            // A frame of another level is not paper.
            (255, 60, 0, false),
            (30, 220, 255, true),
            (128, 128, 128, false),
        ] {
            assert_eq!(shows_light_text(&bars(paper, ink, frame)), light, "{ink} on {paper} in {frame}");
        }
    }

    #[test]
    fn images_without_an_inside_are_border() {
        assert!(!shows_light_text(&GrayImage::new(0, 0)));
        assert!(!shows_light_text(&GrayImage::new(1, 1)));
        assert!(shows_light_text(&GrayImage::from_raw(3, 1, vec![0, 0, 255]).unwrap()));
        assert!(!shows_light_text(&GrayImage::from_raw(3, 1, vec![255, 0, 255]).unwrap()));
    }

    #[test]
    fn specks_do_not_hold_the_contrast_back() {
        let mut image = GrayImage::from_fn(20, 20, |x, _| Luma([if x < 10 { 100 } else { 140 }]));
        image.put_pixel(0, 0, Luma([0]));
        image.put_pixel(19, 19, Luma([255]));
        stretch_contrast(&mut image);
        assert_eq!(image.get_pixel(5, 5).0, [0]);
        assert_eq!(image.get_pixel(15, 5).0, [255]);
        for mut flat in [GrayImage::new(0, 0), GrayImage::from_pixel(5, 5, Luma([77]))] {
            let before = flat.clone();
            stretch_contrast(&mut flat);
            assert_eq!(flat, before);
        }
    }

    proptest! {
        #[test]
        fn an_image_or_its_negative_shows_light_text_and_not_both(
            levels in proptest::collection::vec(any::<u8>(), 5 * 5),
        ) {
            let image = GrayImage::from_raw(5, 5, levels).unwrap();
            let mut negative = image.clone();
            negative.iter_mut().for_each(|level| *level = 255 - *level);
            prop_assert!(!(shows_light_text(&image) && shows_light_text(&negative)));
        }

        #[test]
        fn stretched_levels_keep_their_order(levels in proptest::collection::vec(any::<u8>(), 1..200)) {
            let image = GrayImage::from_raw(levels.len() as u32, 1, levels.clone()).unwrap();
            let mut stretched = image;
            stretch_contrast(&mut stretched);
            for (a, b) in levels.iter().zip(stretched.iter()) {
                for (c, d) in levels.iter().zip(stretched.iter()) {
                    prop_assert!(a > c || b <= d);
                }
            }
        }
    }
}
