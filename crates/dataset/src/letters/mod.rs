//! Letter images.
//!
//! | file | what it holds |
//! |---|---|
//! | `extract` | from labelled images to letter folders |
//! | `loading` | letter folders into memory |
//! | `cutting` | labelled images, and those of a source, into memory |
//! | `by_size` | letters of several sizes, of which the most frequent is wanted |
//! | `letter_set` | letters in memory |
//! | `manifest` | the manifest of letter folders |
//! | `letter_folders` | from characters to the names of their folders, and back |
//! | `summary` | what cutting many images gave |
//! | `cut` | from a labelled image to its letters |

mod by_size;
pub(crate) mod cut;
mod cutting;
pub(crate) mod extract;
pub(crate) mod letter_folders;
pub(crate) mod letter_set;
pub(crate) mod loading;
mod manifest;
pub(crate) mod summary;
