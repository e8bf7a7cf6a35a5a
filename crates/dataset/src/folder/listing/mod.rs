//! Which files of a folder are labelled images.
//!
//! | file | what it holds |
//! |---|---|
//! | `corpus` | what `generate_corpus` wrote: manifests and shards |
//! | `label_files` | what label files say of which images |
//! | `found` | the list that all of them add to: labels are checked here |
//! | `tar` | WebDataset shards |
//! | `walk` | the files of a folder, and of folders in it |

mod corpus;
mod found;
mod label_files;
mod tar;
mod walk;

pub(crate) use found::Listing;
