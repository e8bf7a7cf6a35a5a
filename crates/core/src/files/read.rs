//! Regular files, read up to a limit.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A folder, a device, a pipe or a socket, of which reading may never end or never begin.
    #[error("expected a regular file, this is {found}")]
    NotRegular {
        /// What it is: `a folder`, `a named pipe`.
        found: &'static str,
    },
    /// The file is larger than the limit.
    #[error("the file has more than {limit} bytes, the limit")]
    TooLarge {
        /// The most bytes that are read.
        limit: u64,
    },
    /// The operating system gave an error.
    #[error("the file can't be read")]
    Io(#[source] io::Error),
}

/// For error types that hold an [`io::Error`]. An error of the operating system stays as it is; the others become its
/// content.
impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            ReadError::NotRegular { .. } => Self::new(io::ErrorKind::InvalidInput, error),
            ReadError::TooLarge { .. } => Self::new(io::ErrorKind::FileTooLarge, error),
        }
    }
}

/// Reads a regular file of at most `limit` bytes. Of a file that grows meanwhile, no more is read.
///
/// # Errors
/// [`ReadError`].
pub fn read_bounded(path: impl AsRef<Path>, limit: u64) -> Result<Vec<u8>, ReadError> {
    let file = open_regular(path)?;
    let length = file.metadata().map_err(ReadError::Io)?.len();
    if length > limit {
        return Err(ReadError::TooLarge { limit });
    }
    let mut bytes = Vec::new();
    let reserved = usize::try_from(length).is_ok_and(|length| bytes.try_reserve_exact(length).is_ok());
    if !reserved {
        return Err(ReadError::Io(io::ErrorKind::OutOfMemory.into()));
    }
    // One byte more shows that the file has grown beyond the limit.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(bytes)
}

/// Opens a regular file for reading. Opening a pipe would wait for its writer, and reading a device may never end.
///
/// # Errors
/// [`ReadError::NotRegular`] or [`ReadError::Io`].
pub fn open_regular(path: impl AsRef<Path>) -> Result<File, ReadError> {
    let path = path.as_ref();
    // Checked before it is opened, because opening can already wait, and again afterwards, because the name may lead
    // elsewhere by then.
    check_regular(&std::fs::metadata(path).map_err(ReadError::Io)?)?;
    let file = File::open(path).map_err(ReadError::Io)?;
    check_regular(&file.metadata().map_err(ReadError::Io)?)?;
    Ok(file)
}

/// # Errors
/// [`ReadError::NotRegular`].
pub(super) fn check_regular(metadata: &Metadata) -> Result<(), ReadError> {
    if metadata.is_file() { Ok(()) } else { Err(ReadError::NotRegular { found: kind(metadata) }) }
}

/// The kind of something that is not a regular file, for the message.
fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    "something else"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("five");
        std::fs::write(&path, b"12345").unwrap();
        for limit in [5, 6, u64::MAX] {
            assert_eq!(read_bounded(&path, limit).unwrap(), b"12345");
        }
        assert!(matches!(read_bounded(&path, 4), Err(ReadError::TooLarge { limit: 4 })));
        let error = io::Error::from(read_bounded(&path, 4).unwrap_err());
        assert_eq!(error.to_string(), "the file has more than 4 bytes, the limit");
    }

    #[test]
    fn a_missing_file_keeps_its_kind() {
        let error = io::Error::from(read_bounded("no such file", 9).unwrap_err());
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_bounded(folder.path(), 9).unwrap_err();
        assert_eq!(error.to_string(), "expected a regular file, this is a folder");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_a_device_and_a_file_without_a_length_neither_wait_nor_fill_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for (path, found) in [(pipe.as_path(), "a named pipe"), (Path::new("/dev/zero"), "a device")] {
            match read_bounded(path, u64::MAX) {
                Err(ReadError::NotRegular { found: actual }) => assert_eq!(actual, found),
                other => panic!("{}: {other:?}", path.display()),
            }
        }
        // A regular file of length 0 that has bytes.
        assert!(matches!(read_bounded("/proc/self/maps", 9), Err(ReadError::TooLarge { limit: 9 })));
    }
}
