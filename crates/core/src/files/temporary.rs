//! The names of temporary files, and the removal of those that a killed process left behind.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// The start of the name of a temporary file: `.captcha-lab-XXXXXX.tmp`.
pub(super) const TEMPORARY_PREFIX: &str = ".captcha-lab-";

/// The end of the name of a temporary file.
pub(super) const TEMPORARY_SUFFIX: &str = ".tmp";

/// Whether a file of this name is a temporary file of [`write_whole`](super::write_whole).
#[must_use]
pub fn is_temporary(name: impl AsRef<OsStr>) -> bool {
    let name = name.as_ref().to_string_lossy();
    name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}

/// Removes the temporary files that a killed process left in `folder`, and returns their number.
///
/// Call it only if no other process writes there.
///
/// # Errors
/// If the folder can't be read or a file can't be removed.
pub fn remove_temporaries(folder: impl AsRef<Path>) -> io::Result<usize> {
    remove_temporaries_below(folder, 0)
}

/// Removes temporary files as [`remove_temporaries`] does, also from the folders up to `depth` levels below `folder`.
/// Links are not followed.
///
/// # Errors
/// If a folder can't be read or a file can't be removed.
pub fn remove_temporaries_below(folder: impl AsRef<Path>, depth: usize) -> io::Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() && is_temporary(entry.file_name()) {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        } else if kind.is_dir() && depth > 0 {
            removed += remove_temporaries_below(entry.path(), depth - 1)?;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".captcha-lab-a1b2c3.tmp", "mine.tmp", "A.png"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        std::fs::create_dir(folder.path().join(".captcha-lab-folder.tmp")).unwrap();
        assert_eq!(remove_temporaries(folder.path()).unwrap(), 1);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn folders_below_are_cleaned_as_deep_as_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let temporary = folder.path().join("A/deep/.captcha-lab-a1b2c3.tmp");
        std::fs::create_dir_all(temporary.parent().unwrap()).unwrap();
        std::fs::write(&temporary, b"").unwrap();
        std::fs::write(folder.path().join("A/.captcha-lab-a1b2c3.tmp"), b"").unwrap();
        assert_eq!(remove_temporaries(folder.path()).unwrap(), 0);
        assert_eq!(remove_temporaries_below(folder.path(), 1).unwrap(), 1);
        assert!(temporary.exists());
        assert_eq!(remove_temporaries_below(folder.path(), 2).unwrap(), 1);
    }
}
