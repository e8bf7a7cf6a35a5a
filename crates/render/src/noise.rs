//! What is laid over the whole picture.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::RenderError;
use crate::canvas::Canvas;
use crate::filter::Filter;

/// What is laid over the whole picture. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Noise {
    /// Grey snow, as in Claptcha.
    White(WhiteNoise),
    /// Every pixel but those at the edges becomes a mean of itself (5 parts) and its eight neighbours (1 part each):
    /// Pillow's filter `SMOOTH`, as in the Python package `captcha`.
    Smooth,
}

/// Claptcha's noise: a picture of pixels `round(255 U(1 - amount, 1))` is blended half and half with the canvas.
///
/// As in Claptcha, an amount of at most 1/255 changes nothing, not even the contrast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WhiteNoise {
    /// How dark the snow can be, 0 to 1.
    pub amount: f64,
}

impl WhiteNoise {
    /// Snow that is at most `amount` (0 to 1) darker than white.
    #[must_use]
    pub fn new(amount: f64) -> Self {
        Self { amount }
    }

    fn apply(self, canvas: &mut Canvas, rng: &mut impl Rng) {
        /// The amount up to which Claptcha lays no noise: 1/255 as it writes it.
        const NOTHING: f64 = 0.003_921_569;
        if self.amount <= NOTHING {
            return;
        }
        // Four pixels a random number: 16 bits decide between at most 256 levels.
        let level = |bits: u64| {
            let share = (bits & 0xffff) as f64 / 65536.0;
            (255.0 * (1.0 - self.amount + self.amount * share)).round_ties_even() as u16
        };
        for pixels in canvas.levels.chunks_mut(4 * canvas.channels) {
            let mut bits = rng.next_u64();
            for pixel in pixels.chunks_exact_mut(canvas.channels) {
                for channel in pixel {
                    *channel = ((u16::from(*channel) + level(bits)) / 2) as u8;
                }
                bits >>= 16;
            }
        }
    }
}

impl Noise {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::White(white) if (0.0..=1.0).contains(&white.amount) => Ok(()),
            Self::White(white) => Err(RenderError::BadStyle {
                field: "noise.amount",
                actual: white.amount.to_string(),
                expected: "a number from 0 to 1".to_owned(),
            }),
            Self::Smooth => Ok(()),
        }
    }

    /// Lays the noise over `canvas`; gives back what moves ink to other pixels.
    pub(crate) fn apply(&self, canvas: &mut Canvas, rng: &mut impl Rng) -> Option<Filter> {
        match self {
            Self::White(white) => white.apply(canvas, rng),
            Self::Smooth => {
                Filter::Smooth.apply(canvas);
                return Some(Filter::Smooth);
            }
        }
        None
    }
}
