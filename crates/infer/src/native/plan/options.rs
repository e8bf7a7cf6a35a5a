//! How the native backend runs.

use crate::native::cpu::{Isa, IsaError};
use crate::{ArchitectureError, Precision};

/// The most threads that a recognizer may use.
const MAX_THREADS: usize = 1024;

/// How a [`NativeRecognizer`](crate::NativeRecognizer) runs a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NativeOptions {
    /// Threads of one call, 1 to 1024, default 1. A batch is split by image; with few images, threads share the first
    /// fully connected layer if it has many weights. Calls at the same time have their threads each, so a program that
    /// has its own threads leaves this at 1.
    pub threads: usize,
    /// The instruction set; default [`Isa::from_environment`].
    pub isa: Option<Isa>,
    /// How exactly to compute; default [`Precision::F32`]. What the CPU is no faster with is run in 32-bit floats:
    /// [`NativeRecognizer::precision`](crate::NativeRecognizer::precision) says how it is.
    pub precision: Precision,
}

impl Default for NativeOptions {
    fn default() -> Self {
        Self { threads: 1, isa: None, precision: Precision::F32 }
    }
}

impl NativeOptions {
    /// Sets the number of threads, 1 to 1024.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the instruction set, whatever the environment says.
    #[must_use]
    pub fn with_isa(mut self, isa: Isa) -> Self {
        self.isa = Some(isa);
        self
    }

    /// Sets the precision.
    #[must_use]
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// The number of threads if it is in its range.
    pub(in crate::native) fn checked_threads(self) -> Result<usize, NativeError> {
        if (1..=MAX_THREADS).contains(&self.threads) {
            return Ok(self.threads);
        }
        Err(NativeError::Threads { threads: self.threads })
    }
}

/// Why a model can't be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NativeError {
    /// The architecture makes no network.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The instruction set that was asked for can't be used.
    #[error(transparent)]
    Isa(#[from] IsaError),
    /// A number of threads out of range.
    #[error("{threads} threads, expected 1 to {MAX_THREADS}")]
    Threads {
        /// What was asked for.
        threads: usize,
    },
}
