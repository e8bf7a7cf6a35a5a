//! A renderer as a source of CAPTCHAs.

use std::ops::RangeInclusive;

use captcha_core::{Alphabet, Fingerprint};
use captcha_render::Renderer;
use image::DynamicImage;

use crate::corpus::header::GENERATOR;
use crate::{CaptchaSource, DatasetError};

impl CaptchaSource for Renderer {
    fn alphabet(&self) -> &Alphabet {
        Renderer::alphabet(self)
    }

    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        Some(Renderer::lengths(self).into())
    }

    /// Style, fonts, and the version of captcha-lab: another version may draw other pixels.
    fn fingerprint(&self) -> Fingerprint {
        Renderer::fingerprint(self).with("generator", GENERATOR)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        self.random_image(seed)
            .map_err(|error| DatasetError::Render { text: self.text(seed), source: Box::new(error) })
    }
}
