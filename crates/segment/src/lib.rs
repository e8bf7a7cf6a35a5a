//! Cuts text CAPTCHAs into letters.
mod by_components;
mod by_contours;
mod components;
mod contours;
mod cut;
mod error;
mod options;
mod piece;
mod reading;
mod resample;
mod runs;
mod score;
mod segmenter;
mod threshold;

pub use components::component_boxes;
pub use contours::outer_contour_boxes;
pub use error::SegmentError;
pub use options::{Components, Contours, Fit, Method, SegmentOptions};
pub use resample::letter_image;
pub use score::{BoxScore, score_boxes};
pub use segmenter::{Letter, Segmentation, Segmenter};
pub use threshold::{Threshold, binarise};

pub use captcha_core;
pub use image;
