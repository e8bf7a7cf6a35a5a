//! A logarithmic axis with ticks at 1, 2 and 5 times the powers of ten.

/// The range of the axis and its ticks. Positions are common logarithms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LogAxis {
    /// The position of the low end.
    pub(super) low: f64,
    /// The position of the high end.
    pub(super) high: f64,
    ticks: Vec<Tick>,
    has_zero: bool,
}

/// `[1, 2, 5][step % 3]` times ten to the power of `step / 3`, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tick(i32);

impl Tick {
    fn parts(self) -> (i32, i32) {
        ([1, 2, 5][self.0.rem_euclid(3) as usize], self.0.div_euclid(3))
    }

    fn place(self) -> f64 {
        let (mantissa, exponent) = self.parts();
        f64::from(exponent) + f64::from(mantissa).log10()
    }

    /// The last tick at or below position `place`.
    fn at_or_below(place: f64) -> Self {
        let mut tick = Self(place.floor() as i32 * 3);
        while Self(tick.0 + 1).place() <= place + 1e-9 {
            tick.0 += 1;
        }
        tick
    }
}

impl LogAxis {
    /// The axis that holds all `values` that are finite and not negative; others are ignored.
    ///
    /// Zero has no logarithm; it is placed at the low end, one tick below the smallest other value.
    pub(super) fn around(values: impl Iterator<Item = f64>) -> Self {
        /// Ticks that an axis has room for.
        const MOST_TICKS: usize = 10;
        let mut ends: Option<(f64, f64)> = None;
        let mut has_zero = false;
        for value in values.filter(|value| value.is_finite() && *value >= 0.0) {
            if value == 0.0 {
                has_zero = true;
            } else {
                let place = value.log10();
                ends = Some(ends.map_or((place, place), |(a, b)| (a.min(place), b.max(place))));
            }
        }
        let (from, to) = ends.unwrap_or((-1.0, 0.0));
        let low = Tick(Tick::at_or_below(from).0 - i32::from(has_zero));
        let mut high = Tick::at_or_below(to);
        if high.place() < to - 1e-9 || high <= low {
            high.0 += 1;
        }
        let all = || (low.0..=high.0).map(Tick);
        let ticks = [1, 3, 6, 9, 12, 30, 60, 300]
            .into_iter()
            .map(|step| {
                let kept = |tick: &Tick| tick.0.rem_euclid(step) == 0 || (has_zero && *tick == low);
                all().filter(kept).collect::<Vec<_>>()
            })
            .find(|ticks| ticks.len() <= MOST_TICKS)
            .unwrap_or_else(|| vec![low, high]);
        Self { low: low.place(), high: high.place(), ticks, has_zero }
    }

    /// The position of `value`; zero is at the low end, and a value that can't be shown gives `None`, a gap.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        (value.is_finite() && value >= 0.0).then(|| value.log10().max(self.low))
    }

    /// The positions of the ticks, from low to high.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        self.ticks.iter().map(|tick| tick.place())
    }

    /// The value of the tick at `place` as `(digits, exponent)` of ten, `None` for zero.
    fn tick_at(&self, place: f64) -> Option<(i32, i32)> {
        let is_zero = self.has_zero && place < self.low + 1e-6;
        (!is_zero).then(|| Tick::at_or_below(place + 1e-6).parts())
    }

    /// The value of the tick at `place`: `0.05`, `20`, `1e-7`.
    pub(super) fn label(&self, place: f64) -> String {
        match self.tick_at(place) {
            None => "0".to_owned(),
            Some((mantissa, exponent)) if !(-4..=4).contains(&exponent) => format!("{mantissa}e{exponent}"),
            Some((mantissa, exponent)) => decimal(mantissa, exponent),
        }
    }

    /// One minus the value of the tick at `place`, in percent: `99.8 %` for 0.002.
    pub(super) fn complement_label(&self, place: f64) -> String {
        match self.tick_at(place) {
            None => "100 %".to_owned(),
            Some((mantissa, exponent)) => {
                let decimals = usize::try_from(-(exponent + 2)).unwrap_or(0);
                let error = f64::from(mantissa) * 10f64.powi(exponent + 2);
                format!("{:.decimals$} %", 100.0 - error)
            }
        }
    }
}

fn decimal(mantissa: i32, exponent: i32) -> String {
    let decimals = usize::try_from(-exponent).unwrap_or(0);
    format!("{:.decimals$}", f64::from(mantissa) * 10f64.powi(exponent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(values: &[f64]) -> Vec<String> {
        let axis = LogAxis::around(values.iter().copied());
        axis.ticks().map(|place| axis.label(place)).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&[0.6, 0.4]), ["0.2", "0.5", "1"]);
        assert_eq!(labels(&[3.2, 0.03]), ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5"]);
        assert_eq!(labels(&[3.2, 0.003]), ["0.01", "0.1", "1"]);
        assert_eq!(labels(&[0.02, 0.0]), ["0", "0.02"]);
        assert_eq!(labels(&[1.0]), ["1", "2"]);
        assert_eq!(labels(&[3e-7, 2e5]), ["1e-6", "0.0001", "0.01", "1", "100", "10000"]);
        assert_eq!(labels(&[]), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(&[f64::NAN, f64::INFINITY, -1.0]), labels(&[]));
    }

    #[test]
    fn complements_are_percentages() {
        let complements = |values: &[f64]| -> Vec<String> {
            let axis = LogAxis::around(values.iter().copied());
            axis.ticks().map(|place| axis.complement_label(place)).collect()
        };
        assert_eq!(complements(&[0.3, 0.04]), ["98 %", "95 %", "90 %", "80 %", "50 %"]);
        assert_eq!(complements(&[0.3, 0.0002, 0.0]), ["100 %", "99.9 %", "99 %", "90 %"]);
        assert_eq!(complements(&[0.0005, 0.0]), ["100 %", "99.95 %"]);
    }

    proptest! {
        #[test]
        fn every_value_has_its_place(values in prop::collection::vec(prop_oneof![Just(0.0), 1e-300f64..1e300, 1e-4..1.0f64], 1..20)) {
            let axis = LogAxis::around(values.iter().copied());
            prop_assert!(axis.low < axis.high);
            prop_assert!((1..=10).contains(&axis.ticks().count()));
            for value in values {
                let place = axis.place(value).unwrap();
                prop_assert!(axis.low <= place && place <= axis.high + 1e-9, "{value} at {place} of {axis:?}");
            }
        }
    }
}
