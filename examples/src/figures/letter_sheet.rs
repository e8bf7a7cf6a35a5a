//! Letters by class.

use image::{DynamicImage, GrayImage, RgbImage, imageops};

use super::grid::{Grid, MARGIN, empty_sheet};
use super::palette::{MUTED, TEXT};
use super::text;
use super::thumbnail::thumbnail;

/// Side of the square that a letter fills, in pixels: the seed's 20 x 20 letters doubled.
const SIDE: u32 = 40;
/// Between letters, in pixels.
const GAP: u32 = 4;
/// The margin of a row, with its letter and the number of samples.
const LABEL: u32 = 74;
/// The em of the letter in the margin.
const LETTER_EM: f32 = 26.0;
/// The em of the number of samples.
const COUNT_EM: f32 = 13.0;

/// One row for each class: its letter, how many samples it has, and the first `samples` of them.
///
/// More than 13 classes stand in two or more blocks beside each other.
#[must_use]
pub fn letter_sheet(by_class: &[(char, Vec<GrayImage>)], samples: usize) -> RgbImage {
    /// More rows than this stand in another block, so that the sheet fits a screen: half the Latin alphabet.
    const MOST_ROWS: usize = 13;
    /// More samples than this tell nothing more, and would make the sheet wider than any screen.
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
        gap: 2 * GAP + MARGIN / 4,
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
