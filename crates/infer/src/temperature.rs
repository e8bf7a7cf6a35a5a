//! Confidences that are what they say.

use captcha_core::ndarray::{Array2, ArrayView1, ArrayView2};

use crate::ctc::{self, Posteriors};

/// A network's scores of a letter or an image, and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledLogits {
    /// `[steps, classes]`.
    logits: Array2<f32>,
    label: Label,
}

#[derive(Debug, Clone, PartialEq)]
enum Label {
    Class(usize),
    Text(Vec<usize>),
}

/// The temperature that fits best.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TemperatureFit {
    /// What to divide logits by.
    pub temperature: f32,
    /// The mean negative log-likelihood of the labels without it, in nats.
    pub loss_before: f64,
    /// The same with it.
    pub loss_after: f64,
    /// How many letters or texts it was fitted on.
    pub samples: usize,
}

/// The temperatures that are considered; a network beyond them is none that dividing could mend.
const LOWEST: f64 = 0.05;
const HIGHEST: f64 = 20.0;

/// How exactly the logarithm of the temperature is found: confidences move by less than what calibration can measure.
const TOLERANCE: f64 = 1e-3;

impl LabelledLogits {
    /// The scores `[classes]` of a letter network for a letter of `class`; `None` if they are not finite or there is no
    /// such class.
    #[must_use]
    pub fn letter(logits: &ArrayView1<'_, f32>, class: usize) -> Option<Self> {
        let finite = logits.iter().all(|logit| logit.is_finite());
        let logits = logits.to_owned().insert_axis(captcha_core::ndarray::Axis(0));
        (finite && class < logits.ncols()).then_some(Self { logits, label: Label::Class(class) })
    }

    /// The scores `[steps, classes]` of a sequence network for an image of `text`, in classes; `None` if they are not
    /// finite, or the steps are too few for it.
    #[must_use]
    pub fn text(logits: &ArrayView2<'_, f32>, text: Vec<usize>) -> Option<Self> {
        let known = text.iter().all(|&class| class + 1 < logits.ncols());
        let sample = Self { logits: logits.to_owned(), label: Label::Text(text) };
        (known && sample.loss(1.0).is_finite()).then_some(sample)
    }

    /// The negative log-likelihood of the label at this temperature.
    fn loss(&self, temperature: f64) -> f64 {
        let Ok(posteriors) = Posteriors::from_logits(&self.logits.view(), temperature as f32, |_| true)
        else {
            return f64::INFINITY;
        };
        match &self.label {
            Label::Class(class) => posteriors.log_rows().next().map_or(0.0, |row| -row[*class]),
            Label::Text(text) => -ctc::log_probability(&posteriors, text),
        }
    }
}

/// The temperature in 0.05 to 20 at which `samples`, which training has not seen, are most likely; `None` without
/// samples.
///
/// Temperature scaling (C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML
/// 2017, arXiv 1706.04599, section 4.2) changes no reading of a letter, and of a sequence hardly any, only how sure
/// it is. The loss, cross entropy for letters and that of CTC for texts, has one minimum over the temperature, which
/// golden-section search finds (J. Kiefer, Proceedings of the AMS 4 (3), 1953, doi 10.2307/2032161).
#[must_use]
pub fn fit_temperature(samples: &[LabelledLogits]) -> Option<TemperatureFit> {
    if samples.is_empty() {
        return None;
    }
    let loss = |temperature: f64| {
        samples.iter().map(|sample| sample.loss(temperature)).sum::<f64>() / samples.len() as f64
    };
    let logarithm = minimum(|logarithm| loss(logarithm.exp()), LOWEST.ln(), HIGHEST.ln());
    let temperature = logarithm.exp();
    Some(TemperatureFit {
        temperature: temperature as f32,
        loss_before: loss(1.0),
        loss_after: loss(temperature),
        samples: samples.len(),
    })
}

/// Where `function` is least between `low` and `high`.
fn minimum(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = (5.0f64.sqrt() - 1.0) / 2.0;
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (function(left), function(right));
    while high - low > TOLERANCE {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = function(right);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::Array2;
    use captcha_core::rand::RngExt;
    use captcha_core::seed;

    use super::*;

    /// A class by the probabilities of `row`.
    fn draw(row: &[f64], rng: &mut seed::Rng) -> usize {
        let mut left: f64 = rng.random();
        row.iter()
            .position(|p| {
                left -= p;
                left < 0.0
            })
            .unwrap_or(row.len() - 1)
    }

    /// Scores of a network that is `factor` times as sure as it should be, and labels that come up as often as it
    /// should say.
    fn samples(count: u64, steps: usize, classes: usize, factor: f32) -> Vec<LabelledLogits> {
        let mut rng = seed::rng(7);
        let samples = (0..count).map(|_| {
            let logits = Array2::from_shape_simple_fn((steps, classes), || rng.random_range(-3.0f32..3.0));
            let truth = Posteriors::from_logits(&logits.view(), 1.0, |_| true).unwrap();
            let mut path: Vec<usize> = truth.rows().map(|row| draw(row, &mut rng)).collect();
            let sure = logits * factor;
            if steps == 1 {
                return LabelledLogits::letter(&sure.row(0), path[0]).unwrap();
            }
            path.dedup();
            path.retain(|&class| class < classes - 1);
            LabelledLogits::text(&sure.view(), path).unwrap()
        });
        samples.collect()
    }

    #[test]
    fn finds_by_how_much_a_network_is_too_sure() {
        for (steps, factor) in [(1, 3.0), (1, 0.5), (6, 2.5), (6, 0.7)] {
            let fit = fit_temperature(&samples(3000, steps, 5, factor)).unwrap();
            assert!((fit.temperature / factor - 1.0).abs() < 0.1, "{steps} steps, {factor}: {fit:?}");
            assert!(fit.loss_after < fit.loss_before && fit.samples == 3000);
        }
    }

    #[test]
    fn what_is_no_sample_is_refused() {
        let logits = Array2::<f32>::zeros((2, 3));
        assert!(LabelledLogits::text(&logits.view(), vec![0, 1]).is_some());
        assert!(LabelledLogits::text(&logits.view(), vec![0, 0]).is_none(), "needs three steps");
        assert!(LabelledLogits::text(&logits.view(), vec![2]).is_none(), "the blank");
        assert!(LabelledLogits::letter(&logits.row(0), 2).is_some());
        assert!(LabelledLogits::letter(&logits.row(0), 3).is_none());
        assert!(LabelledLogits::letter(&(logits.clone() * f32::NAN).row(0), 0).is_none());
        assert!(LabelledLogits::text(&(logits * f32::NAN).view(), vec![0]).is_none());
        assert_eq!(fit_temperature(&[]), None);
    }
}
