//! Inference on the CPU in pure Rust.
//!
//! Each room uses those below it only:
//!
//! | room | what it holds |
//! |---|---|
//! | `run/` | sessions: forward passes on one thread or several |
//! | `plan/` | from the layers of an architecture to the steps that are run |
//! | `layers/` | convolution, fully connected layers, pools, each on its own |
//! | `pack/` | weights in the order in which the kernels read them |
//! | `kernel/` | the inner loops in SIMD: the one place with `unsafe` |
//! | `cpu/` | what the CPU has |

mod cpu;
mod kernel;
mod layers;
mod pack;
mod plan;
mod run;

use std::sync::{Arc, Mutex, PoisonError};

use captcha_core::ndarray::{Array3, ArrayView4};

pub use self::cpu::{ISA_VARIABLE, Isa, IsaError};
pub use self::plan::{NativeError, NativeOptions};
pub use self::run::Session;

use self::kernel::Kernels;
use self::run::{BACKEND, Network};
use crate::{ModelFile, ModelMetadata, Precision, RecognizeError, Recognizer};

/// Runs a network on the CPU, in pure Rust: no libtorch, no Python, nothing to install.
///
/// Weights are packed when it is made, for the best instruction set of the CPU ([`Isa`]), once for images of every width
/// if it is a sequence network. It can be shared between threads, and clones share their weights. [`Recognizer::logits`]
/// allocates its result only; a [`Session`] not even that.
///
/// ```
/// use captcha_infer::{ModelFile, NativeOptions, NativeRecognizer, RecognizeError, Recognizer};
///
/// fn scores(model: &ModelFile, image: &[f32]) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
///     let recognizer = NativeRecognizer::with_options(model, NativeOptions::default().with_threads(2))?;
///     let mut scores = vec![0.0; recognizer.metadata().alphabet.len()];
///     recognizer.session()?.forward(image, &mut scores)?;
///     Ok(scores)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct NativeRecognizer {
    metadata: Arc<ModelMetadata>,
    network: Arc<Network>,
    isa: Isa,
    threads: usize,
    /// Those that are not in use, for the next call of `logits`.
    sessions: Arc<Mutex<Vec<Session>>>,
}

impl NativeRecognizer {
    /// The network of `model`, on one thread.
    ///
    /// # Errors
    /// [`NativeError`] if the architecture makes no network, or if [`ISA_VARIABLE`] names an instruction set that
    /// there is not.
    pub fn new(model: &ModelFile) -> Result<Self, NativeError> {
        Self::with_options(model, NativeOptions::default())
    }

    /// The network of `model`, run as `options` say.
    ///
    /// # Errors
    /// [`NativeError`] if the architecture makes no network, if an option is out of its range, or if the CPU lacks
    /// the instruction set that the options or [`ISA_VARIABLE`] ask for.
    pub fn with_options(model: &ModelFile, options: NativeOptions) -> Result<Self, NativeError> {
        let threads = options.checked_threads()?;
        let kernels = Kernels::new(options.isa.map_or_else(Isa::from_environment, Ok)?)?;
        Ok(Self {
            metadata: Arc::new(model.metadata().clone()),
            network: Arc::new(Network::new(model, kernels, options.precision)?),
            isa: kernels.isa(),
            threads,
            sessions: Arc::default(),
        })
    }

    /// The instruction set that it runs on.
    #[must_use]
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// How exactly it computes: [`Precision::Int8`] only if that was asked for, this CPU is faster with it and the
    /// network has a layer for it.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.network.precision()
    }

    /// Buffers and threads for forward passes without allocation.
    ///
    /// # Errors
    /// [`RecognizeError::Backend`] if the system gives no more threads.
    pub fn session(&self) -> Result<Session, RecognizeError> {
        Session::new(&self.network, self.threads)
    }
}

impl Recognizer for NativeRecognizer {
    fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    fn backend(&self) -> &'static str {
        BACKEND
    }

    fn precision(&self) -> Precision {
        self.network.precision()
    }

    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        let (images, channels, height, width) = input.dim();
        let steps = self.network.sizes_of([images, channels, height, width])?.steps;
        let mut logits = Array3::zeros((images, steps, self.network.output_len()));
        let input = input.as_standard_layout();
        if let (Some(input), Some(logits)) = (input.as_slice(), logits.as_slice_mut()) {
            let idle = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut session = idle.map_or_else(|| self.session(), Ok)?;
            session.forward_at(width, input, logits)?;
            self.sessions.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
        Ok(logits)
    }
}
