//! A network that is ready to run.

use super::Precision;
use super::aligned::Aligned;
use super::builder::Builder;
use super::conv::Conv;
use super::elementwise::{Affine, MaxPool, relu, transpose};
use super::kernel::Kernels;
use super::linear::{Linear, Share};
use super::quantised::{QuantisedConv, QuantisedLinear};
use crate::{ArchitectureError, InputShape, ModelFile};

/// Samples that pass the layers after the flattening together: enough that reading the weights of a fully connected
/// layer, often more than a second-level cache holds, costs little beside their use.
pub(super) const SAMPLES_A_PASS: usize = 64;

/// From so many bytes of weights on, a fully connected layer is bound by reading them when the batch is small: half of
/// the second-level cache that server CPUs of 2020 to 2025 have.
const MANY_WEIGHTS: usize = 1 << 20;

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

/// A part of a network, which one thread runs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Images to scores.
    All,
    /// Images to flattened maps.
    Maps,
    /// Flattened maps to some outputs of the first layer after the flattening, in their places among all.
    FirstLayer(Share),
    /// The outputs of that layer to scores.
    Rest,
}

/// The buffers of one forward pass; after they were made nothing is allocated.
#[derive(Debug)]
pub(super) struct Workspace {
    maps: MapBuffers,
    vectors: VectorBuffers,
}

#[derive(Debug)]
struct MapBuffers {
    maps: [Aligned<f32>; 2],
    frame: Aligned<f32>,
    bytes: Aligned<u8>,
}

#[derive(Debug)]
struct VectorBuffers {
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

    /// Values in the flattened maps of one image.
    pub(super) fn flat_len(&self) -> usize {
        self.sizes.flat
    }

    /// The first layer after the flattening, if reading its weights takes longer than using them for a few images.
    pub(super) fn heavy_layer(&self) -> Option<&Linear> {
        match self.vectors.first() {
            Some(VectorStep::Linear(linear)) if linear.weight_bytes() >= MANY_WEIGHTS => Some(linear),
            _ => None,
        }
    }

    /// Buffers for this network.
    pub(super) fn workspace(&self) -> Workspace {
        let buffers = |len: usize| [Aligned::zeros(len), Aligned::zeros(len)];
        Workspace {
            maps: MapBuffers {
                maps: buffers(self.sizes.maps),
                frame: Aligned::zeros(self.sizes.frame),
                bytes: Aligned::zeros(self.sizes.map_bytes),
            },
            vectors: VectorBuffers {
                vectors: buffers(self.sizes.vectors * SAMPLES_A_PASS),
                bytes: Aligned::zeros(self.sizes.vector_bytes * SAMPLES_A_PASS),
                scales: [0.0; SAMPLES_A_PASS],
                backwards: false,
            },
        }
    }

    /// Runs a part for any number of images; those after the maps for at most [`SAMPLES_A_PASS`].
    pub(super) fn run(&self, part: Part, workspace: &mut Workspace, input: &[f32], output: &mut [f32]) {
        let Workspace { maps, vectors } = workspace;
        match part {
            Part::All => {
                let images = input.chunks(SAMPLES_A_PASS * self.input_len());
                for (images, output) in images.zip(output.chunks_mut(SAMPLES_A_PASS * self.sizes.output)) {
                    self.run_maps(maps, images, &mut vectors.vectors[0]);
                    self.run_vectors(&self.vectors, self.sizes.flat, vectors, output);
                }
            }
            Part::Maps => self.run_maps(maps, input, output),
            Part::FirstLayer(share) => {
                if let Some(layer) = self.heavy_layer() {
                    vectors.backwards = !vectors.backwards;
                    let samples = input.len() / self.sizes.flat;
                    layer.run_share(share, samples, input, output, vectors.backwards);
                }
            }
            Part::Rest => {
                if let (Some(layer), [_, rest @ ..]) = (self.heavy_layer(), &*self.vectors) {
                    vectors.vectors[0][..input.len()].copy_from_slice(input);
                    self.run_vectors(rest, layer.output_len(), vectors, output);
                }
            }
        }
    }

    /// Images to flattened maps.
    fn run_maps(&self, buffers: &mut MapBuffers, images: &[f32], flat: &mut [f32]) {
        for (image, flat) in images.chunks_exact(self.input_len()).zip(flat.chunks_exact_mut(self.sizes.flat))
        {
            self.run_image(buffers, image);
            flat.copy_from_slice(&buffers.maps[0][..self.sizes.flat]);
        }
    }

    /// One image to its flattened maps in the first buffer.
    fn run_image(&self, buffers: &mut MapBuffers, image: &[f32]) {
        let MapBuffers { maps: [from, to], frame, bytes } = buffers;
        let InputShape { channels, height, width } = self.input;
        transpose(channels, height * width, image, from);
        let mut len = image.len();
        for step in &self.maps {
            let input = &mut from[..len];
            match step {
                MapStep::Affine(affine) => {
                    affine.run(input);
                    continue;
                }
                MapStep::Relu => {
                    relu(input);
                    continue;
                }
                MapStep::Conv(conv) => {
                    len = conv.output_len();
                    conv.run(input, &mut frame[..conv.frame_len()], &mut to[..len]);
                }
                MapStep::QuantisedConv(conv) => {
                    len = conv.output_len();
                    conv.run(input, &mut bytes[..conv.frame_len()], &mut to[..len]);
                }
                MapStep::MaxPool(pool) => {
                    len = pool.output_len();
                    pool.run(input, &mut to[..len]);
                }
                &MapStep::ChannelsFirst { channels, pixels } => transpose(pixels, channels, input, to),
            }
            std::mem::swap(from, to);
        }
    }

    /// Vectors of `len` in the first buffer through `steps`, as many as there is room for in `output`.
    fn run_vectors(
        &self,
        steps: &[VectorStep],
        mut len: usize,
        buffers: &mut VectorBuffers,
        output: &mut [f32],
    ) {
        let VectorBuffers { vectors: [from, to], bytes, scales, backwards } = buffers;
        let samples = output.len() / self.sizes.output;
        *backwards = !*backwards;
        for step in steps {
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
        output.copy_from_slice(&from[..output.len()]);
    }
}
