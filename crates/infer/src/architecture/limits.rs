//! How large a network may be.
//!
//! Every limit lies far above the networks of this project and of the literature on text recognition, and so low that a
//! file of a few hundred bytes can't ask for more memory or time than a machine has. They hold for the width of an image
//! that is to be read, not only for the width that the network was made for.

use super::error::ArchitectureError;
use super::layer::Window;
use super::shape::Shape;

/// The largest side of an image and the most channels, features or classes: the most pixels in a line that image files
/// commonly have, and more characters than any script.
pub(super) const MAX_EXTENT: usize = 1 << 16;

/// The largest side of a kernel. X. Ding et al., "Scaling up your kernels to 31x31", CVPR 2022, arXiv
/// 2203.06717, use 31; the networks of the project 3 and 5.
pub(super) const MAX_KERNEL: usize = 63;

/// The most layers. ResNet-152 (K. He et al., CVPR 2016) has some 200 that can be run one after the other.
pub(super) const MAX_LAYERS: usize = 256;

/// The most values in one tensor, in the input of a layer with its padding, or in its output: 2^24 floats are 64 MiB. The
/// project's largest network makes 2^22 of a line that is 64 times as wide as it is high.
pub(super) const MAX_VALUES: usize = 1 << 24;

/// The most values in all outputs of one image together, and in all tensors of a network: 2^26 floats are 256 MiB.
pub(super) const MAX_ALL_VALUES: usize = 1 << 26;

/// The most floating-point operations for one image: seconds of one core. The project's networks take 2^26 for an image,
/// 2^31 for a line that is 64 times as wide as it is high.
pub(super) const MAX_OPERATIONS: u64 = 1 << 38;

/// `what` is called for the error only: these checks run for every image.
pub(super) fn check_extent(what: impl Fn() -> String, value: usize) -> Result<(), ArchitectureError> {
    check(what, value, MAX_EXTENT, "a whole number from 1 to 65536")
}

/// Sides of kernels.
pub(super) fn check_kernel(what: impl Fn() -> String, value: usize) -> Result<(), ArchitectureError> {
    check(&what, value, MAX_KERNEL, "an odd number from 1 to 63")?;
    if value.is_multiple_of(2) {
        return Err(ArchitectureError::Value {
            what: what(),
            value: value as f64,
            expected: "an odd number",
        });
    }
    Ok(())
}

fn check(
    what: impl Fn() -> String,
    value: usize,
    most: usize,
    expected: &'static str,
) -> Result<(), ArchitectureError> {
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(ArchitectureError::Value { what: what(), value: value as f64, expected })
}

/// Values in one shape or tensor.
pub(super) fn check_values(what: impl Fn() -> String, values: usize) -> Result<(), ArchitectureError> {
    check_most(what, values, MAX_VALUES, "at most 2^24 values")
}

/// Values in all outputs or all tensors.
pub(super) fn check_all_values(what: impl Fn() -> String, values: usize) -> Result<(), ArchitectureError> {
    check_most(what, values, MAX_ALL_VALUES, "at most 2^26 values")
}

/// The number of layers.
pub(super) fn check_layers(layers: usize) -> Result<(), ArchitectureError> {
    check_most(|| "the number of layers".to_owned(), layers, MAX_LAYERS, "at most 256")
}

/// Operations for one image.
pub(super) fn check_operations(operations: u64) -> Result<(), ArchitectureError> {
    if operations <= MAX_OPERATIONS {
        return Ok(());
    }
    Err(ArchitectureError::Value {
        what: "the number of floating-point operations for one image".to_owned(),
        value: operations as f64,
        expected: "at most 2^38",
    })
}

fn check_most(
    what: impl Fn() -> String,
    value: usize,
    most: usize,
    expected: &'static str,
) -> Result<(), ArchitectureError> {
    if value <= most {
        return Ok(());
    }
    Err(ArchitectureError::Value { what: what(), value: value as f64, expected })
}

/// Values in the input of a convolution that is surrounded by as many zeros as its `kernel` reaches.
pub(super) fn padded_len(input: Shape, kernel: Window) -> usize {
    match input {
        Shape::Maps { channels, height, width } => channels
            .saturating_mul(height.saturating_add(kernel.height - 1))
            .saturating_mul(width.saturating_add(kernel.width - 1)),
        Shape::Vector { .. } | Shape::Sequence { .. } => input.len(),
    }
}
