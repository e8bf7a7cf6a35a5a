//! Inference with libtorch.

use std::sync::{Mutex, PoisonError};

use captcha_core::ndarray::{Array3, ArrayView4};
use captcha_infer::{ModelFile, ModelMetadata, RecognizeError, Recognizer, Shape};
use tch::no_grad;

use crate::network::{Network, Pass, to_vec};
use crate::{DeviceChoice, ModelError};

/// Runs a model file with libtorch.
///
/// It can be used from several threads at once. The number of threads of one operation is a setting of the
/// whole process, see [`TorchRecognizer::set_threads`].
pub struct TorchRecognizer {
    metadata: ModelMetadata,
    /// A tensor handle may move between threads but not be shared: each call clones the handles.
    network: Mutex<Network>,
}

/// Images in one pass: larger batches are slower, limited by the allocator.
const CHUNK: usize = 64;

impl TorchRecognizer {
    /// The name of the backend.
    pub const BACKEND: &'static str = "libtorch";

    /// Loads the weights of a model on the CPU.
    ///
    /// # Errors
    /// [`ModelError::Torch`] if libtorch can't hold them.
    pub fn new(model: &ModelFile) -> Result<Self, ModelError> {
        Self::on(model, DeviceChoice::Cpu)
    }

    /// Loads the weights of a model on `device`.
    ///
    /// # Errors
    /// [`ModelError::NoSuchDevice`], or [`ModelError::Torch`] if libtorch can't hold them.
    pub fn on(model: &ModelFile, device: DeviceChoice) -> Result<Self, ModelError> {
        let network = Network::load(model, device.device()?)?;
        Ok(Self { metadata: model.metadata().clone(), network: Mutex::new(network) })
    }

    /// Sets the number of threads that one operation of libtorch may use, for the whole process. Networks as
    /// small as these are fastest with one.
    pub fn set_threads(threads: usize) {
        tch::set_num_threads(i32::try_from(threads.max(1)).unwrap_or(i32::MAX));
    }
}

impl Recognizer for TorchRecognizer {
    fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    fn backend(&self) -> &'static str {
        Self::BACKEND
    }

    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        let shape = [0, 1, 2, 3].map(|axis| input.shape()[axis]);
        let architecture = &self.metadata.architecture;
        RecognizeError::check_shape(architecture, shape)?;
        let network = self.network.lock().unwrap_or_else(PoisonError::into_inner).shallow_clone();
        let failed = |error: ModelError| RecognizeError::Backend {
            backend: Self::BACKEND,
            message: error.to_string(),
        };
        let output = architecture.at_width(shape[3]).output();
        let (steps, classes) = match output.map_err(|error| failed(error.into()))? {
            Shape::Sequence { steps, features } => (steps, features),
            other => (1, other.len()),
        };
        let images = shape[0];
        let mut values = Vec::with_capacity(images * steps * classes);
        no_grad(|| {
            for chunk in input.axis_chunks_iter(captcha_core::ndarray::Axis(0), CHUNK) {
                let logits = network.forward(&network.tensor(&chunk)?, Pass::Inference)?;
                values.extend(to_vec(&logits)?);
            }
            Ok(())
        })
        .map_err(failed)?;
        let len = values.len();
        Array3::from_shape_vec((images, steps, classes), values).map_err(|_| RecognizeError::Backend {
            backend: Self::BACKEND,
            message: format!("{len} logits, expected {images} x {steps} x {classes}"),
        })
    }
}
