//! Parts of nearly equal length.

use std::ops::Range;

/// Cuts `count` into ranges of nearly equal length, none longer than `most`.
pub(in crate::native) fn blocks(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    // Fewer divisions than blocks: this runs for every row of a kernel.
    let size = if count <= most { count.max(1) } else { count.div_ceil(count.div_ceil(most)) };
    (0..count).step_by(size).map(move |start| start..count.min(start + size))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn blocks_cover_everything_in_order(count in 0usize..100, most in 1usize..20) {
            let blocks: Vec<_> = blocks(count, most).collect();
            prop_assert_eq!(blocks.iter().cloned().flatten().collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
            prop_assert!(blocks.iter().all(|block| (1..=most).contains(&block.len())));
        }
    }
}
