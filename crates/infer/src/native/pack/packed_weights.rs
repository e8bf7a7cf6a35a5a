//! Weights in the order in which the kernels read them.

use std::ops::Range;

use super::Aligned;
use crate::native::kernel::Kernels;

/// The weights of a few output channels, side by side.
#[derive(Debug)]
pub(in crate::native) struct PackedWeights {
    /// Which output channels.
    pub(in crate::native) channels: Range<usize>,
    /// How many vectors they fill; what is left over in the last one is zero.
    pub(in crate::native) vectors: usize,
    /// `[inputs, vectors * lanes]`.
    pub(in crate::native) weights: Aligned<f32>,
    /// `[vectors * lanes]`.
    pub(in crate::native) bias: Aligned<f32>,
}

/// The weights of all output channels, in panels that the tiles of `kernels` are wide enough for.
///
/// `weight(channel, input)` is the weight between an output channel and an input, with the inputs numbered in the
/// order in which they lie in memory.
pub(in crate::native) fn pack(
    kernels: Kernels,
    inputs: usize,
    bias: &[f32],
    weight: impl Fn(usize, usize) -> f32,
) -> Vec<PackedWeights> {
    let lanes = kernels.lanes();
    let vectors = bias.len().div_ceil(lanes);
    let count = vectors.div_ceil(kernels.max_vectors());
    (0..count)
        .map(|i| {
            let [first, end] = [i, i + 1].map(|i| vectors * i / count);
            let channels = first * lanes..bias.len().min(end * lanes);
            let width = (end - first) * lanes;
            let mut panel = PackedWeights {
                vectors: end - first,
                weights: Aligned::zeros(inputs * width),
                bias: Aligned::zeros(width),
                channels: channels.clone(),
            };
            panel.bias[..channels.len()].copy_from_slice(&bias[channels.clone()]);
            for (input, row) in panel.weights.chunks_exact_mut(width).enumerate() {
                row.iter_mut().zip(channels.clone()).for_each(|(value, c)| *value = weight(c, input));
            }
            panel
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Isa;

    proptest! {
        #[test]
        fn panels_hold_every_weight_once(channels in 1usize..150, inputs in 1usize..5) {
            for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
                let bias: Vec<f32> = (0..channels).map(|c| c as f32).collect();
                let panels = pack(kernels, inputs, &bias, |c, i| (c * 10 + i) as f32);
                let mut next = 0;
                for panel in &panels {
                    prop_assert_eq!(panel.channels.start, next);
                    next = panel.channels.end;
                    let width = panel.vectors * kernels.lanes();
                    for (lane, c) in panel.channels.clone().enumerate() {
                        prop_assert_eq!(panel.bias[lane], c as f32);
                        for i in 0..inputs {
                            prop_assert_eq!(panel.weights[i * width + lane], (c * 10 + i) as f32);
                        }
                    }
                }
                prop_assert_eq!(next, channels);
            }
        }
    }
}
