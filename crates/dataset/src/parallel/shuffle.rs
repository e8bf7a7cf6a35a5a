//! Shuffling that no update of a dependency changes.

use captcha_core::seed;

/// Puts `items` in an order that is a function of `seed` and of their number.
///
/// R. Durstenfeld, "Algorithm 235: Random permutation", Communications of the ACM 7, 1964,
/// doi 10.1145/364520.364540.
pub(crate) fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut rng = seed::rng(seed);
    for end in (1..items.len()).rev() {
        items.swap(end, seed::below(&mut rng, end as u64 + 1) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_equally_often() {
        let mut counts = std::collections::HashMap::new();
        for seed in 0..6000 {
            let mut items = [0, 1, 2];
            shuffle(&mut items, seed);
            *counts.entry(items).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Each is binomial with mean 1000 and standard deviation 29.
        assert!(counts.values().all(|count| (850..1150).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_order_is_pinned() {
        // A change here changes every split and every epoch.
        let mut items: Vec<u8> = (0..8).collect();
        shuffle(&mut items, 42);
        assert_eq!(items, PINNED);
    }

    const PINNED: [u8; 8] = [4, 7, 0, 1, 3, 2, 6, 5];
}
