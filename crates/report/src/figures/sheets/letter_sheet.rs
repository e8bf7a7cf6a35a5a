//! Letters by class.

use image::{DynamicImage, GrayImage, RgbImage, imageops};

use super::grid::{Grid, MARGIN, empty_sheet};
use crate::figures::drawing::palette::{MUTED, TEXT};
use crate::figures::drawing::text;
use crate::figures::drawing::thumbnail::thumbnail;

/// Side of the square for a letter, in pixels: twice the 20 x 20 letters of the seed.
const SIDE: u32 = 40;
/// Gap between letters, in pixels.
const GAP: u32 = 4;
/// The left margin of a row, with its letter and the number of samples.
const LABEL: u32 = 74;
/// The em of the letter in the margin.
const LETTER_EM: f32 = 26.0;
/// The em of the number of samples.
const COUNT_EM: f32 = 13.0;

/// One row for each class: its letter, how many samples it has, and the first `samples` of them.
///
/// More than 13 classes are arranged in two or more blocks side by side.
#[must_use]
pub fn letter_sheet(by_class: &[(char, Vec<GrayImage>)], samples: usize) -> RgbImage {
    /// The most rows of a block, so that the sheet fits a screen: half the Latin alphabet.
    const MOST_ROWS: usize = 13;
    /// The most samples of a class: more would add no information and make the sheet wider than any screen.
    const MOST_SAMPLES: usize = 50;
    if by_class.is_empty() {
        return empty_sheet("no letters");
    }
    let longest = by_class.iter().map(|(_, letters)| letters.len()).max().unwrap_or(0);
    let samples = samples.min(longest).clamp(1, MOST_SAMPLES);
    let blocks = by_class.len().div_ceil(MOST_ROWS).min(4);
    let rows = by_class.len().div_ceil(blocks);
    let grid = Grid {
        cells: rows * blocks,
        columns: blocks,
        cell: (LABEL + samples as u32 * (SIDE + GAP) - GAP, SIDE),
        gap: (2 * MARGIN, 3 * GAP),
    };
    let mut sheet = grid.sheet(None);
    for (index, (class, letters)) in by_class.iter().enumerate() {
        // Down the first block, then down the next.
        let (x, y) = grid.origin(index % rows * blocks + index / rows);
        let letter = class.to_string();
        let middle = (y + SIDE / 2) as f32;
        let letter_place = (x as f32 + 14.0, middle + 0.35 * LETTER_EM);
        text::draw_centred(&mut sheet, &letter, LETTER_EM, letter_place, TEXT);
        let count = letters.len().to_string();
        let count_place = (x as f32 + 48.0, middle + 0.35 * COUNT_EM);
        text::draw_centred(&mut sheet, &count, COUNT_EM, count_place, MUTED);
        for (column, letter) in letters.iter().take(samples).enumerate() {
            let image = thumbnail(&DynamicImage::from(letter.clone()), (SIDE, SIDE));
            let left = x + LABEL + column as u32 * (SIDE + GAP) + (SIDE - image.width()) / 2;
            imageops::replace(&mut sheet, &image, left.into(), (y + (SIDE - image.height()) / 2).into());
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::figures::drawing::palette::{BACKGROUND, WHITE};

    fn letters(count: usize, side: u32) -> Vec<GrayImage> {
        vec![GrayImage::from_pixel(side, side, Luma([255])); count]
    }

    fn white(sheet: &RgbImage) -> usize {
        sheet.pixels().filter(|&&pixel| pixel == WHITE).count()
    }

    #[test]
    fn every_class_has_its_row() {
        let sheet = letter_sheet(&[('A', letters(3, 20)), ('B', letters(9, 20)), ('C', Vec::new())], 5);
        assert_eq!(white(&sheet), (3 + 5) * 40 * 40);
        assert_eq!(sheet.width(), 40 + LABEL + 5 * 44 - 4);
        let margin = image::imageops::crop_imm(&sheet, 0, 0, MARGIN + LABEL, sheet.height()).to_image();
        let row = |row: u32| (MARGIN + row * 52..MARGIN + row * 52 + SIDE).collect::<Vec<_>>();
        for index in 0..3 {
            let inked = row(index)
                .into_iter()
                .any(|y| (0..margin.width()).any(|x| *margin.get_pixel(x, y) != BACKGROUND));
            assert!(inked, "row {index} has no letter");
        }
    }

    #[test]
    fn many_classes_stand_in_blocks() {
        let classes: Vec<_> = ('A'..='Z').map(|class| (class, letters(2, 20))).collect();
        let sheet = letter_sheet(&classes, 10);
        assert_eq!(white(&sheet), 26 * 2 * 40 * 40);
        assert_eq!(sheet.height(), 2 * MARGIN + 13 * 40 + 12 * 12);
    }

    #[test]
    fn nothing_is_too_odd() {
        assert!(letter_sheet(&[], 5).width() > 0);
        for (count, side) in [(0, 20), (1, 1), (2, 0), (100, 37), (3, 500)] {
            for samples in [0, 1, 1_000_000] {
                let sheet = letter_sheet(&[('\u{4e2d}', letters(count, side))], samples);
                assert!(sheet.width() >= 40 + LABEL, "{count} of {side}, {samples}");
            }
        }
    }
}
