//! The ink that a character leaves on the canvas.

use std::ops::Range;

use captcha_core::GlyphBox;
use image::GrayImage;

use crate::narrow::{Narrow, Paper, inked};
use crate::resample::Axis;

/// A warped cell at its place on the canvas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ink {
    /// The coverage of the cell's pixels, row by row, `stride` in each.
    levels: Vec<u8>,
    stride: usize,
    /// The columns and rows of the cell that hold ink, at least one each.
    columns: Range<usize>,
    rows: Range<usize>,
    /// Where the cell is on the canvas.
    at: (usize, usize),
}

impl Ink {
    /// The ink of a cell `stride` pixels wide at `at`, or `None` if it has none on a canvas of `room` pixels.
    pub(crate) fn new(
        levels: Vec<u8>,
        stride: usize,
        at: (usize, usize),
        room: (usize, usize),
    ) -> Option<Self> {
        // Kerning can make the canvas narrower than the cells; what sticks out is lost.
        let visible = (room.0.saturating_sub(at.0).min(stride), room.1.saturating_sub(at.1));
        let (columns, rows) =
            bounds(levels.chunks_exact(stride).take(visible.1).map(|row| &row[..visible.0]))?;
        Some(Self { levels, stride, columns, rows, at })
    }

    /// The rows of the ink.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let rows = self.levels.chunks_exact(self.stride).skip(self.rows.start).take(self.rows.len());
        rows.map(|row| &row[self.columns.clone()])
    }

    /// Draws the ink in black.
    pub(crate) fn paste(&self, canvas: &mut GrayImage) {
        let stride = canvas.width() as usize;
        let (x, y) = (self.at.0 + self.columns.start, self.at.1 + self.rows.start);
        for (row, line) in (y..).zip(self.lines()) {
            let start = row * stride + x;
            for (pixel, &alpha) in canvas.as_mut()[start..start + line.len()].iter_mut().zip(line) {
                *pixel = cover(*pixel, alpha);
            }
        }
    }

    /// Where the ink is in the final image, and how much of each pixel it covers; `None` if nothing is left.
    pub(crate) fn resized(&self, columns: &Axis, rows: &Axis) -> Option<(GlyphBox, GrayImage)> {
        let place = |range: &Range<usize>, at: usize| range.start + at..range.end + at;
        let (x, y) = (place(&self.columns, self.at.0), place(&self.rows, self.at.1));
        let mut narrow = Narrow::new(Paper::Empty, columns, x.clone(), y.end);
        narrow.skip(y.start);
        for line in self.lines() {
            narrow.push(line, x.clone(), 0..0);
        }
        let (x, y) = (columns.touched(&x), rows.touched(&y));
        let mut mask = vec![0; x.len() * y.len()];
        narrow.resize(rows, |column, row, levels| {
            let start = (row - y.start) * x.len() + column - x.start;
            mask[start..start + levels.len()].copy_from_slice(levels);
        });
        let lines = mask.chunks_exact(x.len().max(1));
        let (inner_x, inner_y) = bounds(lines.clone())?;
        let (width, height) = (inner_x.len() as u32, inner_y.len() as u32);
        let mut cut = GrayImage::new(width, height);
        for (row, line) in cut.chunks_exact_mut(inner_x.len()).zip(lines.skip(inner_y.start)) {
            row.copy_from_slice(&line[inner_x.clone()]);
        }
        let corner = GlyphBox::at((x.start + inner_x.start) as u32, (y.start + inner_y.start) as u32);
        Some((corner.of_size(width, height), cut))
    }
}

/// The columns and rows from the first to the last that hold ink.
fn bounds<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<(Range<usize>, Range<usize>)> {
    lines.map(inked).enumerate().filter(|(_, columns)| !columns.is_empty()).fold(None, |all, (row, line)| {
        Some(match all {
            None => (line, row..row + 1),
            Some((columns, rows)) => {
                (columns.start.min(line.start)..columns.end.max(line.end), rows.start..row + 1)
            }
        })
    })
}

/// What is left of `pixel` under black ink of coverage `alpha`: `pixel (255 - alpha) / 255`, rounded.
pub(crate) fn cover(pixel: u8, alpha: u8) -> u8 {
    let product = u32::from(pixel) * u32::from(255 - alpha) + 128;
    (((product >> 8) + product) >> 8) as u8
}
