//! The sizes of a convolution and what follows from them.

use std::ops::Range;

/// The sizes of a convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvShape {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Side of the kernel, odd.
    pub(super) kernel: usize,
}

/// Neighbouring columns of the map that have the same horizontal taps.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) x: Range<usize>,
    pub(super) taps: Range<usize>,
}

impl ConvShape {
    /// All columns, left to right.
    pub(super) fn columns(self) -> Vec<Columns> {
        let mut columns: Vec<Columns> = Vec::new();
        for x in 0..self.width {
            let taps = self.valid_taps(x);
            match columns.last_mut() {
                Some(last) if last.taps == taps => last.x.end = x + 1,
                _ => columns.push(Columns { x: x..x + 1, taps }),
            }
        }
        columns
    }

    /// The taps of a kernel centred at column `x` that are inside.
    fn valid_taps(self, x: usize) -> Range<usize> {
        let radius = self.kernel / 2;
        radius.saturating_sub(x)..self.kernel.min(self.width + radius - x)
    }

    /// Copies an image into the middle of a frame of zeros.
    pub(super) fn copy_into_frame(self, input: &[f32], frame: &mut [f32]) {
        let Self { inputs, width, kernel, .. } = self;
        let (row, radius) = (width * inputs, kernel / 2);
        frame.fill(0.0);
        let rows = frame.chunks_exact_mut(row + 2 * radius * inputs).skip(radius);
        for (framed, values) in rows.zip(input.chunks_exact(row)) {
            framed[radius * inputs..][..row].copy_from_slice(values);
        }
    }
}
