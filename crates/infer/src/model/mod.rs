//! A trained network on disk.
//!
//! | file | what it holds |
//! |---|---|
//! | `model_file` | weights with everything needed to use them, checked |
//! | `preparation` | what is done to the pixels of an image before a network sees them |
//! | `container` | tensors with a JSON text beside them, in one safetensors file |

mod container;
pub(crate) mod model_file;
mod preparation;

pub use self::container::{Container, ContainerError, Tensor};
pub use self::model_file::{FORMAT_VERSION, ModelFile, ModelFileError, ModelMetadata, Normalisation};
pub use self::preparation::{Contrast, Polarity, Preparation, PreparationError};
