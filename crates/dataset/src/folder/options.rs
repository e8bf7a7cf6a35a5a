//! How a folder of labelled images is read.

use std::path::PathBuf;

use captcha_core::{Alphabet, ImageLimits};

use crate::LabelPattern;

/// How a folder of labelled images is read.
///
/// | field | default |
/// |---|---|
/// | `alphabet` | none: labels may have any visible character |
/// | `limits` | those of [`ImageLimits`] |
/// | `recursive` | no: folders within the folder are not searched |
/// | `pattern` | none |
/// | `labels` | none: the source is found by itself, see [`LabelledFolder`](crate::LabelledFolder) |
/// | `ignore_case` | no |
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct FolderOptions {
    /// The characters that labels may have; images with others are skipped.
    pub alphabet: Option<Alphabet>,
    /// What an image may cost before it is refused.
    pub limits: ImageLimits,
    /// Whether folders within the folder are searched, too. Links to folders and names that begin with a dot are not
    /// followed.
    pub recursive: bool,
    /// Finds the labels in the names, whatever else the folder has.
    pub pattern: Option<LabelPattern>,
    /// A label file as [`LabelFile`](crate::LabelFile) describes it. It is the only source of labels, unless it is a
    /// list of corrections: those change the labels of the images that they name, and nothing else.
    pub labels: Option<PathBuf>,
    /// Whether capital and small letters are the same. Labels get the case that the alphabet has, or else the one that
    /// most letters of all labels have.
    pub ignore_case: bool,
}

impl FolderOptions {
    /// Sets the characters that labels may have.
    #[must_use]
    pub fn with_alphabet(mut self, alphabet: Alphabet) -> Self {
        self.alphabet = Some(alphabet);
        self
    }

    /// Sets what an image may cost before it is refused.
    #[must_use]
    pub fn with_limits(mut self, limits: ImageLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets whether folders within the folder are searched.
    #[must_use]
    pub fn with_recursive(mut self, recursive: bool) -> Self {
        self.recursive = recursive;
        self
    }

    /// Sets the pattern that finds the labels in the names.
    #[must_use]
    pub fn with_pattern(mut self, pattern: Option<LabelPattern>) -> Self {
        self.pattern = pattern;
        self
    }

    /// Sets the label file.
    #[must_use]
    pub fn with_labels(mut self, labels: Option<PathBuf>) -> Self {
        self.labels = labels;
        self
    }

    /// Sets whether capital and small letters are the same.
    #[must_use]
    pub fn with_ignore_case(mut self, ignore_case: bool) -> Self {
        self.ignore_case = ignore_case;
        self
    }
}
