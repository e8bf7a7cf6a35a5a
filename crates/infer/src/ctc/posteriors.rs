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

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::array;

    use super::*;

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
}
