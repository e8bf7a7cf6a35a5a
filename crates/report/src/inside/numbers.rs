//! Numbers formatted for people.

use crate::format::percent;

/// `value` with about three figures: `0.25`, `−1.7`, `12.3`, `1460`.
///
/// ```
/// use captcha_report::inside::numbers::short;
///
/// assert_eq!([short(0.0), short(-0.25), short(2.0 / 3.0), short(1234.5)], ["0", "−0.25", "0.67", "1234"]);
/// ```
#[must_use]
pub fn short(value: f32) -> String {
    with_decimals(value, if value.abs() < 9.995 { 2 } else { usize::from(value.abs() < 99.95) })
}

/// `value` with at most `decimals` decimals, no trailing zeros, and a minus sign as wide as a plus sign.
#[must_use]
pub fn with_decimals(value: f32, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    match text.strip_prefix('-') {
        Some("0") => "0".to_owned(),
        Some(size) => format!("\u{2212}{size}"),
        None => text.to_owned(),
    }
}

/// `+ 0.25` or `− 0.25`: `value` as a further term of a sum.
#[must_use]
pub fn plus(value: f32) -> String {
    match short(value).strip_prefix('\u{2212}') {
        Some(size) => format!("\u{2212} {size}"),
        None => format!("+ {}", short(value)),
    }
}

/// A share from 0 to 1 in percent; values that would round to 0 or 1 are written as `<` or `>` a limit.
///
/// ```
/// use captcha_report::inside::numbers::share;
///
/// assert_eq!([share(0.25), share(1e-9), share(0.999_999), share(1.0)], ["25.00 %", "< 0.01 %", "> 99.99 %", "100.00 %"]);
/// ```
#[must_use]
pub fn share(share: f32) -> String {
    match share {
        share if share > 0.0 && share < 0.0001 => "< 0.01 %".to_owned(),
        share if share > 0.9999 && share < 1.0 => "> 99.99 %".to_owned(),
        share => percent(f64::from(share)),
    }
}

/// A number from 0 to 1 with three figures, however small: `0.25`, `1.5 × 10⁻⁹`.
#[must_use]
pub fn tiny(value: f32) -> String {
    if value == 0.0 || value >= 0.001 {
        return with_decimals(value, 3);
    }
    let text = format!("{value:.1e}");
    let Some((figures, exponent)) = text.split_once("e-") else { return text };
    let superscript = |digit: char| match digit {
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    };
    let exponent: String = exponent.chars().map(superscript).collect();
    format!("{figures} \u{d7} 10\u{207b}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_true() {
        let cases = [
            (0.004, "0"),
            (-0.001, "0"),
            (0.127, "0.13"),
            (-1.0, "\u{2212}1"),
            (9.994, "9.99"),
            (9.996, "10"),
            (-12.34, "\u{2212}12.3"),
            (99.96, "100"),
            (f32::NAN, "NaN"),
        ];
        for (value, expected) in cases {
            assert_eq!(short(value), expected, "{value}");
        }
        assert_eq!(with_decimals(0.12347, 4), "0.1235");
        assert_eq!(with_decimals(120.0, 0), "120");
        assert_eq!([plus(0.25), plus(-0.25), plus(-0.001)], ["+ 0.25", "\u{2212} 0.25", "+ 0"]);
    }

    #[test]
    fn tiny_numbers_keep_their_figures() {
        let cases =
            [(0.0, "0"), (1.0, "1"), (0.25, "0.25"), (1.5e-9, "1.5 × 10⁻⁹"), (2.04e-23, "2.0 × 10⁻²³")];
        for (value, expected) in cases {
            assert_eq!(tiny(value), expected);
        }
    }
}
