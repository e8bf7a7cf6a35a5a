//! A renderer as a source of CAPTCHAs.

use std::ops::RangeInclusive;

use captcha_core::{Alphabet, Fingerprint};
use captcha_render::Renderer;
use image::DynamicImage;

use crate::corpus::header::GENERATOR;
use crate::{CaptchaSource, DatasetError};

impl CaptchaSource for Renderer {
    fn alphabet(&self) -> &Alphabet {
        &self.style().alphabet
    }

    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        Some(self.style().lengths.into())
    }

    /// Style, fonts, and the version of captcha-lab: another version may draw other pixels.
    fn fingerprint(&self) -> Fingerprint {
        Renderer::fingerprint(self).with("generator", GENERATOR)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        let text = self.text(seed);
        match Renderer::image(self, &text, seed) {
            Ok(image) => Ok((image, text)),
            Err(error) => Err(DatasetError::Render { text, source: Box::new(error) }),
        }
    }
}
