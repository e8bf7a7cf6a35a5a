//! Kinds without options.

use serde::Deserialize;

/// Reads a table that holds nothing but its `kind`: without it, fields of a kind without fields would be ignored.
pub(crate) fn only_kind<'de, D: serde::Deserializer<'de>>(table: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(table).map(|Nothing {}| ())
}
