//! Options of the method of the seed.

use serde::{Deserialize, Serialize};

use crate::error::{SegmentError, check_option};

/// Options of the method of the seed. Its steps: boxes are laid around the outer contours; boxes below the minimum size
/// are dropped; the others grow downwards; wide ones are cut into two halves. The number of boxes is the number of
/// letters, whatever is expected. A letter image shows all that is in its box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ContourOptions {
    /// The smallest width of a box in pixels. Default 6: the seed keeps boxes wider than 5.
    pub min_width: u32,
    /// The smallest height of a box in pixels. Default 6: the seed keeps boxes higher than 5.
    pub min_height: u32,
    /// The rows by which a box grows at its bottom, as far as the image reaches. Default 5: the seed does this for the
    /// tail of the Q, which is a contour of its own.
    pub extra_height: u32,
    /// The width in pixels from which a box is cut in its middle, at least 2. Default 65, as in the seed.
    pub halve_from: u32,
}

impl Default for ContourOptions {
    fn default() -> Self {
        Self { min_width: 6, min_height: 6, extra_height: 5, halve_from: 65 }
    }
}

impl ContourOptions {
    /// Sets the smallest width and height of a box in pixels.
    #[must_use]
    pub fn with_min_size(mut self, min_width: u32, min_height: u32) -> Self {
        (self.min_width, self.min_height) = (min_width, min_height);
        self
    }

    /// Sets the rows by which a box grows at its bottom.
    #[must_use]
    pub fn with_extra_height(mut self, extra_height: u32) -> Self {
        self.extra_height = extra_height;
        self
    }

    /// Sets the width in pixels from which a box is cut in its middle, at least 2.
    #[must_use]
    pub fn with_halve_from(mut self, halve_from: u32) -> Self {
        self.halve_from = halve_from;
        self
    }

    /// # Errors
    /// [`SegmentError::InvalidOption`].
    pub(super) fn check(&self) -> Result<(), SegmentError> {
        check_option("halve_from", self.halve_from, self.halve_from >= 2, "at least 2 pixels")
    }
}
