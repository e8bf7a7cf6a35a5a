//! What is wrong with a folder.

use std::fmt;

use serde::Serialize;

/// Something that is wrong with a folder. Displays as one line without the names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Whether a training would be in vain, and does not begin.
    pub is_error: bool,
    /// How many images or files have it.
    pub count: u64,
    /// What it is, and what to do about it.
    pub message: String,
    /// The images or files, each with what is to be said of it; not always all.
    pub names: Vec<String>,
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// Files that were left out when the folder was listed.
    LeftOut,
    /// Images that can't be read or decoded.
    Unreadable,
    /// Images without a text to see.
    Blank,
    /// So few images that nothing can be learnt, or that the result will be poor.
    FewImages,
    /// Labels that look like something else than the text: running numbers, hashes, one word for all.
    NotLabels,
    /// The same picture with different labels.
    Conflict,
    /// The same picture several times.
    Duplicate,
    /// Nearly the same picture several times.
    NearDuplicate,
    /// The same picture in folders for different parts, such as `train` and `test`.
    SharedByParts,
    /// Characters in few images.
    RareCharacter,
    /// Labels of a length that hardly any other has.
    OddLength,
    /// Labels that are too long for the columns that the network has for the image.
    TooFewColumns,
}

impl Problem {
    pub(super) fn error(kind: ProblemKind, count: usize, message: impl Into<String>) -> Self {
        Self { kind, is_error: true, count: count as u64, message: message.into(), names: Vec::new() }
    }

    pub(super) fn warning(kind: ProblemKind, count: usize, message: impl Into<String>) -> Self {
        Self { is_error: false, ..Self::error(kind, count, message) }
    }

    pub(super) fn with_names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names = names.into_iter().collect();
        self
    }

    /// An error if more than `share` of `all` have it.
    pub(super) fn error_above(mut self, share: f64, all: usize) -> Self {
        self.is_error = self.count as f64 > share * all as f64;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_error { "error" } else { "warning" };
        write!(f, "{kind}: {}", self.message)
    }
}
