//! A network in libtorch, built from its architecture.

use std::collections::BTreeMap;

use captcha_core::ndarray::ArrayView4;
use captcha_core::rand::RngExt;
use captcha_core::seed;
use captcha_infer::{Architecture, Layer, ModelFile, Parameter, Tensor as Values};
use tch::{Device, Kind, Tensor, no_grad};

use crate::ModelError;

/// The term that keeps batch normalisation from dividing by zero: PyTorch's default.
const BATCH_NORM_EPSILON: f64 = 1e-5;

/// The share of a batch in the running statistics: PyTorch's default.
const BATCH_NORM_MOMENTUM: f64 = 0.1;

/// A network in libtorch.
///
/// All trained values lie in one vector, so that an optimiser step and a checkpoint are a few operations on
/// whole vectors; the parameters of the layers are views into it.
pub(crate) struct Network {
    architecture: Architecture,
    parameters: Vec<Parameter>,
    /// `[trained values]`: first those that weight decay applies to, then the others.
    flat: Tensor,
    /// How many values at the start of `flat` weight decay applies to.
    decayed: i64,
    /// By the names of `parameters`.
    tensors: BTreeMap<String, Tensor>,
    device: Device,
}

impl Network {
    /// The network with random first weights: PyTorch's, uniform in `+-1 / sqrt(fan_in)` (Y. LeCun et al.,
    /// "Efficient BackProp", 1998, section 4.6), from the project's own generator.
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
        let values = architecture.parameters()?.iter().map(|p| (p.name.clone(), first(p))).collect();
        Self::build(architecture, &values, device)
    }

    /// The network of a model file.
    pub(crate) fn load(model: &ModelFile, device: Device) -> Result<Self, ModelError> {
        let values =
            model.tensors().iter().map(|(name, tensor)| (name.clone(), tensor.data().to_vec())).collect();
        Self::build(model.metadata().architecture.clone(), &values, device)
    }

    fn build(
        architecture: Architecture,
        values: &BTreeMap<String, Vec<f32>>,
        device: Device,
    ) -> Result<Self, ModelError> {
        let parameters = architecture.parameters()?;
        // Biases and batch normalisation are vectors: weight decay leaves them alone.
        let decays = |parameter: &&Parameter| parameter.trainable && parameter.shape.len() > 1;
        let spared = |parameter: &&Parameter| parameter.trainable && parameter.shape.len() == 1;
        let order: Vec<&Parameter> =
            parameters.iter().filter(decays).chain(parameters.iter().filter(spared)).collect();
        let count = |parameter: &Parameter| parameter.shape.iter().product::<usize>() as i64;
        let decayed = parameters.iter().filter(decays).map(count).sum();

        let all: Vec<f32> = order.iter().flat_map(|parameter| &values[&parameter.name]).copied().collect();
        let flat = Tensor::f_from_slice(&all)?.f_to_device(device)?;
        let mut tensors = BTreeMap::new();
        let mut start = 0;
        for parameter in order {
            let view = flat.f_narrow(0, start, count(parameter))?.f_view(&shape(parameter)[..])?;
            tensors.insert(parameter.name.clone(), view.f_detach()?.f_set_requires_grad(true)?);
            start += count(parameter);
        }
        for parameter in parameters.iter().filter(|parameter| !parameter.trainable) {
            let tensor = Tensor::f_from_slice(&values[&parameter.name])?.f_view(&shape(parameter)[..])?;
            tensors.insert(parameter.name.clone(), tensor.f_to_device(device)?);
        }
        Ok(Self { architecture, parameters, flat, decayed, tensors, device })
    }

    /// The same tensors under other handles, for another thread.
    pub(crate) fn shallow_clone(&self) -> Self {
        Self {
            architecture: self.architecture.clone(),
            parameters: self.parameters.clone(),
            flat: self.flat.shallow_clone(),
            decayed: self.decayed,
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

    /// The part of [`flat`](Self::flat) that weight decay applies to.
    pub(crate) fn decayed(&self) -> Result<Tensor, ModelError> {
        Ok(self.flat.f_narrow(0, 0, self.decayed)?)
    }

    /// The gradient of the last backward pass in the order of [`flat`](Self::flat).
    pub(crate) fn flat_gradient(&self) -> Result<Tensor, ModelError> {
        let (weights, vectors): (Vec<_>, Vec<_>) = self
            .parameters
            .iter()
            .filter(|parameter| parameter.trainable)
            .map(|parameter| &self.tensors[&parameter.name])
            .partition(|tensor| tensor.dim() > 1);
        let gradients: Vec<Tensor> =
            weights.into_iter().chain(vectors).map(|tensor| tensor.grad().reshape([-1])).collect();
        Ok(Tensor::f_cat(&gradients, 0)?)
    }

    /// Forgets the gradients, so that the next backward pass starts from nothing.
    pub(crate) fn zero_gradients(&mut self) {
        for tensor in self.tensors.values_mut() {
            tensor.zero_grad();
        }
    }

    /// `[n, channels, height, width]` to logits `[n, classes]`.
    pub(crate) fn forward(&self, input: &Tensor, training: bool) -> Result<Tensor, ModelError> {
        let mut x = input.shallow_clone();
        for (index, layer) in self.architecture.layers.iter().enumerate() {
            let tensor = |name: &str| &self.tensors[&format!("{index}.{name}")];
            x = match *layer {
                Layer::Conv2d { kernel, .. } => {
                    let pad = (kernel / 2) as i64;
                    x.f_conv2d(tensor("weight"), Some(tensor("bias")), [1, 1], [pad, pad], [1, 1], 1)?
                }
                Layer::BatchNorm2d => x.f_batch_norm(
                    Some(tensor("weight")),
                    Some(tensor("bias")),
                    Some(tensor("running_mean")),
                    Some(tensor("running_var")),
                    training,
                    BATCH_NORM_MOMENTUM,
                    BATCH_NORM_EPSILON,
                    false,
                )?,
                Layer::Relu => x.f_relu()?,
                Layer::MaxPool2d { size } => {
                    let size = [size.height as i64, size.width as i64];
                    x.f_max_pool2d(size, size, [0, 0], [1, 1], false)?
                }
                Layer::Dropout { probability } => x.f_dropout(probability, training)?,
                Layer::Flatten => x.f_flatten(1, -1)?,
                Layer::Linear { .. } => x.f_linear(tensor("weight"), Some(tensor("bias")))?,
                _ => {
                    return Err(ModelError::Torch {
                        message: format!("no such layer in libtorch: {layer:?}"),
                    });
                }
            };
        }
        Ok(x)
    }

    /// The batch as a tensor on the network's device.
    pub(crate) fn tensor(&self, images: &ArrayView4<'_, f32>) -> Result<Tensor, ModelError> {
        let shape: Vec<i64> = images.shape().iter().map(|&extent| extent as i64).collect();
        let images = images.as_standard_layout();
        let values = images.as_slice().unwrap_or_default();
        Ok(Tensor::f_from_slice(values)?.f_view(&shape[..])?.f_to_device(self.device)?)
    }

    /// The values of all tensors, as a model file holds them.
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

    /// Puts these values into the network's tensors, which must have their shapes.
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

fn shape(parameter: &Parameter) -> Vec<i64> {
    parameter.shape.iter().map(|&extent| extent as i64).collect()
}

/// The values of a tensor of any device in row-major order.
pub(crate) fn to_vec(tensor: &Tensor) -> Result<Vec<f32>, ModelError> {
    let tensor = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_contiguous()?;
    let mut values = vec![0.0; tensor.numel()];
    let len = values.len();
    tensor.f_copy_data(&mut values, len)?;
    Ok(values)
}
