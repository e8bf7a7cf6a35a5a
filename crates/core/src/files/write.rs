//! Files that are written whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::read::check_regular;
use super::temporary::{TEMPORARY_PREFIX, TEMPORARY_SUFFIX};

/// What a finished [`write_whole`] promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The file survives the end of the process. For one of thousands of images, which can be made again.
    Process,
    /// The file also survives a power cut: its bytes are synchronised before it gets its name, and on Unix the folder,
    /// which holds the name, is synchronised afterwards. For results of long work.
    ///
    /// Not promised: on other systems, a power cut within seconds can bring the old file back. A folder that was itself
    /// just made can be lost with its contents. Where the file system can't synchronise folders, or the folder may be
    /// written but not read, only the bytes are synchronised.
    PowerCut,
}

/// Writes a file under a temporary name beside `path` and gives it its name when it is complete.
///
/// Whatever happens, `path` holds either what it held before or all that `write` wrote. A link to a file is replaced by
/// the file. A folder, a device or a pipe stays.
///
/// # Errors
/// Errors of `write`, and of the operating system: no folder, no space, no permission. The temporary file is removed.
/// [`io::ErrorKind::InvalidInput`] if `path` exists and is not a regular file.
pub fn write_whole(
    path: impl AsRef<Path>,
    durability: Durability,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> io::Result<()> {
    write_synchronised(path.as_ref(), durability, write, &synchronise_folder)
}

/// [`write_whole`] with the function that synchronises a folder, so that tests can observe it.
fn write_synchronised(
    path: &Path,
    durability: Durability,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
    synchronise_folder: &dyn Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    // Otherwise the rename would replace `/dev/null` by a file.
    match std::fs::metadata(path) {
        Ok(metadata) => check_regular(&metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
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
    if durability == Durability::PowerCut {
        synchronise_folder(folder)?;
    }
    Ok(())
}

/// Synchronises the names in `folder`, where that is possible: see [`Durability::PowerCut`].
fn synchronise_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let kinds = [io::ErrorKind::PermissionDenied, io::ErrorKind::InvalidInput, io::ErrorKind::Unsupported];
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if kinds.contains(&error.kind()) => Ok(()),
        result => result,
    }
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
    fn what_must_survive_a_power_cut_has_its_folder_synchronised_after_the_rename() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        let synchronised = std::cell::RefCell::new(Vec::new());
        let watch = |synced: &Path| {
            synchronised.borrow_mut().push((synced.to_owned(), path.exists()));
            synchronise_folder(synced)
        };
        write_synchronised(&path, Durability::Process, |w| w.write_all(b"image"), &watch).unwrap();
        assert!(synchronised.borrow().is_empty());
        std::fs::remove_file(&path).unwrap();
        write_synchronised(&path, Durability::PowerCut, |w| w.write_all(b"weights"), &watch).unwrap();
        assert_eq!(*synchronised.borrow(), [(folder.path().to_owned(), true)]);
    }

    #[test]
    fn a_folder_that_cannot_be_synchronised_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        synchronise_folder(folder.path()).unwrap();
        let missing = synchronise_folder(&folder.path().join("gone"));
        assert_eq!(missing.is_err(), cfg!(unix));
    }

    #[test]
    fn only_a_regular_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("folder");
        std::fs::create_dir(&taken).unwrap();
        let refused = |path: &Path| {
            let error = write_whole(path, Durability::Process, |w| w.write_all(b"new")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
        };
        refused(&taken);
        #[cfg(unix)]
        {
            let socket = folder.path().join("socket");
            let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
            refused(&socket);
            let link = folder.path().join("link");
            std::os::unix::fs::symlink("socket", &link).unwrap();
            refused(&link);
        }
    }
}
