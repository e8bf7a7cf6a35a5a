//! Layers with weights and inputs of 8 bits.
//!
//! Weights are rounded once, each output channel to 255 steps between plus and minus its largest weight; inputs,
//! which must not be negative, are rounded for every image anew, to 256 steps from zero to the largest. So no images
//! are needed to calibrate anything, and sums are exact (in the manner of R. Krishnamoorthi, "Quantizing deep
//! convolutional networks for efficient inference", 2018, arXiv 1806.08342, section 2).

use super::geometry::{Filter, Tiling};
use crate::native::kernel::{Extent, INT8_GROUP, Int8Tile, Kernels};
use crate::native::pack::{Int8Panel, blocks, pack_int8};

/// A convolution as [`Conv`](super::conv::Conv), in 8 bits. The map stands in a frame of zeros, so that all pixels have
/// all taps and a tile is complete after one call: what little the zeros cost is less than the calls.
#[derive(Debug)]
pub(in crate::native) struct Int8Conv {
    kernels: Kernels,
    filter: Filter,
    relu: bool,
    panels: Vec<Int8Panel>,
}

impl Int8Conv {
    /// The convolution with these weights `[outputs, inputs, kernel height, kernel width]`, followed by ReLU if `relu`; `kernels` are
    /// those for 8 bits.
    pub(in crate::native) fn new(
        kernels: Kernels,
        filter: Filter,
        weights: &[f32],
        bias: &[f32],
        relu: bool,
    ) -> Self {
        let Filter { inputs, kernel, .. } = filter;
        let run = filter.run().next_multiple_of(INT8_GROUP);
        let panels = pack_int8(kernels, kernel.height * run, bias, |output, at| {
            let (ky, kx, input) = (at / run, at % run / inputs, at % run % inputs);
            // What fills up the last group of a kernel row belongs to no tap.
            let at = ((output * inputs + input) * kernel.height + ky) * kernel.width + kx;
            if kx < kernel.width { weights[at] } else { 0.0 }
        });
        Self { kernels, filter, relu, panels }
    }

    /// Values in the output for maps of this size.
    pub(in crate::native) fn output_len(&self, extent: Extent) -> usize {
        extent.area() * self.filter.outputs
    }

    /// Bytes in one row of the frame.
    fn row(&self, extent: Extent) -> usize {
        (extent.width + self.filter.kernel.width - 1) * self.filter.inputs
    }

    /// Bytes in the frame that [`run`](Self::run) needs: with the last group of the last pixel.
    pub(in crate::native) fn frame_len(&self, extent: Extent) -> usize {
        (extent.height + self.filter.kernel.height - 1) * self.row(extent) + INT8_GROUP
    }

    /// One image, no value of which is negative; `frame` is of [`frame_len`](Self::frame_len), its content does not
    /// matter.
    pub(in crate::native) fn run(&self, extent: Extent, input: &[f32], frame: &mut [u8], output: &mut [f32]) {
        let Filter { inputs, outputs, kernel } = self.filter;
        let width = extent.width;
        let (row, groups) = (self.row(extent), self.filter.run().div_ceil(INT8_GROUP));
        frame.fill(0);
        let (above, beside) = self.filter.reach();
        let margin = above * row + beside * inputs;
        let scale = self.kernels.quantise(input, width * inputs, &mut frame[margin..], row);
        for panel in &self.panels {
            let tiling = Tiling::new(extent, self.kernels.max_pixels(panel.vectors));
            let [output_stride, output_column] = tiling.strides(width * outputs, outputs);
            let [input_stride, input_column] = tiling.strides(row, inputs);
            for block in tiling.blocks() {
                self.kernels.int8_tile(&mut Int8Tile {
                    output: &mut output[block.start * output_stride + panel.channels.start..],
                    output_stride,
                    output_column,
                    input: &frame[block.start * input_stride..],
                    input_stride,
                    input_column,
                    input_row: row,
                    weights: &panel.weights,
                    weight_row: groups * INT8_GROUP * panel.vectors * self.kernels.lanes(),
                    scales: &[scale],
                    scale_stride: 0,
                    factors: &panel.factors,
                    bias: &panel.bias,
                    relu: self.relu,
                    columns: tiling.count,
                    pixels: block.len(),
                    vectors: panel.vectors,
                    channels: panel.channels.len(),
                    rows: kernel.height,
                    length: groups,
                });
            }
        }
    }
}

/// A fully connected layer as [`Linear`](super::linear::Linear), in 8 bits.
#[derive(Debug)]
pub(in crate::native) struct Int8Linear {
    kernels: Kernels,
    inputs: usize,
    outputs: usize,
    relu: bool,
    panels: Vec<Int8Panel>,
}

impl Int8Linear {
    /// The layer with these weights, followed by ReLU if `relu`. `weight(output, input)` numbers the inputs in the
    /// order in which they lie in memory; `kernels` are those for 8 bits.
    pub(in crate::native) fn new(
        kernels: Kernels,
        inputs: usize,
        bias: &[f32],
        relu: bool,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let panels = pack_int8(kernels, inputs.next_multiple_of(INT8_GROUP), bias, |output, input| {
            if input < inputs { weight(output, input) } else { 0.0 }
        });
        Self { kernels, inputs, outputs: bias.len(), relu, panels }
    }

    /// Values in one output.
    pub(in crate::native) fn output_len(&self) -> usize {
        self.outputs
    }

    /// Bytes in the rounded inputs of one sample.
    pub(in crate::native) fn frame_len(&self) -> usize {
        self.inputs.next_multiple_of(INT8_GROUP)
    }

    /// `scales.len()` inputs one after the other, no value of which is negative, to as many outputs. `frame` holds
    /// [`frame_len`](Self::frame_len) bytes for each; its content and that of `scales` do not matter. `backwards` as in
    /// [`Linear::run`](super::linear::Linear::run).
    pub(in crate::native) fn run(
        &self,
        input: &[f32],
        frame: &mut [u8],
        scales: &mut [f32],
        output: &mut [f32],
        backwards: bool,
    ) {
        let row = self.frame_len();
        let rows = frame.chunks_exact_mut(row).zip(input.chunks_exact(self.inputs));
        for (scale, (row, values)) in scales.iter_mut().zip(rows) {
            row[self.inputs..].fill(0);
            *scale = self.kernels.quantise(values, self.inputs, row, row.len());
        }
        for i in 0..self.panels.len() {
            let panel = &self.panels[if backwards { self.panels.len() - 1 - i } else { i }];
            for block in blocks(scales.len(), self.kernels.max_pixels(panel.vectors)) {
                self.kernels.int8_tile(&mut Int8Tile {
                    output: &mut output[block.start * self.outputs + panel.channels.start..],
                    output_stride: self.outputs,
                    output_column: 0,
                    input: &frame[block.start * row..],
                    input_stride: row,
                    input_column: 0,
                    input_row: 0,
                    weights: &panel.weights,
                    weight_row: 0,
                    scales: &scales[block.start..],
                    scale_stride: 1,
                    factors: &panel.factors,
                    bias: &panel.bias,
                    relu: self.relu,
                    columns: 1,
                    pixels: block.len(),
                    vectors: panel.vectors,
                    channels: panel.channels.len(),
                    rows: 1,
                    length: row / INT8_GROUP,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::conv::Conv;
    use super::super::geometry::tests::kernel;
    use super::super::linear::Linear;
    use super::*;
    use crate::Isa;

    /// Whole numbers of which the largest is `largest`.
    fn whole(seed: usize, len: usize, smallest: i32, largest: i32) -> Vec<f32> {
        let mut values: Vec<f32> = (0..len)
            .map(|i| {
                (smallest + ((i * 7919 + seed * 104_729) % (largest - smallest + 1) as usize) as i32) as f32
            })
            .collect();
        values[0] = largest as f32;
        values
    }

    proptest! {
        // Where inputs and weights are whole numbers of 8 bits nothing is rounded.
        #[test]
        fn a_convolution_of_whole_numbers_is_exact(
            inputs in 1usize..7, outputs in 1usize..40, height in 1usize..8, width in 1usize..20, kernel in kernel(), relu: bool,
        ) {
            let filter = Filter { inputs, outputs, kernel };
            let extent = Extent { height, width };
            let products = filter.products();
            let weights: Vec<f32> = (0..outputs).flat_map(|output| whole(output, products, -127, 127)).collect();
            let (bias, input) = (whole(3, outputs, -9, 9), whole(4, height * width * inputs, 0, 255));
            for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
                let exact = Conv::new(kernels, filter, &weights, &bias, relu);
                let quantised = Int8Conv::new(kernels.for_int8_or_portable(), filter, &weights, &bias, relu);
                let mut outputs = [vec![f32::NAN; exact.output_len(extent)], vec![f32::NAN; quantised.output_len(extent)]];
                exact.run(extent, &input, &mut vec![0.0; exact.frame_len(extent)], &mut outputs[0]);
                quantised.run(extent, &input, &mut vec![1; quantised.frame_len(extent)], &mut outputs[1]);
                for (a, b) in outputs[0].iter().zip(&outputs[1]) {
                    prop_assert!((a - b).abs() <= 1e-5 * a.abs().max(1.0), "{a}, in 8 bits {b}");
                }
            }
        }

        #[test]
        fn a_layer_of_whole_numbers_is_exact(
            samples in 0usize..15, inputs in 1usize..70, outputs in 1usize..70, relu: bool, backwards: bool,
        ) {
            let weights: Vec<f32> = (0..outputs).flat_map(|output| whole(output, inputs, -127, 127)).collect();
            let weight = |output: usize, input: usize| weights[output * inputs + input];
            let bias = whole(3, outputs, -9, 9);
            let input: Vec<f32> = (0..samples).flat_map(|sample| whole(sample, inputs, 0, 255)).collect();
            for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
                let exact = Linear::new(kernels, inputs, &bias, relu, weight);
                let quantised = Int8Linear::new(kernels.for_int8_or_portable(), inputs, &bias, relu, weight);
                let mut results = [vec![f32::NAN; samples * outputs], vec![f32::NAN; samples * outputs]];
                exact.run(samples, &input, &mut results[0], backwards);
                let mut frame = vec![1; samples * quantised.frame_len()];
                quantised.run(&input, &mut frame, &mut vec![0.0; samples], &mut results[1], backwards);
                for (a, b) in results[0].iter().zip(&results[1]) {
                    prop_assert!((a - b).abs() <= 1e-5 * a.abs().max(1.0), "{a}, in 8 bits {b}");
                }
            }
        }
    }
}
