//! Numbers formatted for people.

use std::time::Duration;

/// A share in `[0, 1]` in percent with two decimals: `0.99826` is `99.83 %`.
///
/// Only 1 is shown as `100.00 %` and only 0 as `0.00 %`: other values that would round to them are truncated,
/// so that a result with errors never looks perfect.
///
/// ```
/// use captcha_report::format::percent;
///
/// assert_eq!(percent(0.99826), "99.83 %");
/// assert_eq!(percent(0.999_999), "99.99 %");
/// ```
#[must_use]
pub fn percent(share: f64) -> String {
    percent_with(share, 2)
}

/// Like [`percent`], with `decimals` decimals.
#[must_use]
pub fn percent_with(share: f64, decimals: u8) -> String {
    let step = 10f64.powi(-i32::from(decimals));
    let shown = match share * 100.0 {
        shown if share > 0.0 && share < 1.0 => shown.clamp(step, 100.0 - step),
        shown => shown,
    };
    format!("{shown:.*} %", usize::from(decimals))
}

/// A count with thousands separators: `12,345`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A duration: `0.23 ms`, `35.1 ms`, `0.42 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`.
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let milliseconds = 1000.0 * seconds;
    if milliseconds < 9.995 {
        format!("{milliseconds:.2} ms")
    } else if milliseconds < 99.95 {
        format!("{milliseconds:.1} ms")
    } else if seconds < 9.995 {
        format!("{seconds:.2} s")
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        // Whole seconds, rounded, so that no "60 s" appears.
        let seconds = seconds.round() as u64;
        match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
            (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
            (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
        }
    }
}

/// A rate per second: `0.31`, `7.5`, `123`, `18,100`.
#[must_use]
pub fn rate(a_second: f64) -> String {
    match a_second {
        r if r < 0.995 => format!("{r:.2}"),
        r if r < 99.95 => format!("{r:.1}"),
        r => count(r.round() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_never_look_better_than_they_are() {
        let cases = [
            (0.0, "0.00 %"),
            (1e-9, "0.01 %"),
            (0.5, "50.00 %"),
            (0.99994, "99.99 %"),
            (0.99999, "99.99 %"),
            (1.0, "100.00 %"),
        ];
        for (share, expected) in cases {
            assert_eq!(percent(share), expected, "{share}");
        }
        assert_eq!(percent_with(0.99826, 1), "99.8 %");
        assert_eq!(percent_with(0.99826, 0), "99 %");
    }

    #[test]
    fn thousands_stand_apart() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (123_456, "123,456")];
        for (number, expected) in cases {
            assert_eq!(count(number), expected);
        }
    }

    #[test]
    fn durations_change_their_unit() {
        let cases = [
            (0.0, "0.00 ms"),
            (0.000_234, "0.23 ms"),
            (0.035_12, "35.1 ms"),
            (0.099_96, "0.10 s"),
            (0.4242, "0.42 s"),
            (9.999, "10.0 s"),
            (12.34, "12.3 s"),
            (59.97, "1 min 00 s"),
            (245.0, "4 min 05 s"),
            (3599.7, "1 h 00 min"),
            (7630.0, "2 h 07 min"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(Duration::from_secs_f64(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn rates_have_three_figures() {
        let cases = [(0.314, "0.31"), (7.54, "7.5"), (99.96, "100"), (123.4, "123"), (18_100.2, "18,100")];
        for (a_second, expected) in cases {
            assert_eq!(rate(a_second), expected, "{a_second}");
        }
    }
}
