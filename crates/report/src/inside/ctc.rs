//! How the columns of a sequence network become text: connectionist temporal classification, step by step.
//!
//! A. Graves et al., "Connectionist temporal classification", ICML 2006, doi 10.1145/1143844.1143891, section 3.2.

use captcha_lab::Alphabet;
use captcha_lab::core::ndarray::ArrayView2;
use captcha_lab::infer::softmax;

/// What happens to a column when the path is collapsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is a character of the text.
    Kept,
    /// It repeats the character of the column before, and is merged with it.
    Repeat,
    /// It shows the blank, and is dropped.
    Blank,
}

/// The best class of one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// The class with the highest score; the last one is the blank.
    pub class: usize,
    /// Its character; `None` is the blank.
    pub character: Option<char>,
    /// Its probability, the softmax of the scores.
    pub probability: f32,
    /// What happens to it.
    pub fate: Fate,
}

/// The most probable path through the columns, and what it collapses to.
#[derive(Debug, Clone, PartialEq)]
pub struct Collapse {
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The characters that are kept.
    pub text: String,
}

/// The best class of each column of `logits` `[steps, classes]`, whose last class is the blank, and the text
/// that remains after repetitions are merged and blanks dropped. `logits` are divided by `temperature` before
/// the softmax.
///
/// This is the search [`BestPath`](captcha_lab::Search::BestPath) for texts of any length. A solver that adds
/// up all paths of a text, or that knows the length of the text, can give another text.
///
/// ```
/// use captcha_lab::Alphabet;
/// use captcha_lab::core::ndarray::array;
/// use captcha_report::inside::ctc::{Fate, collapse};
///
/// // Four columns with scores for A, B and the blank.
/// let logits = array![[9.0, 0.0, 0.0], [9.0, 0.0, 0.0], [0.0, 0.0, 9.0], [9.0, 0.0, 0.0]];
/// let collapse = collapse(&logits.view(), &Alphabet::new("AB")?, 1.0);
/// assert_eq!(collapse.text, "AA");
/// let fates = collapse.columns.iter().map(|column| column.fate);
/// assert!(fates.eq([Fate::Kept, Fate::Repeat, Fate::Blank, Fate::Kept]));
/// # Ok::<(), captcha_lab::core::AlphabetError>(())
/// ```
#[must_use]
pub fn collapse(logits: &ArrayView2<'_, f32>, alphabet: &Alphabet, temperature: f32) -> Collapse {
    let mut columns = Vec::with_capacity(logits.nrows());
    let (mut text, mut last) = (String::new(), None);
    for row in logits.outer_iter() {
        let mut probabilities: Vec<f32> = row.iter().map(|logit| logit / temperature).collect();
        softmax(&mut probabilities);
        // The first of equal ones, as in the decoder.
        let (class, probability) = probabilities
            .iter()
            .enumerate()
            .fold((0, f32::NEG_INFINITY), |best, (class, &p)| if p > best.1 { (class, p) } else { best });
        let character = alphabet.character(class);
        let fate = match character {
            None => Fate::Blank,
            Some(_) if last == Some(class) => Fate::Repeat,
            Some(character) => {
                text.push(character);
                Fate::Kept
            }
        };
        last = Some(class);
        columns.push(Column { class, character, probability: probability.max(0.0), fate });
    }
    Collapse { columns, text }
}

#[cfg(test)]
mod tests {
    use captcha_lab::core::ndarray::Array2;
    use captcha_lab::infer::ctc::{Posteriors, best_path};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_the_best_path_of_the_decoder(scores in prop::collection::vec(-3i8..3, 12 * 4), temperature in 1u8..4) {
            let logits = Array2::from_shape_vec((12, 4), scores).unwrap().mapv(f32::from);
            let alphabet = Alphabet::new("ABC").unwrap();
            let temperature = f32::from(temperature);
            let collapse = collapse(&logits.view(), &alphabet, temperature);
            let posteriors = Posteriors::from_logits(&logits.view(), temperature, |_| true).unwrap();
            let expected = best_path(&posteriors, None).unwrap();
            prop_assert_eq!(alphabet.encode(&collapse.text).unwrap(), expected);
            let kept = collapse.columns.iter().filter(|column| column.fate == Fate::Kept);
            prop_assert_eq!(kept.filter_map(|column| column.character).collect::<String>(), collapse.text);
            prop_assert!(collapse.columns.iter().all(|column| (0.25..=1.0).contains(&column.probability)));
        }
    }

    #[test]
    fn scores_that_are_no_numbers_have_no_probability() {
        let collapse =
            collapse(&Array2::from_elem((2, 3), f32::NAN).view(), &Alphabet::new("AB").unwrap(), 1.0);
        assert!(collapse.columns.iter().all(|column| column.probability == 0.0));
    }
}
