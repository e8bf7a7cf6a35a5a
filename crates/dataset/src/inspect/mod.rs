//! What is in a folder of labelled images, before anything is trained.
//!
//! | file | what it holds |
//! |---|---|
//! | `report` | [`FolderReport`](report::FolderReport): all that is found out, from decoding every image once |
//! | `counts` | lengths, characters, sizes and kinds of pixels, counted |
//! | `facts` | what is known of each image |
//! | `groups` | which images are the same or nearly the same |
//! | `perceptual` | when two images are nearly the same |
//! | `content_split` | splits and folds that keep equal images on one side |

pub(crate) mod content_split;
pub(crate) mod counts;
pub(crate) mod facts;
mod groups;
mod perceptual;
pub(crate) mod report;
