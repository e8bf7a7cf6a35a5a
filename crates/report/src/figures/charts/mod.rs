//! Measured numbers as charts.
//!
//! | file | what it draws |
//! |---|---|
//! | `learning_curves` | loss and accuracy of each epoch |
//! | `confusion_matrix` | which characters are taken for which |
//! | `calibration` | confidence against accuracy, and how many answers a confidence costs |
//! | `panels` | what charts of two panels share |
//! | `scale`, `log_axis` | axes with given ticks, and logarithmic ones |

mod calibration;
mod confusion_matrix;
mod learning_curves;
mod log_axis;
mod panels;
mod scale;

pub use calibration::calibration;
pub use confusion_matrix::confusion_matrix;
pub use learning_curves::{EpochRow, learning_curves};
