//! Which images are the same or nearly the same.

use std::collections::HashMap;

use captcha_core::Monitor;
use rayon::prelude::*;

use super::facts::ImageFacts;
use super::perceptual::{FineLook, Look, MAX_BITS};
use crate::LabelledFolder;

/// Parts that a hash is looked up by. Of two hashes that differ in fewer bits than there are parts, one part is equal.
const PARTS: u32 = 8;

/// Bits of a part.
const PART_BITS: u32 = u64::BITS / PARTS;

/// Most images with one value of a part of which every pair is compared.
const MAX_BUCKET: usize = 4096;

/// How many of the next images, in the order of their hashes, an image of a larger bucket is compared with.
const WINDOW: usize = 256;

const _: () = assert!(MAX_BITS < PARTS, "or pairs would be missed");

/// Groups of images, as numbers in a list of facts: those that are the same, and those that are nearly the same.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Each with at least two images, in ascending order.
    pub(super) exact: Vec<Vec<usize>>,
    /// Each with at least two different pictures, in ascending order; of each picture, the first image.
    pub(super) near: Vec<Vec<usize>>,
}

/// The groups of images of `folder`; `None` if the monitor asked to stop.
pub(super) fn groups(
    folder: &LabelledFolder,
    facts: &[ImageFacts],
    looks: &[Look],
    monitor: &dyn Monitor,
) -> Option<Groups> {
    let mut by_content: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, facts) in facts.iter().enumerate() {
        by_content.entry(&facts.content).or_default().push(number);
    }
    let mut pictures: Vec<usize> = by_content.values().map(|same| same[0]).collect();
    pictures.sort_unstable();
    let mut exact: Vec<Vec<usize>> = by_content.into_values().filter(|same| same.len() > 1).collect();
    exact.sort_unstable();
    // Blank images are all alike.
    pictures.retain(|&number| !facts[number].blank);
    let pairs = similar_pairs(facts, looks, &pictures, monitor)?;
    let like = |&(a, b): &(usize, usize)| {
        let look = |number: usize| {
            let sample = folder.sample(facts[number].index)?;
            Some(FineLook::of(&sample.load_gray().ok()?))
        };
        // A file that has vanished meanwhile is nobody's duplicate.
        look(a).zip(look(b)).is_some_and(|(a, b)| a.is_like(&b))
    };
    let pairs: Vec<(usize, usize)> =
        pairs.into_par_iter().filter(|pair| !monitor.interrupted() && like(pair)).collect();
    (!monitor.interrupted()).then(|| Groups { exact, near: components(facts.len(), &pairs) })
}

/// Pairs of pictures that may be nearly the same, each once.
fn similar_pairs(
    facts: &[ImageFacts],
    looks: &[Look],
    pictures: &[usize],
    monitor: &dyn Monitor,
) -> Option<Vec<(usize, usize)>> {
    let hash = |number: usize| facts[number].perceptual;
    let mut pairs = Vec::new();
    for part in 0..PARTS {
        if monitor.interrupted() {
            return None;
        }
        // With the part in front, images of one value of it are neighbours.
        let key = |number: usize| hash(number).rotate_right(part * PART_BITS).swap_bytes();
        let mut order = pictures.to_vec();
        order.sort_unstable_by_key(|&number| (key(number), number));
        let value = |number: usize| hash(number) >> (part * PART_BITS) & ((1 << PART_BITS) - 1);
        for bucket in order.chunk_by(|&a, &b| value(a) == value(b)) {
            let reach = if bucket.len() > MAX_BUCKET { WINDOW } else { bucket.len() };
            let found = bucket.par_iter().enumerate().flat_map_iter(|(place, &a)| {
                let others = bucket[place + 1..].iter().take(reach);
                others.map(move |&b| (a.min(b), a.max(b))).filter(|&(a, b)| {
                    (hash(a) ^ hash(b)).count_ones() <= MAX_BITS && looks[a].may_be_like(&looks[b])
                })
            });
            pairs.par_extend(found);
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    Some(pairs)
}

/// The connected components of at least two numbers below `count`.
pub(super) fn components(count: usize, pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, root) in roots(count, pairs).into_iter().enumerate() {
        members.entry(root).or_default().push(number);
    }
    let mut components: Vec<Vec<usize>> = members.into_values().filter(|members| members.len() > 1).collect();
    components.sort_unstable();
    components
}

/// For each number below `count` the least one that `pairs` connect it with.
pub(super) fn roots(count: usize, pairs: &[(usize, usize)]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..count).collect();
    fn root(parent: &mut [usize], mut number: usize) -> usize {
        while parent[number] != number {
            parent[number] = parent[parent[number]];
            number = parent[number];
        }
        number
    }
    for &(a, b) in pairs {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b)] = a.min(b);
    }
    (0..count).map(|number| root(&mut parent, number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_connected_is_one_component() {
        let pairs = [(4, 2), (7, 4), (1, 0)];
        assert_eq!(components(9, &pairs), [vec![0, 1], vec![2, 4, 7]]);
        assert_eq!(roots(5, &[(3, 1)]), [0, 1, 2, 1, 4]);
    }
}
