//! A network that is ready to run.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::aligned::Aligned;
use super::conv::Conv;
use super::conv_shape::ConvShape;
use super::elementwise::{Affine, MaxPool, relu, transpose};
use super::kernel::Kernels;
use super::linear::Linear;
use crate::{Architecture, ArchitectureError, InputShape, Layer, ModelFile, Shape, Tensor};

/// The epsilon of [`Layer::BatchNorm2d`].
const BATCH_NORM_EPSILON: f64 = 1e-5;

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
struct Sizes {
    /// The largest maps.
    maps: usize,
    /// The maps when they are flattened.
    flat: usize,
    /// The largest frame of a convolution.
    frame: usize,
    /// The longest vector.
    vectors: usize,
    output: usize,
}

#[derive(Debug)]
enum MapStep {
    Conv(Conv),
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
enum VectorStep {
    Linear(Linear),
    Relu,
}

/// The buffers of one forward pass; after they were made nothing is allocated.
#[derive(Debug)]
pub(super) struct Workspace {
    maps: [Aligned<f32>; 2],
    frame: Aligned<f32>,
    vectors: [Aligned<f32>; 2],
    /// In which direction the last pass read the weights of the fully connected layers.
    backwards: bool,
}

impl Network {
    /// The network of `model` for `kernels`.
    pub(super) fn new(model: &ModelFile, kernels: Kernels) -> Result<Self, ArchitectureError> {
        let architecture = &model.metadata().architecture;
        let mut builder =
            Builder { kernels, tensors: model.tensors(), maps: Vec::new(), vectors: Vec::new() };
        let sizes = builder.build(architecture)?;
        Ok(Self { input: architecture.input, maps: builder.maps, vectors: builder.vectors, sizes })
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
            backwards: false,
        }
    }

    /// `[n, channels, height, width]` to `[n, outputs]`.
    pub(super) fn forward(&self, workspace: &mut Workspace, input: &[f32], output: &mut [f32]) {
        let images = input.chunks(SAMPLES_A_PASS * self.input_len());
        for (images, output) in images.zip(output.chunks_mut(SAMPLES_A_PASS * self.sizes.output)) {
            let samples = images.len() / self.input_len();
            let flat = workspace.vectors[0].chunks_exact_mut(self.sizes.flat);
            for (image, flat) in images.chunks_exact(self.input_len()).zip(flat) {
                self.forward_maps(&mut workspace.maps, &mut workspace.frame, image, flat);
            }
            workspace.backwards = !workspace.backwards;
            self.forward_vectors(samples, &mut workspace.vectors, workspace.backwards);
            output.copy_from_slice(&workspace.vectors[0][..output.len()]);
        }
    }

    /// One image up to the flattening.
    fn forward_maps(
        &self,
        buffers: &mut [Aligned<f32>; 2],
        frame: &mut [f32],
        image: &[f32],
        flat: &mut [f32],
    ) {
        let [from, to] = buffers;
        let InputShape { channels, height, width } = self.input;
        let mut len = image.len();
        transpose(channels, height * width, image, from);
        for step in &self.maps {
            match step {
                MapStep::Affine(affine) => affine.run(&mut from[..len]),
                MapStep::Relu => relu(&mut from[..len]),
                MapStep::Conv(conv) => {
                    let next = conv.output_len();
                    conv.run(&from[..len], &mut frame[..conv.frame_len()], &mut to[..next]);
                    std::mem::swap(from, to);
                    len = next;
                }
                MapStep::MaxPool(pool) => {
                    let next = pool.output_len();
                    pool.run(&from[..len], &mut to[..next]);
                    std::mem::swap(from, to);
                    len = next;
                }
                &MapStep::ChannelsFirst { channels, pixels } => {
                    transpose(pixels, channels, &from[..len], to);
                    std::mem::swap(from, to);
                }
            }
        }
        flat.copy_from_slice(&from[..len]);
    }

    /// The flattened samples in the first buffer to the outputs in the first buffer.
    fn forward_vectors(&self, samples: usize, buffers: &mut [Aligned<f32>; 2], backwards: bool) {
        let [from, to] = buffers;
        let mut len = self.sizes.flat;
        for step in &self.vectors {
            match step {
                VectorStep::Relu => relu(&mut from[..samples * len]),
                VectorStep::Linear(linear) => {
                    let next = linear.output_len();
                    linear.run(samples, &from[..samples * len], &mut to[..samples * next], backwards);
                    std::mem::swap(from, to);
                    len = next;
                }
            }
        }
    }
}

/// Takes the next layer if it is `wanted`; gives its index.
fn take_next(
    layers: &mut Peekable<impl Iterator<Item = (usize, Layer, Shape)>>,
    wanted: Layer,
) -> Option<usize> {
    layers.next_if(|&(_, layer, _)| layer == wanted).map(|(index, ..)| index)
}

/// Turns layers into steps.
struct Builder<'a> {
    kernels: Kernels,
    tensors: &'a BTreeMap<String, Tensor>,
    maps: Vec<MapStep>,
    vectors: Vec<VectorStep>,
}

impl Builder<'_> {
    fn build(&mut self, architecture: &Architecture) -> Result<Sizes, ArchitectureError> {
        let InputShape { channels, height, width } = architecture.input;
        let input = Shape::Maps { channels, height, width };
        let shapes = architecture.shapes()?;
        let inputs = std::iter::once(input).chain(shapes);
        // Dropout does nothing at inference and must not stand between layers that can be joined.
        let layers = architecture.layers.iter().copied().enumerate().zip(inputs);
        let layers = layers.map(|((index, layer), shape)| (index, layer, shape));
        let mut layers = layers.filter(|(_, layer, _)| !matches!(layer, Layer::Dropout { .. })).peekable();

        let mut sizes =
            Sizes { maps: input.len(), flat: input.len(), output: input.len(), ..Sizes::default() };
        // Until a linear layer has taken the flattened maps in their own order: that order.
        let mut order = Some((channels, height * width));
        while let Some((index, layer, shape)) = layers.next() {
            match (layer, shape) {
                (
                    Layer::Conv2d { channels: outputs, kernel },
                    Shape::Maps { channels: inputs, height, width },
                ) => {
                    let norm = take_next(&mut layers, Layer::BatchNorm2d);
                    let relu = take_next(&mut layers, Layer::Relu).is_some();
                    let shape = ConvShape { inputs, outputs, height, width, kernel };
                    let frame = self.conv(index, shape, norm, relu);
                    sizes.frame = sizes.frame.max(frame);
                    order = Some((outputs, height * width));
                    sizes.flat = outputs * height * width;
                }
                (Layer::MaxPool2d { size }, Shape::Maps { channels, height, width }) => {
                    let pool = MaxPool { kernels: self.kernels, channels, height, width, size };
                    self.maps.push(MapStep::MaxPool(pool));
                    order = Some((channels, pool.output_len() / channels));
                    sizes.flat = pool.output_len();
                }
                (Layer::BatchNorm2d, Shape::Maps { .. }) => {
                    let (scale, shift) =
                        self.norm(index).into_iter().map(|(a, b)| (a as f32, b as f32)).unzip();
                    self.maps.push(MapStep::Affine(Affine { scale, shift }));
                }
                (Layer::Relu, Shape::Maps { .. }) => self.maps.push(MapStep::Relu),
                (Layer::Relu, Shape::Vector { .. }) => self.vectors.push(VectorStep::Relu),
                (Layer::Linear { features }, shape) => {
                    let relu = take_next(&mut layers, Layer::Relu).is_some();
                    self.linear(index, shape.len(), order.take(), relu);
                    sizes.vectors = sizes.vectors.max(features);
                    sizes.output = features;
                }
                _ => {}
            }
            sizes.maps = sizes.maps.max(sizes.flat);
        }
        if let Some((channels, pixels)) = order {
            self.maps.push(MapStep::ChannelsFirst { channels, pixels });
            sizes.output = sizes.flat;
        }
        sizes.vectors = sizes.vectors.max(sizes.flat);
        Ok(sizes)
    }

    /// The values of a tensor of layer `index`; a [`ModelFile`] has all that its architecture needs.
    fn tensor(&self, index: usize, name: &str) -> &[f32] {
        self.tensors.get(&format!("{index}.{name}")).map_or(&[], Tensor::data)
    }

    /// Factor and summand of each channel of the batch normalisation in layer `index`.
    fn norm(&self, index: usize) -> Vec<(f64, f64)> {
        let [weight, bias, mean, variance] =
            ["weight", "bias", "running_mean", "running_var"].map(|name| self.tensor(index, name));
        let channels = weight.iter().zip(bias).zip(mean).zip(variance);
        channels
            .map(|(((&weight, &bias), &mean), &variance)| {
                let scale = f64::from(weight) / (f64::from(variance) + BATCH_NORM_EPSILON).sqrt();
                (scale, f64::from(bias) - f64::from(mean) * scale)
            })
            .collect()
    }

    /// Gives the length of the frame that the convolution needs.
    fn conv(&mut self, index: usize, shape: ConvShape, norm: Option<usize>, relu: bool) -> usize {
        let mut weights = self.tensor(index, "weight").to_vec();
        let mut bias = self.tensor(index, "bias").to_vec();
        if let Some(norm) = norm {
            let filters = weights.chunks_exact_mut(shape.inputs * shape.kernel * shape.kernel);
            for ((filter, bias), (scale, shift)) in filters.zip(&mut bias).zip(self.norm(norm)) {
                filter.iter_mut().for_each(|weight| *weight = (f64::from(*weight) * scale) as f32);
                *bias = (f64::from(*bias) * scale + shift) as f32;
            }
        }
        let conv = Conv::new(self.kernels, shape, &weights, &bias, relu);
        let frame = conv.frame_len();
        self.maps.push(MapStep::Conv(conv));
        frame
    }

    /// `order` is channels and pixels of the maps that are flattened right before the layer.
    fn linear(&mut self, index: usize, inputs: usize, order: Option<(usize, usize)>, relu: bool) {
        let (channels, pixels) = order.unwrap_or((1, inputs));
        let weights = self.tensor(index, "weight");
        let weight = |output: usize, input: usize| {
            weights[output * inputs + (input % channels) * pixels + input / channels]
        };
        let linear = Linear::new(self.kernels, inputs, self.tensor(index, "bias"), relu, weight);
        self.vectors.push(VectorStep::Linear(linear));
    }
}
