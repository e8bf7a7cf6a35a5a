//! The buffers of forward passes.

use super::aligned::Aligned;

/// The buffers of one thread. They grow when images need more, and never shrink: from then on nothing is allocated.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) maps: MapBuffers,
    pub(super) vectors: VectorBuffers,
}

/// For one image on its way to vectors.
#[derive(Debug, Default)]
pub(super) struct MapBuffers {
    pub(super) maps: [Aligned<f32>; 2],
    /// A map between zeros.
    pub(super) frame: Aligned<f32>,
    /// The same in 8 bits.
    pub(super) bytes: Aligned<u8>,
}

/// For many vectors on their way to scores.
#[derive(Debug, Default)]
pub(super) struct VectorBuffers {
    pub(super) vectors: [Aligned<f32>; 2],
    /// Vectors in 8 bits.
    pub(super) bytes: Aligned<u8>,
    /// What one step of them stands for, for each vector.
    pub(super) scales: Aligned<f32>,
    /// In which direction the last pass read the weights of the fully connected layers.
    pub(super) backwards: bool,
}
