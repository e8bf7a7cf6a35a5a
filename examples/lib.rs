//! Nothing: this package is its examples, one file each.
