//! From grey levels to connected ink.
//!
//! | file | what it holds |
//! |---|---|
//! | `threshold` | [`Threshold`]: which grey levels are ink |
//! | `runs` | the ink of an image as horizontal runs of pixels |
//! | `components` | connected components of ink |
//! | `contours` | the boxes around outer contours |

mod components;
mod contours;
mod runs;
mod threshold;

pub(crate) use components::ComponentSet;
pub use components::component_boxes;
pub use contours::outer_contour_boxes;
pub(crate) use runs::{Run, ink_runs};
pub use threshold::{Threshold, binarise};
