//! The ordered set of characters that a CAPTCHA can contain.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// An ordered set of distinct characters; the position of a character is its class index.
///
/// Serialises as the string of its characters in order.
///
/// ```
/// use captcha_core::Alphabet;
///
/// let alphabet = Alphabet::new("ABC")?;
/// assert_eq!(alphabet.len(), 3);
/// assert_eq!(alphabet.index_of('C'), Some(2));
/// assert_eq!(alphabet.encode("CAB")?, [2, 0, 1]);
/// # Ok::<(), captcha_core::AlphabetError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alphabet {
    characters: Vec<char>,
    indices: HashMap<char, usize>,
}

/// Why a string is not an alphabet, or why a text is not written in one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlphabetError {
    /// The string has no characters.
    #[error("an alphabet needs at least one character, got an empty string")]
    Empty,
    /// A character occurs in the string twice.
    #[error("an alphabet needs distinct characters, {character:?} stands in it twice")]
    Duplicate {
        /// The repeated character.
        character: char,
    },
    /// The string has a control character or white space, which no image can show.
    #[error("an alphabet needs visible characters, got {character:?}")]
    Invisible {
        /// The offending character.
        character: char,
    },
    /// A text has a character outside the alphabet.
    #[error("the text {text:?} has the character {character:?}, which is not in the alphabet {alphabet:?}")]
    UnknownCharacter {
        /// The whole text.
        text: String,
        /// The first character outside the alphabet.
        character: char,
        /// The characters of the alphabet, in order.
        alphabet: String,
    },
}

impl Alphabet {
    /// The alphabet of the characters of `characters`, in that order.
    ///
    /// # Errors
    /// [`AlphabetError::Empty`], [`AlphabetError::Duplicate`] or [`AlphabetError::Invisible`].
    pub fn new(characters: &str) -> Result<Self, AlphabetError> {
        let mut indices = HashMap::new();
        for (index, character) in characters.chars().enumerate() {
            if character.is_control() || character.is_whitespace() {
                return Err(AlphabetError::Invisible { character });
            }
            if indices.insert(character, index).is_some() {
                return Err(AlphabetError::Duplicate { character });
            }
        }
        if indices.is_empty() {
            return Err(AlphabetError::Empty);
        }
        Ok(Self { characters: characters.chars().collect(), indices })
    }

    /// The 26 capital letters `A` to `Z`.
    #[must_use]
    pub fn uppercase() -> Self {
        Self::of_ranges(&['A'..='Z'])
    }

    /// The ten digits `0` to `9`.
    #[must_use]
    pub fn digits() -> Self {
        Self::of_ranges(&['0'..='9'])
    }

    /// Digits, then capital letters: 36 classes.
    #[must_use]
    pub fn uppercase_alphanumeric() -> Self {
        Self::of_ranges(&['0'..='9', 'A'..='Z'])
    }

    /// Digits and capital letters that stay distinguishable when they are distorted and touch each other: without
    /// `0 D O Q`, `1 I L`, `2 Z`, `5 S`, `8 B`, `U V` and `4`, each of which looks like another character. 20 classes.
    #[must_use]
    pub fn unambiguous() -> Self {
        Self::of("3679ACEFGHJKMNPRTWXY".chars())
    }

    fn of_ranges(ranges: &[std::ops::RangeInclusive<char>]) -> Self {
        Self::of(ranges.iter().cloned().flatten())
    }

    /// The alphabet of distinct characters.
    fn of(characters: impl Iterator<Item = char>) -> Self {
        let characters: Vec<char> = characters.collect();
        let indices = characters.iter().enumerate().map(|(index, &character)| (character, index)).collect();
        Self { characters, indices }
    }

    /// The number of characters, which is the number of classes. Never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an alphabet is never empty")]
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// The characters in class order.
    #[must_use]
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// The class index of `character`, or `None` if it is not in the alphabet.
    #[must_use]
    pub fn index_of(&self, character: char) -> Option<usize> {
        self.indices.get(&character).copied()
    }

    /// The character of class `index`, or `None` if there are not that many classes.
    #[must_use]
    pub fn character(&self, index: usize) -> Option<char> {
        self.characters.get(index).copied()
    }

    /// Whether `character` is in the alphabet.
    #[must_use]
    pub fn contains(&self, character: char) -> bool {
        self.indices.contains_key(&character)
    }

    /// The class indices of the characters of `text`.
    ///
    /// # Errors
    /// [`AlphabetError::UnknownCharacter`] names the first character outside the alphabet.
    pub fn encode(&self, text: &str) -> Result<Vec<usize>, AlphabetError> {
        text.chars()
            .map(|character| {
                self.index_of(character).ok_or_else(|| AlphabetError::UnknownCharacter {
                    text: text.to_owned(),
                    character,
                    alphabet: self.to_string(),
                })
            })
            .collect()
    }
}

impl fmt::Display for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.characters.iter().try_for_each(|character| write!(f, "{character}"))
    }
}

impl fmt::Debug for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alphabet({:?})", self.to_string())
    }
}

impl PartialEq for Alphabet {
    fn eq(&self, other: &Self) -> bool {
        self.characters == other.characters
    }
}

impl Eq for Alphabet {}

impl TryFrom<String> for Alphabet {
    type Error = AlphabetError;

    fn try_from(characters: String) -> Result<Self, AlphabetError> {
        Self::new(&characters)
    }
}

impl std::str::FromStr for Alphabet {
    type Err = AlphabetError;

    fn from_str(characters: &str) -> Result<Self, AlphabetError> {
        Self::new(characters)
    }
}

impl From<Alphabet> for String {
    fn from(alphabet: Alphabet) -> Self {
        alphabet.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rejects_what_is_no_alphabet() {
        assert_eq!(Alphabet::new(""), Err(AlphabetError::Empty));
        assert_eq!(Alphabet::new("ABA"), Err(AlphabetError::Duplicate { character: 'A' }));
        assert_eq!(Alphabet::new("A B"), Err(AlphabetError::Invisible { character: ' ' }));
        assert_eq!(Alphabet::new("A\u{0}"), Err(AlphabetError::Invisible { character: '\u{0}' }));
    }

    #[test]
    fn presets_have_the_documented_order() {
        assert_eq!(Alphabet::uppercase().to_string(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        assert_eq!(Alphabet::uppercase_alphanumeric().to_string(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        assert_eq!(Alphabet::digits(), "0123456789".parse().unwrap());
        let unambiguous = Alphabet::unambiguous().to_string();
        assert_eq!(Alphabet::new(&unambiguous), Ok(Alphabet::unambiguous()));
        assert_eq!(unambiguous.len(), 20);
    }

    #[test]
    fn unknown_character_is_named() {
        let error = Alphabet::uppercase().encode("AbC").unwrap_err();
        assert!(matches!(error, AlphabetError::UnknownCharacter { character: 'b', .. }), "{error}");
    }

    #[test]
    fn serialises_as_a_string() {
        let json = serde_json::to_string(&Alphabet::digits()).unwrap();
        assert_eq!(json, "\"0123456789\"");
        assert_eq!(serde_json::from_str::<Alphabet>(&json).unwrap(), Alphabet::digits());
        assert!(serde_json::from_str::<Alphabet>("\"AA\"").is_err());
    }

    proptest! {
        #[test]
        fn encode_is_inverted_by_character(text in "[A-Z]{0,12}") {
            let alphabet = Alphabet::uppercase();
            let decoded: String =
                alphabet.encode(&text).unwrap().into_iter().filter_map(|i| alphabet.character(i)).collect();
            prop_assert_eq!(decoded, text);
        }
    }
}
