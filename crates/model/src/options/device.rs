//! Where to train or to run.

use serde::{Deserialize, Serialize};
use tch::{Cuda, Device};

use crate::ModelError;

/// Where to train or to run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceChoice {
    /// The first CUDA device if there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device of this number, from 0.
    Cuda(usize),
}

impl DeviceChoice {
    pub(crate) fn device(self) -> Result<Device, ModelError> {
        let found = usize::try_from(Cuda::device_count()).unwrap_or(0);
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Auto => Ok(Device::cuda_if_available()),
            Self::Cuda(index) if index < found => Ok(Device::Cuda(index)),
            Self::Cuda(index) => Err(ModelError::NoSuchDevice { index, found }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_not_there_is_an_error() {
        assert!(matches!(DeviceChoice::Cuda(99).device(), Err(ModelError::NoSuchDevice { index: 99, .. })));
    }
}
