//! Whole images with their texts.

use captcha_core::ink;
use image::{GrayImage, Luma};
use ndarray::Array4;

/// Whole images with their texts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CaptchaBatch {
    /// `[n, 1, height, width]`, ink = 1, paper = 0, as large as the largest image; smaller ones are at the top left
    /// and paper is around them.
    pub images: Array4<f32>,
    /// The width of each image in pixels, without the paper that was added; `n` of them.
    pub widths: Vec<usize>,
    /// The text of each image, `n` of them.
    pub texts: Vec<String>,
}

impl CaptchaBatch {
    /// The batch of these images, each with its text.
    #[must_use]
    pub fn new(captchas: Vec<(GrayImage, String)>) -> Self {
        let width = captchas.iter().map(|(image, _)| image.width()).max().unwrap_or(0);
        let height = captchas.iter().map(|(image, _)| image.height()).max().unwrap_or(0);
        let mut images = Array4::zeros((captchas.len(), 1, height as usize, width as usize));
        let mut batch = Self { images: Array4::zeros((0, 1, 0, 0)), widths: Vec::new(), texts: Vec::new() };
        for ((image, text), mut out) in captchas.into_iter().zip(images.outer_iter_mut()) {
            let padded;
            let levels = if image.dimensions() == (width, height) {
                image.as_raw()
            } else {
                let mut paper = GrayImage::from_pixel(width, height, Luma([255]));
                image::imageops::replace(&mut paper, &image, 0, 0);
                padded = paper;
                padded.as_raw()
            };
            if let Some(values) = out.as_slice_mut() {
                ink::write_ink(levels, values);
            }
            batch.widths.push(image.width() as usize);
            batch.texts.push(text);
        }
        batch.images = images;
        batch
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// The columns of all images, and those of them that are padding.
    pub(crate) fn columns(&self) -> (u64, u64) {
        let own: usize = self.widths.iter().sum();
        let all = self.len() * self.images.shape()[3];
        (all as u64, (all - own) as u64)
    }

    /// Whether there is no image.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_images_are_padded_with_paper() {
        let image = |width, height| GrayImage::from_pixel(width, height, Luma([0]));
        let batch = CaptchaBatch::new(vec![(image(3, 2), "A".to_owned()), (image(2, 4), "B".to_owned())]);
        assert_eq!(batch.images.shape(), [2, 1, 4, 3]);
        assert_eq!(batch.widths, [3, 2]);
        assert_eq!(batch.images.sum(), 6.0 + 8.0);
        assert_eq!((batch.images[[0, 0, 1, 2]], batch.images[[0, 0, 2, 0]]), (1.0, 0.0));
        assert_eq!((batch.images[[1, 0, 3, 1]], batch.images[[1, 0, 0, 2]]), (1.0, 0.0));
        assert!(CaptchaBatch::new(Vec::new()).is_empty());
    }
}
