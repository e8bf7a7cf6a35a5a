//! The files of a corpus.
//!
//! | file | what it holds |
//! |---|---|
//! | `manifest` | the manifest, read record by record |
//! | `header` | its first line: what the images are a function of |
//! | `glyph_boxes` | boxes of characters as the manifest has them |
//! | `shard` | one part of a corpus that is made in several places |
//! | `image_file` | image files: encoded, written once, recognised |
//! | `image_format` | the formats that are read and written |

mod glyph_boxes;
pub(crate) mod header;
pub(crate) mod image_file;
pub(crate) mod image_format;
pub(crate) mod manifest;
pub(crate) mod shard;
