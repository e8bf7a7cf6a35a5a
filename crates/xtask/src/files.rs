//! Access to files that does not trust what it finds: bounded reads, and folders that outlast a power failure.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Error;

/// The most bytes that a text file is read to. The longest one, the manifest of libtorch, has 0.5 MB.
const TEXT_LIMIT: u64 = 16 << 20;

/// Reads a text file.
///
/// # Errors
///
/// What reading gives, and for anything but a regular file of at most [`TEXT_LIMIT`] bytes: a pipe would be waited for,
/// and a device may never end.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(TEXT_LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > TEXT_LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than any text file of set-up"));
    }
    Ok(text)
}

/// Deletes a folder with all that is in it, or a link; there may be none.
///
/// # Errors
///
/// What deleting gives.
pub(crate) fn remove_folder(path: &Path) -> Result<(), Error> {
    let result = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("delete", path)(error)),
        _ => Ok(()),
    }
}

/// Waits until the disk holds every file under `folder`, so that a power failure after a rename can't leave files of the
/// right names and sizes without their contents.
///
/// One `sync` of the file system takes a second or two, where syncing each of 9,000 headers would take minutes. Where
/// there is no such command this does nothing.
pub(crate) fn reach_the_disk(folder: &Path) {
    let mut sync = Command::new("sync");
    sync.arg("-f").arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // What could not be synchronised is as safe as the system makes it; the next set-up checks the sizes.
    let _ = sync.status();
}

/// Waits until the disk holds the names in `folder`, after a rename there.
pub(crate) fn names_reach_the_disk(folder: &Path) {
    // Not every file system synchronises folders.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [Path::new("/dev/zero"), &pipe, folder.path()] {
            assert_eq!(
                read_text(path).unwrap_err().kind(),
                io::ErrorKind::InvalidInput,
                "{}",
                path.display()
            );
        }
    }

    #[test]
    fn text_is_read_to_the_limit_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        fs::write(&path, "text\n").unwrap();
        assert_eq!(read_text(&path).unwrap(), "text\n");
        File::options().write(true).open(&path).unwrap().set_len(TEXT_LIMIT + 1).unwrap();
        assert_eq!(read_text(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
