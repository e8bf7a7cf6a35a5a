//! Splits and folds that keep equal images on one side.

use std::collections::{BTreeMap, HashMap};

use captcha_core::seed;

use crate::parallel::shuffle::shuffle;
use crate::parallel::split::check;
use crate::{DatasetError, LabelledFolder};

impl LabelledFolder {
    /// Splits the images into parts so that images of one group stay together, and every part has its fraction of the
    /// images, of each length of text, and of each character, as nearly as that allows.
    ///
    /// `groups[i]` is the group of image `i`: [`FolderReport::groups`](crate::FolderReport::groups) says which images
    /// show the same. The rarest characters are dealt out first, each to the part that lacks most of it: K. Sechidis,
    /// G. Tsoumakas, I. Vlahavas, "On the stratification of multi-label data", ECML PKDD 2011,
    /// doi:10.1007/978-3-642-23808-6_10. A part gets no more than its fraction before the others have theirs. The
    /// result is a function of `seed`.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] unless there is a group for each image, and the fractions are in `[0, 1]` and add up
    /// to 1.
    pub fn split_by_content<const N: usize>(
        &self,
        groups: &[usize],
        fractions: [f64; N],
        seed: u64,
    ) -> Result<[Self; N], DatasetError> {
        let parts = self.parts_by_content(groups, &fractions, seed)?;
        Ok(std::array::from_fn(|part| {
            let members: Vec<usize> = (0..self.len()).filter(|&image| parts[image] == part).collect();
            self.subset(&members)
        }))
    }

    /// For each image the number of its fold, of `count` equal ones that are made as
    /// [`split_by_content`](Self::split_by_content) makes parts: for K-fold cross-validation.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] unless there is a group for each image, and 2 to as many folds as groups.
    pub fn folds(&self, groups: &[usize], count: usize, seed: u64) -> Result<Vec<usize>, DatasetError> {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if !(2..=distinct.len()).contains(&count) {
            return Err(DatasetError::BadOption {
                option: "folds",
                expected: format!("2 to {}, the number of different images", distinct.len()),
                actual: count.to_string(),
            });
        }
        self.parts_by_content(groups, &vec![1.0 / count as f64; count], seed)
    }

    /// For each image the number of its part, as [`split_by_content`](Self::split_by_content) makes them.
    ///
    /// # Errors
    /// As [`split_by_content`](Self::split_by_content).
    pub fn parts_by_content(
        &self,
        groups: &[usize],
        fractions: &[f64],
        seed: u64,
    ) -> Result<Vec<usize>, DatasetError> {
        check(fractions)?;
        if groups.len() != self.len() {
            return Err(DatasetError::BadOption {
                option: "groups",
                expected: format!("{}, one for each image", self.len()),
                actual: groups.len().to_string(),
            });
        }
        let labels = self.samples().map(|sample| String::from(sample.label));
        Ok(deal_out(&labels.collect::<Vec<_>>(), groups, fractions, seed))
    }
}

/// What is to be spread evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Feature {
    Character(char),
    Length(usize),
}

/// Images that stay together.
struct Unit {
    images: Vec<usize>,
    /// With how often each is there.
    features: BTreeMap<Feature, usize>,
    part: Option<usize>,
}

fn deal_out(labels: &[String], groups: &[usize], fractions: &[f64], seed: u64) -> Vec<usize> {
    let mut units = units(labels, groups);
    let mut order: Vec<usize> = (0..units.len()).collect();
    shuffle(&mut order, seed::derive(seed, 0));
    // Large groups first, while there is room for them.
    order.sort_by_key(|&unit| std::cmp::Reverse(units[unit].images.len()));
    let mut waiting: BTreeMap<Feature, Vec<usize>> = BTreeMap::new();
    for &unit in &order {
        for &feature in units[unit].features.keys() {
            waiting.entry(feature).or_default().push(unit);
        }
    }
    let mut room: Vec<f64> = fractions.iter().map(|fraction| fraction * labels.len() as f64).collect();
    let mut wanted: BTreeMap<Feature, Vec<f64>> = waiting
        .iter()
        .map(|(&feature, members)| {
            let all: usize = members.iter().map(|&unit| units[unit].features[&feature]).sum();
            (feature, fractions.iter().map(|fraction| fraction * all as f64).collect())
        })
        .collect();
    while let Some(feature) = rarest(&mut waiting, &units) {
        for unit in waiting.remove(&feature).unwrap_or_default() {
            if units[unit].part.is_some() {
                continue;
            }
            let part = neediest(&wanted[&feature], &room, fractions);
            units[unit].part = Some(part);
            room[part] -= units[unit].images.len() as f64;
            for (feature, &count) in &units[unit].features {
                if let Some(wanted) = wanted.get_mut(feature) {
                    wanted[part] -= count as f64;
                }
            }
        }
    }
    let mut parts = vec![0; labels.len()];
    for unit in &units {
        unit.images.iter().for_each(|&image| parts[image] = unit.part.unwrap_or(0));
    }
    parts
}

fn units(labels: &[String], groups: &[usize]) -> Vec<Unit> {
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    let mut units: Vec<Unit> = Vec::new();
    for (image, (label, group)) in labels.iter().zip(groups).enumerate() {
        let number = *numbers.entry(*group).or_insert_with(|| {
            units.push(Unit { images: Vec::new(), features: BTreeMap::new(), part: None });
            units.len() - 1
        });
        let unit = &mut units[number];
        unit.images.push(image);
        let length = Feature::Length(label.chars().count());
        for feature in label.chars().map(Feature::Character).chain([length]) {
            *unit.features.entry(feature).or_default() += 1;
        }
    }
    units
}

/// The feature that fewest units wait with; those that have been dealt out are forgotten.
fn rarest(waiting: &mut BTreeMap<Feature, Vec<usize>>, units: &[Unit]) -> Option<Feature> {
    for members in waiting.values_mut() {
        members.retain(|&unit| units[unit].part.is_none());
    }
    waiting.retain(|_, members| !members.is_empty());
    waiting.iter().min_by_key(|(feature, members)| (members.len(), **feature)).map(|(&feature, _)| feature)
}

/// The part with room that lacks most; of several, the one with most room.
fn neediest(wanted: &[f64], room: &[f64], fractions: &[f64]) -> usize {
    // A half image of room is a rounding error of a fraction.
    let open = |part: usize| fractions[part] > 0.0 && room[part] >= 0.5;
    let any_open = (0..room.len()).any(open);
    let candidates = (0..room.len()).filter(|&part| fractions[part] > 0.0 && (open(part) || !any_open));
    let better = |&a: &usize, &b: &usize| {
        wanted[a].total_cmp(&wanted[b]).then(room[a].total_cmp(&room[b])).then(b.cmp(&a))
    };
    candidates.max_by(better).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("{}{}", ["A", "B", "CC"][n % 3], n % 7)).collect()
    }

    #[test]
    fn a_character_in_two_images_is_in_two_large_parts() {
        let mut labels = texts(100);
        labels[3] = "Z1".to_owned();
        labels[80] = "Z2".to_owned();
        let groups: Vec<usize> = (0..100).collect();
        let parts = deal_out(&labels, &groups, &[0.5, 0.5], 3);
        assert_ne!(parts[3], parts[80]);
        // Alone, it is where most images are.
        labels[80] = "A2".to_owned();
        assert_eq!(deal_out(&labels, &groups, &[0.1, 0.8, 0.1], 3)[3], 1);
    }

    proptest! {
        #[test]
        fn groups_stay_together_and_parts_have_their_size(
            sizes in prop::collection::vec(1usize..4, 1..60),
            weights in prop::collection::vec(1u32..10, 1..5),
            seed: u64,
        ) {
            let groups: Vec<usize> =
                sizes.iter().enumerate().flat_map(|(group, &size)| std::iter::repeat_n(group, size)).collect();
            let sum: u32 = weights.iter().sum();
            let fractions: Vec<f64> = weights.iter().map(|&w| f64::from(w) / f64::from(sum)).collect();
            let labels = texts(groups.len());
            let parts = deal_out(&labels, &groups, &fractions, seed);
            prop_assert_eq!(&parts, &deal_out(&labels, &groups, &fractions, seed));
            for (a, b) in (1..groups.len()).map(|b| (b - 1, b)) {
                prop_assert!(groups[a] != groups[b] || parts[a] == parts[b]);
            }
            for (part, fraction) in fractions.iter().enumerate() {
                let size = parts.iter().filter(|&&of| of == part).count() as f64;
                // The last group that came in has up to three images; the last of all comes where there is no room.
                let expected = fraction * groups.len() as f64;
                prop_assert!((size - expected).abs() <= 3.0 + fractions.len() as f64, "{size} of {expected}");
            }
        }
    }
}
