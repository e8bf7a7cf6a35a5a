//! Fully connected layers.

use std::ops::Range;

use crate::native::kernel::{F32Tile, Kernels};
use crate::native::pack::{PackedWeights, blocks, pack};

/// Inputs in one pass over many samples: the weights of the widest panel for them just about fill a first-level
/// cache. Measured between 64 and 420 on Sapphire Rapids: little difference from 192 on.
const INPUTS_A_PASS: usize = 384;

/// A fully connected layer, ready to run on a batch.
#[derive(Debug)]
pub(in crate::native) struct Linear {
    kernels: Kernels,
    inputs: usize,
    outputs: usize,
    relu: bool,
    panels: Vec<PackedWeights>,
}

/// Part `index` of `count` nearly equal ones.
#[derive(Debug, Clone, Copy)]
pub(in crate::native) struct Share {
    pub(in crate::native) index: usize,
    pub(in crate::native) count: usize,
}

impl Share {
    /// Everything.
    const ALL: Self = Self { index: 0, count: 1 };

    /// The share of `len` things.
    fn of(self, len: usize) -> Range<usize> {
        len * self.index / self.count..len * (self.index + 1) / self.count
    }
}

impl Linear {
    /// The layer with these weights, followed by ReLU if `relu`. `weight(output, input)` numbers the inputs in the
    /// order in which they lie in memory.
    pub(in crate::native) fn new(
        kernels: Kernels,
        inputs: usize,
        bias: &[f32],
        relu: bool,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        Self { kernels, inputs, outputs: bias.len(), relu, panels: pack(kernels, inputs, bias, weight) }
    }

    /// Values in one output.
    pub(in crate::native) fn output_len(&self) -> usize {
        self.outputs
    }

    /// Bytes of weights.
    pub(in crate::native) fn weight_bytes(&self) -> usize {
        self.panels.iter().map(|panel| size_of_val(&*panel.weights)).sum()
    }

    /// `samples` inputs one after the other to as many outputs.
    ///
    /// Whoever calls again and again changes the direction each time: then the weights that were read last, and are
    /// still in the caches, are read first.
    pub(in crate::native) fn run(&self, samples: usize, input: &[f32], output: &mut [f32], backwards: bool) {
        self.run_share(Share::ALL, samples, input, output, backwards);
    }

    /// As [`run`](Self::run), for the outputs of a share only; the others are left alone.
    pub(in crate::native) fn run_share(
        &self,
        share: Share,
        samples: usize,
        input: &[f32],
        output: &mut [f32],
        backwards: bool,
    ) {
        let panels = &self.panels[share.of(self.panels.len())];
        for i in 0..panels.len() {
            let panel = &panels[if backwards { panels.len() - 1 - i } else { i }];
            let most = self.kernels.max_pixels(panel.vectors);
            // One block of samples uses the weights once: nothing to gain from passes.
            let inputs_a_pass = if samples > most { INPUTS_A_PASS } else { self.inputs };
            for pass in blocks(self.inputs, inputs_a_pass) {
                for block in blocks(samples, most) {
                    self.tile(panel, pass.clone(), block, input, output);
                }
            }
        }
    }

    /// The outputs of a share.
    pub(in crate::native) fn outputs_of(&self, share: Share) -> Range<usize> {
        let panels = &self.panels[share.of(self.panels.len())];
        match panels {
            [first, .., last] => first.channels.start..last.channels.end,
            [only] => only.channels.clone(),
            [] => 0..0,
        }
    }

    /// Adds the inputs of `pass` to the outputs of `panel` for the samples of `block`.
    fn tile(
        &self,
        panel: &PackedWeights,
        pass: Range<usize>,
        block: Range<usize>,
        input: &[f32],
        output: &mut [f32],
    ) {
        self.kernels.f32_tile(&mut F32Tile {
            output: &mut output[block.start * self.outputs + panel.channels.start..],
            output_stride: self.outputs,
            output_column: 0,
            input: &input[block.start * self.inputs + pass.start..],
            input_stride: self.inputs,
            input_column: 0,
            input_row: 0,
            weights: &panel.weights[pass.start * panel.vectors * self.kernels.lanes()..],
            weight_row: 0,
            bias: (pass.start == 0).then_some(&panel.bias),
            relu: self.relu && pass.end == self.inputs,
            columns: 1,
            pixels: block.len(),
            vectors: panel.vectors,
            channels: panel.channels.len(),
            rows: 1,
            length: pass.len(),
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Isa;

    proptest! {
        #[test]
        fn every_layer_is_the_naive_one(
            samples in 0usize..16, inputs in 1usize..600, outputs in 1usize..150, shares in 1usize..5, relu: bool,
        ) {
            let value = |seed: usize, i: usize| ((i * 7919 + seed) % 2001) as f32 / 1000.0 - 1.0;
            let weight = |o: usize, i: usize| value(1, o * inputs + i);
            let input: Vec<f32> = (0..samples * inputs).map(|i| value(2, i)).collect();
            let bias: Vec<f32> = (0..outputs).map(|i| value(3, i)).collect();
            for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
                let layer = Linear::new(kernels, inputs, &bias, relu, weight);
                let mut output = vec![f32::NAN; samples * outputs];
                for index in 0..shares {
                    let share = Share { index, count: shares };
                    layer.run_share(share, samples, &input, &mut output, relu);
                    prop_assert!(output.chunks_exact(outputs).all(|row| !row[layer.outputs_of(share)].iter().any(|v| v.is_nan())));
                }
                for (at, &actual) in output.iter().enumerate() {
                    let (n, o) = (at / outputs, at % outputs);
                    let sum: f32 = (0..inputs).map(|i| input[n * inputs + i] * weight(o, i)).sum();
                    let expected = if relu { (sum + bias[o]).max(0.0) } else { sum + bias[o] };
                    prop_assert!((actual - expected).abs() < 1e-3, "{kernels:?} {at}: {actual}, {expected}");
                }
            }
        }
    }
}
