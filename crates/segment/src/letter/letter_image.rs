//! Letter images: a cutout resampled to the size that a network reads.

use captcha_core::resample::resample;
use image::{GrayImage, Luma};
use serde::{Deserialize, Serialize};

use crate::error::{SegmentError, check_option};

/// How a letter fills its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fit {
    /// The letter keeps its aspect ratio: its longer side fills the image, and paper fills both sides of the shorter one.
    Contain,
    /// The letter is stretched to the whole image.
    Stretch,
}

/// The image of a letter: `crop` resampled to `size` x `size` pixels, centred, with at least `margin` rows and columns
/// of paper on each side.
///
/// A pixel of the result is the mean of the area of `crop` that it covers, so that no stroke is lost when a letter
/// shrinks. When a letter grows, it is the mean of an area as large as one pixel of `crop`, which is bilinear
/// interpolation. All around `crop` is paper (255).
///
/// ```
/// use captcha_segment::{Fit, letter_image};
/// use image::{GrayImage, Luma};
///
/// let bar = GrayImage::from_pixel(10, 40, Luma([0]));
/// let letter = letter_image(&bar, 20, 0, Fit::Contain)?;
/// assert_eq!((letter.get_pixel(10, 10).0, letter.get_pixel(4, 10).0), ([0], [255]));
/// assert_eq!(letter_image(&bar, 20, 0, Fit::Stretch)?.get_pixel(4, 10).0, [0]);
/// # Ok::<(), captcha_segment::SegmentError>(())
/// ```
///
/// # Errors
/// [`SegmentError::InvalidOption`] if `size` is not 4 to 512, or `margin` is not less than half of it.
pub fn letter_image(crop: &GrayImage, size: u32, margin: u32, fit: Fit) -> Result<GrayImage, SegmentError> {
    check_letter(size, margin)?;
    Ok(resample_letter(crop, size, margin, fit))
}

/// # Errors
/// [`SegmentError::InvalidOption`] if there are no letter images of this size and margin.
pub(crate) fn check_letter(size: u32, margin: u32) -> Result<(), SegmentError> {
    check_option("letter_size", size, (4..=512).contains(&size), "4 to 512 pixels")?;
    check_option("letter_margin", margin, margin < size.div_ceil(2), "less than half of letter_size")
}

/// [`letter_image`] with a size and a margin that [`check_letter`] has accepted.
pub(crate) fn resample_letter(crop: &GrayImage, size: u32, margin: u32, fit: Fit) -> GrayImage {
    let (width, height) = crop.dimensions();
    if width == 0 || height == 0 {
        return GrayImage::from_pixel(size, size, Luma([255]));
    }
    // Pixels of the crop to one pixel of the letter.
    let inner = size.saturating_sub(margin.saturating_mul(2)).max(1) as f32;
    let scales = [width as f32 / inner, height as f32 / inner];
    let [scale_x, scale_y] = match fit {
        Fit::Stretch => scales,
        Fit::Contain => [scales[0].max(scales[1]); 2],
    };

    resample(crop, [size; 2], [scale_x, scale_y])
}

#[cfg(test)]
mod tests {
    use image::imageops::{FilterType, replace, resize};
    use proptest::prelude::*;

    use super::*;

    fn crops() -> impl Strategy<Value = GrayImage> {
        (1u32..70, 1u32..90).prop_flat_map(|(width, height)| {
            proptest::collection::vec(any::<u8>(), (width * height) as usize)
                .prop_map(move |pixels| GrayImage::from_raw(width, height, pixels).unwrap())
        })
    }

    /// The mean ink of the square of `side` pixels around `(x, y)`, all pixels of the crop one by one.
    fn naive(crop: &GrayImage, x: f64, y: f64, side: [f64; 2]) -> f64 {
        let share = |pixel: u32, centre: f64, side: f64| {
            let (start, end) = (f64::from(pixel), f64::from(pixel + 1));
            (end.min(centre + side / 2.0) - start.max(centre - side / 2.0)).max(0.0) / side
        };
        let ink = |(column, row, pixel): (u32, u32, &Luma<u8>)| {
            f64::from(255 - pixel.0[0]) * share(column, x, side[0]) * share(row, y, side[1])
        };
        crop.enumerate_pixels().map(ink).sum()
    }

    proptest! {
        // Each case computes up to 40 x 40 pixels from up to 70 x 90.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_pixel_is_the_mean_of_what_it_covers(crop in crops(), size in 4u32..40) {
            let scales = [crop.width(), crop.height()].map(|length| f64::from(length) / f64::from(size));
            for (x, y, pixel) in letter_image(&crop, size, 0, Fit::Stretch).unwrap().enumerate_pixels() {
                let [x, y] = [(x, scales[0]), (y, scales[1])].map(|(i, scale)| (f64::from(i) + 0.5) * scale);
                let expected = 255.0 - naive(&crop, x, y, scales.map(|scale| scale.max(1.0)));
                prop_assert!((f64::from(pixel.0[0]) - expected).abs() <= 0.51, "{pixel:?} {expected}");
            }
        }
    }

    proptest! {
        #[test]
        fn growing_is_the_bilinear_interpolation_of_image(crop in crops(), factor in 1u32..4) {
            let (width, height) = crop.dimensions();
            let side = width.max(height);
            // So much paper around that it does not matter how an edge is continued.
            let mut canvas = GrayImage::from_pixel(side + 4, side + 4, Luma([255]));
            replace(&mut canvas, &crop, 2, 2);
            let size = (side + 4) * factor;
            let expected = resize(&canvas, size, size, FilterType::Triangle);
            for (found, expected) in letter_image(&canvas, size, 0, Fit::Stretch).unwrap().iter().zip(expected.iter()) {
                prop_assert!(found.abs_diff(*expected) <= 1, "{found} {expected}");
            }
        }

        #[test]
        fn the_aspect_ratio_is_kept(crop in crops(), size in 4u32..40) {
            // The same as stretching the crop after paper has been padded to a square, if that can be centred.
            let (width, height) = crop.dimensions();
            let side = width.max(height);
            prop_assume!((width + height) % 2 == 0);
            let mut square = GrayImage::from_pixel(side, side, Luma([255]));
            replace(&mut square, &crop, ((side - width) / 2).into(), ((side - height) / 2).into());
            let contained = letter_image(&crop, size, 0, Fit::Contain).unwrap();
            for (found, expected) in contained.iter().zip(letter_image(&square, size, 0, Fit::Stretch).unwrap().iter()) {
                prop_assert!(found.abs_diff(*expected) <= 1, "{found} {expected}");
            }
        }

        #[test]
        fn a_mirrored_crop_gives_a_mirrored_letter(crop in crops(), size in 4u32..40) {
            let letter = letter_image(&crop, size, 1, Fit::Contain).unwrap();
            let mirrored = letter_image(&image::imageops::flip_horizontal(&crop), size, 1, Fit::Contain).unwrap();
            for (found, expected) in mirrored.iter().zip(image::imageops::flip_horizontal(&letter).iter()) {
                prop_assert!(found.abs_diff(*expected) <= 1, "{found} {expected}");
            }
        }
    }

    #[test]
    fn the_margin_is_paper() {
        let letter = letter_image(&GrayImage::new(60, 60), 20, 3, Fit::Contain).unwrap();
        for (x, y, pixel) in letter.enumerate_pixels() {
            let inside = (3..17).contains(&x) && (3..17).contains(&y);
            assert_eq!(pixel.0[0], if inside { 0 } else { 255 }, "{x} {y}");
        }
    }

    #[test]
    fn a_hairline_survives_shrinking() {
        let hairline = GrayImage::from_fn(100, 100, |x, _| Luma([if x == 37 { 0 } else { 255 }]));
        let letter = letter_image(&hairline, 20, 0, Fit::Contain).unwrap();
        let ink: u32 = letter.rows().nth(10).unwrap().map(|pixel| u32::from(255 - pixel.0[0])).sum();
        assert!((40..=60).contains(&ink), "a fifth of a pixel in each row, got {ink} of 255");
    }

    #[test]
    fn nothing_is_paper() {
        assert_eq!(
            letter_image(&GrayImage::new(0, 0), 8, 1, Fit::Contain).unwrap(),
            GrayImage::from_pixel(8, 8, Luma([255]))
        );
    }

    #[test]
    fn a_size_or_margin_out_of_range_is_refused() {
        let crop = GrayImage::new(9, 9);
        for (size, margin) in [(0, 0), (3, 0), (513, 0), (u32::MAX, 0), (20, 10), (20, u32::MAX)] {
            let refused = letter_image(&crop, size, margin, Fit::Contain);
            assert!(matches!(refused, Err(SegmentError::InvalidOption { .. })), "{size} {margin}");
        }
    }
}
