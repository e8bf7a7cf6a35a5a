//! Which network is trained.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use captcha_core::files::read_bounded;
use captcha_lab::infer::Architecture;

use crate::run::Outcome;

/// A network by name, or by a JSON file with what a model file holds as its architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Network {
    /// A letter network of this project.
    Letters(LetterNetwork),
    /// The network for whole images.
    Sequence,
    /// The network for whole images whose details matter.
    FineSequence,
    /// A network of either kind.
    File(PathBuf),
}

/// Which letter network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LetterNetwork {
    /// The project's own: 3x3 convolutions with batch normalisation.
    #[default]
    Compact,
    /// The post's: two 5x5 convolutions, two fully connected layers.
    Post,
}

impl FromStr for Network {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(match name {
            "compact" => Self::Letters(LetterNetwork::Compact),
            "post" => Self::Letters(LetterNetwork::Post),
            "sequence" => Self::Sequence,
            "fine-sequence" => Self::FineSequence,
            file => Self::File(file.into()),
        })
    }
}

impl Network {
    /// Whether it reads whole images.
    ///
    /// # Errors
    /// If it is a file that holds no network.
    pub(crate) fn is_sequence(&self) -> Outcome<bool> {
        match self {
            Self::Letters(_) => Ok(false),
            Self::Sequence | Self::FineSequence => Ok(true),
            Self::File(file) => Ok(open(file)?.is_sequence()),
        }
    }

    /// The letter network for `characters` characters and letters of `size` x `size` pixels.
    ///
    /// # Errors
    /// If it is a file that holds no such network.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn for_letters(&self, characters: usize, size: u32) -> Outcome<Architecture> {
        match self {
            Self::Letters(network) => Ok(network.architecture(characters, size)),
            Self::Sequence | Self::FineSequence => Err("a network for whole images reads no letters".into()),
            Self::File(file) => fitting(file, characters),
        }
    }

    /// The network for whole images with `characters` characters and the blank.
    ///
    /// # Errors
    /// If it is a file that holds no such network.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn for_sequences(&self, characters: usize) -> Outcome<Architecture> {
        // Any width: these networks take all.
        const WIDTH: usize = 100;
        match self {
            Self::Letters(_) => Err("a network for letters reads no whole images".into()),
            Self::Sequence => Ok(Architecture::sequence(characters, WIDTH)),
            Self::FineSequence => Ok(Architecture::fine_sequence(characters, WIDTH)),
            Self::File(file) => fitting(file, characters),
        }
    }

    /// Width and height of a letter that it is made for, in pixels.
    ///
    /// # Errors
    /// If it is a file that holds no network.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn letter_size(&self) -> Outcome<u32> {
        match self {
            Self::Letters(network) => Ok(network.letter_size()),
            Self::Sequence | Self::FineSequence => Err("a network for whole images reads no letters".into()),
            Self::File(file) => Ok(open(file)?.input.width as u32),
        }
    }
}

impl LetterNetwork {
    /// The architecture for `characters` characters and letters of `size` x `size` pixels.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn architecture(self, characters: usize, size: u32) -> Architecture {
        let mut architecture = self.preset(characters);
        (architecture.input.height, architecture.input.width) = (size as usize, size as usize);
        architecture
    }

    /// Width and height of a letter that the architecture is made for, in pixels.
    pub(crate) fn letter_size(self) -> u32 {
        self.preset(1).input.width as u32
    }

    fn preset(self, characters: usize) -> Architecture {
        match self {
            Self::Compact => Architecture::compact(characters),
            Self::Post => Architecture::post(characters),
        }
    }
}

/// Largest file of layers in bytes: those of the project have 2 kB.
const MAX_FILE: u64 = 1 << 20;

/// The architecture in a JSON file.
fn open(file: &Path) -> Outcome<Architecture> {
    let name = file.display();
    let json = read_bounded(file, MAX_FILE).map_err(|error| {
        format!(
            "{name} is neither compact, post, sequence nor fine-sequence, and no file that can be read: {error}"
        )
    })?;
    Ok(serde_json::from_slice(&json).map_err(|error| format!("{name} is no architecture: {error}"))?)
}

/// The architecture in a JSON file, if it is one for `characters` characters.
#[cfg(any(feature = "torch", test))]
fn fitting(file: &Path, characters: usize) -> Outcome<Architecture> {
    use captcha_lab::infer::Shape;

    let architecture = open(file)?;
    let name = file.display();
    match architecture.output().map_err(|error| format!("{name} makes no network: {error}"))? {
        Shape::Sequence { features, .. } if features != characters + 1 => Err(format!(
            "{name} gives scores for {features} classes, expected {}: {characters} characters and the blank",
            characters + 1
        )
        .into()),
        _ => Ok(architecture),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_a_name_or_a_file_and_fits_the_alphabet() {
        let network = |name: &str| name.parse::<Network>().unwrap();
        assert_eq!(network("fine-sequence").for_sequences(36).unwrap().input.height, 60);
        assert_eq!(network("post").for_letters(26, 24).unwrap(), Architecture::post(26));
        let error = network("fine").is_sequence().unwrap_err().to_string();
        assert!(error.contains("sequence nor fine-sequence"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("net.json");
        let from_file = Network::File(file.clone());
        for (architecture, fits) in
            [(Architecture::sequence(36, 96), true), (Architecture::sequence(26, 96), false)]
        {
            std::fs::write(&file, serde_json::to_vec(&architecture).unwrap()).unwrap();
            assert!(from_file.is_sequence().unwrap());
            assert_eq!(from_file.for_sequences(36).ok(), fits.then_some(architecture));
        }
        std::fs::write(&file, serde_json::to_vec(&Architecture::post(36)).unwrap()).unwrap();
        assert!(!from_file.is_sequence().unwrap());
        assert_eq!(from_file.letter_size().unwrap(), 24);
        std::fs::write(&file, "{}").unwrap();
        let error = from_file.is_sequence().unwrap_err().to_string();
        assert!(error.contains("no architecture"), "{error}");
    }
}
