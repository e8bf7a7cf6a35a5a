//! Confidences that are what they say.

use std::ops::RangeInclusive;

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
    /// A text, and the lengths that are known to be possible.
    Text(Vec<usize>, Option<RangeInclusive<usize>>),
}

/// The temperature that fits best.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TemperatureFit {
    /// What to divide logits by.
    pub temperature: f32,
    /// The mean negative log-likelihood of the labels without it, in nats.
    pub loss_before: f64,
    /// The mean negative log-likelihood of the labels with it, in nats.
    pub loss_after: f64,
    /// How many letters or texts it was fitted on.
    pub samples: usize,
}

/// The temperatures that are considered; a network beyond them is none that dividing could mend.
const LOWEST: f64 = 0.05;
const HIGHEST: f64 = 20.0;

/// How exactly the logarithm of the temperature is found: confidences move by less than what calibration can measure.
const TOLERANCE: f64 = 1e-3;

/// Temperatures at which the loss is looked at first, each 1.28 times the one before.
const GRID: usize = 25;

impl LabelledLogits {
    /// The scores `[classes]` of a letter network for a letter of `class`; `None` if they are not finite or there is no
    /// such class.
    #[must_use]
    pub fn letter(logits: &ArrayView1<'_, f32>, class: usize) -> Option<Self> {
        let finite = logits.iter().all(|logit| logit.is_finite());
        let logits = logits.to_owned().insert_axis(captcha_core::ndarray::Axis(0));
        (finite && class < logits.ncols()).then_some(Self { logits, label: Label::Class(class) })
    }

    /// The scores `[steps, classes]` of a sequence network for an image of `text`, in classes, of which it is known that
    /// its length is in `lengths`, as [`Decoding::lengths`](crate::Decoding::lengths) says; `None` if the scores are not
    /// finite, the steps are too few for the text, or its length is not in `lengths`.
    #[must_use]
    pub fn text(
        logits: &ArrayView2<'_, f32>,
        text: Vec<usize>,
        lengths: Option<RangeInclusive<usize>>,
    ) -> Option<Self> {
        let known = text.iter().all(|&class| class + 1 < logits.ncols());
        let asked = lengths.as_ref().is_none_or(|lengths| lengths.contains(&text.len()));
        let sample = Self { logits: logits.to_owned(), label: Label::Text(text, lengths) };
        (known && asked && sample.loss(1.0).is_finite()).then_some(sample)
    }

    /// The negative log-likelihood of the label at this temperature.
    fn loss(&self, temperature: f64) -> f64 {
        let Ok(posteriors) = Posteriors::from_logits(&self.logits.view(), temperature as f32, |_| true)
        else {
            return f64::INFINITY;
        };
        match &self.label {
            Label::Class(class) => posteriors.log_rows().next().map_or(0.0, |row| -row[*class]),
            Label::Text(text, lengths) => {
                let all = match lengths {
                    Some(lengths) => ctc::probability_of_lengths(&posteriors, lengths).max(f64::MIN_POSITIVE),
                    None => 1.0,
                };
                // Rounding must not make the text more probable than all together.
                (all.ln() - ctc::log_probability(&posteriors, text)).max(0.0)
            }
        }
    }
}

/// The temperature in 0.05 to 20 at which `samples`, which training has not seen, are most likely; `None` without
/// samples.
///
/// Temperature scaling (C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML
/// 2017, arXiv 1706.04599, section 4.2) changes no reading of a letter, and of a sequence hardly any, only how sure
/// it is. The loss is that of what is reported: the cross entropy of a letter's class, or minus the logarithm of a text's
/// probability among all texts of the lengths that are known to be possible.
///
/// For letters the loss has one minimum over the temperature. For texts, whose probabilities are sums over paths, it can
/// have several: it is computed on a grid of 25 temperatures, each 1.28 times the one before, and golden-section search
/// (J. Kiefer, Proceedings of the AMS 4 (3), 1953, doi 10.2307/2032161) goes on between the neighbours of the best. The
/// result is never worse than no temperature at all.
#[must_use]
pub fn fit_temperature(samples: &[LabelledLogits]) -> Option<TemperatureFit> {
    if samples.is_empty() {
        return None;
    }
    let loss = |temperature: f64| {
        samples.iter().map(|sample| sample.loss(temperature)).sum::<f64>() / samples.len() as f64
    };
    let logarithm = minimum(|logarithm| loss(logarithm.exp()), LOWEST.ln(), HIGHEST.ln());
    let (loss_before, loss_found) = (loss(1.0), loss(logarithm.exp()));
    let (temperature, loss_after) =
        if loss_found < loss_before { (logarithm.exp(), loss_found) } else { (1.0, loss_before) };
    Some(TemperatureFit { temperature: temperature as f32, loss_before, loss_after, samples: samples.len() })
}

/// Where `function` is least between `low` and `high`, up to minima that are narrower than a step of the grid.
fn minimum(function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let at = |index: usize| low + (high - low) * index as f64 / (GRID - 1) as f64;
    let values: Vec<f64> = (0..GRID).map(|index| function(at(index))).collect();
    let best = values.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(index, _)| index);
    golden_section(function, at(best.saturating_sub(1)), at((best + 1).min(GRID - 1)))
}

/// Where `function`, which has one minimum between `low` and `high`, is least.
fn golden_section(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
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
    fn sampled(row: &[f64], rng: &mut seed::Rng) -> usize {
        let mut left = seed::unit(rng);
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
            let mut path: Vec<usize> = truth.rows().map(|row| sampled(row, &mut rng)).collect();
            let sure = logits * factor;
            if steps == 1 {
                return LabelledLogits::letter(&sure.row(0), path[0]).unwrap();
            }
            path.dedup();
            path.retain(|&class| class < classes - 1);
            LabelledLogits::text(&sure.view(), path, None).unwrap()
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
    fn what_is_fitted_is_what_is_reported_of_texts_of_known_length() {
        // A network that is far from sure how many characters there are, and right in 8 of 10 images which one it is.
        let logits = captcha_core::ndarray::array![[4.0f32, 0.0, 3.0], [0.0, 0.0, 3.0], [0.0, 2.5, 3.0]];
        let samples = |lengths: Option<RangeInclusive<usize>>| -> Vec<LabelledLogits> {
            let text = |i| if i < 8 { vec![0] } else { vec![1] };
            (0..10).map(|i| LabelledLogits::text(&logits.view(), text(i), lengths.clone()).unwrap()).collect()
        };
        let reported = |temperature: f32| {
            let posteriors = Posteriors::from_logits(&logits.view(), temperature, |_| true).unwrap();
            ctc::log_probability(&posteriors, &[0]).exp() / ctc::probability_of_lengths(&posteriors, &(1..=1))
        };
        let known = fit_temperature(&samples(Some(1..=1))).unwrap();
        assert!((reported(known.temperature) - 0.8).abs() < 0.01, "{known:?}");
        let unknown = fit_temperature(&samples(None)).unwrap();
        assert!((reported(unknown.temperature) - 0.8).abs() > 0.03, "{unknown:?}");
    }

    #[test]
    fn the_deeper_of_two_minima_is_found() {
        // Deep at 2.1, shallow and wide at -1: golden section alone runs into the second.
        let function = |x: f64| (x + 1.0).powi(2).min((4.0 * (x - 2.1)).powi(2) - 0.5);
        let (low, high) = (LOWEST.ln(), HIGHEST.ln());
        assert!((golden_section(function, low, high) + 1.0).abs() < 0.01);
        assert!((minimum(function, low, high) - 2.1).abs() < 0.01);
        for (function, expected) in [((|x| x) as fn(f64) -> f64, low), (|x| -x, high)] {
            assert!((minimum(function, low, high) - expected).abs() < 0.01, "at an end");
        }
    }

    #[test]
    fn what_is_no_sample_is_refused() {
        let logits = Array2::<f32>::zeros((2, 3));
        assert!(LabelledLogits::text(&logits.view(), vec![0, 1], None).is_some());
        assert!(LabelledLogits::text(&logits.view(), vec![0, 0], None).is_none(), "needs three steps");
        assert!(LabelledLogits::text(&logits.view(), vec![2], None).is_none(), "the blank");
        let of_two = |text| LabelledLogits::text(&logits.view(), text, Some(2..=2));
        assert!(of_two(vec![0, 1]).is_some() && of_two(vec![0]).is_none(), "not of a possible length");
        assert!(LabelledLogits::letter(&logits.row(0), 2).is_some());
        assert!(LabelledLogits::letter(&logits.row(0), 3).is_none());
        assert!(LabelledLogits::letter(&(logits.clone() * f32::NAN).row(0), 0).is_none());
        assert!(LabelledLogits::text(&(logits * f32::NAN).view(), vec![0], None).is_none());
        assert_eq!(fit_temperature(&[]), None);
    }
}
