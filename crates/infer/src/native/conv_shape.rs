//! The sizes of a convolution and what follows from them.

use std::ops::Range;

/// The sides of a map in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) height: usize,
    pub(super) width: usize,
}

impl Extent {
    /// The number of pixels.
    pub(super) fn area(self) -> usize {
        self.height * self.width
    }
}

/// The sizes of the weights of a convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// Side of the kernel, odd.
    pub(super) kernel: usize,
}

impl Filter {
    /// The products for one output.
    pub(super) fn products(self) -> usize {
        self.inputs * self.kernel * self.kernel
    }

    /// How far the kernel reaches beyond its centre.
    pub(super) fn radius(self) -> usize {
        self.kernel / 2
    }
}

/// Neighbouring rows or columns of a map that have the same taps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) at: Range<usize>,
    pub(super) taps: Range<usize>,
}

/// All spans of a side of a map, in order: those near the two ends, where some taps fall into the padding, are of one row
/// or column each.
pub(super) fn spans(side: usize, kernel: usize) -> impl Iterator<Item = Span> + Clone {
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

/// Copies maps of `channels` into the middle of a frame of zeros, so wide above and below and so wide at the sides.
pub(super) fn copy_into_frame(
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
mod tests {
    use proptest::prelude::*;

    use super::*;

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
    fn a_frame_is_zero_around_the_map() {
        let mut frame = [9.0; 12];
        copy_into_frame(Extent { height: 1, width: 2 }, 1, (1, 1), &[1.0, 2.0], &mut frame);
        assert_eq!(frame, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
