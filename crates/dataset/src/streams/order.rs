//! The order of an epoch of images, and which of them make a batch.

use captcha_core::seed;

use crate::parallel::shuffle::shuffle;

/// How many batches' images are sorted by width together: enough that the images of a batch are nearly equally wide,
/// few enough that other images meet in every epoch.
const BATCHES_A_POOL: usize = 32;

/// The number of the random stream for the order of the batches.
const BATCH_STREAM: u64 = u64::MAX - 1;

/// The items at the places `first .. first + count` of an endless series of passes over `0 .. items`, each pass in an
/// order of its own.
pub(crate) fn passes(items: usize, first: u64, count: usize, seed: u64) -> Vec<u32> {
    let mut order = Vec::with_capacity(count);
    if items == 0 {
        return order;
    }
    let (mut pass, mut skip) = (first / items as u64, (first % items as u64) as usize);
    while order.len() < count {
        let mut all: Vec<u32> = (0..items as u32).collect();
        shuffle(&mut all, seed::derive(seed, pass));
        order.extend(all.into_iter().skip(skip).take(count - order.len()));
        (pass, skip) = (pass + 1, 0);
    }
    order
}

/// The batches of images of these widths, in the order of `widths` if all are equal: each of `batch` places in
/// `widths`, but for the last, which has the rest. Images of nearly equal widths come together (sorting within a
/// shuffled pool, as the iterators of torchtext do), and the batches in an order that is a function of `seed`.
pub(crate) fn batches(widths: &[u32], batch: usize, seed: u64) -> Vec<Vec<u32>> {
    let mut places: Vec<u32> = (0..widths.len() as u32).collect();
    let cut = |places: &[u32]| places.chunks(batch).map(<[u32]>::to_vec).collect::<Vec<_>>();
    if widths.windows(2).all(|pair| pair[0] == pair[1]) {
        return cut(&places);
    }
    let whole = widths.len() / batch;
    // What does not fill a batch are the last of the order, which is random, and not the widest.
    let (full, rest) = places.split_at_mut(whole * batch);
    for pool in full.chunks_mut(batch.saturating_mul(BATCHES_A_POOL)) {
        pool.sort_by_key(|&place| widths[place as usize]);
    }
    let mut batches = cut(full);
    shuffle(&mut batches, seed::derive(seed, BATCH_STREAM));
    batches.extend(cut(rest));
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_has_every_item_once() {
        let all = passes(10, 0, 40, 3);
        for pass in all.chunks(10) {
            let mut sorted = pass.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(all[..10], all[10..20]);
        assert_eq!(passes(10, 7, 20, 3), all[7..27]);
        assert!(passes(0, 7, 20, 3).is_empty());
    }

    #[test]
    fn batches_are_full_and_of_like_widths() {
        let widths: Vec<u32> = passes(1000, 0, 1000, 1).iter().map(|item| 100 + item % 97 * 4).collect();
        let batches = batches(&widths, 32, 5);
        assert_eq!(batches.len(), 32);
        assert!(batches[..31].iter().all(|batch| batch.len() == 32) && batches[31].len() == 8);
        let mut seen = batches.concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..1000).collect::<Vec<_>>());
        let width = |&place: &u32| u64::from(widths[place as usize]);
        let padded: u64 = batches.iter().map(|b| b.iter().map(width).max().unwrap() * b.len() as u64).sum();
        let own: u64 = batches.iter().flatten().map(width).sum();
        let share = 1.0 - own as f64 / padded as f64;
        assert!(share < 0.03, "{share}");
        let firsts: Vec<u64> = batches.iter().map(|batch| width(&batch[0])).collect();
        assert!(!firsts.is_sorted(), "narrow batches first");
    }

    #[test]
    fn equal_widths_keep_their_order() {
        assert_eq!(batches(&[8; 5], 2, 1), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(batches(&[], 2, 1), Vec::<Vec<u32>>::new());
    }
}
