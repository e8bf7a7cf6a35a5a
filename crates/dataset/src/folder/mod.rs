//! Labelled images that somebody has.
//!
//! | file | what it holds |
//! |---|---|
//! | `labelled_folder` | a folder of labelled images, whatever its layout |
//! | `listing` | which files of a folder are labelled images |

pub(crate) mod labelled_folder;
mod listing;
