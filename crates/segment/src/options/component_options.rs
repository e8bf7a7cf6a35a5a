//! Options of the default method.

use serde::{Deserialize, Serialize};

use crate::error::{SegmentError, check_option};
use crate::letter::MAX_LETTERS;

/// Options of the default method. Its steps:
///
/// 1. The connected components of ink are found. Those of fewer than `min_ink` pixels are specks and dropped.
/// 2. Components of which one stands above the other form one piece: they overlap horizontally by more than
///    `join_overlap`.
/// 3. If the number of letters is known and is not the number of pieces, the most plausible way to read the pieces as
///    that many letters is searched for: neighbouring pieces that are fragments of one letter are joined, and a piece
///    that is several letters is cut where the cut crosses the fewest strokes. If it is not known, pieces wider than
///    `max_aspect` allows are cut.
/// 4. A letter image shows the pixels of this letter only, not those of a neighbour that reaches into its box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ComponentOptions {
    /// The fewest pixels of a component, at least 1. Default 4: the dot of an `i` in the smallest legible text has 2 x 2
    /// pixels.
    pub min_ink: u32,
    /// The horizontal overlap, as a share of the narrower component, above which two components form one piece: 0 to 1.
    /// Default 0.5: kerned and slanted neighbours overlap by less, a dot, an accent or the tail of a Q by more.
    pub join_overlap: f32,
    /// As `join_overlap`, for images of which the number of letters is not known, so that no later step joins the two
    /// pieces of a letter. Default 0.1: letters seldom overlap, fragments of one letter often do by a little.
    pub free_join_overlap: f32,
    /// The width of the widest letter, as a multiple of the height of the tallest piece: above 0 and at most 10. No join
    /// makes a wider letter. If the number of letters is not known, each wider piece is cut. Default 1.25: in common
    /// fonts only a bold W comes close.
    pub max_aspect: f32,
    /// The most pieces that are read as text, 1 to 1024. Default 256.
    pub max_pieces: usize,
}

impl Default for ComponentOptions {
    fn default() -> Self {
        Self { min_ink: 4, join_overlap: 0.5, free_join_overlap: 0.1, max_aspect: 1.25, max_pieces: 256 }
    }
}

impl ComponentOptions {
    /// Sets the fewest pixels of a component, at least 1.
    #[must_use]
    pub fn with_min_ink(mut self, min_ink: u32) -> Self {
        self.min_ink = min_ink;
        self
    }

    /// Sets the overlap above which components form one piece, 0 to 1: for images of which the number of letters is
    /// known, and for others.
    #[must_use]
    pub fn with_join_overlap(mut self, known: f32, free: f32) -> Self {
        (self.join_overlap, self.free_join_overlap) = (known, free);
        self
    }

    /// Sets the width of the widest letter as a multiple of the height of the tallest piece, above 0 and at most 10.
    #[must_use]
    pub fn with_max_aspect(mut self, max_aspect: f32) -> Self {
        self.max_aspect = max_aspect;
        self
    }

    /// Sets the most pieces that are read as text, 1 to 1024.
    #[must_use]
    pub fn with_max_pieces(mut self, max_pieces: usize) -> Self {
        self.max_pieces = max_pieces;
        self
    }

    /// # Errors
    /// [`SegmentError::InvalidOption`].
    pub(super) fn check(&self) -> Result<(), SegmentError> {
        let (overlap, free_overlap, aspect) = (self.join_overlap, self.free_join_overlap, self.max_aspect);
        let pieces = self.max_pieces;
        check_option("min_ink", self.min_ink, self.min_ink >= 1, "at least 1 pixel")?;
        check_option("join_overlap", overlap, (0.0..=1.0).contains(&overlap), "a share from 0 to 1")?;
        check_option(
            "free_join_overlap",
            free_overlap,
            (0.0..=1.0).contains(&free_overlap),
            "a share from 0 to 1",
        )?;
        check_option("max_aspect", aspect, aspect > 0.0 && aspect <= 10.0, "a multiple above 0, at most 10")?;
        check_option("max_pieces", pieces, (1..=MAX_LETTERS).contains(&pieces), "1 to 1024")
    }
}
