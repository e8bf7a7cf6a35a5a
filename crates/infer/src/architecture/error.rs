//! What makes no network.

use super::layer::Layer;
use super::shape::Shape;

/// Why layers make no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchitectureError {
    /// A layer can't take what the layer before it gives.
    #[error("layer {index} ({layer:?}) can't take an input of shape {input}: expected {expected}")]
    Input {
        /// The index of the layer.
        index: usize,
        /// The layer.
        layer: Layer,
        /// What it would have to take.
        input: Shape,
        /// What it can take.
        expected: &'static str,
    },
    /// A number of a layer or of the input is outside its range.
    #[error("{what} is {value}, expected {expected}")]
    Value {
        /// Which number.
        what: String,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
}
