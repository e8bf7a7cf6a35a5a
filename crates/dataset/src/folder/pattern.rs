//! Labels that a regular expression finds in file names.

use std::fmt;
use std::str::FromStr;

use captcha_core::Label;
use regex::Regex;

/// The named group that is the label.
const GROUP: &str = "label";

/// A regular expression that finds the label in the name of an image: its named group `label`.
///
/// The name is the path within the folder, with `/` between its parts, so that the label can also be the name of a
/// folder. The syntax is that of the crate `regex`.
///
/// ```
/// use captcha_dataset::LabelPattern;
///
/// let pattern: LabelPattern = r"^\d+_(?<label>[^_.]+)".parse()?;
/// assert_eq!(pattern.find("0017_QXKZEF.png").map(|label| label.to_string()), Some("QXKZEF".to_owned()));
/// assert_eq!(pattern.find("QXKZEF.png"), None);
/// # Ok::<(), captcha_dataset::LabelPatternError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LabelPattern(Regex);

/// Why a text is no [`LabelPattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelPatternError {
    /// Not a regular expression.
    #[error("expected a regular expression, got {pattern:?}: {reason}")]
    NotARegex {
        /// The text.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It has no group named `label`.
    #[error("expected a pattern with a group named `label`, as in `^\\d+_(?<label>[^_.]+)`, got {pattern:?}")]
    NoLabelGroup {
        /// The text.
        pattern: String,
    },
}

impl LabelPattern {
    /// The label in `name`; `None` if the pattern is not found there, or its label is empty.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Label> {
        let text = self.0.captures(name)?.name(GROUP)?.as_str();
        (!text.is_empty()).then(|| Label::new(text))
    }

    /// The regular expression.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for LabelPattern {
    type Err = LabelPatternError;

    fn from_str(pattern: &str) -> Result<Self, LabelPatternError> {
        let regex = Regex::new(pattern).map_err(|error| LabelPatternError::NotARegex {
            pattern: pattern.to_owned(),
            reason: error.to_string(),
        })?;
        if regex.capture_names().flatten().any(|name| name == GROUP) {
            return Ok(Self(regex));
        }
        Err(LabelPatternError::NoLabelGroup { pattern: pattern.to_owned() })
    }
}

impl fmt::Display for LabelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for LabelPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for LabelPattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pattern_is_refused() {
        let refused = |pattern: &str| pattern.parse::<LabelPattern>().unwrap_err();
        assert!(matches!(refused("("), LabelPatternError::NotARegex { .. }));
        assert!(matches!(refused("(.*)"), LabelPatternError::NoLabelGroup { .. }));
        let empty: LabelPattern = "(?<label>x*)".parse().unwrap();
        assert_eq!(empty.find("abc"), None);
        let folder: LabelPattern = "^(?<label>[^/]+)/".parse().unwrap();
        assert_eq!(folder.find("AB/1.png"), Some(Label::new("AB")));
    }
}
