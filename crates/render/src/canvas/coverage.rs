//! The ink that a character leaves on the canvas.

use std::ops::Range;

use captcha_core::GlyphBox;
use image::GrayImage;

use crate::canvas::Canvas;
use crate::canvas::filter::Filter;
use crate::pillow::resample::Axis;
use crate::pillow::sparse_resize::{Ground, SparseResize, inked};
use crate::values::colour::Colour;

/// The coverage of one character or shape at its place on the canvas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The coverage of the cell's pixels, row by row, `stride` in each.
    levels: Vec<u8>,
    stride: usize,
    /// The columns and rows of the cell that hold ink, at least one each.
    columns: Range<usize>,
    rows: Range<usize>,
    /// Where the cell is on the canvas.
    at: (usize, usize),
}

impl Coverage {
    /// The ink of a cell `stride` pixels wide at `at`, or `None` if it has none on a canvas of `room` pixels.
    pub(crate) fn new(
        levels: Vec<u8>,
        stride: usize,
        at: (usize, usize),
        room: (usize, usize),
    ) -> Option<Self> {
        // Kerning can make the canvas narrower than the cells. Ink outside of it is cut off.
        let visible = (room.0.saturating_sub(at.0).min(stride), room.1.saturating_sub(at.1));
        let (columns, rows) =
            bounds(levels.chunks_exact(stride).take(visible.1).map(|row| &row[..visible.0]))?;
        Some(Self { levels, stride, columns, rows, at })
    }

    /// The ink of a cell `stride` pixels wide at `at`, which can lie outside the canvas of `room` pixels in part.
    pub(crate) fn clipped(
        levels: Vec<u8>,
        stride: usize,
        at: (i32, i32),
        room: (usize, usize),
    ) -> Option<Self> {
        let (left, above) = ((-at.0).max(0) as usize, (-at.1).max(0) as usize);
        if (left, above) == (0, 0) {
            return Self::new(levels, stride, (at.0 as usize, at.1 as usize), room);
        }
        if left >= stride {
            return None;
        }
        let seen = levels.chunks_exact(stride).skip(above).flat_map(|line| &line[left..]).copied().collect();
        Self::new(seen, stride - left, (at.0.max(0) as usize, at.1.max(0) as usize), room)
    }

    /// The rows of the ink.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let rows = self.levels.chunks_exact(self.stride).skip(self.rows.start).take(self.rows.len());
        rows.map(|row| &row[self.columns.clone()])
    }

    /// Draws the ink in `colour`.
    pub(crate) fn paste(&self, canvas: &mut Canvas, colour: Colour) {
        let (x, y) = (self.at.0 + self.columns.start, self.at.1 + self.rows.start);
        for (row, line) in (y..).zip(self.lines()) {
            canvas.paint((x, row), line, colour);
        }
    }

    /// The ink with all coverage multiplied by `share`.
    pub(crate) fn faded(mut self, share: f64) -> Self {
        let share = (share * 256.0) as u32;
        for level in &mut self.levels {
            *level = ((u32::from(*level) * share) >> 8) as u8;
        }
        self
    }

    /// The bounding box of the ink, and the coverage of its pixels.
    pub(crate) fn mask(&self) -> (GlyphBox, GrayImage) {
        let (width, height) = (self.columns.len() as u32, self.rows.len() as u32);
        let levels = self.lines().flatten().copied().collect();
        let (x, y) = ((self.at.0 + self.columns.start) as u32, (self.at.1 + self.rows.start) as u32);
        let bounds = GlyphBox::new(x, y, width, height).expect("ink on the canvas");
        (bounds, GrayImage::from_raw(width, height, levels).expect("a level a pixel"))
    }

    /// The ink on a canvas that is resized by `columns` and `rows`; `None` if nothing is left.
    pub(crate) fn resized(&self, columns: &Axis, rows: &Axis) -> Option<Self> {
        let place = |range: &Range<usize>, at: usize| range.start + at..range.end + at;
        let (x, y) = (place(&self.columns, self.at.0), place(&self.rows, self.at.1));
        let mut narrow = SparseResize::new(Ground::Empty, columns, x.clone(), y.end);
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
        Self::new(mask, x.len().max(1), (x.start, y.start), (columns.len(), rows.len()))
    }

    /// The ink after `filter` on a canvas of `room` pixels.
    pub(crate) fn filtered(&self, filter: &Filter, room: (usize, usize)) -> Option<Self> {
        let around = |at: usize, range: &Range<usize>, room: usize| match filter.reach() {
            Some(reach) => {
                (at + range.start).saturating_sub(reach + 1)..(at + range.end + reach + 1).min(room)
            }
            None => 0..room,
        };
        let (x, y) = (around(self.at.0, &self.columns, room.0), around(self.at.1, &self.rows, room.1));
        let mut patch = Canvas::new(x.len(), y.len(), [0; 3], true);
        let (left, top) = (self.at.0 + self.columns.start - x.start, self.at.1 + self.rows.start - y.start);
        for (row, line) in (top..).zip(self.lines()) {
            patch.levels[row * x.len() + left..][..line.len()].copy_from_slice(line);
        }
        filter.apply(&mut patch);
        Self::new(patch.levels, x.len(), (x.start, y.start), room)
    }
}

/// The columns and rows from the first to the last that hold ink.
pub(crate) fn bounds<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<(Range<usize>, Range<usize>)> {
    lines.map(inked).enumerate().filter(|(_, columns)| !columns.is_empty()).fold(None, |all, (row, line)| {
        Some(match all {
            None => (line, row..row + 1),
            Some((columns, rows)) => {
                (columns.start.min(line.start)..columns.end.max(line.end), rows.start..row + 1)
            }
        })
    })
}
