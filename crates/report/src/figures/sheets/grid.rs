//! Cells of equal size in rows and columns.

use image::RgbImage;

use crate::figures::drawing::palette::{BACKGROUND, MUTED};
use crate::figures::drawing::text;

/// Margin of the sheet, in pixels.
pub(super) const MARGIN: u32 = 20;
/// The em of captions, in pixels.
pub(super) const CAPTION_EM: f32 = 17.0;
/// The most cells of a sheet, which bounds its size and the memory.
pub(super) const MOST_CELLS: usize = 1000;

/// Where the cells of a sheet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// Number of cells.
    pub(super) cells: usize,
    /// Cells in a row.
    pub(super) columns: usize,
    /// Width and height of a cell in pixels.
    pub(super) cell: (u32, u32),
    /// Pixels between neighbouring columns and rows.
    pub(super) gap: (u32, u32),
}

impl Grid {
    /// The rows of cells.
    pub(super) fn rows(self) -> usize {
        self.cells.div_ceil(self.columns)
    }

    /// The top left pixel of a cell.
    pub(super) fn origin(self, cell: usize) -> (u32, u32) {
        let (column, row) = ((cell % self.columns) as u32, (cell / self.columns) as u32);
        (MARGIN + column * (self.cell.0 + self.gap.0), MARGIN + row * (self.cell.1 + self.gap.1))
    }

    /// The empty sheet, with `note` below the cells.
    pub(super) fn sheet(self, note: Option<&str>) -> RgbImage {
        let (columns, rows) = (self.columns as u32, self.rows() as u32);
        let width = columns * self.cell.0 + columns.saturating_sub(1) * self.gap.0 + 2 * MARGIN;
        let height = rows * self.cell.1 + rows.saturating_sub(1) * self.gap.1 + 2 * MARGIN;
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
    Grid { cells: 0, columns: 1, cell: (240, 0), gap: (0, 0) }.sheet(Some(message))
}

/// The number of columns of a sheet; 0 takes as many as fit a page of `PAGE` pixels.
pub(super) fn columns_for(columns: usize, cells: usize, cell_width: u32, gap: u32) -> usize {
    /// Wide enough for a README, small enough for a screen.
    const PAGE: u32 = 1200;
    let fitting = ((PAGE - 2 * MARGIN + gap) / (cell_width + gap)).max(1) as usize;
    let columns = if columns == 0 { fitting } else { columns };
    columns.min(cells).max(1)
}

/// The note below a sheet that does not show everything.
pub(super) fn note_of_rest(shown: usize, all: usize, what: &str) -> Option<String> {
    (shown < all).then(|| format!("the first {shown} of {all} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_rows_and_the_sheet_holds_them() {
        let grid = Grid { cells: 7, columns: 3, cell: (100, 50), gap: (10, 20) };
        assert_eq!(grid.rows(), 3);
        assert_eq!(grid.origin(5), (MARGIN + 220, MARGIN + 70));
        assert_eq!(grid.sheet(None).dimensions(), (320 + 2 * MARGIN, 190 + 2 * MARGIN));
    }

    #[test]
    fn a_note_has_its_room() {
        let grid = Grid { cells: 1, columns: 1, cell: (10, 10), gap: (0, 0) };
        let sheet = grid.sheet(Some("the first 1000 of 2000 images"));
        assert!(sheet.width() > 200);
        for x in [0, sheet.width() - 1] {
            assert!(
                (0..sheet.height()).all(|y| *sheet.get_pixel(x, y) == BACKGROUND),
                "clipped at column {x}"
            );
        }
        assert!(sheet.pixels().any(|&pixel| pixel != BACKGROUND));
    }

    #[test]
    fn columns_fit_the_page_and_the_cells() {
        let cases =
            [((0, 100, 300, 16), 3), ((0, 2, 300, 16), 2), ((5, 100, 300, 16), 5), ((5, 3, 300, 16), 3)];
        for ((columns, cells, width, gap), expected) in cases {
            assert_eq!(columns_for(columns, cells, width, gap), expected);
        }
        assert_eq!(columns_for(0, 0, 5000, 0), 1);
    }
}
