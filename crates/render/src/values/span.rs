//! Ranges of numbers.

use std::fmt;
use std::str::FromStr;

use captcha_core::seed;
use serde::{Deserialize, Serialize};

use crate::error::RenderError;

/// A range of numbers that a parameter is sampled from uniformly. In TOML an array: `[0.2, 0.7]`; as text `0.2-0.7`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Span {
    /// The least value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

impl Span {
    /// The numbers from `low` to `high`.
    #[must_use]
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The number `value` alone.
    #[must_use]
    pub fn at(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// Refuses a span that is reversed or leaves `min..=max`.
    pub(crate) fn check(self, field: &str, min: f64, max: f64) -> Result<(), RenderError> {
        if min <= self.low && self.low <= self.high && self.high <= max {
            return Ok(());
        }
        Err(RenderError::bad_style(
            field,
            format!("[{}, {}]", self.low, self.high),
            format!("two rising numbers from {min} to {max}"),
        ))
    }

    /// Samples a number of the range.
    pub(crate) fn sample(self, rng: &mut impl rand::Rng) -> f64 {
        seed::uniform(rng, self.low, self.high)
    }
}

impl From<[f64; 2]> for Span {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Span> for [f64; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

/// Reads `0.2-0.7`, or one number for that number alone. A number below 0 needs its sign: `-0.1-0.2`.
impl FromStr for Span {
    type Err = RenderError;

    fn from_str(text: &str) -> Result<Self, RenderError> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let one = number(text).map(Self::at);
        // Of all hyphens the one between the numbers: behind a sign or an exponent stands no second number.
        let two = || {
            let hyphens = text.match_indices('-').map(|(place, _)| place);
            hyphens.filter_map(|place| Some((number(&text[..place])?, number(&text[place + 1..])?))).next()
        };
        let span = one.or_else(|| two().map(|(low, high)| Self::new(low, high)));
        span.filter(|span| span.low <= span.high).ok_or_else(|| RenderError::Unreadable {
            what: "a range of numbers",
            text: text.to_owned(),
            expected: "two rising numbers as in 0.2-0.7, or one".to_owned(),
        })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            write!(f, "{}", self.low)
        } else {
            write!(f, "{}-{}", self.low, self.high)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_it_is_read() {
        for (text, span) in [
            ("0.2-0.7", Span::new(0.2, 0.7)),
            ("3", Span::at(3.0)),
            ("-0.5--0.25", Span::new(-0.5, -0.25)),
            ("-1-2", Span::new(-1.0, 2.0)),
        ] {
            assert_eq!(text.parse::<Span>().unwrap(), span, "{text}");
            assert_eq!(span.to_string(), text);
        }
        assert_eq!("1e-3 - 2".parse::<Span>().unwrap(), Span::new(1e-3, 2.0));
        for text in ["", "-", "a", "2-1", "1-2-3", "NaN", "0-inf"] {
            assert!(matches!(text.parse::<Span>(), Err(RenderError::Unreadable { .. })), "{text}");
        }
    }
}
