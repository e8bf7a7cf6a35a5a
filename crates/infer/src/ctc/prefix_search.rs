//! The most probable texts.

use std::ops::RangeInclusive;

use super::lengths::Continuations;
use super::{Posteriors, best_path};

/// A text and its probability.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// Its classes.
    pub text: Vec<usize>,
    /// The sum over its paths.
    pub probability: f64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// Different texts, most probable first.
    pub candidates: Vec<Candidate>,
    /// No text that the search did not come to has a probability above this. If it is not above that of the last
    /// candidate, the candidates are certainly the most probable texts.
    pub missed: f64,
    /// The probability of all texts with a length in range together.
    pub total: f64,
}

/// The `count` most probable texts with a length in `lengths`, most probable first; none if no path has such a length.
///
/// Prefix search (Graves et al. 2006, section 3.2): a prefix is grown by one character at a time, and its probability is
/// that of all texts that begin with it, summed over all their paths. Here the sum is over texts with a length in range
/// only, so that the length steers the search from its first character on. Of all prefixes of one length the `width`
/// most probable are grown, and none that is less probable than a text that is known: where the network is sure, one
/// prefix at a time is left, and the result is exact. (The beam search that goes by steps, of A. Hannun et al.,
/// "First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs", 2014, arXiv
/// 1408.2873, has the same two sums for each prefix, over paths that end in a blank and those that do not, but drops
/// prefixes before it has seen the steps that are left.)
///
/// The search starts from [`best_path`], so it is never worse than that, and always finds a text if there is one.
#[must_use]
pub fn prefix_search(
    posteriors: &Posteriors,
    lengths: Option<&RangeInclusive<usize>>,
    width: usize,
    count: usize,
) -> Found {
    let Some(start) = best_path(posteriors, lengths) else {
        return Found { candidates: Vec::new(), missed: 0.0, total: 0.0 };
    };
    let continuations = lengths.map(|lengths| Continuations::new(posteriors, lengths));
    let mut best = Best { count: count.max(1), candidates: Vec::new() };
    best.add(Candidate { probability: Prefix::of(posteriors, &start).probability(), text: start });

    let mut missed = 0.0f64;
    let mut prefixes = vec![Prefix::empty(posteriors)];
    while !prefixes.is_empty() {
        for prefix in &prefixes {
            if lengths.is_none_or(|lengths| lengths.contains(&prefix.text.len())) {
                best.add(Candidate { text: prefix.text.clone(), probability: prefix.probability() });
            }
        }
        let mut grown = Vec::new();
        for (index, prefix) in prefixes.iter().enumerate() {
            let sums = prefix.sums_of_longer(posteriors, continuations.as_ref());
            grown.extend(sums.into_iter().enumerate().map(|(class, sum)| (sum, index, class)));
        }
        grown.retain(|&(sum, ..)| sum > best.bound());
        if grown.len() > width {
            grown.select_nth_unstable_by(width, |a, b| b.0.total_cmp(&a.0));
            missed = grown.drain(width..).fold(missed, |missed, (sum, ..)| missed.max(sum));
        }
        prefixes = grown.iter().map(|&(_, index, class)| prefixes[index].with(posteriors, class)).collect();
    }
    let total = continuations.map_or(1.0, |continuations| continuations.of_nothing());
    Found { candidates: best.candidates, missed, total }
}

/// The most probable of different texts.
struct Best {
    count: usize,
    candidates: Vec<Candidate>,
}

impl Best {
    /// What a text must have to be among them.
    fn bound(&self) -> f64 {
        match self.candidates.get(self.count - 1) {
            Some(last) => last.probability,
            None => 0.0,
        }
    }

    fn add(&mut self, candidate: Candidate) {
        if self.candidates.iter().any(|known| known.text == candidate.text) {
            return;
        }
        let place = self.candidates.partition_point(|known| known.probability >= candidate.probability);
        self.candidates.insert(place, candidate);
        self.candidates.truncate(self.count);
    }
}

/// The beginning of a text, with the probability that the first `t` steps give just that, for each `t`.
struct Prefix {
    text: Vec<usize>,
    /// Of the paths that end in a blank, `[steps + 1]`.
    blank: Vec<f64>,
    /// Of those that end in the last character, `[steps + 1]`.
    character: Vec<f64>,
}

impl Prefix {
    fn empty(posteriors: &Posteriors) -> Self {
        let blank = posteriors.blank();
        let mut all_blank = vec![1.0];
        all_blank.extend(posteriors.rows().scan(1.0, |product, row| {
            *product *= row[blank];
            Some(*product)
        }));
        Self { text: Vec::new(), character: vec![0.0; all_blank.len()], blank: all_blank }
    }

    fn of(posteriors: &Posteriors, text: &[usize]) -> Self {
        text.iter().fold(Self::empty(posteriors), |prefix, &class| prefix.with(posteriors, class))
    }

    /// The probability that the text is just this.
    fn probability(&self) -> f64 {
        self.blank.last().copied().unwrap_or(0.0) + self.character.last().copied().unwrap_or(0.0)
    }

    /// The probability that the first `step` steps give this and the next may begin the character `class`: a repetition
    /// needs a blank between.
    fn before(&self, step: usize, class: usize) -> f64 {
        let after_blank = self.blank[step];
        if self.text.last() == Some(&class) { after_blank } else { after_blank + self.character[step] }
    }

    /// For each class, the probability of all texts (of a length that is asked for) that begin with this and the class.
    fn sums_of_longer(&self, posteriors: &Posteriors, continuations: Option<&Continuations>) -> Vec<f64> {
        let characters = posteriors.blank();
        let mut sums = vec![0.0; characters];
        let count = self.text.len() + 1;
        if continuations.is_some_and(|continuations| count > continuations.most()) {
            return sums;
        }
        let mut repeated = 0.0;
        let last = self.text.last().copied();
        for (step, row) in posteriors.rows().enumerate() {
            let weight = self.blank[step] + self.character[step];
            if weight == 0.0 {
                continue;
            }
            match continuations.map(|continuations| continuations.at(step + 1, count)) {
                Some(after) => {
                    for ((sum, p), after) in sums.iter_mut().zip(row).zip(after) {
                        *sum += weight * p * after;
                    }
                    repeated += last.map_or(0.0, |last| self.blank[step] * row[last] * after[last]);
                }
                None => {
                    sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * p);
                    repeated += last.map_or(0.0, |last| self.blank[step] * row[last]);
                }
            }
        }
        if let Some(last) = last {
            sums[last] = repeated;
        }
        sums
    }

    /// This and one more character.
    fn with(&self, posteriors: &Posteriors, class: usize) -> Self {
        let steps = posteriors.steps();
        let (mut blank, mut character) = (Vec::with_capacity(steps + 1), Vec::with_capacity(steps + 1));
        let (mut in_blank, mut in_character) = (0.0, 0.0);
        blank.push(in_blank);
        character.push(in_character);
        for (step, row) in posteriors.rows().enumerate() {
            in_blank = row[posteriors.blank()] * (in_blank + in_character);
            in_character = row[class] * (in_character + self.before(step, class));
            blank.push(in_blank);
            character.push(in_character);
        }
        let mut text = Vec::with_capacity(self.text.len() + 1);
        text.extend(&self.text);
        text.push(class);
        Self { text, blank, character }
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_texts, small_posteriors};

    #[test]
    fn sums_over_paths_where_the_best_path_does_not() {
        let probabilities = array![[0.4f32, 0.6], [0.4, 0.6]];
        let posteriors = Posteriors::from_logits(&probabilities.mapv(f32::ln).view(), 1.0, |_| true).unwrap();
        let found = prefix_search(&posteriors, None, 1, 2);
        assert_eq!(found.candidates[0].text, [0]);
        assert!((found.candidates[0].probability - 0.64).abs() < 1e-6);
        assert!(found.candidates[1].text.is_empty());
        assert_eq!(found.missed, 0.0);
    }

    proptest! {
        #[test]
        fn a_wide_search_finds_the_best_of_all_texts(
            posteriors in small_posteriors(), count in 1usize..6, low in 0usize..4, more in prop::option::of(0usize..3),
        ) {
            let lengths = more.map(|more| low..=low + more);
            let mut all: Vec<_> = all_texts(&posteriors)
                .into_iter()
                .filter(|(text, _)| lengths.as_ref().is_none_or(|lengths| lengths.contains(&text.len())))
                .collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1));
            let found = prefix_search(&posteriors, lengths.as_ref(), 10_000, count);
            prop_assert_eq!(found.missed, 0.0);
            prop_assert!((found.total - all.iter().map(|(_, p)| p).sum::<f64>()).abs() < 1e-12);
            prop_assert_eq!(found.candidates.len(), count.min(all.len()));
            for (candidate, (_, expected)) in found.candidates.iter().zip(&all) {
                prop_assert!((candidate.probability - expected).abs() < 1e-12);
                let (_, own) = all.iter().find(|(text, _)| *text == candidate.text).unwrap();
                prop_assert!((candidate.probability - own).abs() < 1e-12);
            }
        }

        #[test]
        fn a_narrow_search_says_what_it_may_have_missed(
            posteriors in small_posteriors(), width in 1usize..3, length in prop::option::of(0usize..4),
        ) {
            let lengths = length.map(|length| length..=length);
            let all: Vec<_> = all_texts(&posteriors)
                .into_iter()
                .filter(|(text, _)| lengths.as_ref().is_none_or(|lengths| lengths.contains(&text.len())))
                .collect();
            let found = prefix_search(&posteriors, lengths.as_ref(), width, 1);
            prop_assert_eq!(found.candidates.is_empty(), all.is_empty(), "what is possible is found");
            let best = all.iter().map(|(_, p)| *p).fold(0.0, f64::max);
            let first = found.candidates.first().map_or(0.0, |candidate| candidate.probability);
            prop_assert!(best <= first.max(found.missed) + 1e-12, "{best} {first} {}", found.missed);
        }
    }
}
