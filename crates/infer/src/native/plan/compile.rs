//! From layers to steps.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::steps::{MapStep, VectorStep};
use crate::native::kernel::Kernels;
use crate::native::layers::{Affine, Conv, Filter, Int8Conv, Int8Linear, Linear, MaxPool};
use crate::{
    Architecture, ArchitectureError, InputShape, Layer, ModelFile, Precision, Shape, Tensor, Window,
};

/// The fewest products for one output that are worth 8 bits: below, rounding the inputs costs too much beside them.
const MIN_INT8_PRODUCTS: usize = 16;

/// The most: above, a sum of products of 255 and 128 could exceed 31 bits.
const MAX_INT8_PRODUCTS: usize = (1 << 31) / (255 * 128);

/// The steps that the layers of a network become: layers that can be joined are one step.
#[derive(Debug, Default)]
pub(in crate::native) struct Plan {
    pub(in crate::native) maps: Vec<MapStep>,
    pub(in crate::native) vectors: Vec<VectorStep>,
    /// Values in one vector after the flattening, and in the longest one.
    pub(in crate::native) flat: usize,
    pub(in crate::native) longest: usize,
    /// Values in the last one.
    pub(in crate::native) output: usize,
}

impl Plan {
    /// The steps of `model` for `kernels`.
    pub(in crate::native) fn new(
        model: &ModelFile,
        kernels: Kernels,
        precision: Precision,
    ) -> Result<Self, ArchitectureError> {
        let compiler = Compiler {
            kernels,
            int8: kernels.for_int8().filter(|_| precision == Precision::Int8),
            architecture: &model.metadata().architecture,
            tensors: model.tensors(),
            // Ink is between 0 and 1.
            non_negative: true,
            plan: Self::default(),
        };
        compiler.compile()
    }

    /// What comes next takes vectors of this length.
    fn vector(&mut self, len: usize) {
        self.output = len;
        self.longest = self.longest.max(len);
    }
}

/// Turns layers into steps.
#[derive(Debug)]
struct Compiler<'a> {
    kernels: Kernels,
    /// Those for operations with 8 bits, if they are asked for and worth while.
    int8: Option<Kernels>,
    architecture: &'a Architecture,
    tensors: &'a BTreeMap<String, Tensor>,
    /// Whether what has been compiled so far can give no negative number.
    non_negative: bool,
    plan: Plan,
}

impl<'a> Compiler<'a> {
    /// All steps.
    fn compile(mut self) -> Result<Plan, ArchitectureError> {
        let InputShape { channels, height, width } = self.architecture.input;
        let input = Shape::Maps { channels, height, width };
        let shapes = self.architecture.shapes()?;
        // The last layer gives the result, which is not rounded.
        let last = self.architecture.layers.iter().rposition(|layer| matches!(layer, Layer::Linear { .. }));
        // Dropout does nothing at inference and must not stand between layers that can be joined.
        let layers = self.architecture.layers.iter().copied().enumerate();
        let layers =
            layers.zip(std::iter::once(input).chain(shapes)).map(|((i, layer), shape)| (i, layer, shape));
        let mut layers = layers.filter(|(_, layer, _)| !matches!(layer, Layer::Dropout { .. })).peekable();

        // Until a linear layer has taken the flattened maps in their own order: their channels and pixels.
        let mut order = None;
        while let Some((index, layer, shape)) = layers.next() {
            match (layer, shape) {
                (
                    Layer::Conv2d { channels: outputs, kernel },
                    Shape::Maps { channels: inputs, height, .. },
                ) => {
                    let norm = take_next(&mut layers, Layer::BatchNorm2d);
                    let relu = take_next(&mut layers, Layer::Relu).is_some();
                    self.conv(index, Filter { inputs, outputs, kernel }, height, norm, relu);
                }
                (Layer::MaxPool2d { size: window }, Shape::Maps { channels, .. }) => {
                    self.plan.maps.push(MapStep::MaxPool(MaxPool {
                        kernels: self.kernels,
                        channels,
                        window,
                    }));
                }
                (Layer::BatchNorm2d, Shape::Maps { .. }) => {
                    let (scale, shift) =
                        self.norm(index).into_iter().map(|(a, b)| (a as f32, b as f32)).unzip();
                    self.plan.maps.push(MapStep::Affine(Affine { scale, shift }));
                    self.non_negative = false;
                }
                (Layer::Relu, Shape::Maps { .. }) => {
                    self.plan.maps.push(MapStep::Relu);
                    self.non_negative = true;
                }
                (Layer::Flatten, Shape::Maps { channels, height, width }) => {
                    order = Some((channels, height * width));
                    self.plan.vector(channels * height * width);
                    self.plan.flat = self.plan.output;
                }
                (Layer::Columns, Shape::Maps { channels, height, .. }) => {
                    order = Some((channels, height));
                    self.plan.vector(channels * height);
                    self.plan.flat = self.plan.output;
                }
                (Layer::Relu, _) => {
                    self.plan.vectors.push(VectorStep::Relu);
                    self.non_negative = true;
                }
                (Layer::Linear { features }, _) => {
                    let relu = take_next(&mut layers, Layer::Relu).is_some();
                    self.linear(index, self.plan.output, order.take(), relu, last == Some(index));
                    self.plan.vector(features);
                }
                // Left out above, and refused by the architecture.
                (Layer::Dropout { .. }, _)
                | (
                    Layer::Conv2d { .. }
                    | Layer::BatchNorm2d
                    | Layer::MaxPool2d { .. }
                    | Layer::Flatten
                    | Layer::Columns,
                    Shape::Vector { .. } | Shape::Sequence { .. },
                ) => {}
            }
        }
        if let Some((channels, pixels)) = order {
            self.plan.vectors.push(VectorStep::ChannelsFirst { channels, pixels });
        }
        Ok(self.plan)
    }

    /// The 8-bit kernels, if a layer with `products` products for each output is to be run with them.
    fn int8_for(&self, products: usize) -> Option<Kernels> {
        let range = MIN_INT8_PRODUCTS..=MAX_INT8_PRODUCTS;
        self.int8.filter(|_| self.non_negative && range.contains(&products))
    }

    /// The values of a tensor of layer `index`; a [`ModelFile`] has all that its architecture needs.
    fn tensor(&self, index: usize, name: &str) -> &'a [f32] {
        self.tensors.get(&format!("{index}.{name}")).map_or(&[], Tensor::data)
    }

    /// Factor and summand of each channel of the batch normalisation in layer `index`.
    fn norm(&self, index: usize) -> Vec<(f64, f64)> {
        let [weight, bias, mean, variance] =
            ["weight", "bias", "running_mean", "running_var"].map(|name| self.tensor(index, name));
        let channels = weight.iter().zip(bias).zip(mean).zip(variance);
        channels
            .map(|(((&weight, &bias), &mean), &variance)| {
                let scale = f64::from(weight) / (f64::from(variance) + Layer::BATCH_NORM_EPSILON).sqrt();
                (scale, f64::from(bias) - f64::from(mean) * scale)
            })
            .collect()
    }

    /// A convolution of maps of `height` rows.
    fn conv(&mut self, index: usize, filter: Filter, height: usize, norm: Option<usize>, relu: bool) {
        let (filter, mut weights) = without_idle_rows(filter, height, self.tensor(index, "weight"));
        let mut bias = self.tensor(index, "bias").to_vec();
        let products = filter.products();
        if let Some(norm) = norm {
            let channels = weights.chunks_exact_mut(products);
            for ((weights, bias), (scale, shift)) in channels.zip(&mut bias).zip(self.norm(norm)) {
                weights.iter_mut().for_each(|weight| *weight = (f64::from(*weight) * scale) as f32);
                *bias = (f64::from(*bias) * scale + shift) as f32;
            }
        }
        self.plan.maps.push(match self.int8_for(products) {
            Some(int8) => MapStep::Int8Conv(Int8Conv::new(int8, filter, &weights, &bias, relu)),
            None => MapStep::Conv(Conv::new(self.kernels, filter, &weights, &bias, relu)),
        });
        self.non_negative = relu;
    }

    /// `order` is channels and pixels of the maps that are flattened right before the layer.
    fn linear(&mut self, index: usize, inputs: usize, order: Option<(usize, usize)>, relu: bool, last: bool) {
        let (channels, pixels) = order.unwrap_or((1, inputs));
        let (weights, bias) = (self.tensor(index, "weight"), self.tensor(index, "bias"));
        let weight = |output: usize, input: usize| {
            weights[output * inputs + (input % channels) * pixels + input / channels]
        };
        self.plan.vectors.push(match self.int8_for(inputs).filter(|_| !last) {
            Some(int8) => VectorStep::Int8Linear(Int8Linear::new(int8, inputs, bias, relu, weight)),
            None => VectorStep::Linear(Linear::new(self.kernels, inputs, bias, relu, weight)),
        });
        self.non_negative = relu;
    }
}

/// A convolution without the kernel rows that, on maps of `height` rows, only ever see the padding; and its weights.
fn without_idle_rows(filter: Filter, height: usize, weights: &[f32]) -> (Filter, Vec<f32>) {
    let Window { height: rows, width } = filter.kernel;
    let idle = (rows / 2).saturating_sub(height - 1);
    let kernel = Window { height: rows - 2 * idle, width };
    let kept = idle * width..(rows - idle) * width;
    let weights = weights.chunks_exact(rows * width).flat_map(|taps| &taps[kept.clone()]).copied().collect();
    (Filter { kernel, ..filter }, weights)
}

/// Takes the next layer if it is `wanted`; gives its index.
fn take_next(
    layers: &mut Peekable<impl Iterator<Item = (usize, Layer, Shape)>>,
    wanted: Layer,
) -> Option<usize> {
    layers.next_if(|&(_, layer, _)| layer == wanted).map(|(index, ..)| index)
}
