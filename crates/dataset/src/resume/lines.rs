//! The lines of a manifest, read one by one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use captcha_core::files::open_regular;
use serde_json::Value;

use crate::DatasetError;

/// The name of the manifest in its folder.
pub const MANIFEST: &str = "manifest.jsonl";

/// Longest line that is read; ours are shorter by far.
const MAX_LINE: u64 = 1 << 20;

/// The lines behind the header of a manifest.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    end: u64,
    /// The number of the last line that was read, from 1.
    line: u64,
}

impl Lines {
    /// The lines of the manifest `path` from byte `end` on, where its header ends and `reader` stands.
    pub(crate) fn behind_header(path: PathBuf, reader: BufReader<File>, end: u64) -> Self {
        Self { path, reader, end, line: 1 }
    }

    /// The next whole line, without its end; `None` at the end, or at a line that was cut off.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, DatasetError> {
        let mut line = read_line(&mut self.reader).map_err(DatasetError::read(&self.path))?;
        self.line += 1;
        if line.last() != Some(&b'\n') {
            return match line.len() as u64 {
                MAX_LINE => Err(DatasetError::Manifest {
                    path: self.path.clone(),
                    line: self.line,
                    expected: format!("at most {MAX_LINE} bytes a line"),
                }),
                _ => Ok(None),
            };
        }
        self.end += line.len() as u64;
        line.pop();
        Ok(Some(line))
    }

    /// The number of the last line that was read, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Where the last line that [`next`](Self::next) gave ends.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Opens the manifest of `folder` for reading: its header, if there is a manifest with a header of whatever
    /// kind, and its lines.
    pub(crate) fn read(folder: &Path) -> Result<Option<(Value, Self)>, DatasetError> {
        let path = folder.join(MANIFEST);
        let file = match open_regular(&path).map_err(io::Error::from) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DatasetError::read(&path)(error)),
        };
        let mut reader = BufReader::new(file);
        let header = read_line(&mut reader).map_err(DatasetError::read(&path))?;
        let end = header.len() as u64;
        let header = serde_json::from_slice(&header).ok();
        Ok(header.map(|header| (header, Self::behind_header(path, reader, end))))
    }
}

/// A line with its end, or what there is of it.
pub(crate) fn read_line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}
