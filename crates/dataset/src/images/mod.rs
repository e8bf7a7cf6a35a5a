//! Labelled images in memory, as a network takes them.
//!
//! | file | what it holds |
//! |---|---|
//! | `image_set` | [`ImageSet`](image_set::ImageSet): labelled images, or a part of them |
//! | `loading` | how a set is read from a folder, within a limit of memory |
//! | `store` | the grey levels, and the images that are read again each time |
//! | `prepare` | what is done to an image before a network sees it |

pub(crate) mod image_set;
pub(crate) mod loading;
pub(crate) mod prepare;
pub(crate) mod store;
