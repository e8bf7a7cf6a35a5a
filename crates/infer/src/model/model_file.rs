//! The model file: weights with everything that is needed to use them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use captcha_core::Alphabet;
use captcha_core::files::{Durability, read_bounded, write_whole};
use serde::{Deserialize, Serialize};

use crate::{
    Architecture, ArchitectureError, Container, ContainerError, Preparation, PreparationError, Shape, Tensor,
};

/// The version of the model file that this crate writes. It reads this one only.
pub const FORMAT_VERSION: u32 = 1;

/// The largest model file that is read: the most weights that an [`Architecture`] may have, 256 MiB, and as much for what is
/// said of them.
const MAX_FILE_BYTES: u64 = 1 << 29;

/// What a model file says beside its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelMetadata {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The network.
    pub architecture: Architecture,
    /// The characters, in class order.
    pub alphabet: Alphabet,
    /// How pixels become floats.
    pub normalisation: Normalisation,
    /// What is done to the pixels of an image before; nothing if it is not there.
    #[serde(default, skip_serializing_if = "Preparation::is_default")]
    pub preparation: Preparation,
    /// How many characters a text had in training, fewest and most, if that is known.
    pub lengths: Option<(usize, usize)>,
    /// How images were cut into letters in training, as `captcha-segment` serialises its options.
    pub segmentation: Option<serde_json::Value>,
    /// What logits are divided by before the softmax, so that confidences are what they say
    /// ([`fit_temperature`](crate::fit_temperature)); finite and above 0, 1 if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// How it was trained: command, style, seed, epochs; free text by key.
    pub training: BTreeMap<String, String>,
    /// What it scored and on what; free text by key.
    pub scores: BTreeMap<String, String>,
}

/// How pixels become floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Normalisation {
    /// `1 - level / 255`: ink 1.0, paper 0.0; see [`captcha_core::ink`].
    Ink,
}

impl ModelMetadata {
    /// Metadata of a network that reads `alphabet`, with nothing said about its training.
    #[must_use]
    pub fn new(architecture: Architecture, alphabet: Alphabet) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            architecture,
            alphabet,
            normalisation: Normalisation::Ink,
            preparation: Preparation::default(),
            lengths: None,
            segmentation: None,
            temperature: None,
            training: BTreeMap::new(),
            scores: BTreeMap::new(),
        }
    }
}

/// A trained network: metadata and weights, complete and consistent.
///
/// On disk it is one safetensors file, with weights in 32 bits or, after [`to_half`](Self::to_half), in 16. Loading checks the format version, the architecture, that every tensor
/// is there with its shape and type and no other, that the last layer has one score for each character, that
/// all weights are finite, and a checksum of metadata and weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    metadata: ModelMetadata,
    tensors: BTreeMap<String, Tensor>,
}

/// Why a file is no model that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// The bytes are not those of a model file.
    #[error("not a model file")]
    Container(#[from] ContainerError),
    /// The metadata can't be read.
    #[error("the metadata of the model can't be read or written")]
    Metadata(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Made by a newer or older version.
    #[error("the model file has format version {found}, this version of captcha-lab reads {FORMAT_VERSION}")]
    Version {
        /// What the file says.
        found: u32,
    },
    /// The architecture makes no network.
    #[error("the architecture of the model makes no network")]
    Architecture(#[from] ArchitectureError),
    /// The network has another number of classes than the alphabet has characters.
    #[error(
        "the network gives {actual}, expected one score for each of the {expected} characters of {alphabet:?}, and one more, for the blank, at every step of a sequence network"
    )]
    Classes {
        /// The number of characters.
        expected: usize,
        /// The shape of the network's output.
        actual: Shape,
        /// The alphabet.
        alphabet: String,
    },
    /// A tensor that the architecture needs is not there.
    #[error("the tensor {tensor:?} is missing, expected shape {expected:?}")]
    MissingTensor {
        /// Its name.
        tensor: String,
        /// The shape that the architecture needs.
        expected: Vec<usize>,
    },
    /// A tensor is there that the architecture has no use for.
    #[error("the tensor {tensor:?} of shape {actual:?} does not belong to the architecture")]
    UnexpectedTensor {
        /// Its name.
        tensor: String,
        /// Its shape.
        actual: Vec<usize>,
    },
    /// A tensor has another shape than the architecture needs.
    #[error("the tensor {tensor:?} has shape {actual:?}, expected {expected:?}")]
    WrongShape {
        /// Its name.
        tensor: String,
        /// The shape that the architecture needs.
        expected: Vec<usize>,
        /// The shape that it has.
        actual: Vec<usize>,
    },
    /// A tensor holds a NaN or an infinity.
    #[error("the tensor {tensor:?} has a value that is not finite")]
    NotFinite {
        /// Its name.
        tensor: String,
    },
    /// The running variance of a batch normalisation is below 0.
    #[error("the tensor {tensor:?} has the variance {actual}, expected 0 or more")]
    Variance {
        /// Its name.
        tensor: String,
        /// The first value below 0.
        actual: f32,
    },
    /// The temperature is not a number that logits can be divided by.
    #[error("the temperature of the model is {actual}, expected a finite number above 0")]
    Temperature {
        /// What it is.
        actual: f32,
    },
    /// Images can't be prepared as the model says.
    #[error("the preparation of images can't be applied")]
    Preparation(#[from] PreparationError),
    /// The file can't be read or written.
    #[error("the file can't be read or written")]
    Io(#[source] io::Error),
    /// One of the above, with the file it happened to.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ModelFileError>,
    },
}

/// Read before everything else, so that a file of another version is told from a broken one.
#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

impl ModelFile {
    /// A model of these weights.
    ///
    /// # Errors
    /// [`ModelFileError`] if the architecture makes no network, does not fit the alphabet, or the tensors are
    /// not those that it needs; or if its temperature or its preparation is out of range.
    pub fn new(metadata: ModelMetadata, tensors: BTreeMap<String, Tensor>) -> Result<Self, ModelFileError> {
        check_temperature(metadata.temperature)?;
        metadata.preparation.check(metadata.architecture.is_sequence())?;
        let output = metadata.architecture.output()?;
        let fits = match output {
            Shape::Vector { features } => features == metadata.alphabet.len(),
            // One more for the blank.
            Shape::Sequence { features, .. } => features == metadata.alphabet.len() + 1,
            Shape::Maps { .. } => false,
        };
        if !fits {
            return Err(ModelFileError::Classes {
                expected: metadata.alphabet.len(),
                actual: output,
                alphabet: metadata.alphabet.to_string(),
            });
        }
        let parameters = metadata.architecture.parameters()?;
        let known: BTreeSet<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        if let Some((name, tensor)) = tensors.iter().find(|(name, _)| !known.contains(name.as_str())) {
            return Err(ModelFileError::UnexpectedTensor {
                tensor: name.clone(),
                actual: tensor.shape().to_vec(),
            });
        }
        for parameter in parameters {
            let tensor = tensors.get(&parameter.name).ok_or_else(|| ModelFileError::MissingTensor {
                tensor: parameter.name.clone(),
                expected: parameter.shape.clone(),
            })?;
            if tensor.shape() != parameter.shape {
                return Err(ModelFileError::WrongShape {
                    tensor: parameter.name,
                    expected: parameter.shape,
                    actual: tensor.shape().to_vec(),
                });
            }
            if !tensor.data().iter().all(|value| value.is_finite()) {
                return Err(ModelFileError::NotFinite { tensor: parameter.name });
            }
            let negative = tensor.data().iter().find(|&&value| value < 0.0);
            if let (true, Some(&actual)) = (parameter.name.ends_with(".running_var"), negative) {
                return Err(ModelFileError::Variance { tensor: parameter.name, actual });
            }
        }
        Ok(Self { metadata, tensors })
    }

    /// What the file says beside its weights.
    #[must_use]
    pub fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    /// The weights by name.
    #[must_use]
    pub fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }

    /// Sets the scores.
    #[must_use]
    pub fn with_scores(mut self, scores: BTreeMap<String, String>) -> Self {
        self.metadata.scores = scores;
        self
    }

    /// Sets the temperature; with `None` confidences are as the network gives them.
    ///
    /// # Errors
    /// [`ModelFileError::Temperature`] unless it is finite and above 0.
    pub fn with_temperature(mut self, temperature: Option<f32>) -> Result<Self, ModelFileError> {
        check_temperature(temperature)?;
        self.metadata.temperature = temperature;
        Ok(self)
    }

    /// The model in half precision: kernels and matrices are rounded ([`Tensor::to_half`]), and its files take half the room.
    /// Biases and statistics, which take little, stay as they are. What is rounded is rounded for good: the model reads
    /// exactly as its file will.
    ///
    /// # Errors
    /// [`ModelFileError::NotFinite`] if a weight is beyond the range of half precision, 65504.
    pub fn to_half(&self) -> Result<Self, ModelFileError> {
        let tensors = self.tensors.iter().map(|(name, tensor)| {
            let rounded = if tensor.shape().len() > 1 { tensor.to_half() } else { tensor.clone() };
            (name.clone(), rounded)
        });
        Self::new(self.metadata.clone(), tensors.collect())
    }

    /// The model in the bytes of a model file.
    ///
    /// # Errors
    /// [`ModelFileError`] says what is wrong and what was expected.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let Container { json, tensors } = Container::from_bytes(bytes)?;
        let Version { format_version } =
            serde_json::from_str(&json).map_err(|error| ModelFileError::Metadata(error.into()))?;
        if format_version != FORMAT_VERSION {
            return Err(ModelFileError::Version { found: format_version });
        }
        Self::new(
            serde_json::from_str(&json).map_err(|error| ModelFileError::Metadata(error.into()))?,
            tensors,
        )
    }

    /// The bytes of a model file; the same model always gives the same bytes.
    ///
    /// # Errors
    /// [`ModelFileError::Metadata`] if a number in the metadata is not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelFileError> {
        let json =
            serde_json::to_string(&self.metadata).map_err(|error| ModelFileError::Metadata(error.into()))?;
        Ok(Container { json, tensors: self.tensors.clone() }.to_bytes()?)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelFileError::File`] with the path and what is wrong.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ModelFileError> {
        let path = path.as_ref();
        read_bounded(path, MAX_FILE_BYTES)
            .map_err(|error| ModelFileError::Io(error.into()))
            .and_then(|bytes| Self::from_bytes(&bytes))
            .map_err(|source| ModelFileError::File { path: path.to_owned(), source: Box::new(source) })
    }

    /// Writes a model file, whole or not at all.
    ///
    /// # Errors
    /// [`ModelFileError::File`] with the path and what went wrong; what `path` held before is still there.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), ModelFileError> {
        let path = path.as_ref();
        self.to_bytes()
            .and_then(|bytes| {
                write_whole(path, Durability::PowerCut, |file| file.write_all(&bytes))
                    .map_err(ModelFileError::Io)
            })
            .map_err(|source| ModelFileError::File { path: path.to_owned(), source: Box::new(source) })
    }
}

fn check_temperature(temperature: Option<f32>) -> Result<(), ModelFileError> {
    match temperature {
        Some(actual) if !(actual.is_finite() && actual > 0.0) => Err(ModelFileError::Temperature { actual }),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn model() -> ModelFile {
        let alphabet = Alphabet::new("AB").unwrap();
        let mut architecture = Architecture::compact(2);
        architecture.layers.truncate(4);
        architecture.layers.extend([crate::Layer::Flatten, crate::Layer::Linear { features: 2 }]);
        filled(ModelMetadata::new(architecture, alphabet))
    }

    pub(crate) fn filled(metadata: ModelMetadata) -> ModelFile {
        let tensors = metadata.architecture.parameters().unwrap().into_iter().enumerate().map(|(i, p)| {
            let len: usize = p.shape.iter().product();
            let data = (0..len).map(|j| (i * 31 + j) as f32 / 100.0).collect();
            (p.name, Tensor::new(p.shape, data).unwrap())
        });
        let tensors = tensors.collect();
        ModelFile::new(metadata, tensors).unwrap()
    }

    #[test]
    fn a_saved_model_is_read_back_and_its_bytes_are_stable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.safetensors");
        model().save(&path).unwrap();
        assert_eq!(ModelFile::open(&path).unwrap(), model());
        assert_eq!(std::fs::read(&path).unwrap(), model().to_bytes().unwrap());
    }

    #[test]
    fn a_model_in_half_precision_is_read_as_it_was_rounded() {
        let half = model().to_half().unwrap();
        for (name, tensor) in half.tensors() {
            let kept = model().tensors()[name].clone();
            assert_eq!(tensor.is_half(), tensor.shape().len() > 1, "{name}");
            assert_eq!(*tensor, if tensor.is_half() { kept.to_half() } else { kept }, "{name}");
        }
        assert_ne!(half.tensors()["5.weight"].data(), model().tensors()["5.weight"].data());
        let bytes = half.to_bytes().unwrap();
        assert!(2 * bytes.len() < model().to_bytes().unwrap().len() + 4096);
        assert_eq!(ModelFile::from_bytes(&bytes).unwrap(), half);
        assert_eq!(half.to_half().unwrap(), half);
        let calibrated = half.with_temperature(Some(2.0)).unwrap();
        assert_eq!(ModelFile::from_bytes(&calibrated.to_bytes().unwrap()).unwrap(), calibrated);
    }

    #[test]
    fn weights_beyond_half_precision_are_refused_by_name() {
        let ModelFile { metadata, mut tensors } = model();
        let shape = tensors["5.weight"].shape().to_vec();
        let len = shape.iter().product();
        tensors.insert("5.weight".into(), Tensor::new(shape, vec![65520.0; len]).unwrap());
        let error = ModelFile::new(metadata, tensors).unwrap().to_half().unwrap_err();
        assert_eq!(error.to_string(), "the tensor \"5.weight\" has a value that is not finite");
    }

    #[test]
    fn other_types_are_refused_by_name() {
        let bytes = model().to_half().unwrap().to_bytes().unwrap();
        let at = bytes.windows(3).position(|window| window == b"F16").unwrap();
        let mut other = bytes.clone();
        other[at..at + 3].copy_from_slice(b"I16");
        let error = ModelFile::from_bytes(&other).unwrap_err();
        let ModelFileError::Container(ContainerError::WrongType { actual, .. }) = error else {
            panic!("{error}")
        };
        assert_eq!(actual, "I16");
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = model().to_bytes().unwrap();
        for length in (0..bytes.len()).step_by(97) {
            assert!(ModelFile::from_bytes(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
        }
    }

    #[test]
    fn tensors_that_do_not_fit_are_named() {
        let ModelFile { metadata, tensors } = model();
        let with = |change: &dyn Fn(&mut BTreeMap<String, Tensor>)| {
            let mut tensors = tensors.clone();
            change(&mut tensors);
            ModelFile::new(metadata.clone(), tensors).unwrap_err().to_string()
        };
        assert_eq!(
            with(&|t| drop(t.remove("0.bias"))),
            "the tensor \"0.bias\" is missing, expected shape [16]"
        );
        assert_eq!(
            with(&|t| drop(t.insert("0.bias".into(), Tensor::new(vec![1], vec![0.0]).unwrap()))),
            "the tensor \"0.bias\" has shape [1], expected [16]"
        );
        assert_eq!(
            with(&|t| drop(t.insert("x".into(), Tensor::new(vec![1], vec![0.0]).unwrap()))),
            "the tensor \"x\" of shape [1] does not belong to the architecture"
        );
        assert_eq!(
            with(&|t| drop(t.insert("0.bias".into(), Tensor::new(vec![16], vec![f32::NAN; 16]).unwrap()))),
            "the tensor \"0.bias\" has a value that is not finite"
        );
        // A negative variance has no square root, and NaN is what the network would give.
        let variance = |value| Tensor::new(vec![16], [vec![1.0; 15], vec![value]].concat()).unwrap();
        assert_eq!(
            with(&|t| drop(t.insert("1.running_var".into(), variance(-0.5)))),
            "the tensor \"1.running_var\" has the variance -0.5, expected 0 or more"
        );
        assert_eq!(
            with(&|t| drop(t.insert("1.running_var".into(), variance(f32::INFINITY)))),
            "the tensor \"1.running_var\" has a value that is not finite"
        );
    }

    #[test]
    fn another_alphabet_or_version_is_told() {
        let ModelFile { mut metadata, tensors } = model();
        metadata.alphabet = Alphabet::digits();
        assert_eq!(
            ModelFile::new(metadata, tensors).unwrap_err().to_string(),
            "the network gives [2], expected one score for each of the 10 characters of \"0123456789\", and one more, for the blank, at every step of a sequence network"
        );
        let mut newer = model();
        newer.metadata.format_version = 2;
        let error = ModelFile::from_bytes(&newer.to_bytes().unwrap()).unwrap_err();
        assert!(matches!(error, ModelFileError::Version { found: 2 }), "{error}");
    }

    #[test]
    fn only_files_of_a_bounded_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let large = folder.path().join("large.safetensors");
        std::fs::File::create(&large).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        for path in [large.as_path(), folder.path(), Path::new("/dev/zero")] {
            let Err(ModelFileError::File { source, .. }) = ModelFile::open(path) else {
                panic!("{} was read", path.display());
            };
            assert!(matches!(*source, ModelFileError::Io(_)), "{source}");
        }
    }

    #[test]
    fn a_temperature_is_kept_and_checked() {
        let calibrated = model().with_temperature(Some(1.7)).unwrap();
        assert_eq!(ModelFile::from_bytes(&calibrated.to_bytes().unwrap()).unwrap(), calibrated);
        for actual in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            let error = model().with_temperature(Some(actual)).unwrap_err();
            assert!(matches!(error, ModelFileError::Temperature { .. }), "{error}");
        }
        // Files from before there were temperatures have no such key, and neither has one without.
        assert!(!serde_json::to_string(model().metadata()).unwrap().contains("temperature"));
    }

    #[test]
    fn a_preparation_is_kept_and_checked() {
        let ModelFile { mut metadata, tensors } = model();
        // Files from before there were preparations have no such key, and neither has one that changes nothing.
        assert!(!serde_json::to_string(&metadata).unwrap().contains("preparation"));
        metadata.preparation.polarity = crate::Polarity::ByImage;
        let prepared = ModelFile::new(metadata.clone(), tensors.clone()).unwrap();
        assert_eq!(ModelFile::from_bytes(&prepared.to_bytes().unwrap()).unwrap(), prepared);
        for actual in [1.5, 9.0, f32::NAN] {
            metadata.preparation.stretch = actual;
            let error = ModelFile::new(metadata.clone(), tensors.clone()).unwrap_err();
            assert!(matches!(error, ModelFileError::Preparation(_)), "{error}");
        }
        let unknown = serde_json::from_str::<Preparation>(r#"{"polarity": "by_image", "sharpen": 2}"#);
        assert!(unknown.unwrap_err().to_string().contains("sharpen"));
        let part: Preparation = serde_json::from_str(r#"{"stretch": 1.5}"#).unwrap();
        assert_eq!(part, Preparation::default().with_stretch(1.5));
    }

    #[test]
    fn a_safetensors_file_of_another_program_is_told() {
        let tensors = model().tensors;
        let bytes = safetensors::serialize(&tensors, None).unwrap();
        let error = ModelFile::from_bytes(&bytes).unwrap_err();
        assert!(matches!(error, ModelFileError::Container(ContainerError::NoMetadata)), "{error}");
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_never_accepted(position in any::<prop::sample::Index>(), bit in 0u32..8, half: bool) {
            let model = if half { model().to_half().unwrap() } else { model() };
            let mut bytes = model.to_bytes().unwrap();
            let position = position.index(bytes.len());
            bytes[position] ^= 1u8 << bit;
            // White space in the header carries no meaning; anything else must be noticed.
            prop_assert!(ModelFile::from_bytes(&bytes).is_err() || bytes[position].is_ascii_whitespace());
        }

        #[test]
        fn random_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(ModelFile::from_bytes(&bytes).is_err());
        }
    }
}
