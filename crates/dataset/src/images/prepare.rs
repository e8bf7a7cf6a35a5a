//! What is done to an image before a network sees it.

use std::error::Error;
use std::sync::Arc;

use captcha_core::describe;
use image::{DynamicImage, GrayImage};

/// What is done to an image before a network sees it, or in words why it can't be.
pub(crate) type Prepare = Arc<dyn Fn(&DynamicImage) -> Result<GrayImage, String> + Send + Sync>;

/// The preparation that a caller gives, with its errors in words.
pub(crate) fn in_words<E: Into<Box<dyn Error + Send + Sync>>>(
    prepare: impl Fn(&DynamicImage) -> Result<GrayImage, E> + Send + Sync + 'static,
) -> Prepare {
    Arc::new(move |image| prepare(image).map_err(|error| describe(&*error.into())))
}
