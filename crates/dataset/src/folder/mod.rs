//! Labelled images that somebody has.
//!
//! | file | what it holds |
//! |---|---|
//! | `labelled_folder` | a folder of labelled images, whatever its layout |
//! | `sample` | an image and its text, in a file or in a tar shard |
//! | `options` | how a folder is read |
//! | `source` | where its labels come from |
//! | `pattern` | labels that a regular expression finds in names |
//! | `label_file/` | files of names and texts |
//! | `listing/` | which files of a folder are labelled images |
//! | `entry` | what is kept in memory of each |

mod entry;
pub(crate) mod label_file;
pub(crate) mod labelled_folder;
mod listing;
pub(crate) mod options;
pub(crate) mod pattern;
pub(crate) mod sample;
pub(crate) mod source;
