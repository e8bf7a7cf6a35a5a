//! The page about a folder of images, before anything is trained on them, in one file that needs no network.
//!
//! | file | what it holds |
//! |---|---|
//! | `page` | [`CheckPage`]: the page, in order |
//! | `pictures` | images of the folder: some of all, and those that are the same |
//! | `counts` | lengths, characters and sizes |

mod counts;
mod page;
mod pictures;

pub use page::{CheckPage, CheckPageError};
