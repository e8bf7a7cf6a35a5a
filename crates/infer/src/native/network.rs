//! A network that is ready to run.

use super::Precision;
use super::aligned::Aligned;
use super::builder::Builder;
use super::conv::Conv;
use super::elementwise::{Affine, MaxPool, relu, transpose};
use super::kernel::Kernels;
use super::linear::Linear;
use super::quantised::{QuantisedConv, QuantisedLinear};
use crate::{ArchitectureError, InputShape, ModelFile};

/// Samples that pass the layers after the flattening together: enough that reading the weights of a fully connected
/// layer, often more than a second-level cache holds, costs little beside their use.
const SAMPLES_A_PASS: usize = 64;

/// The layers of an architecture with their weights, those that can be joined joined. Maps are
/// `[height, width, channels]` throughout.
#[derive(Debug)]
pub(super) struct Network {
    input: InputShape,
    /// One image at a time, so that it stays in the first caches.
    maps: Vec<MapStep>,
    /// A batch at a time, so that weights are read once for many.
    vectors: Vec<VectorStep>,
    sizes: Sizes,
}

/// The lengths of what flows between the steps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    /// The largest maps.
    pub(super) maps: usize,
    /// The maps when they are flattened.
    pub(super) flat: usize,
    /// The largest frame of a convolution.
    pub(super) frame: usize,
    /// The longest vector.
    pub(super) vectors: usize,
    /// The largest frame of a convolution in 8 bits.
    pub(super) map_bytes: usize,
    /// The longest vector that a layer takes in 8 bits.
    pub(super) vector_bytes: usize,
    pub(super) output: usize,
}

#[derive(Debug)]
pub(super) enum MapStep {
    Conv(Conv),
    QuantisedConv(QuantisedConv),
    MaxPool(MaxPool),
    Affine(Affine),
    Relu,
    /// Back to channels first, where nothing after it can take another order.
    ChannelsFirst {
        channels: usize,
        pixels: usize,
    },
}

#[derive(Debug)]
pub(super) enum VectorStep {
    Linear(Linear),
    QuantisedLinear(QuantisedLinear),
    Relu,
}

/// The buffers of one forward pass; after they were made nothing is allocated.
#[derive(Debug)]
pub(super) struct Workspace {
    maps: [Aligned<f32>; 2],
    frame: Aligned<f32>,
    vectors: [Aligned<f32>; 2],
    bytes: Aligned<u8>,
    scales: [f32; SAMPLES_A_PASS],
    /// In which direction the last pass read the weights of the fully connected layers.
    backwards: bool,
}

impl Network {
    /// The network of `model` for `kernels`.
    pub(super) fn new(
        model: &ModelFile,
        kernels: Kernels,
        precision: Precision,
    ) -> Result<Self, ArchitectureError> {
        let Builder { maps, vectors, sizes, .. } = Builder::new(model, kernels, precision).build()?;
        Ok(Self { input: model.metadata().architecture.input, maps, vectors, sizes })
    }

    /// The shape of one image.
    pub(super) fn input(&self) -> InputShape {
        self.input
    }

    /// Values in one image.
    pub(super) fn input_len(&self) -> usize {
        self.input.channels * self.input.height * self.input.width
    }

    /// Values in one output.
    pub(super) fn output_len(&self) -> usize {
        self.sizes.output
    }

    /// Buffers for this network.
    pub(super) fn workspace(&self) -> Workspace {
        let buffers = |len: usize| [Aligned::zeros(len), Aligned::zeros(len)];
        Workspace {
            maps: buffers(self.sizes.maps),
            frame: Aligned::zeros(self.sizes.frame),
            vectors: buffers(self.sizes.vectors * SAMPLES_A_PASS),
            bytes: Aligned::zeros(self.sizes.map_bytes.max(self.sizes.vector_bytes * SAMPLES_A_PASS)),
            scales: [0.0; SAMPLES_A_PASS],
            backwards: false,
        }
    }

    /// `[n, channels, height, width]` to `[n, outputs]`.
    pub(super) fn forward(&self, workspace: &mut Workspace, input: &[f32], output: &mut [f32]) {
        let images = input.chunks(SAMPLES_A_PASS * self.input_len());
        for (images, output) in images.zip(output.chunks_mut(SAMPLES_A_PASS * self.sizes.output)) {
            for (at, image) in images.chunks_exact(self.input_len()).enumerate() {
                self.forward_maps(workspace, image, at);
            }
            self.forward_vectors(workspace, images.len() / self.input_len());
            output.copy_from_slice(&workspace.vectors[0][..output.len()]);
        }
    }

    /// One image up to the flattening, to place `at` of the first buffer for vectors.
    fn forward_maps(&self, workspace: &mut Workspace, image: &[f32], at: usize) {
        let Workspace { maps: [from, to], frame, bytes, .. } = workspace;
        let InputShape { channels, height, width } = self.input;
        transpose(channels, height * width, image, from);
        let mut len = image.len();
        for step in &self.maps {
            let moved = match step {
                MapStep::Conv(conv) => {
                    let next = conv.output_len();
                    conv.run(&from[..len], &mut frame[..conv.frame_len()], &mut to[..next]);
                    Some(next)
                }
                MapStep::QuantisedConv(conv) => {
                    let next = conv.output_len();
                    conv.run(&from[..len], &mut bytes[..conv.frame_len()], &mut to[..next]);
                    Some(next)
                }
                MapStep::MaxPool(pool) => {
                    let next = pool.output_len();
                    pool.run(&from[..len], &mut to[..next]);
                    Some(next)
                }
                &MapStep::ChannelsFirst { channels, pixels } => {
                    transpose(pixels, channels, &from[..len], to);
                    Some(len)
                }
                MapStep::Affine(affine) => {
                    affine.run(&mut from[..len]);
                    None
                }
                MapStep::Relu => {
                    relu(&mut from[..len]);
                    None
                }
            };
            if let Some(next) = moved {
                std::mem::swap(from, to);
                len = next;
            }
        }
        workspace.vectors[0][at * len..][..len].copy_from_slice(&workspace.maps[0][..len]);
    }

    /// The flattened samples in the first buffer to the outputs in the first buffer.
    fn forward_vectors(&self, workspace: &mut Workspace, samples: usize) {
        let Workspace { vectors: [from, to], bytes, scales, backwards, .. } = workspace;
        *backwards = !*backwards;
        let mut len = self.sizes.flat;
        for step in &self.vectors {
            let input = &mut from[..samples * len];
            match step {
                VectorStep::Relu => {
                    relu(input);
                    continue;
                }
                VectorStep::Linear(linear) => {
                    len = linear.output_len();
                    linear.run(samples, input, &mut to[..samples * len], *backwards);
                }
                VectorStep::QuantisedLinear(linear) => {
                    len = linear.output_len();
                    let bytes = &mut bytes[..samples * linear.frame_len()];
                    linear.run(input, bytes, &mut scales[..samples], &mut to[..samples * len], *backwards);
                }
            }
            std::mem::swap(from, to);
        }
    }
}
