//! Seeds and random numbers: everything random in captcha-lab is a function of an explicit `u64`.

use rand::SeedableRng;

/// The random number generator of the project: ChaCha with 8 rounds, the same stream on every machine.
///
/// Source: D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008; 8 rounds as recommended for simulation by
/// J.-P. Aumasson, "Too Much Crypto", 2019.
pub type Rng = rand::rngs::ChaCha8Rng;

/// The random number generator with this seed.
#[must_use]
pub fn rng(seed: u64) -> Rng {
    Rng::seed_from_u64(seed)
}

/// The seed of item `index` of the collection with seed `seed`, so that items can be made in any order and on any number of
/// threads.
///
/// This is output `index` of SplitMix64 started
/// at a mixed `seed` (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, doi 10.1145/2660193.2660195).
#[must_use]
pub fn derive(seed: u64, index: u64) -> u64 {
    mix(mix(seed).wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN_GAMMA)))
}

/// Samples a uniform number in `[0, 1)` with 53 random bits, as Python's `random.random` does.
///
/// The distributions of the crate `rand` may change their numbers in a minor release; the functions here don't.
pub fn unit(rng: &mut impl rand::Rng) -> f64 {
    /// 2^-53, the distance between neighbouring results.
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (rng.next_u64() >> 11) as f64 * STEP
}

/// Samples a uniform number in `[0, 1)` with 24 random bits, the precision of an `f32`.
pub fn unit_f32(rng: &mut impl rand::Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32
}

/// Samples a uniform number between `low` and `high`, as Python's `random.uniform` does.
pub fn uniform(rng: &mut impl rand::Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * unit(rng)
}

/// Samples a uniform number in `[low, high)` with 23 random bits, as `rand` 0.10 does for the range `low..=high`.
pub fn uniform_f32(rng: &mut impl rand::Rng, low: f32, high: f32) -> f32 {
    (rng.next_u32() >> 9) as f32 / (1u32 << 23) as f32 * (high - low) + low
}

/// Samples a uniform integer below `bound`. 0 if `bound` is 0.
///
/// Source: D. Lemire, "Fast random integer generation in an interval", ACM Transactions on Modeling and Computer
/// Simulation 29 (1), 2019, doi 10.1145/3230636, algorithm 5.
pub fn below(rng: &mut impl rand::Rng, bound: u64) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        if bound == 0 || product as u64 >= bound.wrapping_neg() % bound {
            return (product >> 64) as u64;
        }
    }
}

/// The odd number closest to 2^64 / phi: the increment of SplitMix64.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser `mix64` of SplitMix64, variant 13 of D. Stafford.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::RngExt;

    use super::*;

    #[test]
    fn the_first_outputs_are_those_of_splitmix64() {
        // mix(0) is 0, so `derive(0, i)` is the published SplitMix64 stream of seed 0.
        assert_eq!(
            [derive(0, 0), derive(0, 1), derive(0, 2)],
            [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]
        );
    }

    #[test]
    fn neighbours_do_not_collide() {
        let seeds: HashSet<u64> = (0..100).flat_map(|s| (0..100).map(move |i| derive(s, i))).collect();
        assert_eq!(seeds.len(), 10_000);
    }

    #[test]
    fn uniform_numbers_stay_in_their_range_and_fill_it() {
        let mut rng = rng(1);
        let mut counts = [0; 7];
        for _ in 0..70_000 {
            assert!((-2.0..3.0).contains(&uniform(&mut rng, -2.0, 3.0)));
            assert!((0.0..1.0).contains(&unit_f32(&mut rng)));
            counts[below(&mut rng, 7) as usize] += 1;
        }
        // Six standard deviations (93) of a count around its mean.
        assert!(counts.iter().all(|count| (9_440..=10_560).contains(count)), "{counts:?}");
        assert_eq!(below(&mut rng, 0), 0);
    }

    #[test]
    fn uniform_numbers_are_those_of_rand() {
        let (mut ours, mut theirs) = (rng(3), rng(3));
        for i in 1..1000u16 {
            let bound = 1.0 / f32::from(i).sqrt();
            let expected: f32 = theirs.random_range(-bound..=bound);
            assert_eq!(uniform_f32(&mut ours, -bound, bound).to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn the_stream_is_pinned() {
        // A change here changes every image of every seed.
        assert_eq!(rng(42).random::<u64>(), PINNED);
    }

    const PINNED: u64 = 12_578_764_544_318_200_737;
}
