//! Which steps show which character.

use std::ops::Range;

use super::Posteriors;

/// The steps of each character of `text` on the most probable of its paths, in order and apart; `None` if it has no
/// path: too few steps, or a class that is not allowed.
///
/// The Viterbi algorithm over the states of the forward algorithm (A. J. Viterbi, IEEE Transactions on Information
/// Theory 13 (2), 1967, doi 10.1109/TIT.1967.1054010). A network that was trained with CTC gives most of a character's
/// width to the blank, so that its steps are the place where it is recognised rather than its extent.
///
/// # Panics
/// If `text` has a class that there is not, or the blank.
#[must_use]
pub fn align(posteriors: &Posteriors, text: &[usize]) -> Option<Vec<Range<usize>>> {
    let blank = posteriors.blank();
    assert!(text.iter().all(|&class| class < blank), "a text has the classes 0 to {}", blank - 1);
    // As in the forward algorithm: state 2 i is the blank before character i, state 2 i + 1 the character.
    let states = 2 * text.len() + 1;
    let mut best = vec![f64::NEG_INFINITY; states];
    best[0] = 0.0;
    // By how many states each state was reached, step by step.
    let mut moves = vec![0u8; posteriors.steps() * states];
    for (row, moves) in posteriors.log_rows().zip(moves.chunks_exact_mut(states)) {
        for state in (0..states).rev() {
            let character = !state.is_multiple_of(2);
            let skips = character && state >= 2 && text[state / 2] != text[state / 2 - 1];
            for by in 1..=(if skips { 2 } else { state.min(1) }) {
                if best[state - by] > best[state] {
                    best[state] = best[state - by];
                    moves[state] = by as u8;
                }
            }
            best[state] += row[if character { text[state / 2] } else { blank }];
        }
    }
    // The path ends in the last character or in the blank after it.
    let mut state = states - 1;
    if states > 1 && best[states - 2] > best[state] {
        state -= 1;
    }
    if best[state] == f64::NEG_INFINITY {
        return None;
    }
    let mut columns = vec![0..0; text.len()];
    for (step, moves) in moves.chunks_exact(states).enumerate().rev() {
        if !state.is_multiple_of(2) {
            let column = &mut columns[state / 2];
            column.start = step;
            column.end = column.end.max(step + 1);
        }
        state -= usize::from(moves[state]);
    }
    Some(columns)
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::Array2;
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_paths, small_posteriors, text_of};

    /// Posteriors that are sure of this path, of classes 0 to `blank`.
    fn sure_of(path: &[usize], blank: usize) -> Posteriors {
        let logits =
            Array2::from_shape_fn(
                (path.len(), blank + 1),
                |(step, class)| {
                    if path[step] == class { 9.0 } else { 0.0 }
                },
            );
        Posteriors::from_logits(&logits.view(), 1.0, |_| true).unwrap()
    }

    #[test]
    fn the_steps_of_each_character() {
        let posteriors = sure_of(&[2, 0, 0, 2, 0, 1, 1, 1, 2], 2);
        assert_eq!(align(&posteriors, &[0, 0, 1]), Some(vec![1..3, 4..5, 5..8]));
        assert_eq!(align(&posteriors, &[]), Some(vec![]));
        assert_eq!(align(&posteriors, &[0; 6]), None, "six equal characters need eleven steps");
    }

    proptest! {
        #[test]
        fn is_the_best_of_all_paths(posteriors in small_posteriors()) {
            let logs: Vec<&[f64]> = posteriors.log_rows().collect();
            let score = |path: &[usize]| -> f64 { path.iter().zip(&logs).map(|(&class, row)| row[class]).sum() };
            let mut best = std::collections::HashMap::<Vec<usize>, f64>::new();
            for path in all_paths(&posteriors) {
                let entry = best.entry(text_of(&path, posteriors.blank())).or_insert(f64::NEG_INFINITY);
                *entry = entry.max(score(&path));
            }
            for (text, expected) in best {
                let columns = align(&posteriors, &text).unwrap();
                let mut path = vec![posteriors.blank(); posteriors.steps()];
                for (column, &class) in columns.iter().zip(&text) {
                    prop_assert!(!column.is_empty());
                    path[column.clone()].fill(class);
                }
                prop_assert_eq!(text_of(&path, posteriors.blank()), text);
                prop_assert!((score(&path) - expected).abs() < 1e-9);
            }
        }
    }
}
