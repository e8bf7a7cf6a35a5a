//! The shapes between layers.

use serde::{Deserialize, Serialize};

/// The shape of one input image, `[channels, height, width]`.
///
/// A sequence network takes any width ([`Architecture::at_width`](super::Architecture::at_width)); this is the one that it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputShape {
    /// Channels; 1 for grey.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

/// The shape of one sample between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Feature maps, `[channels, height, width]`.
    Maps {
        /// Channels.
        channels: usize,
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
    /// A vector.
    Vector {
        /// Its length.
        features: usize,
    },
    /// A sequence of vectors, `[steps, features]`.
    Sequence {
        /// How many.
        steps: usize,
        /// The length of each.
        features: usize,
    },
}

impl Shape {
    /// The number of values; `usize::MAX` if there are more.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Self::Maps { channels, height, width } => channels.saturating_mul(height).saturating_mul(width),
            Self::Vector { features } => features,
            Self::Sequence { steps, features } => steps.saturating_mul(features),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Maps { channels, height, width } => write!(f, "[{channels}, {height}, {width}]"),
            Self::Vector { features } => write!(f, "[{features}]"),
            Self::Sequence { steps, features } => write!(f, "[{steps}, {features}]"),
        }
    }
}
