//! Files that are written whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::Path;

/// How temporary files of [`write_whole`] are named: `.captcha-lab-XXXXXX.tmp`, beside the file to be.
pub const TEMPORARY_PREFIX: &str = ".captcha-lab-";

/// The ending of the name of temporary files.
pub const TEMPORARY_SUFFIX: &str = ".tmp";

/// What a finished [`write_whole`] promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The file survives an interrupted process. For one of thousands of images, which can be made again.
    Process,
    /// The file also survives a power cut: it is synced before it gets its name. For what took long to make.
    PowerCut,
}

/// Writes a file under a temporary name beside `path` and gives it its name when it is complete.
///
/// Whatever happens, `path` holds either what it held before or all that `write` wrote.
///
/// # Errors
/// Whatever `write` returns, or the operating system: no folder, no space, no permission. The temporary file is
/// removed.
pub fn write_whole(
    path: &Path,
    durability: Durability,
    write: impl FnOnce(&mut BufWriter<&mut std::fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What `File::create` asks for; the user's umask applies.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder)?;
    let mut writer = BufWriter::new(temporary.as_file_mut());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    if durability == Durability::PowerCut {
        temporary.as_file().sync_all()?;
    }
    temporary.persist(path)?;
    Ok(())
}

/// Removes what a killed process left behind in `folder`: files named as [`write_whole`] names them while they
/// grow. Call it only where no other process is writing.
///
/// # Errors
/// If the folder can't be read or a file can't be removed.
pub fn remove_temporaries(folder: &Path) -> io::Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX) {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        write_whole(&path, Durability::PowerCut, |w| w.write_all(b"old")).unwrap();
        let result = write_whole(&path, Durability::PowerCut, |w| {
            w.write_all(b"half of the new")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_complete_write_replaces_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        for text in ["old", "new"] {
            write_whole(&path, Durability::Process, |w| w.write_all(text.as_bytes())).unwrap();
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn only_temporaries_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".captcha-lab-a1b2c3.tmp", "mine.tmp", "A.png"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        assert_eq!(remove_temporaries(folder.path()).unwrap(), 1);
        assert!(folder.path().join("mine.tmp").exists());
    }
}
