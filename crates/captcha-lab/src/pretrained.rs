//! The weights that ship.

use std::fmt;
use std::str::FromStr;

use captcha_infer::{ModelFile, ModelFileError};

use crate::error::SolveError;

/// A model that ships: its file is part of the program. `models/README.md` in the repository has the command that made
/// each and what it scores.
///
/// ```
/// use captcha_lab::render::{Renderer, Style};
/// use captcha_lab::{Pretrained, Solver};
///
/// // With the line across the letters there is nothing to cut; the whole image is read at once.
/// let captcha = Renderer::new(Style::claptcha())?.render("QXKZEF", 42)?;
/// let solver = Solver::new(&Pretrained::ClaptchaSequence.model()?)?;
/// assert_eq!(solver.solve(&captcha.image)?.text, "QXKZEF");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pretrained {
    /// Any number of digits and letters, capital and small, in nearly any style: trained on the distribution `wild` of
    /// styles alone, for images that nobody trained a model for.
    Base,
    /// Letters `A` to `Z`, six an image, in the style of the seed: Claptcha without its line.
    SeedLetters,
    /// Six letters `A` to `Z` as Claptcha draws them, with and without its line and its noise.
    ClaptchaSequence,
    /// Four of `0` to `9` and `A` to `Z` as the Python package `captcha` draws them.
    LeptureSequence,
    /// Four to eight of `3679ACEFGHJKMNPRTWXY` in the style `hard`.
    HardSequence,
}

impl Pretrained {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Base, Self::SeedLetters, Self::ClaptchaSequence, Self::LeptureSequence, Self::HardSequence];

    /// The names of all, in the order of [`ALL`](Self::ALL).
    pub const NAMES: &[&str] =
        &["base-sequence", "seed-letters", "claptcha-sequence", "lepture-sequence", "hard-sequence"];

    /// Its name: that of its file without the ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The model called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|model| model.name() == name)
    }

    /// The model.
    ///
    /// # Errors
    /// None that a user could cause: the weights are part of the program.
    pub fn model(self) -> Result<ModelFile, ModelFileError> {
        ModelFile::from_bytes(self.bytes())
    }

    /// The bytes of its model file.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Base => include_bytes!("../models/base-sequence.safetensors"),
            Self::SeedLetters => include_bytes!("../models/seed-letters.safetensors"),
            Self::ClaptchaSequence => include_bytes!("../models/claptcha-sequence.safetensors"),
            Self::LeptureSequence => include_bytes!("../models/lepture-sequence.safetensors"),
            Self::HardSequence => include_bytes!("../models/hard-sequence.safetensors"),
        }
    }
}

/// Its name.
impl fmt::Display for Pretrained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// By its name.
impl FromStr for Pretrained {
    type Err = SolveError;

    fn from_str(name: &str) -> Result<Self, SolveError> {
        Self::named(name).ok_or_else(|| SolveError::NoSuchModel { name: name.to_owned(), names: Self::NAMES })
    }
}
