//! Many images with a caption each.

use image::imageops;
use image::{DynamicImage, RgbImage};

use super::grid::{CAPTION_EM, Grid, MOST_CELLS, columns_for, empty_sheet, note_of_rest};
use crate::figures::drawing::palette::TEXT;
use crate::figures::drawing::text;
use crate::figures::drawing::thumbnail::thumbnail;

/// The largest image of a sheet in pixels: the default size of Claptcha, unscaled.
const LARGEST: (u32, u32) = (300, 150);
/// Gap between cells, in pixels.
const GAP: u32 = 16;
/// From the bottom of an image to the bottom of its cell: a caption with space around it.
const CAPTION_HEIGHT: u32 = 28;

/// Images in a grid with a caption under each, from left to right and from top to bottom.
///
/// `columns` is the number of images in a row; 0 takes as many as fit on a page. Small images are enlarged by
/// an integer factor, large ones are reduced. At most 1000 images are shown; a note states if there are more.
///
/// ```
/// use captcha_report::figures::contact_sheet;
/// use image::{DynamicImage, GrayImage};
///
/// let captchas: Vec<_> = ["QXKZEF", "ABFRLQ", "ACIRAC"]
///     .map(|text| (DynamicImage::from(GrayImage::new(300, 150)), text.to_owned()))
///     .into();
/// let sheet = contact_sheet(&captchas, 3);
/// assert!(sheet.width() > 900);
/// ```
#[must_use]
pub fn contact_sheet(items: &[(DynamicImage, String)], columns: usize) -> RgbImage {
    if items.is_empty() {
        return empty_sheet("no images");
    }
    let shown = &items[..items.len().min(MOST_CELLS)];
    let images: Vec<RgbImage> = shown.iter().map(|(image, _)| thumbnail(image, LARGEST)).collect();
    let width = images.iter().map(RgbImage::width).max().unwrap_or(1);
    let height = images.iter().map(RgbImage::height).max().unwrap_or(1);
    let widest_caption =
        shown.iter().map(|(_, caption)| text::width(caption, CAPTION_EM)).fold(0.0, f32::max);
    let cell_width = width.max((widest_caption.ceil() as u32).min(LARGEST.0));
    let grid = Grid {
        cells: shown.len(),
        columns: columns_for(columns, shown.len(), cell_width, GAP),
        cell: (cell_width, height + CAPTION_HEIGHT),
        gap: (GAP, GAP),
    };
    let mut sheet = grid.sheet(note_of_rest(shown.len(), items.len(), "images").as_deref());
    for (index, (image, (_, caption))) in images.iter().zip(shown).enumerate() {
        let (x, y) = grid.origin(index);
        let left = x + (cell_width - image.width()) / 2;
        imageops::replace(&mut sheet, image, left.into(), (y + height - image.height()).into());
        let centre = x as f32 + cell_width as f32 / 2.0;
        let baseline = (y + grid.cell.1) as f32 - 0.5 * CAPTION_EM;
        let caption = text::cut(caption, CAPTION_EM, (cell_width + GAP) as f32);
        text::draw_centred(&mut sheet, &caption, CAPTION_EM, (centre, baseline), TEXT);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::figures::drawing::palette::{BACKGROUND, WHITE};

    fn item(width: u32, height: u32, caption: &str) -> (DynamicImage, String) {
        (GrayImage::from_pixel(width, height, Luma([255])).into(), caption.to_owned())
    }

    /// Pixels that are neither background nor part of a white image: captions.
    fn text_pixels(sheet: &RgbImage) -> usize {
        sheet.pixels().filter(|&&pixel| pixel != BACKGROUND && pixel != WHITE).count()
    }

    #[test]
    fn images_and_captions_are_drawn() {
        let sheet = contact_sheet(&[item(300, 150, "QXKZEF"), item(300, 150, "")], 2);
        assert_eq!(sheet.dimensions(), (2 * 300 + 16 + 40, 150 + 28 + 40));
        assert_eq!(sheet.pixels().filter(|&&pixel| pixel == WHITE).count(), 2 * 300 * 150);
        assert!(text_pixels(&sheet) > 200);
        let (left, right) = (sheet.width() / 2, sheet.width() / 2);
        let right = image::imageops::crop_imm(&sheet, left, 0, right, sheet.height()).to_image();
        assert_eq!(text_pixels(&right), 0, "the second caption is empty");
    }

    #[test]
    fn any_sizes_and_captions_give_a_sheet() {
        let long = "wide ".repeat(1000);
        let items = [
            item(1, 1, "one pixel"),
            item(0, 0, "no pixels"),
            item(4096, 3, "\u{4e2d}\u{6587}\u{1f600}"),
            item(3, 4096, "two\nlines\t\u{0}"),
            item(300, 150, &long),
        ];
        for count in 0..=items.len() {
            for columns in [0, 1, 3, 1000] {
                let sheet = contact_sheet(&items[..count], columns);
                assert!(sheet.width() >= 150 && sheet.height() >= 40, "{count} in {columns}");
                let edge = (0..sheet.height()).all(|y| *sheet.get_pixel(sheet.width() - 1, y) == BACKGROUND);
                assert!(edge, "{count} in {columns} is clipped");
            }
        }
    }

    #[test]
    fn a_thousand_are_shown_and_the_rest_is_told() {
        let items: Vec<_> = (0..1001).map(|_| item(300, 1, "")).collect();
        let (all, rest) = (contact_sheet(&items[..1000], 50), contact_sheet(&items, 50));
        assert_eq!(text_pixels(&all), 0);
        assert!(text_pixels(&rest) > 0);
    }
}
