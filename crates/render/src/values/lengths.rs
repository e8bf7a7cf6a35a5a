//! How many characters texts have.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::values::limits::MAX_TEXT;

/// The least and the most characters of a text. As text `6` or `4-7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    /// The least, at least 1.
    pub min: usize,
    /// The most, at most [`MAX_TEXT`].
    pub max: usize,
}

impl Lengths {
    /// Whether `length` is one of them.
    #[must_use]
    pub fn holds(self, length: usize) -> bool {
        (self.min..=self.max).contains(&length)
    }
}

impl From<RangeInclusive<usize>> for Lengths {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { min: *range.start(), max: *range.end() }
    }
}

impl From<Lengths> for RangeInclusive<usize> {
    fn from(lengths: Lengths) -> Self {
        lengths.min..=lengths.max
    }
}

/// Reads `6` or `4-7`.
impl FromStr for Lengths {
    type Err = RenderError;

    fn from_str(text: &str) -> Result<Self, RenderError> {
        let (min, max) = text.split_once('-').unwrap_or((text, text));
        match (min.trim().parse(), max.trim().parse()) {
            (Ok(min), Ok(max)) if 1 <= min && min <= max && max <= MAX_TEXT => Ok(Self { min, max }),
            _ => Err(RenderError::Unreadable {
                what: "the number of characters",
                text: text.to_owned(),
                expected: format!("a number from 1 to {MAX_TEXT} or two as in 4-7"),
            }),
        }
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max { write!(f, "{}", self.min) } else { write!(f, "{}-{}", self.min, self.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for (text, lengths) in [("6", 6..=6), ("4-7", 4..=7), ("1-64", 1..=64)] {
            assert_eq!(text.parse::<Lengths>().unwrap(), Lengths::from(lengths), "{text}");
            assert_eq!(text.parse::<Lengths>().unwrap().to_string(), text);
        }
        for text in ["", "0", "0-3", "7-4", "1-65", "4-", "-4", "4-5-6", "four"] {
            assert!(matches!(text.parse::<Lengths>(), Err(RenderError::Unreadable { .. })), "{text}");
        }
    }
}
