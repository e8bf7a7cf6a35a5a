//! Sources of CAPTCHAs.

use std::ops::RangeInclusive;
use std::sync::Arc;

use captcha_core::{Alphabet, Fingerprint};
use image::DynamicImage;

use crate::DatasetError;

/// Gives CAPTCHAs with texts of its own choice, each a pure function of a seed.
///
/// With the feature `render`, a `Renderer` is one, with the alphabet and the lengths of its style;
/// [`Mixture`](crate::Mixture) makes one of several.
///
/// ```
/// use captcha_core::{Alphabet, Fingerprint};
/// use captcha_dataset::image::{DynamicImage, GrayImage, Luma};
/// use captcha_dataset::{CaptchaSource, CaptchaStream, DatasetError, StreamOptions};
///
/// /// Draws one dark bar, whose place is the character.
/// struct Bars(Alphabet);
///
/// impl CaptchaSource for Bars {
///     fn alphabet(&self) -> &Alphabet {
///         &self.0
///     }
///
///     fn fingerprint(&self) -> Fingerprint {
///         Fingerprint::new().with("bars", self.0.to_string())
///     }
///
///     fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
///         let class = (seed % self.0.len() as u64) as usize;
///         let text = self.0.character(class).ok_or_else(|| DatasetError::source("no such bar"))?.to_string();
///         let level = |x| Luma([if x as usize == class { 0 } else { 255 }]);
///         Ok((GrayImage::from_fn(self.0.len() as u32, 8, |x, _| level(x)).into(), text))
///     }
/// }
///
/// let stream = CaptchaStream::new(Bars(Alphabet::digits()), StreamOptions::new(4))?;
/// for batch in stream.epoch(0, 4) {
///     assert_eq!(batch?.images.shape(), [4, 1, 8, 10]);
/// }
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
pub trait CaptchaSource: Send + Sync {
    /// The characters that the texts have.
    fn alphabet(&self) -> &Alphabet;

    /// How many characters the texts have, fewest and most; `None` if it is not known.
    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        None
    }

    /// What the CAPTCHAs are known by: everything that they are a function of, but the seed. Large things, such as
    /// fonts, by the [`ContentHash`](captcha_core::ContentHash) of their contents.
    fn fingerprint(&self) -> Fingerprint;

    /// The CAPTCHA of `seed`: the image, and the text that it shows.
    ///
    /// # Errors
    /// Whatever hinders it; [`DatasetError::source`] makes one of any error.
    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError>;
}

macro_rules! through_a_pointer {
    ($($pointer:ty),*) => {$(
        impl<S: CaptchaSource + ?Sized> CaptchaSource for $pointer {
            fn alphabet(&self) -> &Alphabet {
                (**self).alphabet()
            }

            fn lengths(&self) -> Option<RangeInclusive<usize>> {
                (**self).lengths()
            }

            fn fingerprint(&self) -> Fingerprint {
                (**self).fingerprint()
            }

            fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
                (**self).image(seed)
            }
        }
    )*};
}

through_a_pointer!(&S, Box<S>, Arc<S>);
