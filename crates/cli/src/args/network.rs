//! Which network is trained.

use captcha_lab::infer::{Architecture, Shape};

use crate::run::Outcome;

/// Which letter network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Network {
    /// The project's own: 3x3 convolutions with batch normalisation.
    #[default]
    Compact,
    /// The post's: two 5x5 convolutions, two fully connected layers.
    Post,
}

impl Network {
    /// The architecture for `classes` characters and letters of `size` x `size` pixels.
    #[must_use]
    pub fn architecture(self, classes: usize, size: u32) -> Architecture {
        let mut architecture = self.preset(classes);
        (architecture.input.height, architecture.input.width) = (size as usize, size as usize);
        architecture
    }

    /// Width and height of a letter that the architecture is made for, in pixels.
    #[must_use]
    pub fn letter_size(self) -> u32 {
        self.preset(1).input.width as u32
    }

    fn preset(self, classes: usize) -> Architecture {
        match self {
            Self::Compact => Architecture::compact(classes),
            Self::Post => Architecture::post(classes),
        }
    }
}

/// A network that reads whole images and has `characters` classes and the blank: `sequence`, `fine-sequence`, or a JSON file
/// with what a model file holds as its architecture.
///
/// # Errors
/// If there is no such file, or it has no architecture of such a network.
pub fn open_architecture(name: &str, characters: usize) -> Result<Architecture, Box<dyn Error>> {
    // Any width: sequence networks take all.
    const WIDTH: usize = 100;
    match name {
        "sequence" => return Ok(Architecture::sequence(characters, WIDTH)),
        "fine-sequence" => return Ok(Architecture::fine_sequence(characters, WIDTH)),
        _ => {}
    }
    let json = std::fs::read(name).map_err(|error| {
        format!("{name:?} is neither sequence nor fine-sequence nor a file that can be read: {error}")
    })?;
    let architecture: Architecture =
        serde_json::from_slice(&json).map_err(|error| format!("{name} is no architecture: {error}"))?;
    match architecture.output().map_err(|error| format!("{name} makes no network: {error}"))? {
        Shape::Sequence { features, .. } if features == characters + 1 => Ok(architecture),
        shape => Err(format!(
            "{name} ends in {shape} ([steps, classes] is what a network for whole images ends in), expected {} classes: \
             {characters} characters and the blank",
            characters + 1
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_has_a_name_or_a_file_and_fits_the_alphabet() {
        assert_eq!(open_architecture("fine-sequence", 36).unwrap().input.height, 60);
        let error = open_architecture("fine", 36).unwrap_err().to_string();
        assert!(error.contains("sequence nor fine-sequence"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("net.json");
        let name = file.to_str().unwrap();
        for (architecture, fits) in [
            (Architecture::sequence(36, 96), true),
            (Architecture::sequence(26, 96), false),
            (Architecture::post(37), false),
        ] {
            std::fs::write(&file, serde_json::to_vec(&architecture).unwrap()).unwrap();
            assert_eq!(open_architecture(name, 36).ok(), fits.then_some(architecture));
        }
        std::fs::write(&file, "{}").unwrap();
        let error = open_architecture(name, 36).unwrap_err().to_string();
        assert!(error.contains("no architecture"), "{error}");
    }
}
