//! Convolution.

use std::ops::Range;

use super::kernel::{Kernels, Tile};
use super::panels::{Panel, blocks, panels};

/// A convolution with a square kernel, stride 1 and zero padding that keeps the size, ready to run on maps
/// `[height, width, channels]`.
///
/// Taps that fall into the padding are skipped. A tile is a part of one column of the map, because all its pixels
/// have the same taps in the horizontal, and those lie side by side in memory: the whole kernel row of all input
/// channels is one run. Kernel rows that only some of its pixels have are added by smaller tiles.
#[derive(Debug)]
pub(super) struct Conv {
    kernels: Kernels,
    inputs: usize,
    outputs: usize,
    height: usize,
    width: usize,
    kernel: usize,
    relu: bool,
    panels: Vec<Panel>,
}

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

impl Conv {
    /// The convolution with these weights `[outputs, inputs, kernel, kernel]`, followed by ReLU if `relu`.
    pub(super) fn new(kernels: Kernels, shape: ConvShape, weights: &[f32], bias: &[f32], relu: bool) -> Self {
        let ConvShape { inputs, outputs, height, width, kernel } = shape;
        let taps = kernel * kernel;
        let panels = panels(kernels, taps * inputs, bias, |output, at| {
            let (tap, input) = (at / inputs, at % inputs);
            weights[(output * inputs + input) * taps + tap]
        });
        Self { kernels, inputs, outputs, height, width, kernel, relu, panels }
    }

    /// Values in one output.
    pub(super) fn output_len(&self) -> usize {
        self.height * self.width * self.outputs
    }

    /// One image.
    pub(super) fn run(&self, input: &[f32], output: &mut [f32]) {
        for panel in &self.panels {
            for x in 0..self.width {
                for rows in blocks(self.height, self.kernels.max_pixels(panel.vectors)) {
                    self.column(panel, x, rows, input, output);
                }
            }
        }
    }

    /// The outputs of `panel` at column `x` in `rows`.
    fn column(&self, panel: &Panel, x: usize, rows: Range<usize>, input: &[f32], output: &mut [f32]) {
        let radius = self.kernel / 2;
        let taps_x = valid_range(x, self.kernel, self.width);
        let row = self.width * self.inputs;
        let lanes = panel.vectors * self.kernels.lanes();
        let mut add = |taps_y: Range<usize>, rows: Range<usize>, bias: bool, relu: bool| {
            let at = rows.start * self.width + x;
            let above = (rows.start + taps_y.start).saturating_sub(radius);
            let from = above * self.width + (x + taps_x.start).saturating_sub(radius);
            self.kernels.tile(&mut Tile {
                output: &mut output[at * self.outputs + panel.channels.start..],
                output_stride: self.width * self.outputs,
                input: &input[from * self.inputs..],
                input_stride: row,
                input_row: row,
                weights: &panel.weights[(taps_y.start * self.kernel + taps_x.start) * self.inputs * lanes..],
                weight_row: self.kernel * self.inputs * lanes,
                bias: bias.then_some(&panel.bias),
                relu: relu && self.relu,
                pixels: rows.len(),
                vectors: panel.vectors,
                channels: panel.channels.len(),
                rows: taps_y.len(),
                length: taps_x.len() * self.inputs,
            });
        };
        // The kernel rows that every pixel has are those that both the first and the last one have.
        let first = valid_range(rows.start, self.kernel, self.height);
        let last = valid_range(rows.end - 1, self.kernel, self.height);
        let common = first.start.max(last.start)..first.end.min(last.end);
        if first == last {
            return add(common, rows, true, true);
        }
        add(0..0, rows.clone(), true, false);
        for tap in (first.start.min(last.start)..first.end.max(last.end)).filter(|tap| !common.contains(tap))
        {
            let valid = radius.saturating_sub(tap)..(self.height + radius).saturating_sub(tap);
            let some = rows.start.max(valid.start)..rows.end.min(valid.end);
            add(tap..tap + 1, some, false, false);
        }
        add(if common.is_empty() { 0..0 } else { common }, rows, false, true);
    }
}

/// The taps of a kernel of side `kernel` centred at `position` that fall inside `0..extent`.
fn valid_range(position: usize, kernel: usize, extent: usize) -> Range<usize> {
    let radius = kernel / 2;
    radius.saturating_sub(position)..kernel.min(extent + radius - position)
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
        (1usize..6, 1usize..70, 1usize..20, 1usize..9, 0usize..5).prop_map(
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
                conv.run(&input, &mut output);
                for (i, (a, b)) in output.iter().zip(&expected).enumerate() {
                    prop_assert!((a - b).abs() < 1e-4, "{kernels:?} {shape:?} value {i}: {a}, expected {b}");
                }
            }
        }
    }
}
