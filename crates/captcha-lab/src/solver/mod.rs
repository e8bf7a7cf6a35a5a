//! From an image to its text.
//!
//! | file | what it holds |
//! |---|---|
//! | `solve` | [`Solver`]: a trained network with everything around it |
//! | `reader` | how a model reads: letter by letter, or the whole image at once |
//! | `letters` | cut the image into letters, classify each |
//! | `sequence` | read the whole image column by column |

mod letters;
mod reader;
mod sequence;
mod solve;

pub use solve::Solver;
