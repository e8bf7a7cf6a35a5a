//! Weights of 8 bits in the order in which the kernels read them.

use std::ops::Range;

use super::{Aligned, blocks};
use crate::native::kernel::{INT8_GROUP, Kernels};

/// The weights of a few output channels, side by side.
#[derive(Debug)]
pub(in crate::native) struct Int8Panel {
    pub(in crate::native) channels: Range<usize>,
    pub(in crate::native) vectors: usize,
    /// `[inputs / 4, vectors * lanes, 4]`.
    pub(in crate::native) weights: Aligned<i8>,
    /// What one step of a weight stands for.
    pub(in crate::native) factors: Aligned<f32>,
    pub(in crate::native) bias: Aligned<f32>,
}

/// As [`pack`](super::pack), in 8 bits; `inputs` is a multiple of four.
pub(in crate::native) fn pack_int8(
    kernels: Kernels,
    inputs: usize,
    bias: &[f32],
    weight: impl Fn(usize, usize) -> f32,
) -> Vec<Int8Panel> {
    let lanes = kernels.lanes();
    let panel = |vectors: Range<usize>| {
        let channels = vectors.start * lanes..bias.len().min(vectors.end * lanes);
        let width = vectors.len() * lanes;
        let mut panel = Int8Panel {
            vectors: vectors.len(),
            weights: Aligned::zeros(inputs * width),
            factors: Aligned::zeros(width),
            bias: Aligned::zeros(width),
            channels: channels.clone(),
        };
        panel.bias[..channels.len()].copy_from_slice(&bias[channels.clone()]);
        for (lane, channel) in channels.enumerate() {
            let weights = || (0..inputs).map(|input| weight(channel, input).abs());
            let largest = weights().fold(0.0, f32::max);
            let factor = match largest {
                // A batch normalisation that was multiplied in can exceed what a float holds: no number, as in floats.
                _ if !weights().all(f32::is_finite) => f32::NAN,
                largest if largest.is_normal() => largest / 127.0,
                _ => 1.0,
            };
            panel.factors[lane] = factor;
            for input in 0..inputs {
                let at = (input / INT8_GROUP * width + lane) * INT8_GROUP + input % INT8_GROUP;
                panel.weights[at] = (weight(channel, input) / factor).round() as i8;
            }
        }
        panel
    };
    blocks(bias.len().div_ceil(lanes), kernels.max_vectors()).map(panel).collect()
}
