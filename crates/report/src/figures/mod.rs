//! Pictures of CAPTCHAs, letters, trainings and errors.
//!
//! Sheets of images ([`contact_sheet`], [`letter_sheet`], [`failure_sheet`], [`style_sheet`],
//! [`augmentation_sheet`]) are pixels; charts
//! ([`learning_curves`], [`confusion_matrix`], [`calibration`]) are a [`Figure`], which is both a PNG and an SVG. All of them have
//! a light background, one font and a palette that colour-blind people can tell apart.

mod align;
mod augmentation_sheet;
mod calibration;
mod canvas;
mod confusion_matrix;
mod contact_sheet;
mod failure_sheet;
pub(crate) mod figure;
mod grid;
mod learning_curves;
mod letter_sheet;
mod log_axis;
pub(crate) mod palette;
mod panels;
mod scale;
mod style_sheet;
pub(crate) mod text;
pub(crate) mod thumbnail;

pub use augmentation_sheet::augmentation_sheet;
pub use calibration::calibration;
pub use confusion_matrix::confusion_matrix;
pub use contact_sheet::contact_sheet;
pub use failure_sheet::{Failure, failure_sheet};
pub use figure::{Figure, FigureError, save_png};
pub use learning_curves::{EpochRow, learning_curves};
pub use letter_sheet::letter_sheet;
pub use style_sheet::{StyleBlock, style_sheet};
