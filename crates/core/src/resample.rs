//! Images resampled to the size that a network reads.
//!
//! Internal, except [`scale_to_height`] and [`scaled_width`], which the crate exports: shared by the crates of
//! captcha-lab, and changed without notice.

use image::{GrayImage, Luma};

/// A grey image of `size`, width and height, with `image` in its centre. `scale` is the number of pixels of `image`,
/// horizontally and vertically, to one pixel of the result.
///
/// A pixel of the result is the mean of the area of `image` that it covers, so that no stroke is lost when the image
/// shrinks. When it grows, a pixel is the mean of an area as large as one pixel of `image`, which is bilinear
/// interpolation. All around `image` is paper (255).
#[must_use]
pub fn resample(image: &GrayImage, size: [u32; 2], scale: [f32; 2]) -> GrayImage {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 || size.contains(&0) {
        return GrayImage::from_pixel(size[0], size[1], Luma([255]));
    }
    // Each pass resamples one axis and transposes; after both, the image is upright again.
    let ink: Vec<f32> = image.iter().map(|&pixel| f32::from(255 - pixel)).collect();
    let ink = shrink_rows(&ink, width as usize, &Taps::of(height, size[1], scale[1]));
    let ink = shrink_rows(&ink, size[1] as usize, &Taps::of(width, size[0], scale[0]));
    let levels = ink.into_iter().map(|ink| 255 - (ink + 0.5) as u8).collect();
    GrayImage::from_raw(size[0], size[1], levels).unwrap_or_default()
}

/// Resamples `image` for a network that reads images of `height` rows and of any multiple of `multiple` columns. The width
/// is the multiple that keeps `stretch` times the aspect ratio best, at least `multiple`.
///
/// An empty image becomes `multiple` columns of paper.
///
/// ```
/// use captcha_core::image::GrayImage;
/// use captcha_core::scale_to_height;
///
/// assert_eq!(scale_to_height(&GrayImage::new(300, 150), 48, 4, 1.0).dimensions(), (96, 48));
/// assert_eq!(scale_to_height(&GrayImage::new(72, 24), 48, 4, 1.0).dimensions(), (144, 48));
/// assert_eq!(scale_to_height(&GrayImage::new(1, 500), 48, 4, 1.0).dimensions(), (4, 48));
/// assert_eq!(scale_to_height(&GrayImage::new(300, 150), 48, 4, 1.5).dimensions(), (144, 48));
/// ```
#[must_use]
pub fn scale_to_height(image: &GrayImage, height: u32, multiple: u32, stretch: f32) -> GrayImage {
    let (old_width, old_height) = image.dimensions();
    let width = scaled_width([old_width, old_height], height, multiple, stretch);
    if (width, height) == (old_width, old_height) {
        return image.clone();
    }
    resample(image, [width, height], [old_width as f32 / width as f32, old_height as f32 / height as f32])
}

/// The width of the result of [`scale_to_height`] for an image of this width and height, so that it can be checked before
/// any work.
#[must_use]
pub fn scaled_width([old_width, old_height]: [u32; 2], height: u32, multiple: u32, stretch: f32) -> u32 {
    let multiple = multiple.max(1);
    let units = (f64::from(old_width) * f64::from(height) * f64::from(stretch)
        / (f64::from(old_height.max(1)) * f64::from(multiple)))
    .round();
    (units.max(1.0) as u32).saturating_mul(multiple)
}

/// Resamples `rows`, of `width` values each, vertically: each output pixel of `taps` becomes a row. The result is
/// transposed: it has `width` rows.
fn shrink_rows(rows: &[f32], width: usize, taps: &Taps) -> Vec<f32> {
    let size = taps.firsts.len();
    let mut result = vec![0.0; size * width];
    let mut sum = vec![0.0; width];
    for (i, (first, weights)) in taps.iter().enumerate() {
        sum.fill(0.0);
        let weighted = weights.iter().zip(rows[first * width..].chunks_exact(width));
        for (weight, row) in weighted.filter(|&(&weight, _)| weight > 0.0) {
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += weight * value;
            }
        }
        for (column, &sum) in result.chunks_exact_mut(size).zip(&sum) {
            column[i] = sum;
        }
    }
    result
}

/// The filter taps of one axis: the input pixels, with weights, whose sum is an output pixel.
struct Taps {
    /// The first input pixel of each output pixel.
    firsts: Vec<usize>,
    /// The weights, the same number for each output pixel. Those of one output pixel sum to 1, minus the share of its area
    /// that is outside the input.
    weights: Vec<f32>,
}

impl Taps {
    /// The taps of `size` output pixels with `length` input pixels in their centre, `scale` of these to one output pixel.
    fn of(length: u32, size: u32, scale: f32) -> Self {
        let reach = scale.max(1.0) / 2.0;
        let per_pixel = ((2.0 * reach).ceil() as usize).saturating_add(1).min(length as usize);
        let mut taps = Self { firsts: Vec::new(), weights: vec![0.0; per_pixel * size as usize] };
        for (i, weights) in taps.weights.chunks_exact_mut(per_pixel).enumerate() {
            let centre = (i as f32 + 0.5 - size as f32 / 2.0) * scale + length as f32 / 2.0;
            let (start, end) = (centre - reach, centre + reach);
            // Compared as integers: from 2^24 on, an `f32` does not hold every one.
            let first = (start.floor().max(0.0) as usize).min(length as usize - per_pixel);
            for (tap, weight) in weights.iter_mut().enumerate() {
                let pixel = (first + tap) as f32;
                *weight = (end.min(pixel + 1.0) - start.max(pixel)).max(0.0) / (2.0 * reach);
            }
            taps.firsts.push(first);
        }
        taps
    }

    /// The first input pixel and the weights of each output pixel.
    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let per_pixel = self.weights.len() / self.firsts.len();
        self.firsts.iter().copied().zip(self.weights.chunks_exact(per_pixel))
    }
}

#[cfg(test)]
mod tests {
    use image::imageops::{FilterType, resize};
    use proptest::prelude::*;

    use super::*;

    fn images() -> impl Strategy<Value = GrayImage> {
        (1u32..70, 1u32..90).prop_flat_map(|(width, height)| {
            proptest::collection::vec(any::<u8>(), (width * height) as usize)
                .prop_map(move |pixels| GrayImage::from_raw(width, height, pixels).unwrap())
        })
    }

    proptest! {
        #[test]
        fn a_whole_shrink_is_the_mean_of_squares(image in images(), factor in 1u32..5) {
            let large = resize(&image, image.width() * factor, image.height() * factor, FilterType::Nearest);
            let size = [image.width(), image.height()];
            prop_assert_eq!(resample(&large, size, [factor as f32; 2]), image);
        }

        #[test]
        fn any_image_gets_the_height_and_a_multiple(image in images(), height in 1u32..60, multiple in 1u32..9) {
            let scaled = scale_to_height(&image, height, multiple, 1.0);
            prop_assert_eq!(scaled.height(), height);
            prop_assert!(scaled.width() >= multiple && scaled.width().is_multiple_of(multiple));
            let kept = f64::from(image.width()) * f64::from(height) / f64::from(image.height());
            prop_assert!((f64::from(scaled.width()) - kept).abs() <= f64::from(multiple));
        }
    }

    #[test]
    fn no_scale_overflows() {
        let image = GrayImage::from_pixel(9, 7, Luma([0]));
        for scale in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE, -1.0, 0.0] {
            assert_eq!(resample(&image, [4, 3], [scale, 1.0]).dimensions(), (4, 3), "{scale}");
            assert_eq!(resample(&image, [4, 3], [1.0, scale]).dimensions(), (4, 3), "{scale}");
        }
        let long = GrayImage::from_pixel((1 << 24) + 3, 1, Luma([0]));
        assert_eq!(resample(&long, [4, 1], [1e7, 1.0]).dimensions(), (4, 1));
    }

    #[test]
    fn an_empty_image_is_paper() {
        assert_eq!(
            scale_to_height(&GrayImage::new(0, 0), 8, 4, 1.0),
            GrayImage::from_pixel(4, 8, Luma([255]))
        );
    }
}
