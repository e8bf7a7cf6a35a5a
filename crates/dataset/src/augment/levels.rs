//! Gamma, contrast, brightness and polarity as one table.

use captcha_core::ink::ink;
use captcha_core::seed::{self, Rng};

use crate::augment::options::ImageAugmentation;

/// A grey level for each grey level.
pub(crate) type Table = [u8; 256];

/// The natural logarithms of the ink of all grey levels; that of paper is negative infinity.
pub(crate) fn logarithms() -> [f32; 256] {
    std::array::from_fn(|level| libm::logf(ink(level as u8)))
}

/// A random table.
pub(crate) fn random(most: &ImageAugmentation, logarithms: &[f32; 256], rng: &mut Rng) -> Table {
    let mut uniform = |most: f32| most * (2.0 * seed::unit_f32(rng) - 1.0);
    let gamma = libm::expf(uniform(most.gamma));
    let contrast = 1.0 + uniform(most.contrast);
    let brightness = uniform(most.brightness);
    let flipped = seed::unit_f32(rng) < most.flip_share;
    std::array::from_fn(|level| {
        let ink = match gamma == 1.0 {
            true => ink(level as u8),
            false => libm::expf(gamma * logarithms[level]),
        };
        let ink = (ink - 0.5) * contrast + 0.5 + brightness;
        let ink = if flipped { 1.0 - ink } else { ink };
        // Rounds, as the cast truncates and does not leave the range.
        (255.5 - 255.0 * ink) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(most: &ImageAugmentation, seed: u64) -> Table {
        random(most, &logarithms(), &mut seed::rng(seed))
    }

    #[test]
    fn no_change_keeps_every_level() {
        let same: Table = std::array::from_fn(|level| level as u8);
        assert_eq!(table(&ImageAugmentation::none(), 1), same);
        let mut negative = same;
        negative.reverse();
        assert_eq!(table(&ImageAugmentation::none().with_flip_share(1.0), 1), negative);
    }

    #[test]
    fn levels_keep_their_order_and_change_within_bounds() {
        for seed in 0..100 {
            let strong = table(&ImageAugmentation::strong(), seed);
            assert!(strong.is_sorted(), "{seed}");
            let gamma = table(&ImageAugmentation::none().with_gamma(0.5), seed);
            assert_eq!((gamma[0], gamma[255]), (0, 255), "gamma keeps black and white");
            // 0.5 to the power of exp(-0.5) is 0.657, of exp(0.5) 0.319.
            assert!((87..=175).contains(&gamma[128]), "{seed}: {}", gamma[128]);
        }
    }
}
