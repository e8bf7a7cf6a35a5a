//! What is known of a text before it is read, and how it is looked for.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use captcha_core::Alphabet;

use crate::ctc::{NotFinite, TooManyStates};

/// The longest text that can be asked for, in characters: far above any CAPTCHA, and a bound on memory.
pub const MAX_LENGTH: usize = 64;

/// The most beginnings of a length that a prefix search may keep: far beyond where more change a result, and a bound on
/// memory.
pub(crate) const MAX_WIDTH: usize = 1024;

/// What is known of a text before it is read, and how the most probable one is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoding {
    /// How a sequence network's scores become text; default a prefix search of width 8. Letters need no search.
    pub search: Search,
    /// The only characters that a text can have, all of the model's alphabet; default all of them. Confidences are those
    /// given that this is so.
    pub allowed: Option<Alphabet>,
    /// The lengths that a text can have, at most [`MAX_LENGTH`]; default any. Confidences are those given that this is
    /// so.
    pub lengths: Option<RangeInclusive<usize>>,
    /// Whether capital and small letters are the same; default no. Then the probabilities of characters that differ in
    /// case alone are added at every step, whether the letter is looked for, placed or how sure it is; and
    /// [`allowed`](Self::allowed) allows both cases of its characters, of which the model must know one. Texts come in
    /// the case of `allowed`; without it, and where that has both, each character in the case that the network finds
    /// likelier where it sees it.
    pub ignore_case: bool,
    /// How many other readings of each character to give; default 3.
    pub alternatives: usize,
}

/// How the most probable text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Search {
    /// The text of the most probable path, "greedy": [`ctc::best_path`](crate::ctc::best_path).
    BestPath,
    /// The most probable text, as far as a search finds it that keeps `width` beginnings of each length:
    /// [`ctc::prefix_search`](crate::ctc::prefix_search).
    Prefixes {
        /// 1 to 1024.
        width: usize,
    },
}

impl fmt::Display for Search {
    /// `best-path`, or `prefixes:8` with the width.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BestPath => f.write_str("best-path"),
            Self::Prefixes { width } => write!(f, "prefixes:{width}"),
        }
    }
}

/// A text that stands for no [`Search`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no search, expected best-path, prefixes or prefixes:WIDTH with a width of 1 to {MAX_WIDTH}"
)]
pub struct SearchError {
    /// What was given.
    pub text: String,
}

impl FromStr for Search {
    type Err = SearchError;

    /// As it is displayed; `prefixes` alone has the default width.
    fn from_str(text: &str) -> Result<Self, SearchError> {
        let found = match text.split_once(':') {
            None if text == "best-path" => Some(Self::BestPath),
            None if text == "prefixes" => Some(Self::default()),
            Some(("prefixes", width)) => {
                let width = width.parse().ok().filter(|width| (1..=MAX_WIDTH).contains(width));
                width.map(|width| Self::Prefixes { width })
            }
            None | Some(_) => None,
        };
        found.ok_or_else(|| SearchError { text: text.to_owned() })
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::Prefixes { width: 8 }
    }
}

impl Default for Decoding {
    fn default() -> Self {
        Self { search: Search::default(), allowed: None, lengths: None, ignore_case: false, alternatives: 3 }
    }
}

impl Decoding {
    /// Sets the search.
    #[must_use]
    pub fn with_search(mut self, search: Search) -> Self {
        self.search = search;
        self
    }

    /// Sets the only characters that a text can have; with `None`, all of the model's.
    #[must_use]
    pub fn with_allowed(mut self, allowed: Option<Alphabet>) -> Self {
        self.allowed = allowed;
        self
    }

    /// Sets the only lengths that a text can have; with `None`, any.
    #[must_use]
    pub fn with_lengths(mut self, lengths: Option<RangeInclusive<usize>>) -> Self {
        self.lengths = lengths;
        self
    }

    /// Sets whether capital and small letters are the same.
    #[must_use]
    pub fn with_ignore_case(mut self, ignore_case: bool) -> Self {
        self.ignore_case = ignore_case;
        self
    }

    /// Sets how many other readings of each character are given.
    #[must_use]
    pub fn with_alternatives(mut self, alternatives: usize) -> Self {
        self.alternatives = alternatives;
        self
    }
}

/// Why a text can't be looked for, or is not there.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodingError {
    /// A character was allowed that the model does not know.
    #[error("the model can't read {character:?}, expected characters of {alphabet:?}")]
    UnknownCharacter {
        /// The first such character.
        character: char,
        /// The model's characters.
        alphabet: String,
    },
    /// A range of lengths with no length in it, or with too long texts.
    #[error("the lengths {start} to {end} were asked for, expected a range within 0 to {MAX_LENGTH}")]
    Lengths {
        /// The shortest.
        start: usize,
        /// The longest.
        end: usize,
    },
    /// A search that keeps nothing, or too much.
    #[error("the width of the search is {width}, expected 1 to {MAX_WIDTH}")]
    Width {
        /// What was asked for.
        width: usize,
    },
    /// The temperature is not a number that logits can be divided by.
    #[error("the temperature is {actual}, expected a finite number above 0")]
    Temperature {
        /// What it is.
        actual: f32,
    },
    /// The network gives another number of scores.
    #[error("the network gives {actual} scores, expected {expected}")]
    Classes {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// The image is too narrow for a text of the shortest length that was asked for.
    #[error("the image gives {steps} steps, too few for {shortest} characters")]
    TooFewSteps {
        /// The steps that the network made of the image.
        steps: usize,
        /// The shortest length that was asked for.
        shortest: usize,
    },
    /// The network gives something that is no number.
    #[error(transparent)]
    NotFinite(#[from] NotFinite),
    /// The network gives too many scores for the texts that are looked for.
    #[error(transparent)]
    TooManyStates(#[from] TooManyStates),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_read_back() {
        for search in [Search::BestPath, Search::default(), Search::Prefixes { width: 1024 }] {
            assert_eq!(search.to_string().parse(), Ok(search));
        }
        assert_eq!("prefixes".parse(), Ok(Search::default()));
        for text in ["", "greedy", "prefixes:0", "prefixes:1025", "prefixes:", "best-path:3"] {
            assert_eq!(text.parse::<Search>(), Err(SearchError { text: text.to_owned() }));
        }
    }
}
