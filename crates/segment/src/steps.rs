//! What each step of a segmentation found.

use captcha_core::GlyphBox;
use image::{GrayImage, Luma};

use crate::by_components::Profile;
use crate::error::SegmentError;
use crate::ink::{binarise, component_boxes, ink_runs, outer_contour_boxes};
use crate::letter::Segmentation;
use crate::options::Method;
use crate::segmenter::Segmenter;
use crate::{by_components, by_contours};

/// What each step of a segmentation found; see [`Segmenter::steps`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Steps {
    /// The image after [`Cleaning`](crate::Cleaning), or `None` if there is nothing to clean.
    pub cleaned: Option<GrayImage>,
    /// The lightest grey level that is ink, or `None` if nothing contrasts with the paper.
    pub level: Option<u8>,
    /// The binary image: ink is 0, paper 255.
    pub binary: GrayImage,
    /// The boxes of all components, or of all outer contours, depending on [`Method`].
    pub found: Vec<GlyphBox>,
    /// The boxes without specks, left to right: of components joined where one stands above the other, or of contours
    /// grown and halved.
    pub pieces: Vec<GlyphBox>,
    /// Item `x` is the number of rows in which ink continues from column `x - 1` to column `x`: where it is low, a cut
    /// crosses little ink.
    pub crossings: Vec<u32>,
    /// The result of [`Segmenter::segment`].
    pub result: Result<Segmentation, SegmentError>,
}

impl Segmenter {
    /// Returns what each step of [`segment`](Self::segment) finds: for pictures, and to see why an image fails.
    #[must_use]
    pub fn steps(&self, image: &GrayImage, expected: Option<usize>) -> Steps {
        let result = self.segment(image, expected);
        let nothing = |cleaned, (width, height), result| Steps {
            cleaned,
            level: None,
            binary: GrayImage::from_pixel(width, height, Luma([255])),
            found: Vec::new(),
            pieces: Vec::new(),
            crossings: vec![0; width as usize],
            result,
        };
        if matches!(result, Err(SegmentError::ImageTooLarge { .. })) {
            return nothing(None, (0, 0), result);
        }
        let cleaned = self.options().cleaning.apply(image).unwrap_or(None);
        let image = cleaned.as_ref().unwrap_or(image);
        let Some(level) = self.options().threshold.level(image) else {
            let size = image.dimensions();
            return nothing(cleaned, size, result);
        };
        let (found, pieces) = match &self.options().method {
            Method::Components(options) => {
                let pieces = by_components::find(image, level, options, expected).map(|(_, pieces)| pieces);
                let boxes = pieces.iter().flatten().map(|piece| piece.bounds).collect();
                (component_boxes(image, level), boxes)
            }
            Method::Contours(options) => {
                (outer_contour_boxes(image, level), by_contours::find(image, level, options))
            }
        };
        let crossings = Profile::of(0..image.width(), &ink_runs(image, level)).into_crossings();
        let binary = binarise(image, level);
        Steps { cleaned, level: Some(level), binary, found, pieces, crossings, result }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::SegmentOptions;

    #[test]
    fn steps_end_in_what_segment_gives() {
        let image =
            GrayImage::from_fn(40, 20, |x, y| Luma([if x % 10 < 6 && y % 10 < 8 { 10 } else { 240 }]));
        for options in [SegmentOptions::default(), SegmentOptions::seed()] {
            let segmenter = Segmenter::new(options).unwrap();
            let steps = segmenter.steps(&image, Some(4));
            assert_eq!(steps.result, segmenter.segment(&image, Some(4)));
            assert_eq!(steps.binary, binarise(&image, steps.level.unwrap()));
            assert_eq!(steps.crossings.len(), 40);
        }
        let steps = Segmenter::new(SegmentOptions::default()).unwrap().steps(&image, Some(4));
        assert_eq!((steps.found.len(), steps.pieces.len()), (8, 4));
        assert_eq!(steps.crossings[9..14], [0, 0, 16, 16, 16]);
    }

    #[test]
    fn a_blank_image_has_steps_too() {
        let steps = Segmenter::new(SegmentOptions::default()).unwrap().steps(&GrayImage::new(3, 2), None);
        assert_eq!(steps.level, None);
        assert_eq!(steps.result, Err(SegmentError::NoInk));
        assert!(steps.binary.iter().all(|&pixel| pixel == 255));
    }
}
