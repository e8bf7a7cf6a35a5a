//! The probability of a text.

use super::Posteriors;
use super::posteriors::add_logarithms;

/// The natural logarithm of the probability of `text`, minus infinity if it is impossible: the forward algorithm of
/// CTC (Graves et al. 2006, section 4.1, equations 6 to 8), in logarithms.
///
/// # Panics
/// If `text` has a class that there is not, or the blank.
#[must_use]
pub fn log_probability(posteriors: &Posteriors, text: &[usize]) -> f64 {
    let blank = posteriors.blank();
    assert!(text.iter().all(|&class| class < blank), "a text has the classes 0 to {}", blank - 1);
    // State 2 i is the blank before character i, state 2 i + 1 the character.
    let states = 2 * text.len() + 1;
    let class_of = |state: usize| if state.is_multiple_of(2) { blank } else { text[state / 2] };
    let mut forward = vec![f64::NEG_INFINITY; states];
    // Before the first step as if a blank had been seen: the first step is in state 0 or 1.
    forward[0] = 0.0;
    for row in posteriors.log_rows() {
        for state in (0..states).rev() {
            let mut sum = forward[state];
            if state >= 1 {
                sum = add_logarithms(sum, forward[state - 1]);
            }
            // From character to character without a blank, unless they are the same.
            if state >= 2 && !state.is_multiple_of(2) && text[state / 2] != text[state / 2 - 1] {
                sum = add_logarithms(sum, forward[state - 2]);
            }
            forward[state] = sum + row[class_of(state)];
        }
    }
    let last = forward[states - 1];
    if states > 1 { add_logarithms(last, forward[states - 2]) } else { last }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_texts, reference, small_posteriors};

    #[test]
    fn probabilities_are_those_of_pytorch() {
        for case in reference() {
            let posteriors = Posteriors::from_logits(&case.logits.view(), 1.0, |_| true).unwrap();
            for (text, expected) in &case.log_probabilities {
                let actual = log_probability(&posteriors, text);
                match expected {
                    Some(expected) => {
                        assert!(
                            (actual - expected).abs() < 1e-9 * expected.abs().max(1.0),
                            "{text:?}: {actual}, {expected}"
                        );
                    }
                    None => assert_eq!(actual, f64::NEG_INFINITY, "{text:?}"),
                }
            }
        }
    }

    proptest! {
        #[test]
        fn is_the_sum_over_all_paths(posteriors in small_posteriors()) {
            for (text, expected) in all_texts(&posteriors) {
                let actual = log_probability(&posteriors, &text).exp();
                prop_assert!((actual - expected).abs() < 1e-12, "{text:?}: {actual}, {expected}");
            }
        }
    }
}
