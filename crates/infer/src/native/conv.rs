//! Convolution.

use std::ops::Range;

use super::conv_shape::{Columns, ConvShape};
use super::kernel::{Kernels, Tile};
use super::odd::Odd;
use super::panels::{Panel, blocks, panels};

/// Up to this many values in one kernel row of all input channels, the image is copied into a frame of zeros and
/// all kernel rows run in one tile: what the taps in the frame cost is less than what starting more tiles would.
const MAX_FRAMED_RUN: usize = 16;

/// A convolution with a square kernel, stride 1 and zero padding that keeps the size, ready to run on maps
/// `[height, width, channels]`.
///
/// A tile is a part of one column of the map, because all its pixels have the same taps in the horizontal, and those
/// lie side by side in memory: a whole kernel row of all input channels is one run. Taps that fall into the padding
/// are skipped. One kernel row is added to the whole map before the next one, so that its weights stay in the
/// first-level cache.
#[derive(Debug)]
pub(super) struct Conv {
    kernels: Kernels,
    shape: ConvShape,
    relu: bool,
    panels: Vec<Panel>,
    odd: Option<Odd>,
    columns: Vec<Columns>,
}

impl Conv {
    /// The convolution with these weights `[outputs, inputs, kernel, kernel]`, followed by ReLU if `relu`.
    pub(super) fn new(kernels: Kernels, shape: ConvShape, weights: &[f32], bias: &[f32], relu: bool) -> Self {
        let ConvShape { inputs, kernel, .. } = shape;
        let taps = kernel * kernel;
        // In the order of memory: by tap, then by input.
        let weight = |output: usize, at: usize| {
            let (tap, input) = (at / inputs, at % inputs);
            weights[(output * inputs + input) * taps + tap]
        };
        // In the frame everything is one tile already.
        let framed = inputs * kernel <= MAX_FRAMED_RUN;
        let odd = Odd::new(kernels, shape, bias, relu, weight).filter(|_| !framed);
        let in_panels = odd.as_ref().map_or(bias.len(), Odd::first_channel);
        let panels = panels(kernels, taps * inputs, &bias[..in_panels], weight);
        Self { kernels, shape, relu, panels, odd, columns: shape.columns() }
    }

    /// Values in one output.
    pub(super) fn output_len(&self) -> usize {
        self.shape.height * self.shape.width * self.shape.outputs
    }

    /// Values in the frame that [`run`](Self::run) needs.
    pub(super) fn frame_len(&self) -> usize {
        let ConvShape { inputs, height, width, kernel, .. } = self.shape;
        if inputs * kernel > MAX_FRAMED_RUN {
            return 0;
        }
        (height + kernel - 1) * (width + kernel - 1) * inputs
    }

    /// One image; `frame` is of [`frame_len`](Self::frame_len), its content does not matter.
    pub(super) fn run(&self, input: &[f32], frame: &mut [f32], output: &mut [f32]) {
        if frame.is_empty() {
            for panel in &self.panels {
                self.run_skipping(panel, input, output);
            }
            if let Some(odd) = &self.odd {
                odd.run(&self.columns, input, output);
            }
        } else {
            self.shape.copy_into_frame(input, frame);
            for panel in &self.panels {
                self.run_framed(panel, frame, output);
            }
        }
    }

    /// All taps of all pixels, those in the frame too.
    fn run_framed(&self, panel: &Panel, frame: &[f32], output: &mut [f32]) {
        let ConvShape { inputs, outputs, height, width, kernel } = self.shape;
        let row = (width + kernel - 1) * inputs;
        for block in blocks(height, self.kernels.max_pixels(panel.vectors)) {
            self.kernels.tile(&mut Tile {
                output: &mut output[block.start * width * outputs + panel.channels.start..],
                output_stride: width * outputs,
                output_column: outputs,
                input: &frame[block.start * row..],
                input_stride: row,
                input_column: inputs,
                input_row: row,
                weights: &panel.weights,
                weight_row: kernel * inputs * panel.vectors * self.kernels.lanes(),
                bias: Some(&panel.bias),
                relu: self.relu,
                columns: width,
                pixels: block.len(),
                vectors: panel.vectors,
                channels: panel.channels.len(),
                rows: kernel,
                length: kernel * inputs,
            });
        }
    }

    /// Only the taps that are inside, kernel row by kernel row.
    fn run_skipping(&self, panel: &Panel, input: &[f32], output: &mut [f32]) {
        let ConvShape { height, kernel, .. } = self.shape;
        let radius = kernel / 2;
        // The middle row comes last: it is the one that every pixel has, so that it can end with ReLU.
        let taps = (0..kernel).filter(|&tap| tap != radius).chain([radius]);
        for (step, tap) in taps.enumerate() {
            let start = radius.saturating_sub(tap).min(height);
            let end = (height + radius).saturating_sub(tap).clamp(start, height);
            self.add_row(panel, tap..tap + 1, start..end, step == 0, input, output);
            if step == 0 {
                // Pixels that don't have the first row start with the bias all the same.
                self.add_row(panel, tap..tap, 0..start, true, input, output);
                self.add_row(panel, tap..tap, end..height, true, input, output);
            }
        }
    }

    /// Adds the kernel row of `taps`, one or none, to the pixels of `panel` in `rows`, on top of the bias if `first`.
    fn add_row(
        &self,
        panel: &Panel,
        taps: Range<usize>,
        rows: Range<usize>,
        first: bool,
        input: &[f32],
        output: &mut [f32],
    ) {
        let ConvShape { inputs, outputs, width, kernel, .. } = self.shape;
        let radius = kernel / 2;
        let lanes = panel.vectors * self.kernels.lanes();
        for columns in &self.columns {
            for block in blocks(rows.len(), self.kernels.max_pixels(panel.vectors)) {
                let y = rows.start + block.start;
                let at = y * width + columns.x.start;
                let from = (y + taps.start).saturating_sub(radius) * width
                    + (columns.x.start + columns.taps.start).saturating_sub(radius);
                self.kernels.tile(&mut Tile {
                    output: &mut output[at * outputs + panel.channels.start..],
                    output_stride: width * outputs,
                    output_column: outputs,
                    input: &input[from * inputs..],
                    input_stride: width * inputs,
                    input_column: inputs,
                    input_row: 0,
                    weights: &panel.weights[(taps.start * kernel + columns.taps.start) * inputs * lanes..],
                    weight_row: 0,
                    bias: first.then_some(&panel.bias),
                    relu: self.relu && taps.start == radius,
                    columns: columns.x.len(),
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

    use super::*;
    use crate::Isa;

    /// The convolution on `[height, width, channels]`, one product after the other.
    fn naive(shape: ConvShape, weights: &[f32], bias: &[f32], relu: bool, input: &[f32]) -> Vec<f32> {
        let ConvShape { inputs, outputs, height, width, kernel } = shape;
        let radius = kernel / 2;
        let mut result = Vec::new();
        for (y, x, o) in
            (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..outputs).map(move |o| (y, x, o))))
        {
            let mut sum = bias[o];
            for (ky, kx, i) in (0..kernel)
                .flat_map(|ky| (0..kernel).flat_map(move |kx| (0..inputs).map(move |i| (ky, kx, i))))
            {
                let (row, column) = ((y + ky).wrapping_sub(radius), (x + kx).wrapping_sub(radius));
                if row < height && column < width {
                    sum += input[(row * width + column) * inputs + i]
                        * weights[((o * inputs + i) * kernel + ky) * kernel + kx];
                }
            }
            result.push(if relu { sum.max(0.0) } else { sum });
        }
        result
    }

    fn shape() -> impl Strategy<Value = ConvShape> {
        (1usize..24, 1usize..70, 1usize..20, 1usize..9, 0usize..5).prop_map(
            |(inputs, outputs, height, width, radius)| ConvShape {
                inputs,
                outputs,
                height,
                width,
                kernel: 2 * radius + 1,
            },
        )
    }

    proptest! {
        #[test]
        fn every_convolution_is_the_naive_one(shape in shape(), relu: bool) {
            let values = |seed: usize, len: usize| -> Vec<f32> {
                (0..len).map(|i| ((i * 7919 + seed) % 2001) as f32 / 1000.0 - 1.0).collect()
            };
            let ConvShape { inputs, outputs, height, width, kernel } = shape;
            let input = values(1, height * width * inputs);
            let weights = values(2, outputs * inputs * kernel * kernel);
            let bias = values(3, outputs);
            let expected = naive(shape, &weights, &bias, relu, &input);
            for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
                let conv = Conv::new(kernels, shape, &weights, &bias, relu);
                let mut output = vec![f32::NAN; conv.output_len()];
                let mut frame = vec![f32::NAN; conv.frame_len()];
                conv.run(&input, &mut frame, &mut output);
                for (i, (a, b)) in output.iter().zip(&expected).enumerate() {
                    prop_assert!((a - b).abs() < 1e-4, "{kernels:?} {shape:?} value {i}: {a}, expected {b}");
                }
            }
        }
    }
}
