//! Numbers drawn from a random generator, with arithmetic that is the same on every machine.
//!
//! The distributions of the crate `rand` may change their values in a minor release; these can't.

use rand::Rng;

/// A number in `[0, 1)` with 53 random bits, as Python's `random.random`.
pub(crate) fn unit(rng: &mut impl Rng) -> f64 {
    /// 2^-53, the distance between neighbouring results.
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (rng.next_u64() >> 11) as f64 * STEP
}

/// A number between `low` and `high`, as Python's `random.uniform`.
pub(crate) fn uniform(rng: &mut impl Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * unit(rng)
}

/// An index in `0..count`, every one as likely as any other. `count` is at least 1.
///
/// Source: D. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29 (1), 2019,
/// doi 10.1145/3230636, algorithm 5.
pub(crate) fn index(rng: &mut impl Rng, count: usize) -> usize {
    let count = count as u64;
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(count);
        if product as u64 >= count.wrapping_neg() % count {
            return (product >> 64) as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::seed::rng;

    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_fill_it() {
        let mut rng = rng(1);
        let mut counts = [0; 7];
        for _ in 0..70_000 {
            let value = uniform(&mut rng, -2.0, 3.0);
            assert!((-2.0..3.0).contains(&value));
            counts[index(&mut rng, 7)] += 1;
        }
        // Six standard deviations (93) of a count around its mean.
        assert!(counts.iter().all(|count| (9_440..=10_560).contains(count)), "{counts:?}");
    }
}
