//! What is behind the characters.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::RenderError;
use crate::colour::{Colour, Colours};

/// What is behind the characters. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Background {
    /// One colour.
    Plain(Colours),
}

impl Background {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::Plain(colours) => colours.check("background"),
        }
    }

    pub(crate) fn is_grey(&self) -> bool {
        match self {
            Self::Plain(colours) => colours.is_grey(),
        }
    }

    pub(crate) fn draw(&self, rng: &mut impl Rng) -> Colour {
        match self {
            Self::Plain(colours) => colours.draw(rng),
        }
    }
}
