//! The text of the most probable path.

use std::ops::RangeInclusive;

use super::Posteriors;

/// The text of the most probable path of all whose text has a length in `lengths`: "best path decoding" (Graves et al.
/// 2006, section 3.2); `None` if there is no such path.
///
/// Without a length, or if the best path of all has one that is asked for, this is the best class of each step.
/// Otherwise it is the Viterbi algorithm over how many characters there were so far and which class was last, so that
/// a length that is possible is always met.
#[must_use]
pub fn best_path(posteriors: &Posteriors, lengths: Option<&RangeInclusive<usize>>) -> Option<Vec<usize>> {
    let path = posteriors.log_rows().map(|row| best(row).0);
    let text = text_of(path, posteriors.blank());
    match lengths {
        Some(lengths) if !lengths.contains(&text.len()) => counted(posteriors, lengths),
        _ => Some(text),
    }
}

/// The text of a path: repetitions joined, blanks dropped.
pub(super) fn text_of(path: impl IntoIterator<Item = usize>, blank: usize) -> Vec<usize> {
    let mut last = blank;
    let mut text = Vec::new();
    for class in path {
        if class != last && class != blank {
            text.push(class);
        }
        last = class;
    }
    text
}

/// The best class and its score; the first of equals.
fn best(row: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::NEG_INFINITY);
    for (class, &score) in row.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best
}

/// The best path with a number of characters in `lengths`.
fn counted(posteriors: &Posteriors, lengths: &RangeInclusive<usize>) -> Option<Vec<usize>> {
    let (classes, blank, steps) = (posteriors.classes(), posteriors.blank(), posteriors.steps());
    let most = (*lengths.end()).min(steps);
    let states = (most + 1) * classes;
    // `[count, class]`: the best score of a path so far with `count` characters that ends in `class`.
    let mut scores = vec![f64::NEG_INFINITY; states];
    let mut next = scores.clone();
    scores[blank] = 0.0;
    // The class before, `[step, count, class]`.
    let mut before = vec![0u32; steps * states];
    for (row, before) in posteriors.log_rows().zip(before.chunks_exact_mut(states)) {
        for count in 0..=most {
            let at = count * classes;
            let here = &scores[at..at + classes];
            let (last, score) = best(here);
            next[at + blank] = score + row[blank];
            before[at + blank] = last as u32;
            // The best two of one character fewer: a new character differs from what is before it.
            let fewer = if count == 0 { &[][..] } else { &scores[at - classes..at] };
            let (first, first_score) = best(fewer);
            let second_score = fewer.iter().enumerate().filter(|&(class, _)| class != first).fold(
                (0, f64::NEG_INFINITY),
                |a, (class, &score)| if score > a.1 { (class, score) } else { a },
            );
            for class in 0..blank {
                let (from, entering) = if class == first { second_score } else { (first, first_score) };
                let (from, score) =
                    if here[class] >= entering { (class, here[class]) } else { (from, entering) };
                next[at + class] = score + row[class];
                before[at + class] = from as u32;
            }
        }
        std::mem::swap(&mut scores, &mut next);
    }
    let last = (*lengths.start()..=most)
        .map(|count| (count, best(&scores[count * classes..(count + 1) * classes])))
        .max_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
    let (mut count, (mut class, score)) = last;
    if score == f64::NEG_INFINITY {
        return None;
    }
    let mut path = vec![blank; steps];
    for step in (0..steps).rev() {
        path[step] = class;
        let from = before[step * states + count * classes + class] as usize;
        if class != blank && from != class {
            count -= 1;
        }
        class = from;
    }
    Some(text_of(path, blank))
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_paths, small_posteriors};

    #[test]
    fn a_best_path_need_not_be_of_the_best_text() {
        // "A" has 0.64 on three paths, of which none has the 0.36 of the path of blanks.
        let probabilities = array![[0.4f32, 0.6], [0.4, 0.6]];
        let logits = probabilities.mapv(f32::ln);
        let posteriors = Posteriors::from_logits(&logits.view(), 1.0, |_| true).unwrap();
        assert_eq!(best_path(&posteriors, None), Some(vec![]));
        assert_eq!(best_path(&posteriors, Some(&(1..=3))), Some(vec![0]));
        assert_eq!(best_path(&posteriors, Some(&(2..=3))), None, "two equal characters need three steps");
    }

    proptest! {
        #[test]
        fn is_the_best_of_all_paths(posteriors in small_posteriors(), low in 0usize..4, more in 0usize..3) {
            let lengths = low..=low + more;
            let logs: Vec<&[f64]> = posteriors.log_rows().collect();
            let best = all_paths(&posteriors)
                .map(|path| (path.iter().zip(&logs).map(|(&class, row)| row[class]).sum::<f64>(), path))
                .map(|(score, path)| (score, text_of(path, posteriors.blank())))
                .filter(|(_, text)| lengths.contains(&text.len()))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            prop_assert_eq!(best_path(&posteriors, Some(&lengths)), best.map(|(_, text)| text));
        }
    }
}
