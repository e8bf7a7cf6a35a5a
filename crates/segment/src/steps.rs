//! What each step of a segmentation did, to look at.

use captcha_core::GlyphBox;
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

use crate::cut::Profile;
use crate::options::Method;
use crate::runs::ink_runs;
use crate::{
    SegmentError, Segmentation, Segmenter, binarise, by_components, by_contours, component_boxes,
    outer_contour_boxes,
};

/// What each step of a segmentation found; see [`Segmenter::steps`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Steps {
    /// The image after [`Cleaning`](crate::Cleaning), or `None` if that takes nothing out.
    pub cleaned: Option<GrayImage>,
    /// The grey level from which on pixels are ink, or `None` if nothing stands out from the paper.
    pub level: Option<u8>,
    /// The picture of what is ink: 0, the rest 255.
    pub binary: GrayImage,
    /// The boxes of all components, or of all outer contours, as [`Method`] says.
    pub found: Vec<GlyphBox>,
    /// The boxes that remain without specks: components that stand above each other joined, or contours grown and
    /// halved. Left to right.
    pub pieces: Vec<GlyphBox>,
    /// Item `x` counts the rows in which ink runs on from column `x - 1` to column `x`: where it is low, a cut goes
    /// through little ink.
    pub crossings: Vec<u32>,
    /// What [`Segmenter::segment`] gives.
    pub result: Result<Segmentation, SegmentError>,
}

impl Segmenter {
    /// What each step of [`segment`](Self::segment) finds, for pictures and for finding out why an image fails.
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

/// `image` with a frame of one pixel in the colour `colour` along the inner edge of each box; what of a box lies
/// outside the image is not drawn.
#[must_use]
pub fn draw_boxes(image: &GrayImage, boxes: &[GlyphBox], colour: Rgb<u8>) -> RgbImage {
    let mut picture = DynamicImage::ImageLuma8(image.clone()).into_rgb8();
    for bounds in boxes {
        // Only what lies in the image is walked along: a box can reach far beyond it.
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
    use super::*;
    use crate::SegmentOptions;

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
