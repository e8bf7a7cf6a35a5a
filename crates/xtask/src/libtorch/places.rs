//! The paths of this workspace that set-up and cargo's configuration share.

/// The libtorch of this workspace.
pub(crate) const FOLDER: &str = ".libtorch";

/// The folder where set-up makes it.
pub(crate) const DOWNLOADS: &str = ".libtorch-download";

/// What `LIBTORCH` leads to while there is none; see `.cargo/config.toml`.
pub(crate) const PLACEHOLDER: &str = ".cargo/no-libtorch";

/// The file in [`FOLDER`] that `.cargo/config.toml` includes.
pub(crate) const CONFIGURATION: &str = "config.toml";
