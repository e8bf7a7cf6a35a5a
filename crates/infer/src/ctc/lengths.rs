//! How many characters there are.

use std::ops::RangeInclusive;

use super::Posteriors;

/// The probability that the text has a length in `lengths`: that of all such texts together.
///
/// Paths are summed by how many characters they have had so far and by their last class, which is all that the rest of
/// a path depends on: `steps * lengths * classes` operations.
#[must_use]
pub fn probability_of_lengths(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> f64 {
    Continuations::new(posteriors, lengths).of_nothing()
}

/// Sums over the ends of paths: for each step, number of characters so far and last class, the probability that the
/// steps that are left give a text of a length in range.
pub(super) struct Continuations {
    classes: usize,
    counts: usize,
    /// `[steps + 1, counts, classes]`.
    sums: Vec<f64>,
}

impl Continuations {
    pub(super) fn new(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> Self {
        let (classes, blank, steps) = (posteriors.classes(), posteriors.blank(), posteriors.steps());
        let counts = (*lengths.end()).min(steps) + 1;
        let states = counts * classes;
        let mut sums = vec![0.0; (steps + 1) * states];
        for count in (0..counts).filter(|count| lengths.contains(count)) {
            sums[steps * states..][count * classes..(count + 1) * classes].fill(1.0);
        }
        let mut entering = vec![0.0; classes];
        for (step, row) in posteriors.rows().enumerate().rev() {
            let (now, later) = sums[step * states..(step + 2) * states].split_at_mut(states);
            for count in 0..counts {
                let at = count * classes;
                let same = &later[at..at + classes];
                if count + 1 < counts {
                    let more = &later[at + classes..at + 2 * classes];
                    for ((entering, p), more) in entering.iter_mut().zip(row).zip(more) {
                        *entering = p * more;
                    }
                    // The blank is no new character.
                    entering[blank] = 0.0;
                } else {
                    entering.fill(0.0);
                }
                let others = Others::of(&entering);
                let to_blank = row[blank] * same[blank];
                let now = &mut now[at..at + classes];
                for (class, now) in now[..blank].iter_mut().enumerate() {
                    *now = to_blank + row[class] * same[class] + others.than(class, entering[class]);
                }
                now[blank] = to_blank + others.all;
            }
        }
        Self { classes, counts, sums }
    }

    /// The most characters that a text of the range has, or that the steps can hold.
    pub(super) fn most(&self) -> usize {
        self.counts - 1
    }

    /// After `step` steps with `count` characters, by last class.
    pub(super) fn at(&self, step: usize, count: usize) -> &[f64] {
        &self.sums[(step * self.counts + count) * self.classes..][..self.classes]
    }

    /// Before the first step.
    pub(super) fn of_nothing(&self) -> f64 {
        // As if a blank had been seen.
        self.sums[self.classes - 1]
    }
}

/// Sums of all numbers but one. The sum less the number would lose everything where that one is almost all of it, and a
/// length that the network thinks improbable depends on just what is left then.
pub(super) struct Others {
    all: f64,
    largest: usize,
    without_largest: f64,
}

impl Others {
    pub(super) fn of(numbers: &[f64]) -> Self {
        let mut largest = (0, f64::NEG_INFINITY);
        for (index, &number) in numbers.iter().enumerate() {
            if number > largest.1 {
                largest = (index, number);
            }
        }
        let without_largest =
            numbers[..largest.0].iter().sum::<f64>() + numbers[largest.0 + 1..].iter().sum::<f64>();
        Self { all: without_largest + largest.1, largest: largest.0, without_largest }
    }

    /// The sum of all but the one at `index`, which is `number`.
    pub(super) fn than(&self, index: usize, number: f64) -> f64 {
        if index == self.largest { self.without_largest } else { self.all - number }
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::Array2;
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_texts, small_posteriors};

    #[test]
    fn improbable_lengths_keep_their_digits() {
        // Sure of one character in all eight steps: two need a blank or another character, each e^-40.
        let logits = Array2::from_shape_fn((8, 3), |(_, class)| if class == 0 { 40.0f32 } else { 0.0 });
        let posteriors = Posteriors::from_logits(&logits.view(), 1.0, |_| true).unwrap();
        // "AA": the blank at one of 6 inner steps; "AB" and "BA": the other one at the end or the start, 2 paths of
        // one improbable class. All other texts of two characters have at least two of them.
        let expected = 8.0 * (-40.0f64).exp();
        let actual = probability_of_lengths(&posteriors, &(2..=2));
        assert!((actual / expected - 1.0).abs() < 1e-12, "{actual} {expected}");
    }

    proptest! {
        #[test]
        fn is_the_sum_over_all_texts(posteriors in small_posteriors(), low in 0usize..5, more in 0usize..9) {
            let lengths = low..=low + more;
            let texts = all_texts(&posteriors);
            let expected: f64 =
                texts.iter().filter(|(text, _)| lengths.contains(&text.len())).map(|(_, p)| p).sum();
            let actual = probability_of_lengths(&posteriors, &lengths);
            prop_assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
        }
    }
}
