//! The image and the model that the view `See inside` inspects.

use std::sync::Arc;

use captcha_lab::core::image::DynamicImage;
use captcha_lab::{ModelFile, Prediction};

/// An image on screen and the model that reads it.
///
/// The parts are shared and immutable: as long as [`Arc::ptr_eq`] holds, the image or model is the same, and
/// results computed from it remain valid.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The image as it is shown.
    pub image: Arc<DynamicImage>,
    /// The model that reads it.
    pub model: Arc<ModelFile>,
    /// The reading, once the model has been run.
    pub prediction: Option<Arc<Prediction>>,
}
