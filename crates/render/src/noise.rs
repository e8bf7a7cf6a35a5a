//! What is laid over the whole picture.

use image::GrayImage;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::RenderError;

/// What is laid over the whole picture. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Noise {
    /// Grey snow, as in Claptcha.
    White(WhiteNoise),
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

    fn apply(self, canvas: &mut GrayImage, rng: &mut impl Rng) {
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
        for pixels in canvas.chunks_mut(4) {
            let mut bits = rng.next_u64();
            for pixel in pixels {
                *pixel = ((u16::from(*pixel) + level(bits)) / 2) as u8;
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
        }
    }

    pub(crate) fn apply(&self, canvas: &mut GrayImage, rng: &mut impl Rng) {
        match self {
            Self::White(white) => white.apply(canvas, rng),
        }
    }
}
