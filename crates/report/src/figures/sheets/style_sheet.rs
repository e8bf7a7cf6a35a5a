//! Contact sheets of several styles, one below the other.

use image::{DynamicImage, RgbImage, imageops};

use super::contact_sheet::contact_sheet;
use super::grid::MARGIN;
use crate::figures::drawing::palette::{BACKGROUND, TEXT};
use crate::figures::drawing::text::{self, Direction};

/// The em of a label, in pixels.
const LABEL_EM: f32 = 24.0;

/// Images with captions under the name of their style.
pub type StyleBlock = (String, Vec<(DynamicImage, String)>);

/// A [`contact_sheet`] with `columns` columns for each style, under its name.
#[must_use]
pub fn style_sheet(blocks: &[StyleBlock], columns: usize) -> RgbImage {
    let sheets: Vec<RgbImage> = blocks.iter().map(|(_, images)| contact_sheet(images, columns)).collect();
    let label_height = MARGIN + LABEL_EM as u32;
    let width = sheets.iter().map(RgbImage::width).max().unwrap_or(1);
    let height = sheets.iter().map(|sheet| sheet.height() + label_height).sum::<u32>().max(1);
    let mut whole = RgbImage::from_pixel(width, height, BACKGROUND);
    let mut top = 0;
    for ((name, _), sheet) in blocks.iter().zip(&sheets) {
        let baseline = (top + label_height) as f32 - 4.0;
        text::draw(&mut whole, name, LABEL_EM, (MARGIN as f32, baseline), TEXT, Direction::Right);
        imageops::replace(&mut whole, sheet, 0, (top + label_height).into());
        top += label_height + sheet.height();
    }
    whole
}

#[cfg(test)]
mod tests {
    use image::GrayImage;

    use super::*;

    #[test]
    fn styles_stand_one_below_the_other() {
        let images = |count: usize, width| {
            let image: DynamicImage = GrayImage::new(width, 20).into();
            vec![(image, String::new()); count]
        };
        let [wide, narrow] = [images(3, 100), images(2, 50)];
        let heights = [&wide, &narrow].map(|images| contact_sheet(images, 2).height());
        let sheet = style_sheet(&[("wide".to_owned(), wide), ("narrow".to_owned(), narrow)], 2);
        assert_eq!(sheet.height(), heights[0] + heights[1] + 2 * (20 + 24));
        assert!(sheet.pixels().any(|&pixel| pixel != BACKGROUND));
        assert_eq!(style_sheet(&[], 2).dimensions(), (1, 1));
    }
}
