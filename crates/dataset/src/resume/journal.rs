//! The manifest that makes long work resumable: a header line, then one line for each finished item, in order.
//!
//! What is promised holds for a process that ends at any moment, whether it was interrupted, killed or out of memory.
//! Nothing is synchronised to the disk, so after a power cut the last files can be missing, empty or damaged: missing
//! and empty ones are made again, and so are images of another size than the manifest says; nothing looks at the
//! contents of the others.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use captcha_core::Difference;
use captcha_core::files::{is_temporary, remove_temporaries_below};
use serde::Serialize;
use serde_json::Value;

use crate::DatasetError;
use crate::resume::lines::{Lines, MANIFEST, read_line};

/// A manifest that is open for writing, and locked against other processes.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// Where the last whole line ends.
    end: u64,
}

impl Journal {
    /// Opens the manifest of `folder`, or begins it, and returns it with the lines of an earlier run.
    ///
    /// The folder is made if it does not exist. One that holds anything but what an earlier run with the same
    /// `header` left is refused.
    pub(crate) fn open(folder: &Path, header: &impl Serialize) -> Result<(Self, Lines), DatasetError> {
        let path = folder.join(MANIFEST);
        if folder.exists() && !folder.is_dir() {
            return Err(DatasetError::NotAFolder {
                path: folder.to_owned(),
                expected: "a new or empty folder",
            });
        }
        fs::create_dir_all(folder).map_err(DatasetError::write(folder))?;
        // Opening a pipe would wait for its other end.
        if path.exists() && !path.is_file() {
            return Err(DatasetError::FolderInUse { path: folder.to_owned(), found: MANIFEST.to_owned() });
        }
        if !path.exists()
            && let Some(found) = foreign_file(folder)?
        {
            return Err(DatasetError::FolderInUse { path: folder.to_owned(), found });
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(DatasetError::write(&path))?;
        // Some network file systems have no locks; there the user must see to it.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(DatasetError::Busy { path: folder.to_owned() });
        }
        // Letters and masks are in folders of their own.
        remove_temporaries_below(folder, 1).map_err(DatasetError::write(folder))?;

        let mut expected = to_line(header);
        let found = read_line(&mut BufReader::new(&file)).map_err(DatasetError::read(&path))?;
        match &found {
            // Not begun, or cut off within the header.
            found if !found.ends_with(b"\n") && expected.as_bytes().starts_with(found) => {
                let begun = rewrite(&mut file, 0, expected.as_bytes());
                begun.map_err(DatasetError::write(&path))?;
            }
            found if found == expected.as_bytes() => {}
            found => {
                check_header(folder, found, &expected)?;
                // The same in other words: somebody's editor was there.
                expected = String::from_utf8_lossy(found).into_owned();
            }
        }
        let end = expected.len() as u64;
        file.seek(SeekFrom::Start(end)).map_err(DatasetError::read(&path))?;
        let reader = file.try_clone().map_err(DatasetError::read(&path))?;
        let lines = Lines::behind_header(path.clone(), BufReader::new(reader), end);
        Ok((Self { path, file, end }, lines))
    }

    /// Drops everything behind byte `end`, the end of the last line that is right.
    pub(crate) fn go_on_from(&mut self, end: u64) -> Result<(), DatasetError> {
        self.end = end;
        rewrite(&mut self.file, end, &[]).map_err(DatasetError::write(&self.path))
    }

    /// Adds a line for each of `items`. If that fails, none is added.
    pub(crate) fn append<'a, T: Serialize + 'a>(
        &mut self,
        items: impl IntoIterator<Item = &'a T>,
    ) -> Result<(), DatasetError> {
        let text: String = items.into_iter().map(to_line).collect();
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // A torn line would be dropped by the next run as well; this only leaves the folder clean.
            let _ = rewrite(&mut self.file, self.end, &[]);
            return Err(DatasetError::write(&self.path)(error));
        }
        self.end += text.len() as u64;
        Ok(())
    }
}

fn to_line(item: &impl Serialize) -> String {
    let mut line = serde_json::to_string(item).expect("headers and records have a JSON form");
    line.push('\n');
    line
}

/// Cuts the file at `end` and writes `bytes` there.
fn rewrite(file: &mut File, end: u64, bytes: &[u8]) -> io::Result<()> {
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    file.write_all(bytes)
}

/// The name of something in `folder` that no run of ours left there, if there is one.
fn foreign_file(folder: &Path) -> Result<Option<String>, DatasetError> {
    for entry in fs::read_dir(folder).map_err(DatasetError::read(folder))? {
        let name = entry.map_err(DatasetError::read(folder))?.file_name().to_string_lossy().into_owned();
        if !is_temporary(&name) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Refuses a header that does not say the same as the one that is expected.
fn check_header(folder: &Path, found: &[u8], expected: &str) -> Result<(), DatasetError> {
    let path = folder.to_owned();
    let parsed =
        serde_json::from_slice::<Value>(found).ok().zip(serde_json::from_str::<Value>(expected).ok());
    let Some((found, expected)) = parsed.filter(|(found, expected)| found["format"] == expected["format"])
    else {
        return Err(DatasetError::FolderInUse { path, found: MANIFEST.to_owned() });
    };
    if found["version"] != expected["version"] {
        return Err(DatasetError::OtherVersion {
            path,
            format: expected["format"].as_str().unwrap_or_default().to_owned(),
            found: found["version"].to_string(),
            expected: expected["version"].to_string(),
        });
    }
    let differences = Difference::between(&found, &expected);
    if differences.is_empty() { Ok(()) } else { Err(DatasetError::OtherOptions { path, differences }) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn header() -> Value {
        json!({"format": "test", "seed": 1, "style": {"noise": 0.5}})
    }

    fn lines(mut lines: Lines) -> Vec<String> {
        std::iter::from_fn(|| lines.next().unwrap()).map(|line| String::from_utf8(line).unwrap()).collect()
    }

    #[test]
    fn lines_come_back_and_a_torn_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, old) = Journal::open(folder.path(), &header()).unwrap();
        assert_eq!(lines(old).len(), 0);
        journal.append(&[json!(1), json!(2)]).unwrap();
        journal.append(&[json!(3)]).unwrap();
        drop(journal);
        let path = folder.path().join(MANIFEST);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();

        let (mut journal, mut old) = Journal::open(folder.path(), &header()).unwrap();
        assert_eq!(old.next().unwrap().unwrap(), b"1");
        assert_eq!(old.next().unwrap().unwrap(), b"2");
        assert_eq!(old.next().unwrap(), None);
        journal.go_on_from(old.end()).unwrap();
        journal.append(&[json!(3)]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn a_second_process_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::open(folder.path(), &header()).unwrap();
        let error = Journal::open(folder.path(), &header()).unwrap_err();
        assert!(matches!(error, DatasetError::Busy { .. }), "{error}");
        drop(first);
        Journal::open(folder.path(), &header()).unwrap();
    }

    #[test]
    fn other_options_are_named() {
        let folder = tempfile::tempdir().unwrap();
        drop(Journal::open(folder.path(), &header()).unwrap());
        let other = json!({"format": "test", "seed": 2, "style": {"noise": 0.25, "line": true}});
        let error = Journal::open(folder.path(), &other).unwrap_err().to_string();
        for part in ["seed is 1 and 2", "style.noise is 0.5 and 0.25", "style.line is nothing and true"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("holiday.png"), b"mine").unwrap();
        let error = Journal::open(folder.path(), &header()).unwrap_err();
        assert!(
            matches!(&error, DatasetError::FolderInUse { found, .. } if found == "holiday.png"),
            "{error}"
        );
        assert!(!folder.path().join(MANIFEST).exists());

        let path = folder.path().join(MANIFEST);
        for manifest in ["a list of mine\n", "{\"format\": \"another\"}\n", "no line end"] {
            fs::write(&path, manifest).unwrap();
            let error = Journal::open(folder.path(), &header()).unwrap_err();
            assert!(matches!(error, DatasetError::FolderInUse { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), manifest);
        }
    }

    #[test]
    fn a_header_that_was_cut_off_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        drop(Journal::open(folder.path(), &header()).unwrap());
        let path = folder.path().join(MANIFEST);
        let whole = fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            fs::write(folder.path().join(".captcha-lab-abc.tmp"), b"half").unwrap();
            drop(Journal::open(folder.path(), &header()).unwrap());
            assert_eq!(fs::read(&path).unwrap(), whole);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}
