//! What a [`Segmenter`](crate::Segmenter) does, as data.

use serde::{Deserialize, Serialize};

use crate::error::check_option;
use crate::resample::check_letter;
use crate::{Cleaning, SegmentError, Threshold};

/// How an image is cut into letters and what a letter image looks like.
///
/// The default is the better method; [`seed`](Self::seed) has the steps and the values of the post that
/// captcha-lab started from. Fields that a serialised form leaves out are those of the default.
///
/// ```
/// use captcha_segment::{SegmentOptions, Segmenter};
///
/// let segmenter = Segmenter::new(SegmentOptions::default().with_letter_size(32))?;
/// assert!(Segmenter::new(SegmentOptions::default().with_letter_size(0)).is_err());
/// # Ok::<(), captcha_segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SegmentOptions {
    /// What is taken out before. Default nothing.
    pub cleaning: Cleaning,
    /// Which grey levels are ink. Default [`Threshold::Contrast`] of 0.25, the seed's [`Threshold::Fixed`] of 254
    /// (everything that is not white).
    pub threshold: Threshold,
    /// How ink becomes letters. Default [`Method::Components`], the seed's [`Method::Contours`].
    pub method: Method,
    /// Width and height of a letter image in pixels, 4 to 512. Default 24, the seed's 20. Between 16
    /// and 40 pixels the accuracy of a good letter network does not depend on it.
    pub letter_size: u32,
    /// Rows and columns of paper that a letter image keeps on each side, less than half of `letter_size`.
    /// Default 1, the seed's 0.
    pub letter_margin: u32,
    /// How a letter fills its image. Default [`Fit::Contain`], the seed's [`Fit::Stretch`].
    pub letter_fit: Fit,
}

/// How ink becomes letters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// The better method: pieces of ink are joined and cut to letters, guided by the expected number.
    Components(Components),
    /// The seed's method: boxes around contours, the wide ones halved.
    Contours(Contours),
}

/// The better method, step by step.
///
/// 1. Connected components of ink; those of less than `min_ink` pixels are specks and dropped.
/// 2. Components that stand above each other are one piece: they overlap in x by more than `join_overlap`.
/// 3. If the expected number of letters is known and differs, the most plausible way to read the pieces as so many
///    letters is found: neighbours that are fragments of one letter are joined, pieces that are several letters are
///    cut where the fewest strokes cross the cut. If it is not known, pieces wider than `max_aspect` are cut.
/// 4. A letter image shows the pixels of this letter only, not those of a neighbour that reaches into its box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Components {
    /// Fewest pixels of a component, at least 1. Default 4: the dot of an `i` in the smallest text that can be read
    /// is 2 x 2.
    pub min_ink: u32,
    /// Components that overlap in x by more than this share of the narrower one, 0 to 1, are one piece. Default
    /// 0.5: kerned and slanted neighbours overlap by less, a dot, an accent or the tail of a Q by more.
    pub join_overlap: f32,
    /// The same if the number of letters is not known, so that nothing mends a letter in two pieces. Default 0.1:
    /// letters seldom reach over each other, fragments of one letter often do by a little.
    pub free_join_overlap: f32,
    /// Widest letter, as a multiple of the height of the tallest piece, above 0 and at most 10. No join gives a
    /// wider letter, and if the number of letters is not known each wider piece is cut. Default 1.25: in common
    /// fonts only a bold W comes near.
    pub max_aspect: f32,
    /// Most pieces that are read as text, 1 to 1024. Default 256.
    pub max_pieces: usize,
}

/// The seed's method, step by step: boxes around the outer contours; those below the minimum size are dropped, the
/// others grow downwards, wide ones are cut into two halves. The number of boxes is the number of letters, whatever
/// is expected. A letter image shows all that is in its box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Contours {
    /// Smallest width of a box in pixels. Default 6: the seed keeps what is wider than 5.
    pub min_width: u32,
    /// Smallest height of a box in pixels. Default 6: the seed keeps what is higher than 5.
    pub min_height: u32,
    /// Rows that a box grows by at its bottom, as far as the image reaches. Default 5: the seed does this for the
    /// tail of the Q, which is a contour of its own.
    pub extra_height: u32,
    /// Width in pixels from which a box is cut in its middle, at least 2. Default 65, the seed's.
    pub halve_from: u32,
}

/// The largest value of [`Components::max_pieces`], and the most letters that an image is cut into: the memory for them
/// stays below 300 MB, whatever the options.
pub(crate) const MOST_PIECES: usize = 1024;

/// How a letter fills its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fit {
    /// The letter keeps its aspect ratio: its longer side fills the image, paper is padded on both sides of the
    /// shorter one.
    Contain,
    /// The letter is stretched to the whole image.
    Stretch,
}

impl Default for SegmentOptions {
    fn default() -> Self {
        Self {
            cleaning: Cleaning::default(),
            threshold: Threshold::Contrast(0.25),
            method: Method::Components(Components::default()),
            letter_size: 24,
            letter_margin: 1,
            letter_fit: Fit::Contain,
        }
    }
}

impl Default for Components {
    fn default() -> Self {
        Self { min_ink: 4, join_overlap: 0.5, free_join_overlap: 0.1, max_aspect: 1.25, max_pieces: 256 }
    }
}

impl Default for Contours {
    fn default() -> Self {
        Self { min_width: 6, min_height: 6, extra_height: 5, halve_from: 65 }
    }
}

impl SegmentOptions {
    /// The steps of the post with its values: 97.2 % of fresh images of the style `seed` give six boxes.
    ///
    /// Source: "Using Deep Learning to solve CAPTCHAs", a blog post; its letters are 20 x 20 pixels, stretched.
    #[must_use]
    pub fn seed() -> Self {
        Self {
            cleaning: Cleaning::default(),
            threshold: Threshold::Fixed(254),
            method: Method::Contours(Contours::default()),
            letter_size: 20,
            letter_margin: 0,
            letter_fit: Fit::Stretch,
        }
    }

    /// The same with other cleaning.
    #[must_use]
    pub fn with_cleaning(mut self, cleaning: Cleaning) -> Self {
        self.cleaning = cleaning;
        self
    }

    /// The same with another threshold.
    #[must_use]
    pub fn with_threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = threshold;
        self
    }

    /// The same with another method.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// The same with letter images of `letter_size` x `letter_size` pixels.
    #[must_use]
    pub fn with_letter_size(mut self, letter_size: u32) -> Self {
        self.letter_size = letter_size;
        self
    }

    /// The same with `letter_margin` pixels of paper around each letter.
    #[must_use]
    pub fn with_letter_margin(mut self, letter_margin: u32) -> Self {
        self.letter_margin = letter_margin;
        self
    }

    /// The same with another way to fill a letter image.
    #[must_use]
    pub fn with_letter_fit(mut self, letter_fit: Fit) -> Self {
        self.letter_fit = letter_fit;
        self
    }

    /// # Errors
    /// [`SegmentError::InvalidOption`] names the first option that is out of its range.
    pub(crate) fn check(&self) -> Result<(), SegmentError> {
        self.cleaning.check()?;
        match self.threshold {
            Threshold::Fixed(level) => {
                check_option("threshold", level, level < 255, "a grey level of at most 254")?
            }
            Threshold::Otsu => {}
            Threshold::Contrast(share) => {
                check_option("threshold", share, share > 0.0 && share < 1.0, "a share above 0 and below 1")?;
            }
        }
        check_letter(self.letter_size, self.letter_margin)?;
        match &self.method {
            Method::Components(options) => options.check(),
            Method::Contours(options) => {
                check_option("halve_from", options.halve_from, options.halve_from >= 2, "at least 2 pixels")
            }
        }
    }
}

impl Components {
    fn check(&self) -> Result<(), SegmentError> {
        let (overlap, free_overlap, aspect) = (self.join_overlap, self.free_join_overlap, self.max_aspect);
        check_option("min_ink", self.min_ink, self.min_ink >= 1, "at least 1 pixel")?;
        check_option("join_overlap", overlap, (0.0..=1.0).contains(&overlap), "a share from 0 to 1")?;
        check_option(
            "free_join_overlap",
            free_overlap,
            (0.0..=1.0).contains(&free_overlap),
            "a share from 0 to 1",
        )?;
        check_option("max_aspect", aspect, aspect > 0.0 && aspect <= 10.0, "a multiple above 0, at most 10")?;
        check_option("max_pieces", self.max_pieces, (1..=MOST_PIECES).contains(&self.max_pieces), "1 to 1024")
    }

    /// The same with another smallest component.
    #[must_use]
    pub fn with_min_ink(mut self, min_ink: u32) -> Self {
        self.min_ink = min_ink;
        self
    }

    /// The same with other shares of overlap from which components are one piece: if the number of letters is
    /// known, and if it is not.
    #[must_use]
    pub fn with_join_overlap(mut self, known: f32, free: f32) -> Self {
        (self.join_overlap, self.free_join_overlap) = (known, free);
        self
    }

    /// The same with another widest letter.
    #[must_use]
    pub fn with_max_aspect(mut self, max_aspect: f32) -> Self {
        self.max_aspect = max_aspect;
        self
    }

    /// The same with another limit on pieces.
    #[must_use]
    pub fn with_max_pieces(mut self, max_pieces: usize) -> Self {
        self.max_pieces = max_pieces;
        self
    }
}

impl Contours {
    /// The same with another smallest box.
    #[must_use]
    pub fn with_min_size(mut self, min_width: u32, min_height: u32) -> Self {
        (self.min_width, self.min_height) = (min_width, min_height);
        self
    }

    /// The same with another growth at the bottom.
    #[must_use]
    pub fn with_extra_height(mut self, extra_height: u32) -> Self {
        self.extra_height = extra_height;
        self
    }

    /// The same with another width from which a box is halved.
    #[must_use]
    pub fn with_halve_from(mut self, halve_from: u32) -> Self {
        self.halve_from = halve_from;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_survive_json() {
        for options in [SegmentOptions::default(), SegmentOptions::seed().with_threshold(Threshold::Otsu)] {
            let json = serde_json::to_string(&options).unwrap();
            assert_eq!(serde_json::from_str::<SegmentOptions>(&json).unwrap(), options, "{json}");
        }
    }

    #[test]
    fn what_json_leaves_out_is_the_default() {
        let json = r#"{"letter_size": 20, "method": {"contours": {"halve_from": 70}}}"#;
        let options: SegmentOptions = serde_json::from_str(json).unwrap();
        let contours = Contours::default().with_halve_from(70);
        assert_eq!(
            options,
            SegmentOptions::default().with_letter_size(20).with_method(Method::Contours(contours))
        );
        assert!(serde_json::from_str::<SegmentOptions>(r#"{"letter-size": 20}"#).is_err());
    }

    #[test]
    fn an_option_out_of_range_is_named() {
        let options = SegmentOptions::default;
        let components = |components| options().with_method(Method::Components(components));
        let cases = [
            (options().with_letter_size(3), "letter_size"),
            (options().with_letter_size(513), "letter_size"),
            (options().with_letter_size(8).with_letter_margin(4), "letter_margin"),
            (options().with_threshold(Threshold::Fixed(255)), "threshold"),
            (options().with_threshold(Threshold::Contrast(0.0)), "threshold"),
            (options().with_threshold(Threshold::Contrast(f32::NAN)), "threshold"),
            (components(Components::default().with_min_ink(0)), "min_ink"),
            (components(Components::default().with_join_overlap(1.1, 0.1)), "join_overlap"),
            (components(Components::default().with_join_overlap(0.5, -0.1)), "free_join_overlap"),
            (components(Components::default().with_max_aspect(0.0)), "max_aspect"),
            (components(Components::default().with_max_aspect(f32::INFINITY)), "max_aspect"),
            (components(Components::default().with_max_pieces(0)), "max_pieces"),
            (components(Components::default().with_max_pieces(usize::MAX)), "max_pieces"),
            (options().with_letter_margin(u32::MAX), "letter_margin"),
            (options().with_cleaning(Cleaning::default().with_median_radius(u32::MAX)), "median_radius"),
            (options().with_cleaning(Cleaning::default().with_line_width(u32::MAX)), "line_width"),
            (options().with_method(Method::Contours(Contours::default().with_halve_from(1))), "halve_from"),
        ];
        for (options, name) in cases {
            match options.check() {
                Err(SegmentError::InvalidOption { option, .. }) => assert_eq!(option, name),
                other => panic!("{name}: {other:?}"),
            }
        }
        assert_eq!(SegmentOptions::default().check(), Ok(()));
        assert_eq!(SegmentOptions::seed().check(), Ok(()));
    }
}
