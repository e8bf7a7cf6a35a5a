//! The weights that ship.

/// A model that ships: its file is part of the program. `models/README.md` in the repository has the command that made
/// each and what it scores.
///
/// ```
/// use captcha_lab::render::{Renderer, Style};
/// use captcha_lab::{Pretrained, Solver};
///
/// // With the line across the letters there is nothing to cut; the whole image is read at once.
/// let captcha = Renderer::new(Style::claptcha())?.render("QXKZEF", 42)?;
/// let solver = Solver::from_bytes(Pretrained::ClaptchaSequence.bytes())?;
/// assert_eq!(solver.solve(&captcha.image)?.text, "QXKZEF");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pretrained {
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
        &[Self::SeedLetters, Self::ClaptchaSequence, Self::LeptureSequence, Self::HardSequence];

    /// Its name: that of its file without the ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SeedLetters => "seed-letters",
            Self::ClaptchaSequence => "claptcha-sequence",
            Self::LeptureSequence => "lepture-sequence",
            Self::HardSequence => "hard-sequence",
        }
    }

    /// The model called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|model| model.name() == name)
    }

    /// Its model file.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::SeedLetters => include_bytes!("../models/seed-letters.safetensors"),
            Self::ClaptchaSequence => include_bytes!("../models/claptcha-sequence.safetensors"),
            Self::LeptureSequence => include_bytes!("../models/lepture-sequence.safetensors"),
            Self::HardSequence => include_bytes!("../models/hard-sequence.safetensors"),
        }
    }
}
