//! Who is trained on, validated on, calibrated on and tested on.

use std::fmt;

/// A part of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// The network is trained on them.
    Training,
    /// After each epoch it is seen on them whether it became better.
    Validation,
    /// On them confidences are made to be what they say.
    Calibration,
    /// The finished model is measured on them; nothing else is done with them.
    Test,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Training => "training",
            Self::Validation => "validation",
            Self::Calibration => "calibration",
            Self::Test => "test",
        })
    }
}

/// The images of each part, by their indices in the set of all images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parts {
    /// See [`Part::Training`].
    pub training: Vec<usize>,
    /// See [`Part::Validation`].
    pub validation: Vec<usize>,
    /// See [`Part::Calibration`].
    pub calibration: Vec<usize>,
    /// See [`Part::Test`].
    pub test: Vec<usize>,
}

impl Parts {
    /// The parts with their images.
    pub fn iter(&self) -> impl Iterator<Item = (Part, &[usize])> {
        [
            (Part::Training, &self.training[..]),
            (Part::Validation, &self.validation),
            (Part::Calibration, &self.calibration),
            (Part::Test, &self.test),
        ]
        .into_iter()
    }
}
