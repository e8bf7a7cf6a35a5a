//! A network in libtorch, built from its architecture.

use std::collections::BTreeMap;

use captcha_core::ndarray::ArrayView4;
use captcha_core::rand::RngExt;
use captcha_core::seed;
use captcha_infer::{Architecture, Layer, ModelFile, Parameter, Tensor as Values};
use tch::{Device, Kind, Tensor, no_grad, no_grad_guard};

use crate::ModelError;

/// The weight of a batch in the running statistics: PyTorch's default.
const BATCH_NORM_MOMENTUM: f64 = 0.1;

/// A network in libtorch.
///
/// All trained values lie in one vector, so an optimiser step or a checkpoint takes a few operations on whole
/// vectors; the parameters of the layers are views into it. Filters, images and maps are stored
/// channels-last, which makes convolutions on the CPU up to twice as fast.
pub(crate) struct Network {
    architecture: Architecture,
    parameters: Vec<Parameter>,
    /// `[trained values]`: first those that weight decay applies to, then the others.
    flat: Tensor,
    /// `[running statistics]`, in the order of `parameters`.
    statistics: Tensor,
    /// How many values at the start of `flat` weight decay applies to.
    decayed: i64,
    /// How many of these belong to the layers before the head.
    decayed_body: i64,
    /// The parameters by name.
    tensors: BTreeMap<String, Tensor>,
    device: Device,
}

impl Network {
    /// The network with random initial weights as in PyTorch, uniform in `+-1 / sqrt(fan_in)` (Y. LeCun et
    /// al., "Efficient BackProp", 1998, section 4.6), from the project's own generator.
    pub(crate) fn random(architecture: Architecture, seed: u64, device: Device) -> Result<Self, ModelError> {
        let mut rng = seed::rng(seed);
        let mut bound = 0.0;
        let normalised = |name: &str| {
            let index = name.split('.').next().and_then(|index| index.parse::<usize>().ok());
            index.is_some_and(|index| matches!(architecture.layers.get(index), Some(Layer::BatchNorm2d)))
        };
        let mut first = |parameter: &Parameter| -> Vec<f32> {
            let len = parameter.shape.iter().product();
            let is = |ending: &str| parameter.name.ends_with(ending);
            if normalised(&parameter.name) {
                return vec![if is(".weight") || is(".running_var") { 1.0 } else { 0.0 }; len];
            }
            if is(".weight") {
                bound = 1.0 / (parameter.shape[1..].iter().product::<usize>() as f32).sqrt();
            }
            (0..len).map(|_| rng.random_range(-bound..=bound)).collect()
        };
        let parameters = architecture.parameters()?;
        let values = parameters.iter().filter_map(|parameter| {
            Some((parameter.name.clone(), Values::new(parameter.shape.clone(), first(parameter))?))
        });
        let values = values.collect();
        Self::build(architecture, &values, device)
    }

    /// The network of a model file.
    pub(crate) fn load(model: &ModelFile, device: Device) -> Result<Self, ModelError> {
        Self::build(model.metadata().architecture.clone(), model.tensors(), device)
    }

    fn build(
        architecture: Architecture,
        values: &BTreeMap<String, Values>,
        device: Device,
    ) -> Result<Self, ModelError> {
        let parameters = architecture.parameters()?;
        // Biases and the parameters of batch normalisation are vectors, to which weight decay does not apply.
        let decays = |parameter: &&Parameter| parameter.trainable && parameter.shape.len() > 1;
        let spared = |parameter: &&Parameter| parameter.trainable && parameter.shape.len() == 1;
        let order: Vec<&Parameter> =
            parameters.iter().filter(decays).chain(parameters.iter().filter(spared)).collect();
        let count = |parameter: &Parameter| parameter.shape.iter().product::<usize>() as i64;
        let decayed = parameters.iter().filter(decays).map(count).sum();
        let head = head(&architecture);
        let body = parameters.iter().filter(decays).filter(|parameter| layer_of(parameter) < head);
        let decayed_body = body.map(count).sum();

        let zeros = |len: i64| Tensor::f_zeros([len], (Kind::Float, device));
        let flat = zeros(order.iter().copied().map(count).sum())?;
        let mut tensors = BTreeMap::new();
        let mut start = 0;
        for parameter in order {
            let view = channels_last(&flat.f_narrow(0, start, count(parameter))?, &shape(parameter))?;
            tensors.insert(parameter.name.clone(), view.f_detach()?.f_set_requires_grad(true)?);
            start += count(parameter);
        }
        let running = || parameters.iter().filter(|parameter| !parameter.trainable);
        let statistics = zeros(running().map(count).sum())?;
        start = 0;
        for parameter in running() {
            tensors.insert(parameter.name.clone(), statistics.f_narrow(0, start, count(parameter))?);
            start += count(parameter);
        }
        let mut network =
            Self { architecture, parameters, flat, statistics, decayed, decayed_body, tensors, device };
        network.set_values(values)?;
        Ok(network)
    }

    /// Another network with the same values.
    pub(crate) fn copy(&self) -> Result<Self, ModelError> {
        let copy = Self::random(self.architecture.clone(), 0, self.device)?;
        no_grad(|| {
            copy.flat.shallow_clone().f_copy_(&self.flat)?;
            copy.statistics.shallow_clone().f_copy_(&self.statistics)?;
            Ok(copy)
        })
    }

    /// Moves all values the fraction `share` of the way to those of `other`.
    pub(crate) fn approach(&mut self, other: &Self, share: f64) -> Result<(), ModelError> {
        no_grad(|| {
            let _ = self.flat.f_lerp_(&other.flat, share)?;
            let _ = self.statistics.f_lerp_(&other.statistics, share)?;
            Ok(())
        })
    }

    /// The same tensors under other handles, for another thread.
    pub(crate) fn shallow_clone(&self) -> Self {
        Self {
            architecture: self.architecture.clone(),
            parameters: self.parameters.clone(),
            flat: self.flat.shallow_clone(),
            statistics: self.statistics.shallow_clone(),
            decayed: self.decayed,
            decayed_body: self.decayed_body,
            tensors: self.tensors.iter().map(|(name, t)| (name.clone(), t.shallow_clone())).collect(),
            device: self.device,
        }
    }

    pub(crate) fn device(&self) -> Device {
        self.device
    }

    /// The vector of all trained values, `[n]`.
    pub(crate) fn flat(&self) -> &Tensor {
        &self.flat
    }

    /// The vectors of all values: the trained values, and the running statistics.
    pub(crate) fn vectors(&self) -> [&Tensor; 2] {
        [&self.flat, &self.statistics]
    }

    /// The part of [`flat`](Self::flat) that weight decay applies to.
    pub(crate) fn decayed(&self, head_only: bool) -> Result<Tensor, ModelError> {
        let start = if head_only { self.decayed_body } else { 0 };
        Ok(self.flat.f_narrow(0, start, self.decayed - start)?)
    }

    /// The gradient of the last backward pass in the order of [`flat`](Self::flat); 0 where it has not been.
    pub(crate) fn flat_gradient(&self) -> Result<Tensor, ModelError> {
        let (weights, vectors): (Vec<_>, Vec<_>) = self
            .parameters
            .iter()
            .filter(|parameter| parameter.trainable)
            .map(|parameter| &self.tensors[&parameter.name])
            .partition(|tensor| tensor.dim() > 1);
        let flat = |tensor: &Tensor| {
            let gradient = tensor.grad();
            let gradient = if gradient.defined() { gradient } else { tensor.f_zeros_like()? };
            let gradient = if gradient.dim() == 4 { gradient.f_permute([0, 2, 3, 1])? } else { gradient };
            Ok(gradient.f_reshape([-1])?)
        };
        let gradients: Vec<Tensor> =
            weights.into_iter().chain(vectors).map(flat).collect::<Result<_, ModelError>>()?;
        Ok(Tensor::f_cat(&gradients, 0)?)
    }

    /// Resets the gradients before the next backward pass.
    pub(crate) fn zero_gradients(&mut self) {
        for tensor in self.tensors.values_mut() {
            tensor.zero_grad();
        }
    }

    /// Maps `[n, channels, height, width]` to logits `[n, classes]`, or `[n, steps, classes]` for a sequence
    /// network.
    pub(crate) fn forward(&self, input: &Tensor, pass: Pass) -> Result<Tensor, ModelError> {
        let mixed = matches!(pass, Pass::Training { mixed: true, .. });
        // The data type of convolutions; fully connected layers stay in single precision.
        let kind = if mixed { Kind::BFloat16 } else { Kind::Float };
        let frozen = match pass {
            Pass::Training { head_only: true, .. } => head(&self.architecture),
            Pass::Training { .. } | Pass::Inference => 0,
        };
        let mut without_gradients = (frozen > 0).then(no_grad_guard);
        let mut x = input.shallow_clone();
        for (index, layer) in self.architecture.layers.iter().enumerate() {
            let training = pass != Pass::Inference && index >= frozen;
            if index == frozen {
                without_gradients = None;
            }
            let tensor = |name: &str| &self.tensors[&format!("{index}.{name}")];
            x = match *layer {
                Layer::Conv2d { kernel, .. } => {
                    let pad = [kernel.height, kernel.width].map(|side| (side / 2) as i64);
                    let (weight, bias) = (tensor("weight").f_to_kind(kind)?, tensor("bias").f_to_kind(kind)?);
                    x.f_to_kind(kind)?.f_conv2d(&weight, Some(bias), [1, 1], pad, [1, 1], 1)?
                }
                Layer::BatchNorm2d => x.f_batch_norm(
                    Some(tensor("weight")),
                    Some(tensor("bias")),
                    Some(tensor("running_mean")),
                    Some(tensor("running_var")),
                    training,
                    BATCH_NORM_MOMENTUM,
                    Layer::BATCH_NORM_EPSILON,
                    false,
                )?,
                Layer::Relu => x.f_relu()?,
                Layer::MaxPool2d { size } => {
                    let size = [size.height as i64, size.width as i64];
                    x.f_max_pool2d(size, size, [0, 0], [1, 1], false)?
                }
                Layer::Dropout { probability } => x.f_dropout(probability, training)?,
                Layer::Flatten => x.f_flatten(1, -1)?,
                Layer::Columns => x.f_permute([0, 3, 1, 2])?.f_flatten(2, -1)?,
                Layer::Linear { .. } => {
                    x.f_to_kind(Kind::Float)?.f_linear(tensor("weight"), Some(tensor("bias")))?
                }
                _ => {
                    return Err(ModelError::Torch {
                        message: format!("no such layer in libtorch: {layer:?}"),
                    });
                }
            };
        }
        drop(without_gradients);
        Ok(x.f_to_kind(Kind::Float)?)
    }

    /// The batch as a tensor on the network's device.
    pub(crate) fn tensor(&self, images: &ArrayView4<'_, f32>) -> Result<Tensor, ModelError> {
        let shape: Vec<i64> = images.shape().iter().map(|&extent| extent as i64).collect();
        let images = images.view().permuted_axes([0, 2, 3, 1]);
        let images = images.as_standard_layout();
        let values = Tensor::f_from_slice(images.as_slice().unwrap_or_default())?;
        Ok(channels_last(&values, &shape)?.f_to_device(self.device)?)
    }

    /// The values of all tensors in the form of a model file.
    pub(crate) fn values(&self) -> Result<BTreeMap<String, Values>, ModelError> {
        self.parameters
            .iter()
            .map(|parameter| {
                let data = to_vec(&self.tensors[&parameter.name])?;
                let values = Values::new(parameter.shape.clone(), data).ok_or_else(|| ModelError::Torch {
                    message: format!("{} has another size than the architecture", parameter.name),
                })?;
                Ok((parameter.name.clone(), values))
            })
            .collect()
    }

    /// Copies these values into the tensors of the network, which must have the same shapes.
    pub(crate) fn set_values(&mut self, values: &BTreeMap<String, Values>) -> Result<(), ModelError> {
        no_grad(|| {
            for parameter in &self.parameters {
                let source =
                    Tensor::f_from_slice(values[&parameter.name].data())?.f_view(&shape(parameter)[..])?;
                if let Some(tensor) = self.tensors.get_mut(&parameter.name) {
                    tensor.f_copy_(&source.f_to_device(self.device)?)?;
                }
            }
            Ok(())
        })
    }
}

/// The purpose of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Inference,
    Training {
        /// Convolutions in bfloat16 (P. Micikevicius et al., "Mixed precision training", ICLR 2018, arXiv 1710.03740; D.
        /// Kalamkar et al., "A study of bfloat16 for deep learning training", 2019, arXiv 1905.12322): weights, their
        /// gradients, statistics and the loss stay in single precision, and no loss scaling is needed.
        mixed: bool,
        /// Everything before the head as at inference, and without gradients.
        head_only: bool,
    },
}

/// The index of the first layer of the head: what comes after the maps.
fn head(architecture: &Architecture) -> usize {
    let ends = |layer: &Layer| matches!(layer, Layer::Columns | Layer::Flatten);
    architecture.layers.iter().position(ends).unwrap_or(0)
}

/// The index of the layer that a parameter belongs to.
fn layer_of(parameter: &Parameter) -> usize {
    parameter.name.split('.').next().and_then(|index| index.parse().ok()).unwrap_or(0)
}

/// A view of `[values]` as `shape`; if that is `[n, channels, height, width]`, the values are in the order
/// `[n, height, width, channels]`.
fn channels_last(values: &Tensor, shape: &[i64]) -> Result<Tensor, ModelError> {
    match *shape {
        [n, channels, height, width] => {
            Ok(values.f_view([n, height, width, channels])?.f_permute([0, 3, 1, 2])?)
        }
        _ => Ok(values.f_view(shape)?),
    }
}

fn shape(parameter: &Parameter) -> Vec<i64> {
    parameter.shape.iter().map(|&extent| extent as i64).collect()
}

/// The values of a tensor on any device, in row-major order.
pub(crate) fn to_vec(tensor: &Tensor) -> Result<Vec<f32>, ModelError> {
    let tensor = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_contiguous()?;
    let mut values = vec![0.0; tensor.numel()];
    let len = values.len();
    tensor.f_copy_data(&mut values, len)?;
    Ok(values)
}
