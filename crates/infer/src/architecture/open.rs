//! Architectures by name, and from files.

use std::path::{Path, PathBuf};

use captcha_core::files::{ReadError, read_bounded};

use super::{Architecture, ArchitectureError, Shape};

/// The largest file with an architecture: far more than 256 layers take.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The width of the images that a preset says it was made for; sequence networks take others too.
const WIDTH: usize = 100;

/// Why there is no architecture of a name or in a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenArchitectureError {
    /// A name without extension or folder that is no preset's.
    #[error(
        "{name:?} is no architecture, expected {}; a file is named with its extension or folder: {name}.json or ./{name}",
        Architecture::PRESETS.join(", ")
    )]
    Unknown {
        /// What was given.
        name: String,
    },
    /// The file can't be read.
    #[error("{} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// The file holds no architecture.
    #[error("{} is no architecture in JSON", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The layers in the file make no network.
    #[error("the layers in {} make no network", path.display())]
    Layers {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ArchitectureError,
    },
    /// The network in the file gives another number of scores.
    #[error(
        "the network in {} ends in {actual}, expected one score for each of {characters} characters, and one more, for \
         the blank, at every step of a sequence network",
        path.display()
    )]
    Classes {
        /// The file.
        path: PathBuf,
        /// What it gives.
        actual: Shape,
        /// How many characters there are.
        characters: usize,
    },
}

impl Architecture {
    /// The names of the networks of the project, which [`open`](Self::open) takes.
    pub const PRESETS: [&str; 6] =
        ["post", "compact", "sequence", "fine-sequence", "deep-sequence", "base-sequence"];

    /// The network of the project with this name, for an alphabet of `characters` characters.
    #[must_use]
    pub fn preset(name: &str, characters: usize) -> Option<Self> {
        match name {
            "post" => Some(Self::post(characters)),
            "compact" => Some(Self::compact(characters)),
            "sequence" => Some(Self::sequence(characters, WIDTH)),
            "fine-sequence" => Some(Self::fine_sequence(characters, WIDTH)),
            "deep-sequence" => Some(Self::deep_sequence(characters, WIDTH)),
            "base-sequence" => Some(Self::base_sequence(characters, WIDTH)),
            _ => None,
        }
    }

    /// Opens a network by name or from a JSON file, for an alphabet of `characters` characters.
    ///
    /// A name without extension and without folder is that of a preset; everything else is a path. So `sequence` is always
    /// the project's, and `./sequence` or `sequence.json` a file.
    ///
    /// # Errors
    /// [`OpenArchitectureError`] says what is wrong, and what can be given instead.
    pub fn open(name: impl AsRef<Path>, characters: usize) -> Result<Self, OpenArchitectureError> {
        let path = name.as_ref();
        // A name is its own last part: no folder before it, none after.
        let bare = path.extension().is_none() && path.file_name() == Some(path.as_os_str());
        if bare {
            let name = path.to_string_lossy().into_owned();
            return Self::preset(&name, characters).ok_or(OpenArchitectureError::Unknown { name });
        }
        let (architecture, output) = read(path)?;
        let fits = match output {
            Shape::Vector { features } => features == characters,
            Shape::Sequence { features, .. } => features == characters.saturating_add(1),
            Shape::Maps { .. } => false,
        };
        if !fits {
            let path = path.to_owned();
            return Err(OpenArchitectureError::Classes { path, actual: output, characters });
        }
        Ok(architecture)
    }

    /// Reads a network from a JSON file with what a model file holds as its architecture, for an alphabet of any size.
    ///
    /// # Errors
    /// [`OpenArchitectureError`] says what is wrong with the file or its layers.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, OpenArchitectureError> {
        Ok(read(path.as_ref())?.0)
    }
}

/// The network in a JSON file, and what it gives.
fn read(path: &Path) -> Result<(Architecture, Shape), OpenArchitectureError> {
    let path = || path.to_owned();
    let json = read_bounded(path(), MAX_FILE_BYTES)
        .map_err(|source| OpenArchitectureError::Read { path: path(), source })?;
    let architecture: Architecture = serde_json::from_slice(&json)
        .map_err(|error| OpenArchitectureError::Json { path: path(), source: error.into() })?;
    let output =
        architecture.output().map_err(|source| OpenArchitectureError::Layers { path: path(), source })?;
    Ok((architecture, output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_presets_and_everything_else_is_a_path() {
        for name in Architecture::PRESETS {
            assert_eq!(Architecture::open(name, 36).ok(), Architecture::preset(name, 36), "{name}");
        }
        let error = Architecture::open("fine", 36).unwrap_err().to_string();
        assert!(error.contains("fine-sequence") && error.contains("./fine"), "{error}");
        for name in ["./sequence", "sequence.json", "nets/sequence", ".."] {
            let error = Architecture::open(name, 36).unwrap_err();
            assert!(matches!(error, OpenArchitectureError::Read { .. }), "{name}: {error}");
        }
    }

    #[test]
    fn files_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("net.json");
        for (architecture, fits) in [
            (Architecture::sequence(36, 96), true),
            (Architecture::sequence(26, 96), false),
            (Architecture::post(36), true),
            (Architecture::post(37), false),
        ] {
            std::fs::write(&file, serde_json::to_vec(&architecture).unwrap()).unwrap();
            assert_eq!(Architecture::from_file(&file).unwrap(), architecture);
            assert_eq!(Architecture::open(&file, 36).ok(), fits.then_some(architecture));
        }
        std::fs::write(&file, "{}").unwrap();
        let error = Architecture::open(&file, 36).unwrap_err();
        assert!(matches!(error, OpenArchitectureError::Json { .. }), "{error}");
        let mut none = Architecture::post(36);
        none.layers.remove(6);
        std::fs::write(&file, serde_json::to_vec(&none).unwrap()).unwrap();
        let error = Architecture::open(&file, 36).unwrap_err();
        assert!(matches!(error, OpenArchitectureError::Layers { .. }), "{error}");
    }
}
