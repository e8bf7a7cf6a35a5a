//! What libtorch is, and where a build finds it.
//!
//! | file | holds |
//! |---|---|
//! | `places` | the paths of this workspace that set-up and cargo's configuration share |
//! | `recipe` | the wheels that libtorch is made of, and what of them the CPU needs |
//! | `manifest` | the list of files by which a damaged libtorch is told from a whole one |
//! | `lookup` | which libtorch a build would use: the user's own, the system's, or ours |

pub(crate) mod lookup;
pub(crate) mod manifest;
pub(crate) mod places;
pub(crate) mod recipe;
