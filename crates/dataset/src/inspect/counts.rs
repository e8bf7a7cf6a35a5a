//! Lengths, characters, sizes and kinds of pixels, counted.

use std::collections::BTreeMap;

use captcha_core::Alphabet;
use serde::{Deserialize, Serialize};

use super::facts::{ColourKind, ImageFacts};

/// Images that a character should be in: with fewer, no part of a split but one has it, and no network learns it from
/// many neighbours.
const ENOUGH_IMAGES: u64 = 10;

/// How often a character is to be found, as a part of the mean over the alphabet.
const RARE: f64 = 0.1;

/// What the images of a folder have in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FolderCounts {
    /// Images by the number of characters of their label.
    pub lengths: BTreeMap<usize, u64>,
    /// Every character of the alphabet, in its order.
    pub characters: Vec<CharacterCount>,
    /// Every size in pixels, the most frequent first.
    pub sizes: Vec<SizeCount>,
    /// The least, the middle and the greatest width to height.
    pub proportions: [f64; 3],
    /// Images by the kind of their pixels.
    pub colours: BTreeMap<ColourKind, u64>,
    /// Images with light text on dark paper.
    pub light_text: u64,
}

/// How often a character is in labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CharacterCount {
    /// The character.
    pub character: char,
    /// How often it is in all labels.
    pub count: u64,
    /// In how many labels it is.
    pub images: u64,
    /// Whether that is rare: in fewer than 10 images, or a tenth as often as the mean character.
    pub rare: bool,
}

/// How many images have a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SizeCount {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Images of that size.
    pub images: u64,
}

impl FolderCounts {
    pub(super) fn of(facts: &[ImageFacts], alphabet: &Alphabet) -> Self {
        let mut counts = Self { characters: characters(facts, alphabet), ..Self::default() };
        let mut sizes: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for facts in facts {
            *counts.lengths.entry(facts.label.chars().count()).or_default() += 1;
            *counts.colours.entry(facts.colour).or_default() += 1;
            *sizes.entry((facts.width, facts.height)).or_default() += 1;
            counts.light_text += u64::from(facts.light_text);
        }
        counts.sizes =
            sizes.into_iter().map(|((width, height), images)| SizeCount { width, height, images }).collect();
        counts.sizes.sort_by_key(|size| (std::cmp::Reverse(size.images), size.width, size.height));
        let mut proportions: Vec<f64> =
            facts.iter().map(|facts| f64::from(facts.width) / f64::from(facts.height)).collect();
        proportions.sort_unstable_by(f64::total_cmp);
        if let [first, .., last] | [first @ last] = proportions[..] {
            counts.proportions = [first, proportions[proportions.len() / 2], last];
        }
        counts
    }

    /// The number of characters of the longest label.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.lengths.keys().next_back().copied().unwrap_or(0)
    }

    /// The characters that are rare.
    pub fn rare(&self) -> impl Iterator<Item = &CharacterCount> {
        self.characters.iter().filter(|character| character.rare)
    }
}

fn characters(facts: &[ImageFacts], alphabet: &Alphabet) -> Vec<CharacterCount> {
    let mut counts = vec![(0u64, 0u64); alphabet.len()];
    for facts in facts {
        let mut classes: Vec<usize> =
            facts.label.chars().filter_map(|character| alphabet.index_of(character)).collect();
        classes.iter().for_each(|&class| counts[class].0 += 1);
        classes.sort_unstable();
        classes.dedup();
        classes.iter().for_each(|&class| counts[class].1 += 1);
    }
    let mean = counts.iter().map(|&(count, _)| count as f64).sum::<f64>() / alphabet.len() as f64;
    let with_counts = alphabet.characters().iter().zip(counts);
    with_counts
        .map(|(&character, (count, images))| CharacterCount {
            character,
            count,
            images,
            rare: images < ENOUGH_IMAGES || (count as f64) < mean * RARE,
        })
        .collect()
}
