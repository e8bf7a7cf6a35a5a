//! Layers that are ready to run, each on its own.
//!
//! | file | what it holds |
//! |---|---|
//! | `conv`, `leftover_channels` | convolution; its output channels that are too few for a vector |
//! | `linear` | fully connected layers |
//! | `int8` | both with weights and inputs of 8 bits |
//! | `elementwise` | max-pooling, batch normalisation that stands alone, ReLU, transposition |
//! | `geometry` | the sizes of a convolution and what follows from them |

mod conv;
mod elementwise;
mod geometry;
mod int8;
mod leftover_channels;
mod linear;

pub(super) use self::conv::Conv;
pub(super) use self::elementwise::{Affine, MaxPool, gather_columns, relu, transpose};
pub(super) use self::geometry::Filter;
pub(super) use self::int8::{Int8Conv, Int8Linear};
pub(super) use self::linear::{Linear, Share};
