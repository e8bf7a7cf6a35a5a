//! What cutting many images into letters gave.

use std::fmt;

use crate::Skipped;

/// What cutting many images into letters gave. Images that gave none are counted, with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LetterSummary {
    /// Images in all.
    pub images: u64,
    /// Images that were cut into as many letters as their label has.
    pub segmented: u64,
    /// Letters in all.
    pub letters: u64,
    /// Images that gave no letters, and why.
    pub skipped: Skipped,
}

impl LetterSummary {
    /// The share of all images that were cut into as many letters as their label has; 0 if there are no images.
    #[must_use]
    pub fn segmentation_yield(&self) -> f64 {
        if self.images == 0 { 0.0 } else { self.segmented as f64 / self.images as f64 }
    }
}

impl fmt::Display for LetterSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} letters of {} of {} images ({:.2} %)",
            self.letters,
            self.segmented,
            self.images,
            100.0 * self.segmentation_yield()
        )?;
        if self.skipped.is_empty() { Ok(()) } else { write!(f, "\n{}", self.skipped) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SkipReason;

    #[test]
    fn the_yield_is_over_all_images() {
        let mut summary = LetterSummary { images: 8, segmented: 7, letters: 42, ..Default::default() };
        summary.skipped.add(SkipReason::NotSegmented("wrong count".to_owned()), || "A.png".to_owned());
        assert_eq!(summary.segmentation_yield(), 0.875);
        assert_eq!(
            summary.to_string(),
            "42 letters of 7 of 8 images (87.50 %)\nskipped 1: not segmented: wrong count (for example A.png)"
        );
        assert_eq!(LetterSummary::default().segmentation_yield(), 0.0);
    }
}
