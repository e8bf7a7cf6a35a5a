//! The buffers of forward passes.

use crate::native::pack::Aligned;

/// The buffers of one thread. They grow when images need more, and never shrink: from then on nothing is allocated.
#[derive(Debug, Default)]
pub(in crate::native) struct Buffers {
    pub(in crate::native) maps: MapBuffers,
    pub(in crate::native) vectors: VectorBuffers,
}

/// For one image on its way to vectors.
#[derive(Debug, Default)]
pub(in crate::native) struct MapBuffers {
    pub(in crate::native) maps: [Aligned<f32>; 2],
    /// A map between zeros.
    pub(in crate::native) frame: Aligned<f32>,
    /// A map between zeros, in 8 bits.
    pub(in crate::native) bytes: Aligned<u8>,
}

/// For many vectors on their way to scores.
#[derive(Debug, Default)]
pub(in crate::native) struct VectorBuffers {
    pub(in crate::native) vectors: [Aligned<f32>; 2],
    /// Vectors in 8 bits.
    pub(in crate::native) bytes: Aligned<u8>,
    /// What one step of them stands for, for each vector.
    pub(in crate::native) scales: Aligned<f32>,
    /// In which direction the last pass read the weights of the fully connected layers.
    pub(in crate::native) backwards: bool,
}
