//! Options by name.

use std::fmt;
use std::str::FromStr;

use super::segment_options::SegmentOptions;
use crate::error::SegmentError;

/// Options by name, as the command line takes them.
///
/// ```
/// use captcha_segment::{SegmentOptions, SegmentPreset};
///
/// let preset: SegmentPreset = "seed".parse()?;
/// assert_eq!(preset.options(), SegmentOptions::seed());
/// assert_eq!(SegmentPreset::default().to_string(), "best");
/// # Ok::<(), captcha_segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SegmentPreset {
    /// `best`: the default options. Fragments are joined, touching letters are cut where there is the least ink.
    #[default]
    Best,
    /// `seed`: the options of the blog post. Every outer contour is a letter, a wide one is two.
    Seed,
}

impl SegmentPreset {
    /// All presets.
    pub const ALL: [Self; 2] = [Self::Best, Self::Seed];

    /// The options of this name.
    #[must_use]
    pub fn options(self) -> SegmentOptions {
        match self {
            Self::Best => SegmentOptions::default(),
            Self::Seed => SegmentOptions::seed(),
        }
    }

    /// The name: `best` or `seed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Seed => "seed",
        }
    }
}

impl fmt::Display for SegmentPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for SegmentPreset {
    type Err = SegmentError;

    fn from_str(name: &str) -> Result<Self, SegmentError> {
        let found = Self::ALL.into_iter().find(|preset| preset.name() == name);
        found.ok_or_else(|| SegmentError::UnknownPreset { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for preset in SegmentPreset::ALL {
            assert_eq!(preset.to_string().parse(), Ok(preset));
        }
        let error = "Best".parse::<SegmentPreset>().unwrap_err();
        assert_eq!(error.to_string(), "there is no way to cut called \"Best\", expected best or seed");
    }
}
