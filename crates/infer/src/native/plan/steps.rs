//! What a network does, one after the other.

use crate::native::kernel::Extent;
use crate::native::layers::{Affine, Conv, Int8Conv, Int8Linear, Linear, MaxPool};

/// A step on the maps of one image.
#[derive(Debug)]
pub(in crate::native) enum MapStep {
    Conv(Conv),
    Int8Conv(Int8Conv),
    MaxPool(MaxPool),
    Affine(Affine),
    Relu,
}

/// A step on vectors of a batch.
#[derive(Debug)]
pub(in crate::native) enum VectorStep {
    Linear(Linear),
    Int8Linear(Int8Linear),
    Relu,
    /// Back to channels first, where nothing after the flattening can take another order.
    ChannelsFirst {
        channels: usize,
        pixels: usize,
    },
}

impl MapStep {
    /// The sides and the number of values of its output, for maps of these.
    pub(in crate::native) fn output(&self, extent: Extent, len: usize) -> (Extent, usize) {
        match self {
            Self::Conv(conv) => (extent, conv.output_len(extent)),
            Self::Int8Conv(conv) => (extent, conv.output_len(extent)),
            Self::MaxPool(pool) => {
                let output = pool.output(extent);
                (output, output.area() * pool.channels)
            }
            Self::Affine(_) | Self::Relu => (extent, len),
        }
    }
}
