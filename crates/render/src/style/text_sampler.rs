//! Texts sampled from an alphabet.

use std::ops::RangeInclusive;

use captcha_core::Alphabet;
use rand::Rng;

use crate::error::RenderError;
use crate::values::limits::MAX_TEXT;
use crate::values::random;

/// Samples texts: first the length from a range, then each character from an alphabet, all with equal probability.
///
/// ```
/// use captcha_core::{Alphabet, seed};
/// use captcha_render::TextSampler;
///
/// let sampler = TextSampler::new(Alphabet::uppercase(), 4..=6)?;
/// let text = sampler.sample(&mut seed::rng(7));
/// assert!((4..=6).contains(&text.len()));
/// # Ok::<(), captcha_render::RenderError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSampler {
    alphabet: Alphabet,
    lengths: RangeInclusive<usize>,
}

impl TextSampler {
    /// A sampler of texts of `lengths` characters of `alphabet`.
    ///
    /// # Errors
    /// [`RenderError::BadStyle`] if the range is empty, starts at 0 or ends above [`MAX_TEXT`].
    pub fn new(alphabet: Alphabet, lengths: RangeInclusive<usize>) -> Result<Self, RenderError> {
        if lengths.is_empty() || *lengths.start() == 0 || *lengths.end() > MAX_TEXT {
            return Err(RenderError::bad_style(
                "lengths",
                format!("{} to {}", lengths.start(), lengths.end()),
                format!("a range within 1 to {MAX_TEXT}"),
            ));
        }
        Ok(Self { alphabet, lengths })
    }

    /// The characters that texts are sampled from.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// The lengths that are sampled.
    #[must_use]
    pub fn lengths(&self) -> RangeInclusive<usize> {
        self.lengths.clone()
    }

    /// Samples a text.
    pub fn sample(&self, rng: &mut impl Rng) -> String {
        let (shortest, longest) = (*self.lengths.start(), *self.lengths.end());
        let length = shortest + random::index(rng, longest - shortest + 1);
        let characters = self.alphabet.characters();
        (0..length).map(|_| characters[random::index(rng, characters.len())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use captcha_core::seed::rng;

    use super::*;

    #[test]
    fn every_length_and_character_comes() {
        let sampler = TextSampler::new(Alphabet::digits(), 2..=5).unwrap();
        let mut rng = rng(3);
        let texts: Vec<String> = (0..500).map(|_| sampler.sample(&mut rng)).collect();
        let lengths: HashSet<usize> = texts.iter().map(String::len).collect();
        let characters: HashSet<char> = texts.iter().flat_map(|text| text.chars()).collect();
        assert_eq!(lengths, HashSet::from([2, 3, 4, 5]));
        assert_eq!(characters.len(), 10);
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "the range under test")]
    fn lengths_that_are_none_are_refused() {
        for lengths in [0..=3, 5..=4, 1..=MAX_TEXT + 1] {
            let error = TextSampler::new(Alphabet::digits(), lengths).unwrap_err();
            assert!(matches!(&error, RenderError::BadStyle { field, .. } if field == "lengths"), "{error}");
        }
    }
}
