//! Shares and how certain they are.

use serde::Serialize;

/// The quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.96;

/// A share of a count, with its uncertainty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many hit.
    pub hits: u64,
    /// Of how many.
    pub total: u64,
}

impl Share {
    /// `hits / total` in `[0, 1]`; 0 of nothing is 0.
    #[must_use]
    pub fn value(self) -> f64 {
        if self.total == 0 { 0.0 } else { self.hits as f64 / self.total as f64 }
    }

    /// The mean of the values and the standard deviation of a sample (with n - 1), as of the folds of a
    /// cross-validation; a deviation of 0 of fewer than two.
    pub fn mean_and_spread(shares: impl IntoIterator<Item = Self>) -> (f64, f64) {
        let values: Vec<f64> = shares.into_iter().map(Self::value).collect();
        let number = values.len() as f64;
        let mean = values.iter().sum::<f64>() / number.max(1.0);
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (mean, (squares / (number - 1.0).max(1.0)).sqrt())
    }

    /// The 95 % confidence interval of the share, `(low, high)`, if every hit is independent of the others.
    ///
    /// The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
    /// inference", JASA 22 (158), 1927, doi 10.1080/01621459.1927.10502953, with z = 1.96.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        self.interval_of(self.total as f64)
    }

    /// The interval if the share is worth this many independent ones.
    fn interval_of(self, n: f64) -> (f64, f64) {
        if self.total == 0 {
            return (0.0, 1.0);
        }
        let p = self.value();
        let centre = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        // Exactly 0 of none and 1 of all, which rounding would miss by a hair.
        let low = if self.hits == 0 { 0.0 } else { (centre - half) / scale };
        let high = if self.hits == self.total { 1.0 } else { (centre + half) / scale };
        (low.max(0.0), high.min(1.0))
    }

    pub(crate) fn add(&mut self, hits: u64, total: u64) {
        self.hits += hits;
        self.total += total;
    }
}

/// A share of things that come in groups, such as the characters of images: those of a group are hit and missed together
/// more often than chance would have it, so that they say less than as many independent ones.
///
/// Memory does not grow with the number of groups: sums of whole numbers are kept, which do not depend on their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Share")]
pub struct GroupedShare {
    share: Share,
    groups: u64,
    /// Over all groups, the sums of `misses^2`, `misses * total` and `total^2`.
    squares: [u64; 3],
}

impl From<GroupedShare> for Share {
    fn from(grouped: GroupedShare) -> Self {
        grouped.share
    }
}

impl GroupedShare {
    /// The share, without its groups.
    #[must_use]
    pub fn share(self) -> Share {
        self.share
    }

    /// `hits / total` in `[0, 1]`; 0 of nothing is 0.
    #[must_use]
    pub fn value(self) -> f64 {
        self.share.value()
    }

    /// The number of groups with anything in them.
    #[must_use]
    pub fn groups(self) -> u64 {
        self.groups
    }

    /// The 95 % confidence interval of the share, `(low, high)`, if every group is independent of the others.
    ///
    /// The share is a ratio of two sums over groups; its variance is that of a ratio estimator (W. G. Cochran, "Sampling
    /// techniques", 3rd edition, Wiley 1977, section 3.12, equation 3.34). By it the share is worth as many independent
    /// things as would have the same variance, at most those that there are (E. L. Korn, B. I. Graubard, "Confidence
    /// intervals for proportions with small expected number of positive counts estimated from survey data", Survey
    /// Methodology 24 (2), 1998), and the result is Wilson's interval for that number, as [`Share::interval`]. Where all or none
    /// were hit the variance is not known, and each group counts as one.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        self.share.interval_of(self.independent())
    }

    /// How many independent things the share is worth.
    fn independent(self) -> f64 {
        let Share { hits, total } = self.share;
        let (groups, all) = (self.groups as f64, total as f64);
        if self.groups < 2 || hits == 0 || hits == total {
            return groups;
        }
        let [misses, products, totals] = self.squares.map(|sum| sum as f64);
        let missed = (total - hits) as f64 / all;
        let residuals = misses - 2.0 * missed * products + missed * missed * totals;
        let variance = groups / (groups - 1.0) * residuals.max(0.0) / (all * all);
        // Without any variance it is infinite, and then that of independent ones.
        (missed * (1.0 - missed) / variance).clamp(1.0, all)
    }

    pub(crate) fn add_group(&mut self, hits: u64, total: u64) {
        if total == 0 {
            return;
        }
        self.share.add(hits, total);
        self.groups += 1;
        let misses = total - hits;
        for (sum, square) in self.squares.iter_mut().zip([misses * misses, misses * total, total * total]) {
            *sum += square;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.share.add(other.share.hits, other.share.total);
        self.groups += other.groups;
        self.squares.iter_mut().zip(other.squares).for_each(|(sum, other)| *sum += other);
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::seed;

    use super::*;

    #[test]
    fn the_spread_is_that_of_a_sample() {
        let share = |hits| Share { hits, total: 10 };
        let (mean, spread) = Share::mean_and_spread([9, 10, 8].map(share));
        assert!((mean - 0.9).abs() < 1e-12 && (spread - 0.1).abs() < 1e-12);
        assert_eq!(Share::mean_and_spread([share(7)]), (0.7, 0.0));
        assert_eq!(Share::mean_and_spread([]), (0.0, 0.0));
    }

    #[test]
    fn wilson_interval_matches_published_values() {
        // R. G. Newcombe, Statistics in Medicine 17 (8), 1998, table I: 81/263 gives 0.2553 to 0.3662 and 0/20
        // gives 0.0000 to 0.1611.
        let (low, high) = Share { hits: 81, total: 263 }.interval();
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4, "{low} {high}");
        let (low, high) = Share { hits: 0, total: 20 }.interval();
        assert!(low == 0.0 && (high - 0.1611).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn all_and_none_reach_the_ends() {
        for total in 1..1000 {
            assert_eq!(Share { hits: total, total }.interval().1, 1.0);
            assert_eq!(Share { hits: 0, total }.interval().0, 0.0);
        }
    }

    /// Images of six characters; of each, all are right with this chance, each with this one otherwise.
    fn images(count: u64, rng: &mut seed::Rng, together: f64, each: f64) -> GroupedShare {
        let mut grouped = GroupedShare::default();
        for _ in 0..count {
            let all = seed::unit(rng) < together;
            let hits = (0..6).filter(|_| seed::unit(rng) < each || all).count();
            grouped.add_group(hits as u64, 6);
        }
        grouped
    }

    #[test]
    fn characters_that_fail_together_count_as_one() {
        let mut grouped = GroupedShare::default();
        (0..100).for_each(|image| grouped.add_group(if image < 80 { 6 } else { 0 }, 6));
        assert_eq!(grouped.share(), Share { hits: 480, total: 600 });
        let of_images = Share { hits: 80, total: 100 }.interval();
        let interval = grouped.interval();
        assert!((interval.0 - of_images.0).abs() < 1e-3 && (interval.1 - of_images.1).abs() < 1e-3);
        // As six independent characters would have it, it was two and a half times as narrow.
        let naive = grouped.share().interval();
        assert!(naive.1 - naive.0 < 0.45 * (interval.1 - interval.0));
        let mut all = GroupedShare::default();
        (0..20).for_each(|_| all.add_group(6, 6));
        assert_eq!(all.interval(), Share { hits: 20, total: 20 }.interval());
        assert_eq!(GroupedShare::default().interval(), (0.0, 1.0));
    }

    #[test]
    fn the_interval_holds_the_truth_in_nineteen_of_twenty_samples() {
        let mut rng = seed::rng(3);
        for (together, each) in [(0.0, 0.9), (0.7, 0.5)] {
            let truth = together + (1.0 - together) * each;
            let holds = |(low, high): (f64, f64)| u32::from(low <= truth && truth <= high);
            let (mut grouped, mut naive) = (0, 0);
            for _ in 0..400 {
                let sample = images(100, &mut rng, together, each);
                grouped += holds(sample.interval());
                naive += holds(sample.share().interval());
            }
            assert!((368..=394).contains(&grouped), "{grouped} of 400, {together}");
            // What it replaces.
            assert_eq!(naive < 340, together > 0.0, "{naive} of 400, {together}");
        }
    }
}
