//! Files of names and texts.
//!
//! | file | what it holds |
//! |---|---|
//! | `columns` | which columns are the name and the text |
//! | `file` | a label file: read and written |
//! | `json` | JSON and JSON lines |
//! | `table` | rows of cells: CSV, TSV, white space |

mod columns;
pub(crate) mod file;
mod json;
mod table;

pub(crate) use columns::text_of;
