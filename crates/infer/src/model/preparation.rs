//! What is done to the pixels of an image before a network sees them.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use captcha_core::image::{GrayImage, imageops};
use captcha_core::{shows_light_text, stretch_contrast};
use serde::{Deserialize, Serialize};

/// What is done to the pixels of an image before a network sees them, beside bringing it to the network's size: part of
/// a model file, so that images are read as they were in training.
///
/// In this order: [`Polarity`], [`Contrast`], then the image is scaled, `stretch` times as wide as its shape asks for.
/// The default changes nothing, and a model file says nothing of it. [`ModelMetadata::prepare`](crate::ModelMetadata::prepare) is
/// what applies it.
///
/// ```
/// use captcha_infer::{Polarity, Preparation};
///
/// let preparation = Preparation::default().with_polarity(Polarity::ByImage).with_stretch(1.5);
/// assert_eq!(preparation.to_string(), "dark on light by the border, 1.5 times as wide");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Preparation {
    /// Which levels are paper. Default [`Polarity::AsIs`].
    pub polarity: Polarity,
    /// Whether the levels are stretched. Default [`Contrast::AsIs`].
    pub contrast: Contrast,
    /// How many times as wide as its shape asks for an image is scaled, so that narrow letters get enough columns:
    /// [`Preparation::STRETCH`], default 1. For sequence networks only; 1 for networks of letters.
    pub stretch: f32,
}

/// Which levels of an image are paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Polarity {
    /// Dark text on light paper: levels stay as they are.
    #[default]
    AsIs,
    /// Light text on dark paper: every level `v` becomes `255 - v`.
    Inverted,
    /// Inverted if the image shows light text: if its mean level is above its paper, which is what most of its border
    /// shows ([`captcha_core::shows_light_text`]).
    ByImage,
}

/// Whether the levels of an image are stretched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Contrast {
    /// Levels stay as they are.
    #[default]
    AsIs,
    /// The levels between the 1st and the 99th percentile are stretched from black to white
    /// ([`captcha_core::stretch_contrast`]), after the polarity.
    Stretched,
}

/// A preparation that can't be applied.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PreparationError {
    /// The stretch is out of its range.
    #[error(
        "images are made {actual} times as wide, expected {} to {} times",
        Preparation::STRETCH.start(),
        Preparation::STRETCH.end()
    )]
    Stretch {
        /// What it is.
        actual: f32,
    },
    /// Letters all have one size.
    #[error(
        "images are made {actual} times as wide, expected 1 time: only sequence networks take images of any width"
    )]
    StretchedLetters {
        /// What the stretch is.
        actual: f32,
    },
}

impl Default for Preparation {
    fn default() -> Self {
        Self { polarity: Polarity::default(), contrast: Contrast::default(), stretch: 1.0 }
    }
}

impl Preparation {
    /// The range of the stretch.
    pub const STRETCH: RangeInclusive<f32> = 0.25..=8.0;

    /// Sets which levels are paper.
    #[must_use]
    pub fn with_polarity(mut self, polarity: Polarity) -> Self {
        self.polarity = polarity;
        self
    }

    /// Sets whether the levels are stretched.
    #[must_use]
    pub fn with_contrast(mut self, contrast: Contrast) -> Self {
        self.contrast = contrast;
        self
    }

    /// Sets how many times as wide as its shape asks for an image is scaled, [`Preparation::STRETCH`].
    #[must_use]
    pub fn with_stretch(mut self, stretch: f32) -> Self {
        self.stretch = stretch;
        self
    }

    /// Whether images stay as they are.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// `image` with its polarity and contrast, at its own size: what letters are cut from. Borrowed if nothing changes.
    #[must_use]
    pub fn levels<'a>(&self, image: &'a GrayImage) -> Cow<'a, GrayImage> {
        let mut image = Cow::Borrowed(image);
        let invert = match self.polarity {
            Polarity::AsIs => false,
            Polarity::Inverted => true,
            Polarity::ByImage => shows_light_text(&image),
        };
        if invert {
            imageops::invert(image.to_mut());
        }
        match self.contrast {
            Contrast::AsIs => {}
            Contrast::Stretched => stretch_contrast(image.to_mut()),
        }
        image
    }

    /// Checks the values for a network that reads sequences, or letters.
    pub(crate) fn check(&self, sequence: bool) -> Result<(), PreparationError> {
        let actual = self.stretch;
        match actual {
            _ if !Self::STRETCH.contains(&actual) => Err(PreparationError::Stretch { actual }),
            _ if actual != 1.0 && !sequence => Err(PreparationError::StretchedLetters { actual }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Preparation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let polarity = match self.polarity {
            Polarity::AsIs => None,
            Polarity::Inverted => Some("inverted"),
            Polarity::ByImage => Some("dark on light by the border"),
        };
        let contrast = match self.contrast {
            Contrast::AsIs => None,
            Contrast::Stretched => Some("contrast stretched"),
        };
        let stretch = (self.stretch != 1.0).then(|| format!("{} times as wide", self.stretch));
        let parts: Vec<&str> = polarity.into_iter().chain(contrast).chain(stretch.as_deref()).collect();
        f.write_str(if parts.is_empty() { "as it is" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::image::Luma;

    use super::*;

    #[test]
    fn levels_are_inverted_before_they_are_stretched() {
        let image =
            GrayImage::from_fn(60, 24, |x, y| Luma([if x.max(y) < 20 && x.min(y) > 8 { 180 } else { 90 }]));
        let at = |preparation: Preparation| {
            let levels = preparation.levels(&image);
            [(0, 0), (12, 12)].map(|(x, y)| levels.get_pixel(x, y).0[0])
        };
        let default = Preparation::default();
        assert!(matches!(default.levels(&image), Cow::Borrowed(_)));
        assert_eq!(at(default.with_polarity(Polarity::Inverted)), [165, 75]);
        assert_eq!(at(default.with_polarity(Polarity::ByImage)), [165, 75]);
        assert_eq!(at(default.with_contrast(Contrast::Stretched)), [0, 255]);
        let both = default.with_polarity(Polarity::ByImage).with_contrast(Contrast::Stretched);
        assert_eq!(at(both), [255, 0]);
    }

    #[test]
    fn an_image_by_itself_and_its_negative_are_prepared_to_the_same() {
        let image = GrayImage::from_fn(70, 30, |x, y| Luma([if x % 7 < 2 && y / 8 == 1 { 20 } else { 230 }]));
        let mut negative = image.clone();
        imageops::invert(&mut negative);
        let preparation = Preparation::default().with_polarity(Polarity::ByImage);
        assert_eq!(preparation.levels(&negative), preparation.levels(&image));
        assert_eq!(*preparation.levels(&image), image);
    }

    #[test]
    fn what_can_not_be_applied_is_told() {
        for stretch in [f32::NAN, f32::INFINITY, 0.0, -1.0, 0.2, 8.1] {
            let error = Preparation::default().with_stretch(stretch).check(true).unwrap_err();
            assert!(matches!(error, PreparationError::Stretch { .. }), "{error}");
        }
        let wide = Preparation::default().with_stretch(1.5);
        assert_eq!(wide.check(true), Ok(()));
        let error = wide.check(false).unwrap_err().to_string();
        assert_eq!(
            error,
            "images are made 1.5 times as wide, expected 1 time: only sequence networks take images of any width"
        );
        let told = Preparation::default().with_stretch(9.0).check(true).unwrap_err().to_string();
        assert_eq!(told, "images are made 9 times as wide, expected 0.25 to 8 times");
    }

    #[test]
    fn it_is_told_in_words() {
        let default = Preparation::default();
        assert_eq!(default.to_string(), "as it is");
        let all =
            default.with_polarity(Polarity::Inverted).with_contrast(Contrast::Stretched).with_stretch(2.0);
        assert_eq!(all.to_string(), "inverted, contrast stretched, 2 times as wide");
    }
}
