//! Which network is trained.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use captcha_lab::infer::{Architecture, OpenArchitectureError};

use crate::output::quoted;
use crate::run::Outcome;

/// A network by name, or a JSON file with the architecture as in a model file: the arguments of
/// [`Architecture::open`], and [`LETTERS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network(PathBuf);

/// The name of the way by letters in which every step can be seen: the project's own letter network, on letters that are
/// kept in folders.
const LETTERS: &str = "letters";

/// Which letter network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LetterNetwork {
    /// The project's own: 3x3 convolutions with batch normalisation.
    #[default]
    Compact,
    /// The post's: two 5x5 convolutions, two fully connected layers.
    Post,
}

/// The project's own letter network.
impl Default for Network {
    fn default() -> Self {
        Self("compact".into())
    }
}

impl std::fmt::Display for Network {
    /// As it is typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&quoted(&self.0))
    }
}

impl FromStr for Network {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self(name.into()))
    }
}

impl Network {
    /// Whether it reads whole images.
    ///
    /// # Errors
    /// If there is no such network.
    pub(crate) fn is_sequence(&self) -> Outcome<bool> {
        Ok(self.for_any_alphabet()?.is_sequence())
    }

    /// Whether letters that are cut from images are kept in folders.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn keeps_letters(&self) -> bool {
        self.0.as_os_str() == LETTERS
    }

    /// The name of a preset, or the path of a file.
    fn name(&self) -> &Path {
        if self.0.as_os_str() == LETTERS { Path::new("compact") } else { &self.0 }
    }

    /// The letter network for `characters` characters and letters of `size` x `size` pixels.
    ///
    /// # Errors
    /// If there is no such network.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn for_letters(&self, characters: usize, size: u32) -> Outcome<Architecture> {
        let mut architecture = Architecture::open(self.name(), characters)?;
        if architecture.is_sequence() {
            return Err("a network for whole images reads no letters".into());
        }
        if self.is_preset() {
            (architecture.input.height, architecture.input.width) = (size as usize, size as usize);
        }
        Ok(architecture)
    }

    /// The network for whole images with `characters` characters and the blank.
    ///
    /// # Errors
    /// If there is no such network.
    pub(crate) fn for_sequences(&self, characters: usize) -> Outcome<Architecture> {
        let architecture = Architecture::open(self.name(), characters)?;
        match architecture.is_sequence() {
            true => Ok(architecture),
            false => Err("a network for letters reads no whole images".into()),
        }
    }

    /// Width and height in pixels of the letters that the network takes.
    ///
    /// # Errors
    /// If there is no such network.
    #[cfg(any(feature = "torch", test))]
    pub(crate) fn letter_size(&self) -> Outcome<u32> {
        Ok(self.for_any_alphabet()?.input.width as u32)
    }

    #[cfg(any(feature = "torch", test))]
    fn is_preset(&self) -> bool {
        self.name().to_str().is_some_and(|name| Architecture::preset(name, 1).is_some())
    }

    /// The network; that of a file may be for any number of characters.
    fn for_any_alphabet(&self) -> Result<Architecture, OpenArchitectureError> {
        match Architecture::open(self.name(), 1) {
            Err(OpenArchitectureError::Classes { .. }) => Architecture::from_file(self.name()),
            opened => opened,
        }
    }
}

impl LetterNetwork {
    /// The architecture for `characters` characters and letters of `size` x `size` pixels.
    #[cfg(feature = "torch")]
    pub(crate) fn architecture(self, characters: usize, size: u32) -> Architecture {
        let mut architecture = self.preset(characters);
        (architecture.input.height, architecture.input.width) = (size as usize, size as usize);
        architecture
    }

    /// Width and height in pixels of the letters that the architecture takes.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_a_name_or_a_file_and_fits_the_alphabet() {
        let network = |name: &str| name.parse::<Network>().unwrap();
        assert_eq!(network("fine-sequence").for_sequences(36).unwrap().input.height, 60);
        assert_eq!(network("post").for_letters(26, 20).unwrap(), Architecture::post(26));
        assert_eq!(network("compact").for_letters(26, 20).unwrap().input.height, 20);
        assert_eq!(network("letters").for_letters(26, 20).ok(), network("compact").for_letters(26, 20).ok());
        assert!(network("letters").keeps_letters() && !network("compact").keeps_letters());
        assert!(
            network("post").for_sequences(26).is_err() && network("sequence").for_letters(26, 24).is_err()
        );
        let error = network("fine").is_sequence().unwrap_err().to_string();
        assert!(error.contains("fine-sequence") && error.contains("./fine"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("net.json");
        let from_file = Network(file.clone());
        for (architecture, fits) in
            [(Architecture::sequence(36, 96), true), (Architecture::sequence(26, 96), false)]
        {
            std::fs::write(&file, serde_json::to_vec(&architecture).unwrap()).unwrap();
            assert!(from_file.is_sequence().unwrap());
            assert_eq!(from_file.for_sequences(36).ok(), fits.then_some(architecture));
        }
        std::fs::write(&file, serde_json::to_vec(&Architecture::post(36)).unwrap()).unwrap();
        assert!(!from_file.is_sequence().unwrap());
        assert_eq!(from_file.letter_size().unwrap(), 20);
        std::fs::write(&file, "{}").unwrap();
        let error = from_file.is_sequence().unwrap_err().to_string();
        assert!(error.contains("no architecture"), "{error}");
    }
}
