//! What sheets and charts are drawn with.
//!
//! | file | what it holds |
//! |---|---|
//! | `palette` | the colours |
//! | `text` | text in the one font |
//! | `thumbnail` | images at a legible size, on white paper |
//! | `figure` | [`Figure`]: a chart as PNG and SVG |
//! | `canvas` | the pixels of a chart |

pub(in crate::figures) mod canvas;
pub(crate) mod figure;
pub(crate) mod palette;
pub(crate) mod text;
pub(crate) mod thumbnail;

pub use figure::{Figure, FigureError, save_png};
