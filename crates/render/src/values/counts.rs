//! Ranges of whole numbers.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::values::random;

/// A range of whole numbers that a count is sampled from uniformly. In TOML an array: `[1, 3]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u32; 2]", into = "[u32; 2]")]
pub struct Counts {
    /// The least number.
    pub low: u32,
    /// The largest number.
    pub high: u32,
}

impl Counts {
    /// The numbers from `low` to `high`.
    #[must_use]
    pub fn new(low: u32, high: u32) -> Self {
        Self { low, high }
    }

    /// Refuses numbers that are reversed or leave `min..=max`.
    pub(crate) fn check(self, field: &str, min: u32, max: u32) -> Result<(), RenderError> {
        if min <= self.low && self.low <= self.high && self.high <= max {
            return Ok(());
        }
        Err(RenderError::bad_style(
            field,
            format!("[{}, {}]", self.low, self.high),
            format!("two rising whole numbers from {min} to {max}"),
        ))
    }

    pub(crate) fn sample(self, rng: &mut impl Rng) -> u32 {
        self.low + random::index(rng, (self.high - self.low) as usize + 1) as u32
    }
}

impl From<[u32; 2]> for Counts {
    fn from([low, high]: [u32; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Counts> for [u32; 2] {
    fn from(counts: Counts) -> Self {
        [counts.low, counts.high]
    }
}
