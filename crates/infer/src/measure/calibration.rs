//! Whether confidences are what they say.

use serde::Serialize;

use super::cells::{CELLS, cell_of, start_of};
use crate::{Confidence, Share};

/// Bins of [`Calibration::bins`], as many as Guo et al. have.
const BINS: usize = 15;

/// The fewest answers for each bin of [`Calibration::equal_bins`]: by fewer their accuracy is hardly known, and the error
/// would be that of chance.
const ANSWERS_A_BIN: u64 = 10;

/// What a confidence lacks of 1 at the thresholds of [`Calibration::coverage`]: down from everything in each decade.
const MANTISSAS: [f64; 6] = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2];
const DECADES: i32 = 5;

/// The thresholds of [`Calibration::coverage`]: the above, and the end of the last decade.
const THRESHOLDS: usize = MANTISSAS.len() * DECADES as usize + 1;

/// Units of a sum of confidences to 1: whole numbers, so that sums do not depend on their order.
const UNITS: f64 = (1u64 << 32) as f64;

/// How sure answers were against how often they were right.
///
/// Memory does not grow with the number of answers: they are counted in 738 cells, whose width is at most a sixteenth of
/// how far they are from 0 or 1, so that confidences near 1, where most are, are told apart. Bins with equally many answers
/// are made of whole cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Summary")]
pub struct Calibration {
    /// Of equal width in confidence.
    bins: [Tally; BINS],
    /// By [`cell_of`] the confidence.
    cells: Vec<Tally>,
    /// Answers from each threshold up to the next.
    bands: [Tally; THRESHOLDS],
    /// Images without an answer.
    unanswered: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    answers: Share,
    /// In [`UNITS`].
    confidence: u64,
}

/// The answers of a range of confidences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// The least confidence that belongs to it.
    pub low: f64,
    /// The first that does not, but for 1, which belongs to the last bin.
    pub high: f64,
    /// The mean confidence of its answers; 0 without any.
    pub confidence: f64,
    /// The answers that were right, of those in it.
    pub right: Share,
}

/// What comes of giving an answer only if it is sure enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CoveragePoint {
    /// The least confidence of an answer that is given.
    pub threshold: f64,
    /// The images that are answered, of all: those without an answer count as not answered.
    pub answered: Share,
    /// The answers that are right, of those that are given.
    pub right: Share,
}

/// What of a calibration is written.
#[derive(Serialize)]
struct Summary {
    expected_error: f64,
    bins: Vec<ReliabilityBin>,
    equal_bins: Vec<ReliabilityBin>,
    coverage: Vec<CoveragePoint>,
}

impl From<Calibration> for Summary {
    fn from(calibration: Calibration) -> Self {
        Self {
            expected_error: calibration.expected_error(),
            bins: calibration.bins(),
            equal_bins: calibration.equal_bins(),
            coverage: calibration.coverage(),
        }
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Self {
            bins: [Tally::default(); BINS],
            cells: vec![Tally::default(); CELLS],
            bands: [Tally::default(); THRESHOLDS],
            unanswered: 0,
        }
    }
}

impl Calibration {
    /// The calibration of no answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer.
    pub fn add(&mut self, confidence: Confidence, right: bool) {
        let value = f64::from(confidence.value());
        let bin = ((value * BINS as f64) as usize).min(BINS - 1);
        let band = thresholds().filter(|&threshold| threshold <= value).count().saturating_sub(1);
        for tally in [&mut self.bins[bin], &mut self.cells[cell_of(confidence)], &mut self.bands[band]] {
            tally.answers.add(right.into(), 1);
            tally.confidence += (value * UNITS).round() as u64;
        }
    }

    /// Adds an image for which there was no answer.
    pub fn add_unanswered(&mut self) {
        self.unanswered += 1;
    }

    /// Adds everything that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        let others = other.bins.iter().chain(&other.cells).chain(&other.bands);
        let tallies = self.bins.iter_mut().chain(&mut self.cells).chain(&mut self.bands);
        tallies.zip(others).for_each(|(tally, other)| *tally = tally.plus(other));
        self.unanswered += other.unanswered;
    }

    /// The reliability table: fifteen bins of equal width, from 0 to 1.
    #[must_use]
    pub fn bins(&self) -> Vec<ReliabilityBin> {
        let edge = |index: usize| index as f64 / BINS as f64;
        let bins = self.bins.iter().enumerate().map(|(index, tally)| ReliabilityBin {
            low: edge(index),
            high: edge(index + 1),
            confidence: tally.mean(),
            right: tally.answers,
        });
        bins.collect()
    }

    /// The reliability table of bins with as equally many answers as whole cells allow, by rising confidence: at most
    /// fifteen, and so few that each has ten answers on average. Answers of one cell stay together, so a bin can have more
    /// than its part, and bins without answers are left out.
    #[must_use]
    pub fn equal_bins(&self) -> Vec<ReliabilityBin> {
        let answers: u64 = self.cells.iter().map(|tally| tally.answers.total).sum();
        let count = (answers / ANSWERS_A_BIN).clamp(1, BINS as u64);
        let mut bins: Vec<(usize, Tally)> = Vec::new();
        let (mut before, mut last) = (0, None);
        for (cell, tally) in self.cells.iter().enumerate().filter(|(_, tally)| tally.answers.total > 0) {
            // A cell belongs where its middle answer does.
            let middle = before + tally.answers.total / 2;
            let bin = (u128::from(middle) * u128::from(count) / u128::from(answers)) as u64;
            match bins.last_mut().filter(|_| last == Some(bin)) {
                Some((_, sum)) => *sum = sum.plus(tally),
                None => bins.push((cell, *tally)),
            }
            (before, last) = (before + tally.answers.total, Some(bin));
        }
        let starts: Vec<f64> = bins.iter().map(|&(cell, _)| start_of(cell)).collect();
        let bins = bins.into_iter().enumerate().map(|(index, (_, tally))| ReliabilityBin {
            low: if index == 0 { 0.0 } else { starts[index] },
            high: starts.get(index + 1).copied().unwrap_or(1.0),
            confidence: tally.mean(),
            right: tally.answers,
        });
        bins.collect()
    }

    /// The expected calibration error: by how much confidence and accuracy differ in a bin, on average over all answers
    /// (M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
    /// AAAI 2015; C. Guo et al., ICML 2017, arXiv 1706.04599, equation 3). In `[0, 1]`; 0 without answers.
    ///
    /// In [bins with equally many answers](Self::equal_bins): of bins of equal width nearly all answers of a good network
    /// are in the last, where errors in both directions cancel (J. Nixon et al., "Measuring calibration in deep
    /// learning", CVPR workshops 2019, arXiv 1904.01685, section 3).
    #[must_use]
    pub fn expected_error(&self) -> f64 {
        let bins = self.equal_bins();
        let answers: u64 = bins.iter().map(|bin| bin.right.total).sum();
        let differences =
            bins.iter().map(|bin| bin.right.total as f64 * (bin.right.value() - bin.confidence).abs());
        differences.sum::<f64>() / answers.max(1) as f64
    }

    /// The mean confidence of all answers; 0 without any.
    #[must_use]
    pub fn mean_confidence(&self) -> f64 {
        let sum = self.bins.iter().fold(Tally::default(), Tally::plus);
        sum.mean()
    }

    /// The coverage-accuracy curve: how many images are answered and how many answers are right if only those count
    /// that have at least a threshold's confidence, by rising threshold from 0 to 0.99999.
    #[must_use]
    pub fn coverage(&self) -> Vec<CoveragePoint> {
        let images = self.unanswered + self.bands.iter().map(|tally| tally.answers.total).sum::<u64>();
        let mut given = Share::default();
        let mut points: Vec<CoveragePoint> = thresholds()
            .zip(&self.bands)
            .rev()
            .map(|(threshold, tally)| {
                given.add(tally.answers.hits, tally.answers.total);
                CoveragePoint {
                    threshold,
                    answered: Share { hits: given.total, total: images },
                    right: given,
                }
            })
            .collect();
        points.reverse();
        points
    }

    /// The most images that can be answered if at least the share `precision` of the answers given is to be right: those
    /// at least as sure as the least threshold at which that is so; `None` if there is none. Thresholds are the edges of
    /// the cells of confidences, 738 of them.
    ///
    /// The threshold is chosen on the answers that it is measured on, so a few answers prove little.
    #[must_use]
    pub fn answered_at(&self, precision: f64) -> Option<CoveragePoint> {
        let total = self.unanswered + self.cells.iter().map(|tally| tally.answers.total).sum::<u64>();
        let mut given = Share::default();
        let points = self.cells.iter().enumerate().rev().filter(|(_, tally)| tally.answers.total > 0);
        let points = points.map(|(cell, tally)| {
            given.add(tally.answers.hits, tally.answers.total);
            let answered = Share { hits: given.total, total };
            CoveragePoint { threshold: start_of(cell), answered, right: given }
        });
        points.filter(|point| point.right.value() >= precision).last()
    }
}

impl Tally {
    fn mean(&self) -> f64 {
        self.confidence as f64 / UNITS / self.answers.total.max(1) as f64
    }

    fn plus(mut self, other: &Self) -> Self {
        self.answers.add(other.answers.hits, other.answers.total);
        self.confidence += other.confidence;
        self
    }
}

/// The thresholds, rising.
fn thresholds() -> impl DoubleEndedIterator<Item = f64> + ExactSizeIterator {
    (0..THRESHOLDS).map(|index| {
        let decade = index / MANTISSAS.len();
        1.0 - MANTISSAS[index % MANTISSAS.len()] / 10f64.powi(decade as i32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confidence(value: f32) -> Confidence {
        Confidence::new(value).unwrap()
    }

    #[test]
    fn error_and_bins_of_known_answers() {
        let mut calibration = Calibration::new();
        // 0.95 sure and right in 8 of 10, 0.5 sure and right in 1 of 2.
        for i in 0..10 {
            calibration.add(confidence(0.95), i < 8);
        }
        calibration.add(confidence(0.5), true);
        calibration.add(confidence(0.5), false);
        let expected = (10.0 * 0.15 + 2.0 * 0.0) / 12.0;
        assert!((calibration.expected_error() - expected).abs() < 1e-6, "{}", calibration.expected_error());
        assert!((calibration.mean_confidence() - 10.5 / 12.0).abs() < 1e-6);
        let bins = calibration.bins();
        assert_eq!(bins.len(), 15);
        assert_eq!(bins[14].right, Share { hits: 8, total: 10 });
        assert!((bins[14].confidence - 0.95).abs() < 1e-6);
        assert_eq!(bins[7].right, Share { hits: 1, total: 2 });
        assert_eq!((bins[0].low, bins[14].high), (0.0, 1.0));
    }

    #[test]
    fn errors_within_a_bin_of_equal_width_do_not_cancel() {
        let mut calibration = Calibration::new();
        // Half of the answers 94 % sure and all right, half 99.9 % sure and right in 88 %.
        for answer in 0..1000 {
            calibration.add(confidence(0.94), true);
            calibration.add(confidence(0.999), answer % 25 < 22);
        }
        let last = calibration.bins()[14];
        assert!(last.right.total == 2000 && (last.right.value() - last.confidence).abs() < 0.04);
        let error = calibration.expected_error();
        assert!((error - (0.06 + 0.119) / 2.0).abs() < 1e-4, "{error}");
    }

    #[test]
    fn equal_bins_have_equally_many_answers() {
        let mut calibration = Calibration::new();
        (0..30_000)
            .for_each(|i| calibration.add(confidence(1.0 - (i as f32 / 30_000.0).powi(4)), i % 2 == 0));
        let bins = calibration.equal_bins();
        assert_eq!(bins.len(), 15);
        assert!(bins.iter().all(|bin| (1600..=2400).contains(&bin.right.total)), "{bins:?}");
        assert!(bins.windows(2).all(|pair| pair[0].high == pair[1].low));
        assert!(bins.iter().all(|bin| (bin.low..=bin.high).contains(&bin.confidence)));
        assert_eq!((bins[0].low, bins[14].high), (0.0, 1.0));
        assert_eq!(bins.iter().map(|bin| bin.right.total).sum::<u64>(), 30_000);
        assert!(Calibration::new().equal_bins().is_empty());
    }

    #[test]
    fn fewer_answers_at_higher_thresholds() {
        let mut calibration = Calibration::new();
        for (value, right) in [(1.0, true), (0.9995, true), (0.97, true), (0.85, false), (0.0, false)] {
            calibration.add(confidence(value), right);
        }
        calibration.add_unanswered();
        let coverage = calibration.coverage();
        assert!(coverage.windows(2).all(|pair| pair[0].threshold < pair[1].threshold));
        let at = |threshold: f64| {
            let point = coverage.iter().find(|point| (point.threshold - threshold).abs() < 1e-9).unwrap();
            assert_eq!(point.answered, Share { hits: point.right.total, total: 6 });
            (point.right.hits, point.right.total)
        };
        assert_eq!(at(0.0), (3, 5));
        assert_eq!(at(0.8), (3, 4));
        assert_eq!(at(0.9), (3, 3));
        assert_eq!(at(0.99), (2, 2));
        assert_eq!(at(0.999), (2, 2));
        assert_eq!(at(0.99999), (1, 1));
    }

    #[test]
    fn as_many_are_answered_as_the_precision_allows() {
        let mut calibration = Calibration::new();
        // Of 200 sure answers one is wrong, of 10 less sure ones three, and 40 more are unsure and right.
        (0..200).for_each(|answer| calibration.add(confidence(0.999), answer > 0));
        (0..10).for_each(|answer| calibration.add(confidence(0.9), answer > 2));
        (0..40).for_each(|_| calibration.add(confidence(0.4), true));
        (0..50).for_each(|_| calibration.add_unanswered());
        let at = |precision| {
            let point = calibration.answered_at(precision)?;
            assert!(point.right.value() >= precision && point.answered.total == 300);
            Some((point.answered.hits, (0.0..=0.9).contains(&point.threshold)))
        };
        assert_eq!(at(0.99), Some((200, false)));
        assert_eq!(at(0.98), Some((250, true)), "more answers, and again right");
        assert_eq!((at(0.999), Calibration::new().answered_at(0.5)), (None, None));
    }

    #[test]
    fn nothing_has_no_error() {
        let calibration = Calibration::new();
        assert_eq!(calibration.expected_error(), 0.0);
        assert!(calibration.coverage().iter().all(|point| point.answered == Share::default()));
        let json = serde_json::to_value(&calibration).unwrap();
        assert_eq!(json["bins"].as_array().unwrap().len(), 15);
    }
}
