//! The sizes of a convolution and what follows from them.

use std::ops::Range;

use crate::Window;
use crate::native::kernel::Extent;
use crate::native::pack::blocks;

/// The sizes of the weights of a convolution.
#[derive(Debug, Clone, Copy)]
pub(in crate::native) struct Filter {
    pub(in crate::native) inputs: usize,
    pub(in crate::native) outputs: usize,
    /// The sides of the kernel, odd.
    pub(in crate::native) kernel: Window,
}

impl Filter {
    /// The products for one output.
    pub(in crate::native) fn products(self) -> usize {
        self.run() * self.kernel.height
    }

    /// The products of one kernel row, whose inputs lie side by side in memory.
    pub(in crate::native) fn run(self) -> usize {
        self.inputs * self.kernel.width
    }

    /// How many rows and columns the kernel reaches beyond its centre.
    pub(in crate::native) fn reach(self) -> (usize, usize) {
        (self.kernel.height / 2, self.kernel.width / 2)
    }
}

/// Neighbouring rows or columns of a map that have the same taps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::native) struct Span {
    pub(in crate::native) at: Range<usize>,
    pub(in crate::native) taps: Range<usize>,
}

/// All spans of a side of a map, in order: those near the two ends, where some taps fall into the padding, are of one row
/// or column each.
pub(in crate::native) fn spans(side: usize, kernel: usize) -> impl Iterator<Item = Span> + Clone {
    let radius = kernel / 2;
    let inner = if side > 2 * radius { radius..side - radius } else { side..side };
    let whole = Some(inner.clone()).filter(|inner| !inner.is_empty());
    let before = (0..inner.start).map(|at| at..at + 1);
    let after = (inner.end..side).map(|at| at..at + 1);
    before.chain(whole).chain(after).map(move |at| {
        let taps = radius.saturating_sub(at.start)..kernel.min(side + radius - at.start);
        Span { at, taps }
    })
}

/// How a map all of whose pixels have the same taps is cut into tiles: along its rows or along its columns, whichever
/// fills the tiles better.
#[derive(Debug, Clone, Copy)]
pub(in crate::native) struct Tiling {
    /// Whether the pixels of a tile lie side by side or one below the other.
    across: bool,
    /// The most pixels of a tile.
    most: usize,
    /// Pixels in one of the rows or columns.
    length: usize,
    /// How many rows or columns there are.
    pub(in crate::native) count: usize,
}

impl Tiling {
    /// For tiles of at most `most` pixels.
    pub(in crate::native) fn new(Extent { height, width }: Extent, most: usize) -> Self {
        // Pixels side by side lie side by side in memory: preferred where it makes no difference to the number of tiles.
        let across = width.div_ceil(most) * height <= height.div_ceil(most) * width;
        let (length, count) = if across { (width, height) } else { (height, width) };
        Self { across, most, length, count }
    }

    /// What is between two pixels of a tile, and between two rows or columns, from what is between two pixels one below
    /// the other, and side by side.
    pub(in crate::native) fn strides(self, down: usize, side: usize) -> [usize; 2] {
        if self.across { [side, down] } else { [down, side] }
    }

    /// The pixels of each tile, as parts of a row or column.
    pub(in crate::native) fn blocks(self) -> impl Iterator<Item = Range<usize>> {
        blocks(self.length, self.most)
    }
}

/// Copies maps of `channels` into the middle of a frame of zeros, so wide above and below and so wide at the sides.
pub(in crate::native) fn copy_into_frame(
    extent: Extent,
    channels: usize,
    (above, beside): (usize, usize),
    input: &[f32],
    frame: &mut [f32],
) {
    let (row, margin) = (extent.width * channels, beside * channels);
    frame.fill(0.0);
    let rows = frame.chunks_exact_mut(row + 2 * margin).skip(above);
    for (framed, values) in rows.zip(input.chunks_exact(row)) {
        framed[margin..][..row].copy_from_slice(values);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Kernels with sides of 1 to 9.
    pub(crate) fn kernel() -> impl Strategy<Value = Window> {
        let side = || (0usize..5).prop_map(|radius| 2 * radius + 1);
        (side(), side()).prop_map(|(height, width)| Window { height, width })
    }

    proptest! {
        #[test]
        fn spans_are_in_order_and_have_the_taps_that_are_inside(side in 1usize..12, radius in 0usize..4) {
            let kernel = 2 * radius + 1;
            let mut next = 0;
            for Span { at, taps } in spans(side, kernel) {
                prop_assert_eq!(at.start, next);
                next = at.end;
                for at in at {
                    let inside = (0..kernel).filter(|tap| (radius..side + radius).contains(&(at + tap)));
                    prop_assert_eq!(taps.clone().collect::<Vec<_>>(), inside.collect::<Vec<_>>());
                }
            }
            prop_assert_eq!(next, side);
        }
    }

    #[test]
    fn tiles_lie_where_they_are_filled() {
        let tiling = |height, width| {
            let tiling = Tiling::new(Extent { height, width }, 12);
            (tiling.strides(100, 1), tiling.count, tiling.blocks().count())
        };
        assert_eq!(tiling(3, 24), ([1, 100], 3, 2));
        assert_eq!(tiling(24, 3), ([100, 1], 3, 2));
        assert_eq!(tiling(12, 13), ([100, 1], 13, 1));
    }

    #[test]
    fn a_frame_is_zero_around_the_map() {
        let mut frame = [9.0; 12];
        copy_into_frame(Extent { height: 1, width: 2 }, 1, (1, 1), &[1.0, 2.0], &mut frame);
        assert_eq!(frame, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
