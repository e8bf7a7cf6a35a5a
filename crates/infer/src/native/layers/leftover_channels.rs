//! The output channels that are too few for a vector.

use std::ops::Range;

use super::geometry::{Filter, spans};
use crate::native::kernel::{DotProducts, Extent, Kernels};
use crate::native::pack::Aligned;

/// What adding up the lanes of a vector costs, in multiplications of vectors.
const SUMMING_UP: usize = 8;

/// The last output channels, when they are so few that a scalar product for each is less work than a vector that is
/// mostly empty.
#[derive(Debug)]
pub(in crate::native) struct LeftoverChannels {
    kernels: Kernels,
    filter: Filter,
    relu: bool,
    channels: Range<usize>,
    /// `[channels, kernel height, kernel width, inputs]`.
    weights: Aligned<f32>,
    bias: Vec<f32>,
}

impl LeftoverChannels {
    /// What is left over after whole vectors of channels, if scalar products halve the work for it.
    pub(in crate::native) fn new(
        kernels: Kernels,
        filter: Filter,
        bias: &[f32],
        relu: bool,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Option<Self> {
        let lanes = kernels.lanes();
        let channels = filter.outputs / lanes * lanes..filter.outputs;
        // In multiplications of vectors for one pixel.
        let as_vector = filter.products();
        let as_products = channels.len() * (filter.kernel.height * filter.run().div_ceil(lanes) + SUMMING_UP);
        if !(1..=kernels.max_dot_products()).contains(&channels.len()) || 2 * as_products > as_vector {
            return None;
        }
        let mut weights = Aligned::zeros(channels.len() * as_vector);
        for (channel, row) in channels.clone().zip(weights.chunks_exact_mut(as_vector)) {
            row.iter_mut().enumerate().for_each(|(at, value)| *value = weight(channel, at));
        }
        Some(Self { kernels, filter, relu, bias: bias[channels.clone()].to_vec(), channels, weights })
    }

    /// The first channel that is not in a panel.
    pub(in crate::native) fn first_channel(&self) -> usize {
        self.channels.start
    }

    /// One image.
    pub(in crate::native) fn run(&self, extent: Extent, input: &[f32], output: &mut [f32]) {
        let Filter { inputs, outputs, kernel } = self.filter;
        let Extent { height, width } = extent;
        let ((above, beside), row) = (self.filter.reach(), self.filter.run());
        for y in 0..height {
            let taps = above.saturating_sub(y)..kernel.height.min(height + above - y);
            for columns in spans(width, kernel.width) {
                let at = y * width + columns.at.start;
                let from = (y + taps.start - above) * width + columns.at.start + columns.taps.start - beside;
                self.kernels.dot_products(&mut DotProducts {
                    output: &mut output[at * outputs + self.channels.start..],
                    output_column: outputs,
                    input: &input[from * inputs..],
                    input_column: inputs,
                    input_row: width * inputs,
                    weights: &self.weights[(taps.start * kernel.width + columns.taps.start) * inputs..],
                    weight_channel: self.filter.products(),
                    weight_row: row,
                    bias: &self.bias,
                    relu: self.relu,
                    columns: columns.at.len(),
                    rows: taps.len(),
                    length: columns.taps.len() * inputs,
                });
            }
        }
    }
}
