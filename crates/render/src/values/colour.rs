//! Ranges of colours.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::values::random;

/// A colour or a grey level: red, green and blue, 0 to 255.
pub(crate) type Colour = [u8; 3];

/// A range of colours: red, green and blue are whole numbers from `low` to `high`, sampled uniformly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Colours {
    /// The darkest level, 0 to 255.
    pub low: u8,
    /// The lightest level, `low` to 255.
    pub high: u8,
    /// Whether red, green and blue are the same. Default false.
    #[serde(default)]
    pub grey: bool,
}

impl Colours {
    /// Only black.
    pub const BLACK: Self = Self { low: 0, high: 0, grey: true };
    /// Only white.
    pub const WHITE: Self = Self { low: 255, high: 255, grey: true };

    /// The colours with levels from `low` to `high`.
    #[must_use]
    pub fn new(low: u8, high: u8) -> Self {
        Self { low, high, grey: false }
    }

    /// The greys from `low` to `high`.
    #[must_use]
    pub fn greys(low: u8, high: u8) -> Self {
        Self { low, high, grey: true }
    }

    /// Whether all of them are greys.
    pub(crate) fn is_grey(self) -> bool {
        self.grey || self.low == self.high
    }

    pub(crate) fn check(self, field: &str) -> Result<(), RenderError> {
        if self.low <= self.high {
            return Ok(());
        }
        Err(RenderError::bad_style(field, format!("{} to {}", self.low, self.high), "two rising levels"))
    }

    /// Samples one of them. A single colour takes no random number.
    pub(crate) fn sample(self, rng: &mut impl Rng) -> Colour {
        let mut level = || self.low + random::index(rng, usize::from(self.high - self.low) + 1) as u8;
        match self {
            Self { low, high, .. } if low == high => [low; 3],
            Self { grey: true, .. } => [level(); 3],
            _ => std::array::from_fn(|_| level()),
        }
    }
}
