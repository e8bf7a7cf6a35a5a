//! What a [`Segmenter`](crate::Segmenter) does, as data.
//!
//! | file | what it holds |
//! |---|---|
//! | `segment_options` | [`SegmentOptions`] and [`Method`] |
//! | `component_options` | [`ComponentOptions`]: the default method |
//! | `contour_options` | [`ContourOptions`]: the method of the seed |
//! | `preset` | [`SegmentPreset`]: options by name |

mod component_options;
mod contour_options;
mod preset;
mod segment_options;

pub use component_options::ComponentOptions;
pub use contour_options::ContourOptions;
pub use preset::SegmentPreset;
pub use segment_options::{Method, SegmentOptions};
