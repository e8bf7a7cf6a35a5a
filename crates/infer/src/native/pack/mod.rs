//! How weights lie in memory.
//!
//! | file | what it holds |
//! |---|---|
//! | `packed_weights` | weights of 32-bit floats in the order in which the kernels read them |
//! | `int8_panel` | weights of 8 bits in that order |
//! | `aligned` | numbers that start at a cache line |
//! | `blocks` | how a number of things is cut into parts of nearly equal length |

mod aligned;
mod blocks;
mod int8_panel;
mod packed_weights;

pub(super) use self::aligned::Aligned;
pub(super) use self::blocks::blocks;
pub(super) use self::int8_panel::{Int8Panel, pack_int8};
pub(super) use self::packed_weights::{PackedWeights, pack};
