//! Pictures of CAPTCHAs, letters, trainings and errors.
//!
//! Sheets of images ([`contact_sheet`], [`letter_sheet`], [`failure_sheet`], [`style_sheet`],
//! [`augmentation_sheet`]) are pixels; charts ([`learning_curves`], [`confusion_matrix`], [`calibration`]) are a
//! [`Figure`], which is both a PNG and an SVG. All of them have a light background, one font and a palette that
//! colour-blind people can tell apart.
//!
//! | folder | what it holds |
//! |---|---|
//! | `sheets/` | images and captions in rows and columns |
//! | `charts/` | measured numbers as curves, panels and matrices |
//! | `drawing/` | what both draw with: colours, text, thumbnails, the figure and its canvas |

mod charts;
pub(crate) mod drawing;
mod sheets;

pub use charts::{EpochRow, calibration, confusion_matrix, learning_curves};
pub use drawing::{Figure, FigureError, save_png};
pub use sheets::{
    Failure, StyleBlock, augmentation_sheet, contact_sheet, failure_sheet, letter_sheet, style_sheet,
};
