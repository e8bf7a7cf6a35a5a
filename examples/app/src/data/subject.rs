//! What is looked into.

use std::sync::Arc;

use captcha_lab::core::image::DynamicImage;
use captcha_lab::{ModelFile, Prediction};

/// An image on screen and the model that reads it.
///
/// The parts are shared and never change: as long as [`Arc::ptr_eq`] holds, it is the same image or model, and what was
/// computed from it still counts.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The image as it is shown.
    pub image: Arc<DynamicImage>,
    /// The model that reads it.
    pub model: Arc<ModelFile>,
    /// What the model read, once it was asked.
    pub prediction: Option<Arc<Prediction>>,
}
