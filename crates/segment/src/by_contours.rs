//! The method of the seed: see [`ContourOptions`].

use captcha_core::GlyphBox;
use image::{GrayImage, imageops};

use crate::error::SegmentError;
use crate::ink::outer_contour_boxes;
use crate::letter::{Cutout, Letter, MAX_LETTERS, reading_order};
use crate::options::ContourOptions;

/// The boxes of the letters, left to right.
pub(crate) fn find(image: &GrayImage, level: u8, options: &ContourOptions) -> Vec<GlyphBox> {
    let mut boxes: Vec<GlyphBox> = outer_contour_boxes(image, level)
        .into_iter()
        .filter(|bounds| bounds.width() >= options.min_width && bounds.height() >= options.min_height)
        .map(|bounds| {
            let below = image.height().saturating_sub(bounds.bottom());
            let height = bounds.height() + options.extra_height.min(below);
            GlyphBox::new(bounds.x(), bounds.y(), bounds.width(), height).unwrap_or(bounds)
        })
        .flat_map(|bounds| if bounds.width() >= options.halve_from { halves(bounds) } else { vec![bounds] })
        .collect();
    boxes.sort_by_key(|&bounds| reading_order(bounds));
    boxes
}

/// The letters in the boxes, if there are as many as expected.
pub(crate) fn cut(
    image: &GrayImage,
    boxes: &[GlyphBox],
    expected: Option<usize>,
    letter: impl Fn(Cutout) -> Letter,
) -> Result<Vec<Letter>, SegmentError> {
    match expected {
        _ if boxes.is_empty() => Err(SegmentError::NoInk),
        Some(expected) if expected != boxes.len() => {
            Err(SegmentError::WrongCount { found: boxes.len(), expected })
        }
        _ if boxes.len() > MAX_LETTERS => {
            Err(SegmentError::TooManyPieces { found: boxes.len(), limit: MAX_LETTERS })
        }
        _ => Ok(boxes.iter().map(|&bounds| letter(Cutout { bounds, image: crop(image, bounds) })).collect()),
    }
}

/// The left and the right half of a box of at least 2 pixels; the right one is the wider one.
fn halves(bounds: GlyphBox) -> Vec<GlyphBox> {
    let left = bounds.width() / 2;
    let columns = [(bounds.x(), left), (bounds.x() + left, bounds.width() - left)];
    columns
        .into_iter()
        .filter_map(|(x, width)| GlyphBox::new(x, bounds.y(), width, bounds.height()).ok())
        .collect()
}

fn crop(image: &GrayImage, bounds: GlyphBox) -> GrayImage {
    imageops::crop_imm(image, bounds.x(), bounds.y(), bounds.width(), bounds.height()).to_image()
}
