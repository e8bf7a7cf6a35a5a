//! Everything that can go wrong while a dataset is made or read.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use captcha_core::{AlphabetError, DecodeError, Difference};

use crate::{SkipReason, Skipped};

/// Why a dataset can't be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// There is no such folder.
    #[error("{}: expected {expected}, there is nothing of that name", path.display())]
    MissingFolder {
        /// The path as given.
        path: PathBuf,
        /// What was expected there.
        expected: &'static str,
    },
    /// The path is a file.
    #[error("{}: expected {expected}, this is not a folder", path.display())]
    NotAFolder {
        /// The path as given.
        path: PathBuf,
        /// What was expected there.
        expected: &'static str,
    },
    /// The folder holds nothing at all.
    #[error("{}: expected {expected}, the folder is empty", path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
        /// What was expected in it.
        expected: &'static str,
    },
    /// The folder holds files, but none that can be used.
    #[error("{}: expected {expected}, found no such file\n{skipped}", path.display())]
    NothingUsable {
        /// The folder.
        path: PathBuf,
        /// What was expected in it.
        expected: String,
        /// Why each file was left out.
        skipped: Skipped,
    },
    /// Something that is not of captcha-lab stands where a dataset is to be written.
    #[error(
        "{}: expected a new or empty folder, or one that an earlier run began; it holds {found:?}",
        path.display()
    )]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// The name of one of the files in it.
        found: String,
    },
    /// The folder holds a dataset that was begun with other options.
    #[error(
        "{}: was begun with other options (there and now): {}; repeat the run with those, or choose another folder",
        path.display(),
        Listed(differences)
    )]
    OtherOptions {
        /// The folder.
        path: PathBuf,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// The folder holds a dataset that was begun in another version of its format.
    #[error(
        "{}: was begun in version {found} of the format {format:?}, this program goes on with version {expected}; \
         choose another folder, or finish it with the program that began it",
        path.display()
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The name of the format.
        format: String,
        /// The version there, as JSON.
        found: String,
        /// The version that is written now, as JSON.
        expected: String,
    },
    /// Images would come beside shards, or shards beside images: a folder is read as one or the other.
    #[error(
        "{}: holds {found:?}; a corpus is either whole or in shards, so choose another folder or remove what is there",
        path.display()
    )]
    ShardsAndImages {
        /// The folder.
        path: PathBuf,
        /// What of the other kind is there.
        found: String,
    },
    /// The shards in a folder are of different corpora.
    #[error("{}: holds shards of different corpora: {}", path.display(), Listed(differences))]
    MixedShards {
        /// The folder.
        path: PathBuf,
        /// What differs between two of them.
        differences: Vec<Difference>,
    },
    /// Another process is writing the same dataset.
    #[error("{}: another process is writing here", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file of the name that is to be written exists, has other content, and is in no manifest.
    #[error("{}: would be overwritten, and is no file of this dataset; move it away", path.display())]
    WouldOverwrite {
        /// The file.
        path: PathBuf,
    },
    /// A line of a manifest is not what captcha-lab writes.
    #[error("{}, line {line}: expected {expected}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What was expected there.
        expected: String,
    },
    /// A label file is none, or can't be understood.
    #[error("{}, line {line}: expected {expected}", path.display())]
    LabelFile {
        /// The label file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What was expected there.
        expected: String,
    },
    /// An option is out of its range.
    #[error("{option}: expected {expected}, got {actual}")]
    BadOption {
        /// The option.
        option: &'static str,
        /// What it can be.
        expected: String,
        /// What it is.
        actual: String,
    },
    /// Images and labels that are to be a batch do not belong together.
    #[error("not a batch: expected {expected}, got {actual}")]
    Batch {
        /// What was expected.
        expected: String,
        /// What was given.
        actual: String,
    },
    /// A source or training data that is not of this crate failed.
    #[error(transparent)]
    Source {
        /// What it says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A file or folder can't be read.
    #[error("{} can't be read", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or folder can't be written.
    #[error("{} can't be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The disk is full, or the quota used up. What is finished stays.
    #[error("{} can't be written: no space left; free some and repeat the run, it goes on from here", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The monitor asked to stop. What is finished stays; the same run again completes it.
    #[error("interrupted after {done} of {total}; repeat the run to complete it")]
    Interrupted {
        /// Images that are finished, those of earlier runs included.
        done: u64,
        /// Images in all.
        total: u64,
    },
    /// The style is refused by the renderer.
    #[error("the style can't be drawn")]
    Style {
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A CAPTCHA can't be drawn.
    #[error("the text {text:?} can't be drawn")]
    Render {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An image can't be written in the chosen format.
    #[error("{file} can't be encoded")]
    Encode {
        /// The name of the file to be.
        file: String,
        /// What the encoder said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An image can't be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Characters that are no alphabet, or a text that is not of the alphabet.
    #[error(transparent)]
    Alphabet(#[from] AlphabetError),
    /// Images of different sizes where all must be of one.
    #[error("expected letters of {expected} x {expected} pixels, got {width} x {height}")]
    MixedSizes {
        /// The side that all must have, in pixels.
        expected: u32,
        /// The width found.
        width: u32,
        /// The height found.
        height: u32,
    },
    /// An image that was read before, and is not kept in memory, can't be read again.
    #[error("an image can't be read again ({reason}): {what}")]
    ImageGone {
        /// What is wrong.
        reason: SkipReason,
        /// The image, and what is wrong with it.
        what: String,
    },
    /// Not one image of a batch could be read again.
    #[error("expected images that can be read again, not one of {images} in a batch could\n{skipped}")]
    ImagesGone {
        /// How many were tried.
        images: u64,
        /// Why each failed.
        skipped: Skipped,
    },
    /// Not one image of many could be drawn.
    #[error("expected images that can be drawn, not one of {images} could\n{skipped}")]
    NothingDrawn {
        /// How many were tried.
        images: u64,
        /// Why each failed.
        skipped: Skipped,
    },
    /// Not one image of many could be cut into letters.
    #[error("expected images that can be cut into letters, not one of {images} could\n{skipped}")]
    NothingSegmented {
        /// How many were tried.
        images: u64,
        /// Why each failed.
        skipped: Skipped,
    },
    /// Threads can't be started.
    #[error("threads can't be started")]
    Threads {
        /// What the operating system said.
        source: Box<dyn Error + Send + Sync>,
    },
}

struct Listed<'a>(&'a [Difference]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, difference) in self.0.iter().enumerate() {
            write!(f, "{}{difference}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl DatasetError {
    /// The error of data that is not of this crate: for those who implement [`TrainingData`](crate::TrainingData) or
    /// [`CaptchaSource`](crate::CaptchaSource).
    #[must_use]
    pub fn source(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Source { source: source.into() }
    }

    pub(crate) fn read(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.as_ref().to_owned(), source }
    }

    pub(crate) fn write(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            let path = path.as_ref().to_owned();
            match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, source },
                _ => Self::Write { path, source },
            }
        }
    }
}
