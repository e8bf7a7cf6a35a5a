//! Predictions against labels.

use std::collections::BTreeMap;

use serde::Serialize;

use super::edit_distance;
use crate::{Calibration, GroupedShare, Prediction, Share};

/// What became of one image.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// A text was read.
    Read(&'a Prediction),
    /// Nothing was read, for this reason. All its characters count as wrong.
    Failed(&'a str),
}

/// How well a set of labelled images was read. Memory does not grow with the number of images.
///
/// Every accuracy is over all images: one that could not be read counts as wrong with all its characters.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// Images from which a text was read, right or wrong.
    pub segmented: Share,
    /// Characters that were right: the length of the label less the edit distance to what was read, so that
    /// this is 1 minus the character error rate. Grouped by image, for those of one image fail together.
    pub characters: GroupedShare,
    /// Images whose whole text was right.
    pub whole: Share,
    /// Characters that were right, by position from the left, over images read with the right length.
    pub by_position: BTreeMap<usize, Share>,
    /// Whole texts that were right, by length of the label, over all images.
    pub by_length: BTreeMap<usize, Share>,
    /// How often character `.0` was read as `.1`, equal ones included, over images read with the right length.
    #[serde(serialize_with = "confusions_as_list")]
    pub confusions: BTreeMap<(char, char), u64>,
    /// How often an image could not be read, by reason.
    pub failures: BTreeMap<String, u64>,
    /// Whether the confidences of whole texts are what they say.
    pub calibration: Calibration,
}

impl Evaluation {
    /// An evaluation of no images.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one image with the answer `label`; says whether its whole text was right.
    pub fn record(&mut self, label: &str, outcome: Outcome<'_>) -> bool {
        let expected: Vec<char> = label.chars().collect();
        let read: Vec<char> = match outcome {
            Outcome::Read(prediction) => {
                self.segmented.add(1, 1);
                prediction.text.chars().collect()
            }
            Outcome::Failed(reason) => {
                self.segmented.add(0, 1);
                *self.failures.entry(reason.to_owned()).or_default() += 1;
                Vec::new()
            }
        };
        let right = expected.len().saturating_sub(edit_distance(&expected, &read));
        self.characters.add_group(right as u64, expected.len() as u64);
        let whole = matches!(outcome, Outcome::Read(_)) && read == expected;
        self.whole.add(whole.into(), 1);
        match outcome {
            Outcome::Read(prediction) => self.calibration.add(prediction.confidence, whole),
            Outcome::Failed(_) => self.calibration.add_unanswered(),
        }
        self.by_length.entry(expected.len()).or_default().add(whole.into(), 1);
        if read.len() == expected.len() {
            for (position, (&truth, &found)) in expected.iter().zip(&read).enumerate() {
                self.by_position.entry(position).or_default().add((truth == found).into(), 1);
                *self.confusions.entry((truth, found)).or_default() += 1;
            }
        }
        whole
    }

    /// The number of images.
    #[must_use]
    pub fn images(&self) -> u64 {
        self.whole.total
    }

    /// The wrong readings `(truth, read, count)`, most frequent first.
    #[must_use]
    pub fn worst_confusions(&self) -> Vec<(char, char, u64)> {
        let wrong = self.confusions.iter().filter(|((truth, read), _)| truth != read);
        let mut wrong: Vec<_> = wrong.map(|(&(truth, read), &count)| (truth, read, count)).collect();
        wrong.sort_by_key(|&(_, _, count)| std::cmp::Reverse(count));
        wrong
    }

    /// Adds everything that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        self.segmented.add(other.segmented.hits, other.segmented.total);
        self.characters.merge(&other.characters);
        self.whole.add(other.whole.hits, other.whole.total);
        for (&position, share) in &other.by_position {
            self.by_position.entry(position).or_default().add(share.hits, share.total);
        }
        for (&length, share) in &other.by_length {
            self.by_length.entry(length).or_default().add(share.hits, share.total);
        }
        for (&pair, count) in &other.confusions {
            *self.confusions.entry(pair).or_default() += count;
        }
        for (reason, count) in &other.failures {
            *self.failures.entry(reason.clone()).or_default() += count;
        }
        self.calibration.merge(&other.calibration);
    }
}

fn confusions_as_list<S: serde::Serializer>(
    confusions: &BTreeMap<(char, char), u64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(confusions.iter().map(|(&(truth, read), &count)| (truth, read, count)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Alternative, Character, Confidence};

    fn read(text: &str) -> Prediction {
        let character = |character| {
            Character::from_candidates(vec![Alternative { character, confidence: Confidence::CERTAIN }])
        };
        Prediction::from_characters(text.chars().filter_map(character).collect())
    }

    #[test]
    fn failures_count_against_every_accuracy() {
        let mut evaluation = Evaluation::new();
        assert!(evaluation.record("ABC", Outcome::Read(&read("ABC"))));
        assert!(!evaluation.record("ABC", Outcome::Read(&read("ABD"))));
        assert!(!evaluation.record("ABC", Outcome::Read(&read("AB"))));
        assert!(!evaluation.record("ABC", Outcome::Failed("wrong count")));
        assert_eq!(evaluation.segmented, Share { hits: 3, total: 4 });
        assert_eq!(evaluation.whole, Share { hits: 1, total: 4 });
        assert_eq!(evaluation.characters.share(), Share { hits: 3 + 2 + 2, total: 12 });
        assert_eq!(evaluation.characters.groups(), 4);
        assert_eq!(evaluation.worst_confusions(), [('C', 'D', 1)]);
        assert_eq!(evaluation.by_position[&2], Share { hits: 1, total: 2 });
        assert_eq!(evaluation.failures["wrong count"], 1);
    }

    proptest! {
        #[test]
        fn merging_is_recording_in_one(texts in prop::collection::vec(("[A-C]{1,4}", "[A-C]{0,4}"), 0..20), cut in 0usize..20) {
            let mut all = Evaluation::new();
            let mut parts = [Evaluation::new(), Evaluation::new()];
            for (i, (label, text)) in texts.iter().enumerate() {
                let prediction = read(text);
                let outcome = if text.is_empty() { Outcome::Failed("no ink") } else { Outcome::Read(&prediction) };
                all.record(label, outcome);
                parts[usize::from(i >= cut)].record(label, outcome);
            }
            let [mut merged, rest] = parts;
            merged.merge(&rest);
            prop_assert_eq!(merged, all);
        }
    }
}
