//! Convolution.

use std::ops::Range;

use super::geometry::{Filter, Span, Tiling, copy_into_frame, spans};
use super::leftover_channels::LeftoverChannels;
use crate::native::kernel::{Extent, F32Tile, Kernels};
use crate::native::pack::{PackedWeights, blocks, pack};

/// Up to this many values in one kernel row of all input channels, the image is copied into a frame of zeros and
/// all kernel rows run in one tile: what the taps in the frame cost is less than what starting more tiles would.
const MAX_FRAMED_RUN: usize = 16;

/// A map is put between columns of zeros, so that tiles can lie along its rows, if at most one in so many taps then falls
/// on the zeros. Measured on Sapphire Rapids with the networks of the project: 16 to 32 make little difference; without
/// it the sequence network takes a tenth longer.
const TAPS_FOR_ONE_IN_THE_MARGIN: usize = 24;

/// On maps of fewer rows than this, a tile along a column would have too few sums under way to hide how long a multiplication
/// takes: it lies along a row whatever the zeros cost. Measured on Zen 4 with 1 x 5 kernels on maps of 1 x 25: half the time
/// with AVX-512, less than a third with AVX2.
const ROWS_OF_A_TILE: usize = 4;

/// A convolution with stride 1 and zero padding that keeps the size, ready to run on maps
/// `[height, width, channels]` of any size.
///
/// A tile is a part of one column or one row of the map, whose pixels have the same taps; and taps side by side lie side
/// by side in memory: a whole kernel row of all input channels is one run. How the padding is treated depends on the
/// sizes, see [`Padding`].
#[derive(Debug)]
pub(in crate::native) struct Conv {
    kernels: Kernels,
    filter: Filter,
    relu: bool,
    panels: Vec<PackedWeights>,
    leftover: Option<LeftoverChannels>,
}

/// How a convolution goes about the taps that fall into the padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padding {
    /// For few products: the map stands in a frame of zeros, all pixels have all taps.
    Framed,
    /// For wide maps and for those of few rows: zeros at the left and at the right, so that a tile is a part of a row; taps
    /// above and below are skipped. All taps of a tile are added before it is stored.
    Beside,
    /// For small maps: all are skipped. A tile is a part of a column, because its pixels have the same taps in the
    /// horizontal. One kernel row is added to the whole map before the next one, so that its weights stay in the
    /// first-level cache.
    Skipped,
}

impl Conv {
    /// The convolution with these weights `[outputs, inputs, kernel height, kernel width]`, followed by ReLU if `relu`.
    pub(in crate::native) fn new(
        kernels: Kernels,
        filter: Filter,
        weights: &[f32],
        bias: &[f32],
        relu: bool,
    ) -> Self {
        let (inputs, taps) = (filter.inputs, filter.kernel.area());
        // In the order of memory: by tap, then by input.
        let weight = |output: usize, at: usize| {
            let (tap, input) = (at / inputs, at % inputs);
            weights[(output * inputs + input) * taps + tap]
        };
        // In the frame everything is one tile already.
        let framed = filter.run() <= MAX_FRAMED_RUN;
        let leftover = LeftoverChannels::new(kernels, filter, bias, relu, weight).filter(|_| !framed);
        let in_panels = leftover.as_ref().map_or(bias.len(), LeftoverChannels::first_channel);
        let panels = pack(kernels, filter.products(), &bias[..in_panels], weight);
        Self { kernels, filter, relu, panels, leftover }
    }

    /// Values in the output for maps of this size.
    pub(in crate::native) fn output_len(&self, extent: Extent) -> usize {
        extent.area() * self.filter.outputs
    }

    fn padding(&self, extent: Extent) -> Padding {
        let (_, beside) = self.filter.reach();
        // At each side 1, 2 ... `beside` taps of a pixel are outside.
        let outside = beside * (beside + 1);
        if self.filter.run() <= MAX_FRAMED_RUN {
            Padding::Framed
        } else if extent.height < ROWS_OF_A_TILE
            || outside * TAPS_FOR_ONE_IN_THE_MARGIN <= self.filter.kernel.width * extent.width
        {
            Padding::Beside
        } else {
            Padding::Skipped
        }
    }

    /// Rows of zeros above and below, columns of zeros at the left and at the right.
    fn margins(&self, extent: Extent) -> (usize, usize) {
        let (above, beside) = self.filter.reach();
        match self.padding(extent) {
            Padding::Framed => (above, beside),
            Padding::Beside => (0, beside),
            Padding::Skipped => (0, 0),
        }
    }

    /// Values in the frame that [`run`](Self::run) needs.
    pub(in crate::native) fn frame_len(&self, extent: Extent) -> usize {
        let (above, beside) = self.margins(extent);
        if (above, beside) == (0, 0) {
            return 0;
        }
        (extent.height + 2 * above) * (extent.width + 2 * beside) * self.filter.inputs
    }

    /// One image; `frame` is of [`frame_len`](Self::frame_len), its content does not matter.
    pub(in crate::native) fn run(
        &self,
        extent: Extent,
        input: &[f32],
        frame: &mut [f32],
        output: &mut [f32],
    ) {
        let framed = if frame.is_empty() {
            input
        } else {
            copy_into_frame(extent, self.filter.inputs, self.margins(extent), input, frame);
            frame
        };
        for panel in &self.panels {
            match self.padding(extent) {
                Padding::Framed => self.run_framed(panel, extent, framed, output),
                Padding::Beside => self.run_beside(panel, extent, framed, output),
                Padding::Skipped => self.run_skipping(panel, extent, input, output),
            }
        }
        if let Some(leftover) = &self.leftover {
            leftover.run(extent, input, output);
        }
    }

    /// All taps of all pixels, those in the frame too.
    fn run_framed(&self, panel: &PackedWeights, extent: Extent, frame: &[f32], output: &mut [f32]) {
        let Filter { inputs, outputs, kernel } = self.filter;
        let row = (extent.width + kernel.width - 1) * inputs;
        let tiling = Tiling::new(extent, self.kernels.max_pixels(panel.vectors));
        let [output_stride, output_column] = tiling.strides(extent.width * outputs, outputs);
        let [input_stride, input_column] = tiling.strides(row, inputs);
        for block in tiling.blocks() {
            self.kernels.f32_tile(&mut F32Tile {
                output: &mut output[block.start * output_stride + panel.channels.start..],
                output_stride,
                output_column,
                input: &frame[block.start * input_stride..],
                input_stride,
                input_column,
                input_row: row,
                weights: &panel.weights,
                weight_row: self.filter.run() * panel.vectors * self.kernels.lanes(),
                bias: Some(&panel.bias),
                relu: self.relu,
                columns: tiling.count,
                pixels: block.len(),
                vectors: panel.vectors,
                channels: panel.channels.len(),
                rows: kernel.height,
                length: self.filter.run(),
            });
        }
    }

    /// All taps of a row, those in the margins too, but only the rows that are inside.
    fn run_beside(&self, panel: &PackedWeights, extent: Extent, frame: &[f32], output: &mut [f32]) {
        let Filter { inputs, outputs, kernel } = self.filter;
        let Extent { height, width } = extent;
        let row = (width + kernel.width - 1) * inputs;
        let weight_row = self.filter.run() * panel.vectors * self.kernels.lanes();
        for Span { at, taps } in spans(height, kernel.height) {
            let from = (at.start + taps.start).saturating_sub(kernel.height / 2) * row;
            for block in blocks(width, self.kernels.max_pixels(panel.vectors)) {
                self.kernels.f32_tile(&mut F32Tile {
                    output: &mut output[(at.start * width + block.start) * outputs + panel.channels.start..],
                    output_stride: outputs,
                    output_column: width * outputs,
                    input: &frame[from + block.start * inputs..],
                    input_stride: inputs,
                    input_column: row,
                    input_row: row,
                    weights: &panel.weights[taps.start * weight_row..],
                    weight_row,
                    bias: Some(&panel.bias),
                    relu: self.relu,
                    columns: at.len(),
                    pixels: block.len(),
                    vectors: panel.vectors,
                    channels: panel.channels.len(),
                    rows: taps.len(),
                    length: self.filter.run(),
                });
            }
        }
    }

    /// Only the taps that are inside, kernel row by kernel row.
    fn run_skipping(&self, panel: &PackedWeights, extent: Extent, input: &[f32], output: &mut [f32]) {
        let (height, kernel) = (extent.height, self.filter.kernel.height);
        let radius = kernel / 2;
        // The middle row comes last: it is the one that every pixel has, so that it can end with ReLU.
        let taps = (0..kernel).filter(|&tap| tap != radius).chain([radius]);
        for (step, tap) in taps.enumerate() {
            let start = radius.saturating_sub(tap).min(height);
            let end = (height + radius).saturating_sub(tap).clamp(start, height);
            let mut add = |taps, rows| self.add_row(panel, extent, taps, rows, step == 0, input, output);
            add(tap..tap + 1, start..end);
            if step == 0 {
                // Pixels that don't have the first row start with the bias all the same.
                add(tap..tap, 0..start);
                add(tap..tap, end..height);
            }
        }
    }

    /// Adds the kernel row of `taps`, one or none, to the pixels of `panel` in `rows`, on top of the bias if `first`.
    #[expect(clippy::too_many_arguments, reason = "it is one loop of run_skipping")]
    fn add_row(
        &self,
        panel: &PackedWeights,
        extent: Extent,
        taps: Range<usize>,
        rows: Range<usize>,
        first: bool,
        input: &[f32],
        output: &mut [f32],
    ) {
        let Filter { inputs, outputs, kernel } = self.filter;
        let (width, (above, beside)) = (extent.width, self.filter.reach());
        let lanes = panel.vectors * self.kernels.lanes();
        for columns in spans(width, kernel.width) {
            for block in blocks(rows.len(), self.kernels.max_pixels(panel.vectors)) {
                let y = rows.start + block.start;
                let at = y * width + columns.at.start;
                let from = (y + taps.start).saturating_sub(above) * width
                    + (columns.at.start + columns.taps.start).saturating_sub(beside);
                self.kernels.f32_tile(&mut F32Tile {
                    output: &mut output[at * outputs + panel.channels.start..],
                    output_stride: width * outputs,
                    output_column: outputs,
                    input: &input[from * inputs..],
                    input_stride: width * inputs,
                    input_column: inputs,
                    input_row: 0,
                    weights: &panel.weights
                        [(taps.start * kernel.width + columns.taps.start) * inputs * lanes..],
                    weight_row: 0,
                    bias: first.then_some(&panel.bias),
                    relu: self.relu && taps.start == above,
                    columns: columns.at.len(),
                    pixels: block.len(),
                    vectors: panel.vectors,
                    channels: panel.channels.len(),
                    rows: taps.len(),
                    length: columns.taps.len() * inputs,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::geometry::tests::kernel;
    use super::*;
    use crate::Isa;

    /// The convolution on `[height, width, channels]`, one product after the other.
    fn naive(
        filter: Filter,
        extent: Extent,
        weights: &[f32],
        bias: &[f32],
        relu: bool,
        input: &[f32],
    ) -> Vec<f64> {
        let Filter { inputs, outputs, kernel } = filter;
        let Extent { height, width } = extent;
        let (above, beside) = filter.reach();
        let mut result = Vec::new();
        for (y, x, o) in
            (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..outputs).map(move |o| (y, x, o))))
        {
            let mut sum = f64::from(bias[o]);
            for (ky, kx, i) in (0..kernel.height)
                .flat_map(|ky| (0..kernel.width).flat_map(move |kx| (0..inputs).map(move |i| (ky, kx, i))))
            {
                let (row, column) = ((y + ky).wrapping_sub(above), (x + kx).wrapping_sub(beside));
                if row < height && column < width {
                    let value = input[(row * width + column) * inputs + i];
                    let weight = weights[((o * inputs + i) * kernel.height + ky) * kernel.width + kx];
                    sum += f64::from(value) * f64::from(weight);
                }
            }
            result.push(if relu { sum.max(0.0) } else { sum });
        }
        result
    }

    /// Mostly small maps, where the edges are, and wide ones.
    fn sizes() -> impl Strategy<Value = (Filter, Extent)> {
        let width = prop_oneof![2 => 1usize..9, 1 => 9usize..30];
        (1usize..24, 1usize..70, kernel(), 1usize..14, width).prop_map(
            |(inputs, outputs, kernel, height, width)| {
                (Filter { inputs, outputs, kernel }, Extent { height, width })
            },
        )
    }

    proptest! {
        #[test]
        fn every_convolution_is_the_naive_one((filter, extent) in sizes(), relu: bool) {
            let values = |seed: usize, len: usize| -> Vec<f32> {
                (0..len).map(|i| ((i * 7919 + seed) % 2001) as f32 / 1000.0 - 1.0).collect()
            };
            let input = values(1, extent.area() * filter.inputs);
            let weights = values(2, filter.outputs * filter.products());
            let bias = values(3, filter.outputs);
            let expected = naive(filter, extent, &weights, &bias, relu, &input);
            for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
                let conv = Conv::new(kernels, filter, &weights, &bias, relu);
                let mut output = vec![f32::NAN; conv.output_len(extent)];
                let mut frame = vec![f32::NAN; conv.frame_len(extent)];
                conv.run(extent, &input, &mut frame, &mut output);
                for (i, (a, b)) in output.iter().zip(&expected).enumerate() {
                    prop_assert!(
                        (f64::from(*a) - b).abs() <= 1e-5 * b.abs().max(10.0), "{kernels:?} {filter:?} {extent:?} value {i}: {a}, expected {b}",
                    );
                }
            }
        }
    }
}
