//! The known answer of a sample.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::escape::{escape, unescape};
use crate::{Alphabet, AlphabetError};

/// The known answer of a sample: the text that its image shows.
///
/// ```
/// use captcha_core::Label;
///
/// let label = Label::from_path("corpus/QXKZEF-2.png")?;
/// assert_eq!(label.as_str(), "QXKZEF");
/// assert_eq!(Label::new("A-B").to_file_name(), "A%2DB");
/// assert_eq!(Label::from_path("A%2DB-2.png")?.as_str(), "A-B");
/// # Ok::<(), captcha_core::LabelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(String);

/// Why a file name gives no label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// There is nothing before the first `-`, `_` or `.` of the file name.
    #[error("{}: expected a file name that starts with its label, as in `QXKZEF-2.png`", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The file name is not UTF-8.
    #[error("{}: the file name is not UTF-8", path.display())]
    NotUtf8 {
        /// The path as given.
        path: PathBuf,
    },
    /// The label has a character outside the alphabet.
    #[error(transparent)]
    Alphabet(#[from] AlphabetError),
}

impl Label {
    /// The label `text`, not checked against an alphabet.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The label in a file name: everything before the first `-`, `_` or `.`, in which characters can be escaped as
    /// [`to_file_name`](Self::to_file_name) does it. A `%` that begins no such character stands for itself.
    ///
    /// # Errors
    /// [`LabelError::Missing`] if that is nothing, [`LabelError::NotUtf8`].
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, LabelError> {
        let path = path.as_ref();
        let name = path
            .file_name()
            .ok_or_else(|| LabelError::Missing { path: path.to_owned() })?
            .to_str()
            .ok_or_else(|| LabelError::NotUtf8 { path: path.to_owned() })?;
        match name.split(['-', '_', '.']).next() {
            Some(text) if !text.is_empty() => Ok(Self(unescape(text))),
            _ => Err(LabelError::Missing { path: path.to_owned() }),
        }
    }

    /// The label as the start of a file name. What ends a label there (`-`, `_`, `.`), what file systems refuse, blanks
    /// and `%` become `%` and two hexadecimal digits for each byte, as in a URL.
    #[must_use]
    pub fn to_file_name(&self) -> String {
        escape(&self.0)
    }

    /// Returns the label if every character is in `alphabet`.
    ///
    /// # Errors
    /// [`LabelError::Alphabet`] names the first character outside the alphabet.
    pub fn checked(self, alphabet: &Alphabet) -> Result<Self, LabelError> {
        alphabet.encode(&self.0)?;
        Ok(self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of characters.
    #[must_use]
    pub fn char_count(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn label_ends_at_the_first_separator() {
        let cases = [
            ("QXKZEF.png", "QXKZEF"),
            ("a/b/QXKZEF-2.png", "QXKZEF"),
            ("ABC_17.tar.gz", "ABC"),
            ("noextension", "noextension"),
            ("Ää9.png", "Ää9"),
        ];
        for (path, expected) in cases {
            assert_eq!(Label::from_path(path), Ok(Label::new(expected)), "{path}");
        }
    }

    #[test]
    fn a_percent_sign_of_somebody_else_is_one() {
        for (file, label) in [
            ("A%2DB.png", "A-B"),
            ("A%2DB-2.png", "A-B"),
            ("%E2%80%83.png", "\u{2003}"),
            ("100%.png", "100%"),
            ("%2.png", "%2"),
            ("%41%2d.png", "%41%2d"),
            ("%E2%80.png", "%E2%80"),
            ("%€9.png", "%€9"),
            ("shard-0000-of-0002/A%25.png", "A%"),
        ] {
            assert_eq!(Label::from_path(file), Ok(Label::new(label)), "{file}");
        }
    }

    proptest! {
        #[test]
        fn every_label_comes_back_from_its_file_name(text in "[aA%2DEF./_-]{1,8}|\\PC{1,8}|[\\x00-\\x20]{1,3}") {
            let name = Label::new(&text).to_file_name();
            prop_assert!(!name.contains(['-', '_', '.', '/', '\\', ':', ' ', '\0']), "{}", name);
            prop_assert_eq!(Label::from_path(format!("{name}-2.png")), Ok(Label::new(text)));
        }
    }

    #[test]
    fn a_name_without_label_is_an_error() {
        for path in [".png", "-2.png", "_", "/", ".."] {
            assert!(matches!(Label::from_path(path), Err(LabelError::Missing { .. })), "{path}");
        }
    }

    #[test]
    fn checked_names_the_unknown_character() {
        let error = Label::new("AB1").checked(&Alphabet::uppercase()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the text \"AB1\" has the character '1', which is not in the alphabet \"ABCDEFGHIJKLMNOPQRSTUVWXYZ\""
        );
    }
}
