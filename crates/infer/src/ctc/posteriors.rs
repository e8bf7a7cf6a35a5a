//! Probabilities of the classes at each step.

use captcha_core::ndarray::ArrayView2;

/// The probability of each class at each step of one image, `[steps, classes]`, the blank last; each step sums to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Posteriors {
    classes: usize,
    probabilities: Vec<f64>,
    logarithms: Vec<f64>,
}

/// A logit that is NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the network's score for class {class} at step {step} is not a finite number")]
pub struct NotFinite {
    /// The step, from the left.
    pub step: usize,
    /// The class.
    pub class: usize,
}

impl Posteriors {
    /// The softmax of `logits` `[steps, classes]` divided by `temperature`, over the classes for which `allowed` is
    /// true.
    ///
    /// To leave a class out of the softmax is to know that no path has it: the factors by which the steps grow are
    /// the same for every path that is left, so that probabilities of texts become those given that knowledge.
    ///
    /// # Errors
    /// [`NotFinite`] names the first logit that is no number.
    pub fn from_logits(
        logits: &ArrayView2<'_, f32>,
        temperature: f32,
        allowed: impl Fn(usize) -> bool,
    ) -> Result<Self, NotFinite> {
        let classes = logits.ncols();
        let mut logarithms = Vec::with_capacity(logits.len());
        let mut probabilities = Vec::with_capacity(logits.len());
        let scale = 1.0 / f64::from(temperature);
        let allowed: Vec<bool> = (0..classes).map(allowed).collect();
        for (step, row) in logits.outer_iter().enumerate() {
            let start = logarithms.len();
            let mut largest = f64::NEG_INFINITY;
            for (class, (&logit, &allowed)) in row.iter().zip(&allowed).enumerate() {
                if !logit.is_finite() {
                    return Err(NotFinite { step, class });
                }
                let score = if allowed { f64::from(logit) * scale } else { f64::NEG_INFINITY };
                largest = largest.max(score);
                logarithms.push(score);
            }
            let scores = &mut logarithms[start..];
            probabilities.extend(scores.iter().map(|score| (score - largest).exp()));
            let sum: f64 = probabilities[start..].iter().sum();
            probabilities[start..].iter_mut().for_each(|probability| *probability /= sum);
            let normaliser = largest + sum.ln();
            scores.iter_mut().for_each(|score| *score -= normaliser);
        }
        Ok(Self { classes, probabilities, logarithms })
    }

    /// The same with some classes as one: `groups` has for each class but the blank the class that it becomes, below
    /// `count`; the blank is class `count` then. At every step the probabilities of a group are added.
    ///
    /// A path is then one of groups, so that members of a group at neighbouring steps are one character, as the same
    /// class twice is.
    ///
    /// # Panics
    /// If a group is not below `count`.
    #[must_use]
    pub fn merged(&self, groups: &[usize], count: usize) -> Self {
        let (classes, blank) = (count + 1, self.blank());
        let mut probabilities = vec![0.0; self.steps() * classes];
        let mut logarithms = vec![f64::NEG_INFINITY; self.steps() * classes];
        let steps = self.rows().zip(self.log_rows());
        let merged = probabilities.chunks_exact_mut(classes).zip(logarithms.chunks_exact_mut(classes));
        for ((row, log_row), (sums, log_sums)) in steps.zip(merged) {
            for (&group, (&p, &log)) in groups.iter().zip(row.iter().zip(log_row)) {
                assert!(group < count, "a group is below {count}, not {group}");
                sums[group] += p;
                log_sums[group] = add_logarithms(log_sums[group], log);
            }
            sums[count] = row[blank];
            log_sums[count] = log_row[blank];
        }
        Self { classes, probabilities, logarithms }
    }

    /// The number of steps.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.probabilities.len().checked_div(self.classes).unwrap_or(0)
    }

    /// The number of classes, the blank included.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The class of the blank: the last one.
    #[must_use]
    pub fn blank(&self) -> usize {
        self.classes - 1
    }

    /// The probabilities of all classes, step by step.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &[f64]> + ExactSizeIterator {
        self.probabilities.chunks_exact(self.classes)
    }

    /// Their logarithms.
    pub(crate) fn log_rows(&self) -> impl DoubleEndedIterator<Item = &[f64]> + ExactSizeIterator {
        self.logarithms.chunks_exact(self.classes)
    }
}

/// `ln(exp(a) + exp(b))`.
pub(super) fn add_logarithms(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if small == f64::NEG_INFINITY { large } else { large + (small - large).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::ctc::testing::{all_paths, all_texts, small_posteriors, text_of};

    #[test]
    fn steps_sum_to_one_and_logarithms_agree() {
        let logits = array![[1.0, 2.0, 3.0], [1000.0, -1000.0, 0.0]];
        let posteriors = Posteriors::from_logits(&logits.view(), 2.0, |_| true).unwrap();
        for (row, logs) in posteriors.rows().zip(posteriors.log_rows()) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (p, log) in row.iter().zip(logs) {
                assert!((p - log.exp()).abs() < 1e-12);
            }
        }
        let first: Vec<f64> = posteriors.rows().next().unwrap().to_vec();
        assert!((first[1] / first[0] - 0.5f64.exp()).abs() < 1e-12, "temperature 2 halves the difference");
    }

    #[test]
    fn what_is_not_allowed_has_no_share() {
        let logits = array![[9.0, 1.0, 1.0]];
        let posteriors = Posteriors::from_logits(&logits.view(), 1.0, |class| class != 0).unwrap();
        assert_eq!(posteriors.rows().next().unwrap(), [0.0, 0.5, 0.5]);
        assert_eq!(posteriors.log_rows().next().unwrap()[0], f64::NEG_INFINITY);
    }

    #[test]
    fn a_nan_is_named() {
        let logits = array![[0.0, 0.0], [0.0, f32::NAN]];
        let error = Posteriors::from_logits(&logits.view(), 1.0, |_| true).unwrap_err();
        assert_eq!(error, NotFinite { step: 1, class: 1 });
    }

    proptest! {
        #[test]
        fn merged_texts_have_all_paths_of_their_groups(
            posteriors in small_posteriors(), groups in prop::collection::vec(0usize..3, 4),
        ) {
            let blank = posteriors.blank();
            let groups = &groups[..blank];
            let merged = posteriors.merged(groups, 3);
            let rows: Vec<&[f64]> = posteriors.rows().collect();
            let mut expected = std::collections::HashMap::<Vec<usize>, f64>::new();
            for path in all_paths(&posteriors) {
                let probability: f64 = path.iter().zip(&rows).map(|(&class, row)| row[class]).product();
                let path: Vec<usize> =
                    path.iter().map(|&class| if class == blank { 3 } else { groups[class] }).collect();
                *expected.entry(text_of(&path, 3)).or_default() += probability;
            }
            let actual = all_texts(&merged);
            prop_assert_eq!(actual.len(), expected.len());
            for (text, p) in expected {
                prop_assert!((actual[&text] - p).abs() < 1e-12, "{:?}", text);
                let log = crate::ctc::log_probability(&merged, &text).exp();
                prop_assert!((log - p).abs() < 1e-12, "{:?}", text);
            }
        }
    }
}
