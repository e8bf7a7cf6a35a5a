//! Cells of one size in rows and columns.

use image::RgbImage;

use super::palette::{BACKGROUND, MUTED};
use super::text;

/// Around the whole sheet, in pixels.
pub(super) const MARGIN: u32 = 20;
/// The em of captions, in pixels.
pub(super) const CAPTION_EM: f32 = 17.0;
/// The most cells of a sheet: what people can still look at, and what bounds the memory.
pub(super) const MOST_CELLS: usize = 1000;

/// Where the cells of a sheet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// Number of cells.
    pub(super) cells: usize,
    /// Cells beside each other.
    pub(super) columns: usize,
    /// Width and height of a cell in pixels.
    pub(super) cell: (u32, u32),
    /// Pixels between neighbouring cells.
    pub(super) gap: u32,
}

impl Grid {
    /// The rows of cells.
    pub(super) fn rows(self) -> usize {
        self.cells.div_ceil(self.columns)
    }

    /// The top left pixel of a cell.
    pub(super) fn origin(self, cell: usize) -> (u32, u32) {
        let (column, row) = ((cell % self.columns) as u32, (cell / self.columns) as u32);
        (MARGIN + column * (self.cell.0 + self.gap), MARGIN + row * (self.cell.1 + self.gap))
    }

    /// The sheet without anything in its cells, with `note` below them.
    pub(super) fn sheet(self, note: Option<&str>) -> RgbImage {
        let (columns, rows) = (self.columns as u32, self.rows() as u32);
        let width = columns * self.cell.0 + columns.saturating_sub(1) * self.gap + 2 * MARGIN;
        let height = rows * self.cell.1 + rows.saturating_sub(1) * self.gap + 2 * MARGIN;
        let Some(note) = note else { return RgbImage::from_pixel(width, height, BACKGROUND) };
        let width = width.max(text::width(note, CAPTION_EM).ceil() as u32 + 2 * MARGIN);
        let mut image = RgbImage::from_pixel(width, height + MARGIN, BACKGROUND);
        let baseline = (image.height() - MARGIN) as f32;
        text::draw_centred(&mut image, note, CAPTION_EM, (width as f32 / 2.0, baseline), MUTED);
        image
    }
}

/// A sheet that says why it is empty.
pub(super) fn empty_sheet(message: &str) -> RgbImage {
    Grid { cells: 0, columns: 1, cell: (240, 0), gap: 0 }.sheet(Some(message))
}

/// How many of `columns` columns a sheet has: 0 stands for as many as make it about as wide as a page,
/// `PAGE` pixels.
pub(super) fn columns_for(columns: usize, cells: usize, cell_width: u32, gap: u32) -> usize {
    /// Wide enough for a README, small enough for a screen.
    const PAGE: u32 = 1200;
    let fitting = ((PAGE - 2 * MARGIN + gap) / (cell_width + gap)).max(1) as usize;
    let columns = if columns == 0 { fitting } else { columns };
    columns.min(cells).max(1)
}

/// What stands under a sheet that does not show everything.
pub(super) fn note_of_rest(shown: usize, all: usize, what: &str) -> Option<String> {
    (shown < all).then(|| format!("the first {shown} of {all} {what}"))
}
