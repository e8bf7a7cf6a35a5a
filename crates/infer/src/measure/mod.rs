//! How well a network reads, and how well it knows.
//!
//! | file | what it holds |
//! |---|---|
//! | `evaluation` | predictions against labels |
//! | `edit_distance` | how far two texts are apart, and where they differ |
//! | `share` | a share of a count with its confidence interval, also of things that come in groups |
//! | `calibration`, `cells` | whether confidences are what they say; the cells that they are counted in |
//! | `temperature` | how to make them so |

mod calibration;
mod cells;
mod edit_distance;
mod evaluation;
mod share;
mod temperature;

pub use self::calibration::{Calibration, CoveragePoint, ReliabilityBin};
pub use self::edit_distance::{align_texts, edit_distance};
pub use self::evaluation::{Evaluation, Outcome};
pub use self::share::{GroupedShare, Share};
pub use self::temperature::{LabelledLogits, TemperatureFit, fit_temperature};
