//! What is removed from an image before it is cut.
//!
//! | file | what it holds |
//! |---|---|
//! | `line` | the line across an image, found and removed |
//! | `median` | the median filter |

mod line;
mod median;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::error::{SegmentError, check_option, check_size};

/// What is removed from an image before it is cut: noise, then a line. By default nothing.
///
/// A line has the colour of the letters: pixels that belong to both are removed with the line, or stay with the letter. On
/// images without lines and noise, cleaning can only harm. Use it where the yield is higher with it (`captcha-lab cut`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Cleaning {
    /// The radius of a median filter in pixels, 0 to 8: every pixel becomes the median of the square that reaches this far
    /// to each side, which removes specks of noise and keeps edges. Default 0: no filter.
    ///
    /// Source: T. S. Huang, G. J. Yang, G. Y. Tang, "A fast two-dimensional median filtering algorithm", IEEE
    /// Transactions on Acoustics, Speech, and Signal Processing 27 (1), 13-18, 1979, doi 10.1109/TASSP.1979.1163188.
    pub median_radius: u32,
    /// The height in pixels, 0 to 32, up to which the line across the image, straight or with one bend, is removed. Where
    /// the ink is higher, a letter crosses the line. Default 0: no line is removed.
    ///
    /// Source: C. Dalitz et al., "A comparative study of staff removal algorithms", IEEE Transactions on Pattern
    /// Analysis and Machine Intelligence 30 (5), 753-766, 2008, doi 10.1109/TPAMI.2007.70749, section 3.1, "line track
    /// height".
    pub line_width: u32,
}

impl Cleaning {
    /// Sets the radius of the median filter in pixels, 0 to 8.
    #[must_use]
    pub fn with_median_radius(mut self, median_radius: u32) -> Self {
        self.median_radius = median_radius;
        self
    }

    /// Sets the height in pixels, 0 to 32, up to which the line across the image is removed.
    #[must_use]
    pub fn with_line_width(mut self, line_width: u32) -> Self {
        self.line_width = line_width;
        self
    }

    /// # Errors
    /// [`SegmentError::InvalidOption`].
    pub(crate) fn check(self) -> Result<(), SegmentError> {
        check_option("median_radius", self.median_radius, self.median_radius <= 8, "0 to 8 pixels")?;
        check_option("line_width", self.line_width, self.line_width <= 32, "0 to 32 pixels")
    }

    /// Cleans `image`, dark ink on light paper. `None` if nothing is to be removed.
    ///
    /// # Errors
    /// [`SegmentError::InvalidOption`] or [`SegmentError::ImageTooLarge`].
    pub fn apply(self, image: &GrayImage) -> Result<Option<GrayImage>, SegmentError> {
        self.check()?;
        check_size(image)?;
        let smooth = (self.median_radius > 0).then(|| median::median_filter(image, self.median_radius));
        if self.line_width == 0 {
            return Ok(smooth);
        }
        let mut cleaned = smooth.unwrap_or_else(|| image.clone());
        line::remove(&mut cleaned, self.line_width as usize);
        Ok(Some(cleaned))
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn nothing_is_removed_by_default() {
        assert_eq!(Cleaning::default().apply(&GrayImage::new(9, 9)), Ok(None));
    }

    #[test]
    fn specks_go() {
        let mut image = GrayImage::from_pixel(20, 20, Luma([255]));
        image.put_pixel(7, 9, Luma([0]));
        let cleaned = Cleaning::default().with_median_radius(1).apply(&image).unwrap().unwrap();
        assert!(cleaned.iter().all(|&pixel| pixel == 255));
    }

    #[test]
    fn no_value_overflows() {
        for cleaning in
            [Cleaning::default().with_median_radius(u32::MAX), Cleaning::default().with_line_width(u32::MAX)]
        {
            let refused = cleaning.apply(&GrayImage::new(9, 9));
            assert!(matches!(refused, Err(SegmentError::InvalidOption { .. })), "{refused:?}");
        }
        let refused = Cleaning::default().with_median_radius(1).apply(&GrayImage::new(u32::MAX, 0));
        assert!(matches!(refused, Err(SegmentError::ImageTooLarge { .. })), "{refused:?}");
    }
}
