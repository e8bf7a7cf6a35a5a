//! What can go wrong, in words that say what to do. Ways around it are in `advice`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::progress::readable;

/// A failure of `cargo xtask`.
#[derive(Debug)]
pub(crate) enum Error {
    /// No wheel fits this machine.
    Platform { found: String },
    /// `LIBTORCH` leads to something that torch-sys can't use.
    BadVariable { value: PathBuf, reason: String },
    /// No Python with pip.
    NoPip,
    /// pip ended without the file.
    Download { wheel: &'static str, cause: DownloadCause },
    /// A downloaded file isn't the one that this project was tried with.
    Hash { file: String, expected: String, actual: String },
    /// A wheel can't be unpacked.
    Unpack { wheel: &'static str, reason: String },
    /// The disk is too small.
    NoSpace { folder: PathBuf, needed: u64, free: u64 },
    /// A file or a folder can't be used.
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// A program can't be started.
    Start { program: String, source: io::Error },
    /// A command that we ran failed, and said why.
    CommandFailed { code: u8 },
}

/// Why pip failed, as far as its messages tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DownloadCause {
    Network,
    NotInIndex,
    NoSpace,
    Hash,
    Interrupted,
    Unknown,
}

impl Error {
    /// Wraps the error of `action` on `path`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform { found } => write!(
                f,
                "no libtorch to download for this machine ({found}). Set-up was made and tried for x86-64 Linux with \
                 glibc 2.28 or newer only."
            ),
            Self::BadVariable { value, reason } => write!(
                f,
                "LIBTORCH is set to `{}`, {reason}. Set it to the full path of a libtorch, or unset it and run \
                 `cargo xtask setup` again.",
                value.display()
            ),
            Self::NoPip => write!(
                f,
                "neither `python3 -m pip` nor `pip3` runs here; it downloads the files. Install it, for example with \
                 `apt-get install python3-pip` or `python3 -m ensurepip`, and run this again."
            ),
            Self::Download { wheel, cause } => {
                write!(f, "{wheel} was not downloaded: ")?;
                f.write_str(match cause {
                    DownloadCause::Network => {
                        "pip did not reach the package index. Check the network, the proxy (HTTPS_PROXY) and \
                         `python3 -m pip config list`, and run this again; what has arrived whole is kept."
                    }
                    DownloadCause::NotInIndex => {
                        "the package index that pip is set to use does not have this version for x86-64 Linux, or pip \
                         is older than 20.3 (`python3 -m pip --version`)."
                    }
                    DownloadCause::NoSpace => "the disk is full.",
                    DownloadCause::Hash => {
                        "the package index delivered another file than the one that was tried (its SHA-256 differs), \
                         or it was damaged on the way. Run this again; if it stays so, look at \
                         `python3 -m pip config list`."
                    }
                    DownloadCause::Interrupted => "pip was interrupted. Run this again.",
                    DownloadCause::Unknown => "pip failed; its messages are above.",
                })
            }
            Self::Hash { file, expected, actual } => write!(
                f,
                "{file} is damaged or not the file that was tried: its SHA-256 is {actual} instead of {expected}. It \
                 was deleted; run this again."
            ),
            Self::Unpack { wheel, reason } => write!(f, "the wheel of {wheel} can't be unpacked: {reason}."),
            Self::NoSpace { folder, needed, free } => write!(
                f,
                "{} of free space is needed in {}, and {} is free.",
                readable(*needed),
                folder.display(),
                readable(*free)
            ),
            Self::Io { action, path, source } => write!(f, "can't {action} {}: {source}.", path.display()),
            Self::Start { program, source } => write!(f, "can't start `{program}`: {source}."),
            Self::CommandFailed { code } => write!(f, "a command failed with exit code {code}"),
        }
    }
}
