//! How many characters there are.

use std::ops::RangeInclusive;

use super::Posteriors;

/// The probability that the text has a length in `lengths`: that of all such texts together.
///
/// Paths are summed by how many characters they have had so far and by their last class, which is all that the rest of
/// a path depends on: `steps * lengths * classes` operations, and memory for two steps.
#[must_use]
pub fn probability_of_lengths(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> f64 {
    let (classes, blank) = (posteriors.classes(), posteriors.blank());
    let mut later = ends(posteriors, lengths);
    let (mut now, mut entering) = (vec![0.0; later.len()], vec![0.0; classes]);
    for row in posteriors.rows().rev() {
        step_back(row, &later, &mut now, &mut entering);
        std::mem::swap(&mut now, &mut later);
    }
    // As if a blank had been seen before the first step.
    later[blank]
}

/// Sums over the ends of paths: for each step, number of characters so far and last class, the probability that the
/// steps that are left give a text of a length in range.
pub(super) struct Continuations {
    classes: usize,
    counts: usize,
    /// `[steps + 1, counts, classes]`.
    sums: Vec<f64>,
}

/// How many characters a path can have had, `0..counts`.
fn counts(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> usize {
    (*lengths.end()).min(posteriors.steps()) + 1
}

/// After the last step, `[counts, classes]`: 1 where the number of characters is one that is asked for.
fn ends(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> Vec<f64> {
    let asked =
        (0..counts(posteriors, lengths)).map(|count| if lengths.contains(&count) { 1.0 } else { 0.0 });
    asked.flat_map(|end| std::iter::repeat_n(end, posteriors.classes())).collect()
}

/// The sums before a step with the probabilities `row`, from those after it, both `[counts, classes]`; `entering` is room
/// for one number for each class.
fn step_back(row: &[f64], later: &[f64], now: &mut [f64], entering: &mut [f64]) {
    let (classes, blank) = (row.len(), row.len() - 1);
    for (count, (now, same)) in now.chunks_exact_mut(classes).zip(later.chunks_exact(classes)).enumerate() {
        match later.get((count + 1) * classes..(count + 2) * classes) {
            Some(more) => {
                for ((entering, p), more) in entering.iter_mut().zip(row).zip(more) {
                    *entering = p * more;
                }
                // The blank is no new character.
                entering[blank] = 0.0;
            }
            None => entering.fill(0.0),
        }
        let others = Others::of(entering);
        let to_blank = row[blank] * same[blank];
        for (class, now) in now[..blank].iter_mut().enumerate() {
            *now = to_blank + row[class] * same[class] + others.than(class, entering[class]);
        }
        now[blank] = to_blank + others.all;
    }
}

impl Continuations {
    /// How many numbers are kept for texts of at most `longest` characters, 8 bytes each.
    pub(super) fn len(posteriors: &Posteriors, longest: usize) -> usize {
        let states = counts(posteriors, &(0..=longest)).saturating_mul(posteriors.classes());
        states.saturating_mul(posteriors.steps() + 1)
    }

    pub(super) fn new(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> Self {
        let (classes, steps) = (posteriors.classes(), posteriors.steps());
        let last = ends(posteriors, lengths);
        let states = last.len();
        let mut sums = vec![0.0; steps * states];
        sums.extend(last);
        let mut entering = vec![0.0; classes];
        for (step, row) in posteriors.rows().enumerate().rev() {
            let (now, later) = sums[step * states..(step + 2) * states].split_at_mut(states);
            step_back(row, later, now, &mut entering);
        }
        Self { classes, counts: states / classes, sums }
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

/// The most numbers of a table over steps, lengths and classes: 2^24 are 128 MiB. A line of 1000 columns and 37 classes
/// takes a seventh of it for texts of up to 64 characters.
const MAX_STATES: usize = 1 << 24;

/// Scores that are too many to be searched for texts so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{steps} steps of {classes} scores are too many for texts of up to {longest} characters: \
     expected at most 2^24 for steps * scores * characters"
)]
pub struct TooManyStates {
    /// The steps of the image.
    pub steps: usize,
    /// The classes, the blank included.
    pub classes: usize,
    /// The longest text in question, in characters.
    pub longest: usize,
}

impl TooManyStates {
    /// Whether [`prefix_search`](super::prefix_search), [`best_path`](super::best_path) and
    /// [`character_posteriors`](super::character_posteriors) hold no more than 128 MiB for texts of up to `longest`
    /// characters.
    ///
    /// # Errors
    /// Itself if they do.
    pub fn check(posteriors: &Posteriors, longest: usize) -> Result<(), Self> {
        if Continuations::len(posteriors, longest) <= MAX_STATES {
            return Ok(());
        }
        Err(Self { steps: posteriors.steps(), classes: posteriors.classes(), longest })
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

    #[test]
    fn a_table_of_any_size_is_not_made() {
        let posteriors = |steps, classes| {
            Posteriors::from_logits(&Array2::<f32>::zeros((steps, classes)).view(), 1.0, |_| true).unwrap()
        };
        assert_eq!(TooManyStates::check(&posteriors(1000, 37), 64), Ok(()));
        let error = TooManyStates { steps: 4000, classes: 100, longest: 64 };
        assert_eq!(TooManyStates::check(&posteriors(4000, 100), 64), Err(error));
        // No text is longer than the steps.
        assert_eq!(TooManyStates::check(&posteriors(100, 100), usize::MAX), Ok(()));
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
