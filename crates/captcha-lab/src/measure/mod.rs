//! A solver against labelled images.
//!
//! | file | what it holds |
//! |---|---|
//! | `labelled_image` | [`LabelledImage`]: an image with the text that it shows |
//! | `evaluate` | [`evaluate`](fn@evaluate): how much is read rightly, and how fast |
//! | `calibrate` | [`calibrate`](fn@calibrate): the temperature that makes confidences what they say |

mod calibrate;
mod evaluate;
mod labelled_image;

pub use calibrate::{TemperatureReport, calibrate};
#[cfg(feature = "torch")]
pub(crate) use evaluate::evaluate_known;
pub use evaluate::{Answer, Report, evaluate};
pub use labelled_image::LabelledImage;
