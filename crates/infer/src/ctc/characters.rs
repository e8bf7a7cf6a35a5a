//! How sure each character is.

use super::Posteriors;
use super::lengths::{Continuations, Others};

/// The probability of each class to be the character at each place, `[length, classes - 1]`, given that the text has
/// `length` characters: summed over all paths of all such texts, so that every row sums to 1. `None` if the
/// probability of that length is too small for double precision.
///
/// A path's sum is split at the step where it enters its `i`-th character, as the forward-backward algorithm splits it
/// at a step (Graves et al. 2006, section 4.1).
#[must_use]
pub fn character_posteriors(posteriors: &Posteriors, length: usize) -> Option<Vec<Vec<f64>>> {
    let (classes, blank) = (posteriors.classes(), posteriors.blank());
    let after = Continuations::new(posteriors, &(length..=length));
    if after.most() < length {
        return None;
    }
    // `[count, class]`: the sum over the beginnings of paths with `count` characters so far that end in `class`.
    let mut before = vec![0.0; (length + 1) * classes];
    before[blank] = 1.0;
    let mut shares = vec![vec![0.0; blank]; length];
    for (step, row) in posteriors.rows().enumerate() {
        // From many to few, so that one character fewer is still as it was before this step.
        for count in (0..=length).rev() {
            let at = count * classes;
            let (fewer, here) = before.split_at_mut(at);
            let here = &mut here[..classes];
            let all_here: f64 = here.iter().sum();
            if count == 0 {
                here[blank] = all_here * row[blank];
                continue;
            }
            let fewer = &fewer[at - classes..];
            let others = Others::of(fewer);
            let after = after.at(step + 1, count);
            for (class, share) in shares[count - 1].iter_mut().enumerate() {
                let entering = row[class] * others.than(class, fewer[class]);
                *share += entering * after[class];
                here[class] = here[class] * row[class] + entering;
            }
            here[blank] = all_here * row[blank];
        }
    }
    for shares in &mut shares {
        let sum: f64 = shares.iter().sum();
        if sum < f64::MIN_POSITIVE {
            return None;
        }
        shares.iter_mut().for_each(|share| *share /= sum);
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_texts, small_posteriors};

    proptest! {
        #[test]
        fn is_the_share_of_all_texts_of_that_length(posteriors in small_posteriors(), length in 0usize..5) {
            let texts: Vec<_> =
                all_texts(&posteriors).into_iter().filter(|(text, _)| text.len() == length).collect();
            let all: f64 = texts.iter().map(|(_, p)| p).sum();
            let actual = character_posteriors(&posteriors, length);
            prop_assert_eq!(actual.is_some(), all > 0.0);
            for (place, shares) in actual.into_iter().flatten().enumerate() {
                for (class, share) in shares.into_iter().enumerate() {
                    let such = texts.iter().filter(|(text, _)| text[place] == class);
                    let expected = such.map(|(_, p)| p).sum::<f64>() / all;
                    prop_assert!((share - expected).abs() < 1e-9, "{place} {class}: {share} {expected}");
                }
            }
        }
    }
}
