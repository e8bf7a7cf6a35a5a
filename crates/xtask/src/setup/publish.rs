//! The last step: the finished folder appears under its final name, by one rename.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::wheels::WORK;
use crate::error::Error;
use crate::files::{names_reach_the_disk, reach_the_disk, remove_folder};
use crate::libtorch::places::CONFIGURATION;

/// The cargo configuration that leads plain cargo commands to `libtorch`.
pub(super) fn configuration(libtorch: &str) -> String {
    format!(
        "# Written by `cargo xtask setup`, included by .cargo/config.toml.\n\
         [env]\nLIBTORCH = {{ value = \"{libtorch}\", relative = true }}\n"
    )
}

/// Writes the [`configuration`] into `folder`.
pub(super) fn write_configuration(folder: &Path, libtorch: &str) -> Result<(), Error> {
    let path = folder.join(CONFIGURATION);
    fs::write(&path, configuration(libtorch)).map_err(Error::io("write", &path))
}

/// An empty folder to make the new libtorch in, on the disk where it is going to be.
pub(super) fn empty_folder(downloads: &Path) -> Result<PathBuf, Error> {
    let folder = downloads.join(WORK).join("unpacked");
    remove_folder(&folder)?;
    fs::create_dir_all(&folder).map_err(Error::io("make", &folder))?;
    Ok(folder)
}

/// Makes `fresh` the new `folder`; what was there before ends in `downloads`.
pub(super) fn publish(fresh: &Path, folder: &Path, downloads: &Path) -> Result<(), Error> {
    reach_the_disk(fresh);
    if fs::symlink_metadata(folder).is_ok() {
        let old = downloads.join(WORK).join("old");
        remove_folder(&old)?;
        fs::rename(folder, &old).map_err(Error::io("move", folder))?;
    }
    fs::rename(fresh, folder).map_err(Error::io("rename", fresh))?;
    if let Some(parent) = folder.parent() {
        names_reach_the_disk(parent);
    }
    Ok(())
}

/// Removes the working folder, unless another set-up comes to it just now: then that one does.
pub(super) fn clean(downloads: &Path) -> Result<(), Error> {
    match remove_folder(downloads) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
        other => other,
    }
}
