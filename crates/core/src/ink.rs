//! The one place where pixels become floats, shared by training and inference.
//!
//! `ink` is foreground (1.0) and `paper` background (0.0): a grey level `v` in `[0, 255]` becomes
//! `1 - v / 255`. The published scripts of the seed scaled pixels for training but not for prediction, which cost a third
//! of their accuracy. Here, both use the same function.

use image::GrayImage;
use ndarray::Array4;

/// The ink of one grey level: black (0) is 1.0, white (255) is 0.0.
#[must_use]
pub fn ink(level: u8) -> f32 {
    f32::from(255 - level) / 255.0
}

/// Writes the ink of each grey level of `levels` to `out`, in the same order.
///
/// # Panics
/// If the lengths differ.
pub fn write_ink(levels: &[u8], out: &mut [f32]) {
    assert_eq!(levels.len(), out.len(), "one float a pixel");
    for (value, &level) in out.iter_mut().zip(levels) {
        *value = ink(level);
    }
}

/// A batch `[n, 1, height, width]` with values in `[0, 1]`, ink 1.0 and paper 0.0.
///
/// Returns `None` if `images` is empty or the images differ in size.
#[must_use]
pub fn ink_batch<'a>(images: impl IntoIterator<Item = &'a GrayImage>) -> Option<Array4<f32>> {
    let images: Vec<&GrayImage> = images.into_iter().collect();
    let (width, height) = images.first()?.dimensions();
    if images.iter().any(|image| image.dimensions() != (width, height)) {
        return None;
    }
    let pixels = width as usize * height as usize;
    let mut values = vec![0.0; images.len() * pixels];
    for (image, out) in images.iter().zip(values.chunks_exact_mut(pixels.max(1))) {
        write_ink(image.as_raw(), out);
    }
    Array4::from_shape_vec((images.len(), 1, height as usize, width as usize), values).ok()
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn black_is_ink_and_white_is_paper() {
        assert_eq!(ink(0), 1.0);
        assert_eq!(ink(255), 0.0);
        assert_eq!(ink(51), 0.8);
    }

    #[test]
    fn a_batch_is_nchw() {
        let mut second = GrayImage::from_pixel(3, 2, Luma([255]));
        second.put_pixel(2, 1, Luma([0]));
        let batch = ink_batch([&GrayImage::from_pixel(3, 2, Luma([255])), &second]).unwrap();
        assert_eq!(batch.shape(), [2, 1, 2, 3]);
        assert_eq!(batch[[1, 0, 1, 2]], 1.0);
        assert_eq!(batch.sum(), 1.0);
    }

    #[test]
    fn mixed_sizes_are_no_batch() {
        assert!(ink_batch([&GrayImage::new(3, 2), &GrayImage::new(2, 3)]).is_none());
        assert!(ink_batch([]).is_none());
    }
}
