//! What was read.

use captcha_core::GlyphBox;
use serde::Serialize;

/// A probability in `[0, 1]`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize)]
#[serde(transparent)]
pub struct Confidence(f32);

impl Confidence {
    /// Complete certainty.
    pub const CERTAIN: Self = Self(1.0);

    /// The confidence `value`, or `None` outside `[0, 1]`.
    #[must_use]
    pub fn new(value: f32) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The probability, in `[0, 1]`.
    #[must_use]
    pub fn value(self) -> f32 {
        self.0
    }
}

/// A character that an image could show.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Alternative {
    /// The character.
    pub character: char,
    /// How surely.
    pub confidence: Confidence,
}

/// One character that was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Character {
    /// The most probable character.
    pub character: char,
    /// Its probability.
    pub confidence: Confidence,
    /// The next most probable characters, most probable first.
    pub alternatives: Vec<Alternative>,
    /// Where in the image, in its pixels, if that is known.
    pub bounds: Option<GlyphBox>,
}

impl Character {
    /// The character of the best of `candidates`, which are sorted by falling probability; `None` if empty.
    #[must_use]
    pub fn from_candidates(candidates: Vec<Alternative>) -> Option<Self> {
        let mut candidates = candidates.into_iter();
        let Alternative { character, confidence } = candidates.next()?;
        Some(Self { character, confidence, alternatives: candidates.collect(), bounds: None })
    }

    /// Sets its place in the image.
    #[must_use]
    pub fn with_bounds(mut self, bounds: GlyphBox) -> Self {
        self.bounds = Some(bounds);
        self
    }
}

/// The text that was read from an image.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Prediction {
    /// The text.
    pub text: String,
    /// How surely the whole text is right. For letters the product of the characters', as if they were independent;
    /// for a sequence the text's own probability among all texts that are allowed.
    pub confidence: Confidence,
    /// The characters, left to right.
    pub characters: Vec<Character>,
}

impl Prediction {
    /// The text of `characters`, left to right, which is right this surely.
    #[must_use]
    pub fn new(characters: Vec<Character>, confidence: Confidence) -> Self {
        Self {
            text: characters.iter().map(|character| character.character).collect(),
            confidence,
            characters,
        }
    }

    /// The text of `characters`, left to right, which are right independently of each other.
    #[must_use]
    pub fn from_characters(characters: Vec<Character>) -> Self {
        let confidence = Confidence(characters.iter().map(|character| character.confidence.0).product());
        Self::new(characters, confidence)
    }
}

/// Turns logits into probabilities in place: `exp(x) / sum(exp)`, shifted by the largest so that nothing
/// overflows. All are NaN if one is.
pub fn softmax(logits: &mut [f32]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in logits.iter_mut() {
        *value = (*value - largest).exp();
        sum += *value;
    }
    for value in logits.iter_mut() {
        // Unlike `min`, it leaves a NaN what it is.
        *value = (*value / sum).clamp(0.0, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_of_large_logits_is_finite() {
        let mut values = [1000.0, 1000.0, -1000.0];
        softmax(&mut values);
        assert_eq!(values, [0.5, 0.5, 0.0]);
        let mut values = [1.0, f32::NAN];
        softmax(&mut values);
        assert!(values.iter().all(|value| value.is_nan()));
    }

    #[test]
    fn confidence_is_a_probability() {
        assert_eq!(Confidence::new(1.5), None);
        assert_eq!(Confidence::new(f32::NAN), None);
        assert_eq!(Confidence::new(1.0), Some(Confidence::CERTAIN));
    }

    #[test]
    fn the_text_is_as_sure_as_all_its_characters() {
        let half = |character| Alternative { character, confidence: Confidence(0.5) };
        let characters = "AB".chars().filter_map(|c| Character::from_candidates(vec![half(c), half('X')]));
        let prediction = Prediction::from_characters(characters.collect());
        assert_eq!((prediction.text.as_str(), prediction.confidence.value()), ("AB", 0.25));
        assert_eq!(prediction.characters[1].alternatives, [half('X')]);
    }
}
