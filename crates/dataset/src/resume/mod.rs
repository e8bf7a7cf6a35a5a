//! How long work is continued after it was stopped.
//!
//! | file | what it holds |
//! |---|---|
//! | `journal` | the manifest while it is written: checked, locked, continued |
//! | `lines` | the lines of a manifest, read one by one |

pub(crate) mod journal;
pub(crate) mod lines;
