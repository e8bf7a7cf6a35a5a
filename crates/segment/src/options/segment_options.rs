//! How an image is cut into letters, and what a letter image looks like.

use serde::{Deserialize, Serialize};

use super::component_options::ComponentOptions;
use super::contour_options::ContourOptions;
use crate::cleaning::Cleaning;
use crate::error::SegmentError;
use crate::ink::Threshold;
use crate::letter::{Fit, check_letter};

/// How an image is cut into letters, and what a letter image looks like.
///
/// [`seed`](Self::seed) has the steps and the values of the blog post that captcha-lab started from; the default finds
/// more letters. Fields that a serialised form leaves out have their default values.
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
    /// What is removed from the image first. Default: nothing.
    pub cleaning: Cleaning,
    /// Which grey levels are ink. Default: [`Threshold::Contrast`] of 0.25. The seed has [`Threshold::Fixed`] of 254:
    /// everything that is not white.
    pub threshold: Threshold,
    /// How ink becomes letters. Default: [`Method::Components`]. The seed has [`Method::Contours`].
    pub method: Method,
    /// Width and height of a letter image in pixels, 4 to 512. Default 24, in the seed 20. Between 16 and 40 pixels the
    /// accuracy of a good letter network does not depend on it.
    pub letter_size: u32,
    /// Rows and columns of paper on each side of a letter image, less than half of `letter_size`. Default 1, in the seed
    /// 0.
    pub letter_margin: u32,
    /// How a letter fills its image. Default: [`Fit::Contain`]. The seed has [`Fit::Stretch`].
    pub letter_fit: Fit,
}

/// How ink becomes letters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Connected components are joined and cut to letters, guided by the expected number of letters.
    Components(ComponentOptions),
    /// Boxes around outer contours, of which wide ones are halved: the method of the seed.
    Contours(ContourOptions),
}

impl Default for SegmentOptions {
    fn default() -> Self {
        Self {
            cleaning: Cleaning::default(),
            threshold: Threshold::Contrast(0.25),
            method: Method::Components(ComponentOptions::default()),
            letter_size: 24,
            letter_margin: 1,
            letter_fit: Fit::Contain,
        }
    }
}

impl SegmentOptions {
    /// The steps and the values of the blog post: six boxes in 97.2 % of fresh images of the style `seed`.
    ///
    /// Source: "Using Deep Learning to solve CAPTCHAs", a blog post; its letters are stretched to 20 x 20 pixels.
    #[must_use]
    pub fn seed() -> Self {
        Self {
            cleaning: Cleaning::default(),
            threshold: Threshold::Fixed(254),
            method: Method::Contours(ContourOptions::default()),
            letter_size: 20,
            letter_margin: 0,
            letter_fit: Fit::Stretch,
        }
    }

    /// Sets what is removed from the image first.
    #[must_use]
    pub fn with_cleaning(mut self, cleaning: Cleaning) -> Self {
        self.cleaning = cleaning;
        self
    }

    /// Sets which grey levels are ink.
    #[must_use]
    pub fn with_threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = threshold;
        self
    }

    /// Sets how ink becomes letters.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Sets the width and height of a letter image in pixels, 4 to 512.
    #[must_use]
    pub fn with_letter_size(mut self, letter_size: u32) -> Self {
        self.letter_size = letter_size;
        self
    }

    /// Sets the margin of a letter image in pixels, less than half of its size.
    #[must_use]
    pub fn with_letter_margin(mut self, letter_margin: u32) -> Self {
        self.letter_margin = letter_margin;
        self
    }

    /// Sets how a letter fills its image.
    #[must_use]
    pub fn with_letter_fit(mut self, letter_fit: Fit) -> Self {
        self.letter_fit = letter_fit;
        self
    }

    /// # Errors
    /// [`SegmentError::InvalidOption`] names the first option that is out of its range.
    pub(crate) fn check(&self) -> Result<(), SegmentError> {
        self.cleaning.check()?;
        self.threshold.check()?;
        check_letter(self.letter_size, self.letter_margin)?;
        match &self.method {
            Method::Components(options) => options.check(),
            Method::Contours(options) => options.check(),
        }
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
        let contours = ContourOptions::default().with_halve_from(70);
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
            (components(ComponentOptions::default().with_min_ink(0)), "min_ink"),
            (components(ComponentOptions::default().with_join_overlap(1.1, 0.1)), "join_overlap"),
            (components(ComponentOptions::default().with_join_overlap(0.5, -0.1)), "free_join_overlap"),
            (components(ComponentOptions::default().with_max_aspect(0.0)), "max_aspect"),
            (components(ComponentOptions::default().with_max_aspect(f32::INFINITY)), "max_aspect"),
            (components(ComponentOptions::default().with_max_pieces(0)), "max_pieces"),
            (components(ComponentOptions::default().with_max_pieces(usize::MAX)), "max_pieces"),
            (options().with_letter_margin(u32::MAX), "letter_margin"),
            (options().with_cleaning(Cleaning::default().with_median_radius(u32::MAX)), "median_radius"),
            (options().with_cleaning(Cleaning::default().with_line_width(u32::MAX)), "line_width"),
            (
                options().with_method(Method::Contours(ContourOptions::default().with_halve_from(1))),
                "halve_from",
            ),
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
