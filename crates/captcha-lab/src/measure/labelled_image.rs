//! Images whose text is known.

use captcha_core::DecodeError;
use captcha_core::image::DynamicImage;

/// An image with the text that it shows.
#[derive(Debug)]
pub struct LabelledImage {
    /// The text that the image shows.
    pub label: String,
    /// The image, or why it can't be read: such an image counts as wrong.
    pub image: Result<DynamicImage, DecodeError>,
}

impl LabelledImage {
    /// An image that shows `label`.
    #[must_use]
    pub fn new(label: impl Into<String>, image: DynamicImage) -> Self {
        Self { label: label.into(), image: Ok(image) }
    }
}

/// What was drawn shows its text.
#[cfg(feature = "render")]
impl From<captcha_render::Captcha> for LabelledImage {
    fn from(captcha: captcha_render::Captcha) -> Self {
        Self::new(captcha.text, captcha.image)
    }
}
