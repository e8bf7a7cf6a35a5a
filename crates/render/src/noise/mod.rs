//! What is laid over the whole picture.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Noise`]: uniform, Gaussian, salt and pepper, smoothing, blur |
//! | `jpeg` | the losses of JPEG compression |
//! | `warps` | ripples and rings that bend the whole picture, low resolutions |

pub(crate) mod jpeg;
pub(crate) mod warps;

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::Canvas;
use crate::canvas::filter::{Filter, Kernel};
use crate::error::RenderError;
use crate::noise::warps::{Resample, Ripple, Water};
use crate::pillow::resample::round;
use crate::values::counts::Counts;
use crate::values::limits::check_number;
use crate::values::only_kind::only_kind;
use crate::values::span::Span;

/// What is laid over the whole picture. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Noise {
    /// Uniform grey noise, as in Claptcha.
    White(WhiteNoise),
    /// Pillow's filter `SMOOTH`, as in the Python package `captcha`: every pixel except those at the edges becomes a
    /// weighted mean of itself (weight 5) and its eight neighbours (weight 1 each).
    #[serde(deserialize_with = "only_kind")]
    Smooth,
    /// A Gaussian blur.
    Blur(Blur),
    /// A random number is added to every level.
    Gaussian(GaussianNoise),
    /// Some pixels become black, some white.
    SaltAndPepper(SaltAndPepper),
    /// The losses of JPEG compression.
    Jpeg(Jpeg),
    /// Rows and columns move as sines say.
    Ripple(Ripple),
    /// Rings around the middle.
    Water(Water),
    /// A low resolution.
    Resample(Resample),
}

/// A Gaussian blur. Beyond the edges the outermost pixels are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Blur {
    /// The standard deviation in pixels, 0 to 50. Up to 0.1 it changes nothing.
    pub sigma: Span,
}

/// Noise as from a camera sensor: a random number with mean 0 is added to every level of every channel.
///
/// The numbers are sums of four uniform ones (the Irwin-Hall distribution), which are nearly normal and the same on
/// every machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GaussianNoise {
    /// The standard deviation in levels, 0 to 128.
    pub sigma: Span,
}

/// Salt and pepper: pixels become white or black with equal probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SaltAndPepper {
    /// The share of pixels, 0 to 1.
    pub share: Span,
}

/// The losses of JPEG compression: quantised 8 x 8 blocks, chrominance at half the resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Jpeg {
    /// The quality as the Independent JPEG Group's library counts it, 1 to 100.
    pub quality: Counts,
}

impl Blur {
    /// A blur with a standard deviation of `sigma` pixels.
    #[must_use]
    pub fn new(sigma: Span) -> Self {
        Self { sigma }
    }

    fn apply(self, canvas: &mut Canvas, rng: &mut impl Rng) -> Option<Filter> {
        /// Below, the neighbours' weight is less than 2^-72.
        const NOTHING: f64 = 0.1;
        let sigma = self.sigma.sample(rng);
        (sigma > NOTHING).then(|| {
            let filter = Filter::Blur(Kernel::gaussian(sigma));
            filter.apply(canvas);
            filter
        })
    }
}

impl GaussianNoise {
    /// Noise with a standard deviation of `sigma` levels.
    #[must_use]
    pub fn new(sigma: Span) -> Self {
        Self { sigma }
    }

    fn apply(self, canvas: &mut Canvas, rng: &mut impl Rng) {
        // The sum of four uniform numbers of 8 bits has a variance of 4 (2^16 - 1) / 12.
        const DEVIATION: f64 = 147.800_541_271_671_56;
        const MEAN: i32 = 2 * 0xff;
        let scale = self.sigma.sample(rng) / DEVIATION;
        for levels in canvas.levels.chunks_mut(2) {
            let mut bits = rng.next_u64();
            for level in levels {
                let sum = (bits as u32).to_le_bytes().map(i32::from).iter().sum::<i32>() - MEAN;
                let moved = f64::from(*level) + f64::from(sum) * scale;
                *level = round(moved).clamp(0.0, 255.0) as u8;
                bits >>= 32;
            }
        }
    }
}

impl SaltAndPepper {
    /// Salt and pepper on this share of the pixels.
    #[must_use]
    pub fn new(share: Span) -> Self {
        Self { share }
    }

    fn apply(self, canvas: &mut Canvas, rng: &mut impl Rng) {
        // A pixel takes 32 random bits: one for the colour, the others say whether.
        let share = (self.share.sample(rng) * f64::from(1u32 << 31)) as u32;
        for pixels in canvas.levels.chunks_mut(2 * canvas.channels) {
            let mut bits = rng.next_u64();
            for pixel in pixels.chunks_exact_mut(canvas.channels) {
                if (bits as u32 >> 1) < share {
                    pixel.fill(if bits & 1 == 0 { 0 } else { 255 });
                }
                bits >>= 32;
            }
        }
    }
}

impl Jpeg {
    /// The losses at this quality, 1 to 100.
    #[must_use]
    pub fn new(quality: Counts) -> Self {
        Self { quality }
    }
}

/// Claptcha's noise: the canvas is averaged with a picture whose pixels are `round(255 U(1 - amount, 1))`.
///
/// As in Claptcha, an amount of at most 1/255 changes nothing, not even the contrast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WhiteNoise {
    /// How dark the noise can be: 0 is white, 1 black.
    pub amount: f64,
}

impl WhiteNoise {
    /// Noise whose pixels are up to `amount` (0 to 1) darker than white.
    #[must_use]
    pub fn new(amount: f64) -> Self {
        Self { amount }
    }

    fn apply(self, canvas: &mut Canvas, rng: &mut impl Rng) {
        /// The amount up to which Claptcha adds no noise: 1/255 as it is written there.
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
            Self::White(white) => check_number(white.amount, "amount", 0.0, 1.0),
            Self::Smooth => Ok(()),
            Self::Blur(blur) => blur.sigma.check("sigma", 0.0, 50.0),
            Self::Gaussian(gaussian) => gaussian.sigma.check("sigma", 0.0, 128.0),
            Self::SaltAndPepper(salt) => salt.share.check("share", 0.0, 1.0),
            Self::Jpeg(jpeg) => jpeg.quality.check("quality", 1, 100),
            Self::Ripple(ripple) => ripple.validate(),
            Self::Water(water) => water.validate(),
            Self::Resample(resample) => resample.validate(),
        }
    }

    /// Adds the noise to `canvas`. Returns the filter if it moved ink to other pixels.
    pub(crate) fn apply(&self, canvas: &mut Canvas, rng: &mut impl Rng) -> Option<Filter> {
        match self {
            Self::White(white) => white.apply(canvas, rng),
            Self::Smooth => {
                Filter::Smooth.apply(canvas);
                return Some(Filter::Smooth);
            }
            Self::Blur(blur) => return blur.apply(canvas, rng),
            Self::Gaussian(gaussian) => gaussian.apply(canvas, rng),
            Self::SaltAndPepper(salt) => salt.apply(canvas, rng),
            Self::Jpeg(jpeg) => jpeg::store(canvas, jpeg.quality.sample(rng)),
            Self::Ripple(ripple) => return Some(ripple.apply(canvas, rng)),
            Self::Water(water) => return Some(water.apply(canvas, rng)),
            Self::Resample(resample) => return Some(resample.apply(canvas, rng)),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::seed::rng;

    use super::*;

    /// Mean and standard deviation of what the noise makes of grey.
    fn drawn(noise: &Noise) -> (f64, f64, Canvas) {
        let mut canvas = Canvas::new(200, 150, [128; 3], false);
        assert_eq!(noise.apply(&mut canvas, &mut rng(1)), None);
        let count = canvas.levels.len() as f64;
        let mean = canvas.levels.iter().map(|&level| f64::from(level)).sum::<f64>() / count;
        let squares =
            canvas.levels.iter().map(|&level| (f64::from(level) - mean) * (f64::from(level) - mean));
        (mean, (squares.sum::<f64>() / count).sqrt(), canvas)
    }

    #[test]
    fn gaussian_noise_has_the_deviation_that_it_says() {
        for sigma in [2.0, 10.0, 25.0] {
            let (mean, deviation, _) = drawn(&Noise::Gaussian(GaussianNoise::new(Span::at(sigma))));
            // Rounding adds a twelfth to the variance; five standard errors around.
            let expected = (sigma * sigma + 1.0 / 12.0).sqrt();
            assert!((mean - 128.0).abs() < 5.0 * expected / 300.0, "{sigma}: {mean}");
            assert!((deviation / expected - 1.0).abs() < 5.0 / 424.0, "{sigma}: {deviation}");
        }
    }

    #[test]
    fn salt_and_pepper_are_as_frequent_as_they_say() {
        let (_, _, canvas) = drawn(&Noise::SaltAndPepper(SaltAndPepper::new(Span::at(0.1))));
        let count = |level: u8| canvas.levels.chunks(3).filter(|pixel| **pixel == [level; 3]).count();
        // 5 % of 30,000 pixels, each with six standard deviations of 38.
        assert!((1270..=1730).contains(&count(0)) && (1270..=1730).contains(&count(255)));
        assert_eq!(count(0) + count(255) + count(128), 30_000);
    }
}
