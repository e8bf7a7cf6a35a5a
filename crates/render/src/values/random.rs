//! Random numbers that are places in a list.

use captcha_core::seed;
use rand::Rng;

/// An index in `0..count`, every one as likely as any other. `count` is at least 1.
pub(crate) fn index(rng: &mut impl Rng, count: usize) -> usize {
    seed::below(rng, count as u64) as usize
}

/// A whole number from `low` to `high`, which are whole and rising, every one as likely as any other.
pub(crate) fn whole_number(rng: &mut impl Rng, low: f64, high: f64) -> f64 {
    low.trunc() + index(rng, (high - low) as usize + 1) as f64
}
