//! How large a network may be.

use super::{ArchitectureError, Shape};

/// No side, channel or feature count may exceed this, so that products fit and a corrupt file can't ask for
/// terabytes.
pub(super) const MAX_EXTENT: usize = 1 << 16;

/// The largest number of values in one tensor or between two layers: 2^28 floats are 1 GiB.
pub(super) const MAX_VALUES: usize = 1 << 28;

pub(super) fn check_extent(what: &str, value: usize) -> Result<(), ArchitectureError> {
    if (1..=MAX_EXTENT).contains(&value) {
        return Ok(());
    }
    Err(ArchitectureError::Value {
        what: what.to_owned(),
        value: value as f64,
        expected: "a whole number from 1 to 65536",
    })
}

pub(super) fn check_len(what: &str, shape: Shape) -> Result<Shape, ArchitectureError> {
    if shape.len() <= MAX_VALUES {
        Ok(shape)
    } else {
        Err(too_many(&format!("the size of {what}"), shape.len()))
    }
}

pub(super) fn too_many(what: &str, values: usize) -> ArchitectureError {
    ArchitectureError::Value { what: what.to_owned(), value: values as f64, expected: "at most 2^28 values" }
}
