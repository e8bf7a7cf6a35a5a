//! Tensors with a JSON text beside them, in one safetensors file with a checksum.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The one key of the safetensors metadata, so that the same content always gives the same bytes.
const METADATA_KEY: &str = "captcha-lab";

/// A dense `f32` tensor, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
    /// Whether files hold it in 16 bits; then every value is one of those.
    half: bool,
}

impl Tensor {
    /// The tensor of `shape` with these values in row-major order, or `None` if their number does not fit.
    #[must_use]
    pub fn new(shape: Vec<usize>, data: Vec<f32>) -> Option<Self> {
        let values = shape.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
        (values == Some(data.len())).then_some(Self { shape, data, half: false })
    }

    /// The shape.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values in row-major order.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// Rounds every value to the nearest one of half precision (binary16 of IEEE 754, ties to even), in which files hold
    /// it from now on. From 65520 on it becomes infinite.
    #[must_use]
    pub fn to_half(&self) -> Self {
        let data = self.data.iter().map(|&value| f16::from_f32(value).to_f32()).collect();
        Self { shape: self.shape.clone(), data, half: true }
    }

    /// Whether files hold it in half precision.
    #[must_use]
    pub fn is_half(&self) -> bool {
        self.half
    }

    /// The values as they stand in the file.
    fn little_endian_bytes(&self) -> Vec<u8> {
        if self.half {
            self.data.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()
        } else {
            self.data.iter().flat_map(|value| value.to_le_bytes()).collect()
        }
    }
}

/// Lets the library serialise without a second copy of all weights.
impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        if self.half { Dtype::F16 } else { Dtype::F32 }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.little_endian_bytes())
    }

    fn data_len(&self) -> usize {
        self.data.len() * if self.half { size_of::<f16>() } else { size_of::<f32>() }
    }
}

/// Tensors with a JSON text beside them: what model files and training checkpoints are made of.
///
/// In bytes it is one safetensors file whose metadata has one key, `captcha-lab`, with the JSON object
/// `{"crc32": ..., "content": ...}`. The checksum (CRC-32 of ISO 3309) covers the text of `content` and the bytes
/// of all tensors in the order of their names. Tensors are of 32-bit floats, or of 16-bit ones ([`Tensor::to_half`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    /// A JSON value, as text.
    pub json: String,
    /// The tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
}

/// An error of a library that is no part of this interface.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why bytes are no [`Container`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// The bytes are no safetensors file, or only the start of one.
    #[error("not a safetensors file, or a truncated one")]
    NotSafetensors(#[source] Source),
    /// A safetensors file of another program.
    #[error("a safetensors file without the metadata {METADATA_KEY:?}: not of captcha-lab")]
    NoMetadata,
    /// The metadata is no JSON of the expected form.
    #[error("the metadata can't be read")]
    Metadata(#[source] Source),
    /// The content is not what was written.
    #[error("the file is corrupt: its checksum is {actual:08x}, expected {expected:08x}")]
    Checksum {
        /// What the file says.
        expected: u32,
        /// What its content gives.
        actual: u32,
    },
    /// A tensor is not of floats of 32 or 16 bits.
    #[error("the tensor {tensor:?} has type {actual}, expected F32 or F16")]
    WrongType {
        /// Its name.
        tensor: String,
        /// Its type.
        actual: String,
    },
}

impl From<safetensors::SafeTensorError> for ContainerError {
    fn from(error: safetensors::SafeTensorError) -> Self {
        Self::NotSafetensors(error.into())
    }
}

impl From<serde_json::Error> for ContainerError {
    fn from(error: serde_json::Error) -> Self {
        Self::Metadata(error.into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    crc32: u32,
    content: Box<RawValue>,
}

impl Container {
    /// Reads the bytes of a container.
    ///
    /// # Errors
    /// [`ContainerError`] if anything is not as it was written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContainerError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let metadata = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let envelope: Envelope = serde_json::from_str(metadata.ok_or(ContainerError::NoMetadata)?)?;
        let json = envelope.content.get();

        let mut checksum = crc32fast::Hasher::new();
        checksum.update(json.as_bytes());
        let mut tensors = BTreeMap::new();
        let views: BTreeMap<String, _> = SafeTensors::deserialize(bytes)?.tensors().into_iter().collect();
        for (name, view) in views {
            checksum.update(view.data());
            let data = match view.dtype() {
                Dtype::F32 => {
                    view.data().as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect()
                }
                Dtype::F16 => view
                    .data()
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&value| f16::from_le_bytes(value).to_f32())
                    .collect(),
                other => {
                    return Err(ContainerError::WrongType { tensor: name, actual: format!("{other:?}") });
                }
            };
            let half = view.dtype() == Dtype::F16;
            tensors.insert(name, Tensor { shape: view.shape().to_vec(), data, half });
        }
        let actual = checksum.finalize();
        if actual != envelope.crc32 {
            return Err(ContainerError::Checksum { expected: envelope.crc32, actual });
        }
        Ok(Self { json: json.to_owned(), tensors })
    }

    /// The bytes of the container; the same container always gives the same bytes.
    ///
    /// # Errors
    /// [`ContainerError::Metadata`] if [`json`](Self::json) is no JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ContainerError> {
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(self.json.as_bytes());
        for tensor in self.tensors.values() {
            checksum.update(&tensor.little_endian_bytes());
        }
        let content = RawValue::from_string(self.json.clone())?;
        let text = serde_json::to_string(&Envelope { crc32: checksum.finalize(), content })?;
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), text)]);
        Ok(safetensors::serialize(&self.tensors, Some(metadata))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_that_of_ieee_754() {
        // Value, and the nearest one with 11 bits, or a multiple of 2^-24 below 2^-14.
        let cases = [
            (0.0, 0.0),
            (1.0, 1.0),
            (2049.0, 2048.0),
            (2051.0, 2052.0),
            (-0.1, -0.099_975_586),
            (65519.0, 65504.0),
            (1.5e-8, 0.0),
            (4e-8, 5.960_464_5e-8),
        ];
        let (values, rounded): (Vec<f32>, Vec<f32>) = cases.into_iter().unzip();
        let tensor = Tensor::new(vec![1, values.len()], values).unwrap().to_half();
        assert_eq!(tensor.data(), rounded);
    }
}
