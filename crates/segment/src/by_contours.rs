//! The seed's method: see [`Contours`](crate::Contours).

use captcha_core::GlyphBox;
use image::{GrayImage, imageops};

use crate::SegmentError;
use crate::contours::outer_contour_boxes;
use crate::options::Contours;
use crate::piece::reading_order;
use crate::segmenter::Cutout;

/// The boxes of the letters, left to right.
pub(crate) fn find(image: &GrayImage, level: u8, options: &Contours) -> Vec<GlyphBox> {
    let mut boxes: Vec<GlyphBox> =
        outer_contour_boxes(image, level)
            .into_iter()
            .filter(|bounds| bounds.width() >= options.min_width && bounds.height() >= options.min_height)
            .map(|bounds| {
                let height = bounds.height() + options.extra_height.min(image.height() - bounds.bottom());
                GlyphBox::at(bounds.x(), bounds.y()).of_size(bounds.width(), height)
            })
            .flat_map(|bounds| {
                if bounds.width() >= options.halve_from { halves(bounds).to_vec() } else { vec![bounds] }
            })
            .collect();
    boxes.sort_by_key(|&bounds| reading_order(bounds));
    boxes
}

/// What is in the boxes, if there are as many as expected.
pub(crate) fn cut(
    image: &GrayImage,
    boxes: &[GlyphBox],
    expected: Option<usize>,
) -> Result<Vec<Cutout>, SegmentError> {
    match expected {
        _ if boxes.is_empty() => Err(SegmentError::NoInk),
        Some(expected) if expected != boxes.len() => {
            Err(SegmentError::WrongCount { found: boxes.len(), expected })
        }
        _ => Ok(boxes.iter().map(|&bounds| Cutout { bounds, image: crop(image, bounds) }).collect()),
    }
}

/// The left and the right half of a box of at least 2 pixels; the right one is the wider one.
fn halves(bounds: GlyphBox) -> [GlyphBox; 2] {
    let left = bounds.width() / 2;
    [
        GlyphBox::at(bounds.x(), bounds.y()).of_size(left, bounds.height()),
        GlyphBox::at(bounds.x() + left, bounds.y()).of_size(bounds.width() - left, bounds.height()),
    ]
}

fn crop(image: &GrayImage, bounds: GlyphBox) -> GrayImage {
    imageops::crop_imm(image, bounds.x(), bounds.y(), bounds.width(), bounds.height()).to_image()
}
