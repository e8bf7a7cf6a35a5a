//! From scores to characters.

use std::ops::Range;

use captcha_core::ndarray::ArrayView2;
use captcha_core::{Alphabet, GlyphBox};

use super::decoding::MAX_WIDTH;
use crate::ctc::{self, Posteriors, TooManyStates};
use crate::{
    Alternative, Character, Confidence, Decoding, DecodingError, MAX_LENGTH, ModelMetadata, Prediction,
    Search,
};

/// Makes characters of a network's scores: those of one model, with what is known of its texts.
///
/// ```
/// use captcha_core::{Alphabet, ndarray::array};
/// use captcha_infer::{Architecture, Decoder, Decoding, ModelMetadata};
///
/// let metadata = ModelMetadata::new(Architecture::sequence(2, 12), Alphabet::new("AB")?);
/// // Three steps with scores for A, B and the blank: the network sees one character, or perhaps two.
/// let logits = array![[2.0, 0.0, 1.0], [0.0, 0.0, 2.0], [0.0, 0.9, 1.0]];
/// let free = Decoder::new(&metadata, Decoding::default())?;
/// let of_two = Decoder::new(&metadata, Decoding::default().with_lengths(Some(2..=2)))?;
/// assert_eq!(free.sequence(&logits.view())?.text(), "A");
/// assert_eq!(of_two.sequence(&logits.view())?.text(), "AB");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Decoder {
    alphabet: Alphabet,
    /// Of each character of the alphabet.
    allowed: Vec<bool>,
    temperature: f32,
    decoding: Decoding,
}

/// What a sequence network reads in an image, and in which of its columns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The characters, left to right, each with its share of the probability of all texts of that length, summed over
    /// all their paths ([`ctc::character_posteriors`]); without bounds.
    pub characters: Vec<Character>,
    /// The probability of the text among those that are allowed, summed over all its paths; 0 where the network leaves
    /// no measurable probability to any text that is allowed.
    pub confidence: Confidence,
    /// The steps in which the network sees each character ([`ctc::align`]).
    pub columns: Vec<Range<usize>>,
    /// How many steps there are.
    pub steps: usize,
}

impl Decoder {
    /// A decoder for the model of `metadata`.
    ///
    /// # Errors
    /// [`DecodingError`] names the option that is out of its range.
    pub fn new(metadata: &ModelMetadata, decoding: Decoding) -> Result<Self, DecodingError> {
        let alphabet = metadata.alphabet.clone();
        if let Some(lengths) = &decoding.lengths
            && (lengths.is_empty() || *lengths.end() > MAX_LENGTH)
        {
            return Err(DecodingError::Lengths { start: *lengths.start(), end: *lengths.end() });
        }
        if let Search::Prefixes { width } = decoding.search
            && !(1..=MAX_WIDTH).contains(&width)
        {
            return Err(DecodingError::Width { width });
        }
        let temperature = metadata.temperature.unwrap_or(1.0);
        if !(temperature.is_finite() && temperature > 0.0) {
            return Err(DecodingError::Temperature { actual: temperature });
        }
        let mut allowed = vec![decoding.allowed.is_none(); alphabet.len()];
        for &character in decoding.allowed.iter().flat_map(Alphabet::characters) {
            let class = alphabet.index_of(character).ok_or_else(|| DecodingError::UnknownCharacter {
                character,
                alphabet: alphabet.to_string(),
            })?;
            allowed[class] = true;
        }
        Ok(Self { alphabet, allowed, temperature, decoding })
    }

    /// What is known of a text, and how it is looked for.
    #[must_use]
    pub fn decoding(&self) -> &Decoding {
        &self.decoding
    }

    /// The character of a letter network's scores `[classes]`: the most probable one that is allowed.
    ///
    /// Scores that are not finite are sure of nothing: the confidence is 0 then.
    ///
    /// # Errors
    /// [`DecodingError::Classes`] unless there is one score for each character of the alphabet.
    pub fn letter(&self, logits: impl IntoIterator<Item = f32>) -> Result<Character, DecodingError> {
        let mut scores: Vec<f32> = logits.into_iter().map(|logit| logit / self.temperature).collect();
        self.check_classes(scores.len(), self.alphabet.len())?;
        for (score, _) in scores.iter_mut().zip(&self.allowed).filter(|(_, allowed)| !**allowed) {
            *score = f32::NEG_INFINITY;
        }
        crate::softmax(&mut scores);
        // An alphabet is never empty, nor is one that is allowed.
        Character::from_candidates(self.candidates(&scores))
            .ok_or(DecodingError::Classes { expected: self.alphabet.len(), actual: 0 })
    }

    /// The text of a sequence network's scores `[steps, classes]`, the blank last.
    ///
    /// # Errors
    /// [`DecodingError::Classes`] unless there is one score for each character of the alphabet and one for the blank,
    /// [`DecodingError::NotFinite`] if one is no number, [`DecodingError::TooFewSteps`] if no text of the lengths that
    /// were asked for fits into the steps, [`DecodingError::TooManyStates`] if there are so many scores that a text of
    /// such a length would take more than 128 MiB.
    pub fn sequence(&self, logits: &ArrayView2<'_, f32>) -> Result<Reading, DecodingError> {
        self.check_classes(logits.ncols(), self.alphabet.len() + 1)?;
        let allowed = |class| self.allowed.get(class).is_none_or(|&allowed| allowed);
        let posteriors = Posteriors::from_logits(logits, self.temperature, allowed)?;
        let lengths = self.decoding.lengths.as_ref();
        TooManyStates::check(&posteriors, lengths.map_or(0, |lengths| *lengths.end()))?;
        let found = match self.decoding.search {
            Search::BestPath => ctc::best_path(&posteriors, lengths).map(|text| {
                let all = lengths.map_or(1.0, |lengths| ctc::probability_of_lengths(&posteriors, lengths));
                (ctc::log_probability(&posteriors, &text).exp(), all, text)
            }),
            Search::Prefixes { width } => {
                let found = ctc::prefix_search(&posteriors, lengths, width, 1);
                let best = found.candidates.into_iter().next();
                best.map(|best| (best.probability, found.total, best.text))
            }
        };
        let (probability, all, text) = found.ok_or_else(|| DecodingError::TooFewSteps {
            steps: posteriors.steps(),
            shortest: lengths.map_or(0, |lengths| *lengths.start()),
        })?;
        TooManyStates::check(&posteriors, text.len())?;
        Ok(Reading {
            characters: self.characters(&posteriors, &text),
            confidence: share(probability, all),
            columns: ctc::align(&posteriors, &text).unwrap_or_default(),
            steps: posteriors.steps(),
        })
    }

    fn check_classes(&self, actual: usize, expected: usize) -> Result<(), DecodingError> {
        if actual == expected { Ok(()) } else { Err(DecodingError::Classes { expected, actual }) }
    }

    fn characters(&self, posteriors: &Posteriors, text: &[usize]) -> Vec<Character> {
        let shares = ctc::character_posteriors(posteriors, text.len());
        let characters = text.iter().enumerate().filter_map(|(place, &class)| {
            let character = self.alphabet.character(class)?;
            let Some(shares) = shares.as_ref().map(|shares| &shares[place]) else {
                let confidence = Confidence::default();
                return Character::from_candidates(vec![Alternative { character, confidence }]);
            };
            let mut shares: Vec<f32> = shares.iter().map(|&share| share as f32).collect();
            let confidence = confidence(shares[class]);
            // The one that was read first, whatever the others have.
            shares[class] = f32::INFINITY;
            let mut candidates = self.candidates(&shares);
            candidates[0].confidence = confidence;
            Character::from_candidates(candidates)
        });
        characters.collect()
    }

    /// The most probable characters that are allowed, most probable first.
    fn candidates(&self, probabilities: &[f32]) -> Vec<Alternative> {
        let allowed = probabilities.iter().zip(&self.allowed).zip(self.alphabet.characters());
        let mut candidates: Vec<(f32, char)> = allowed
            .filter(|((_, allowed), _)| **allowed)
            .map(|((&probability, _), &character)| (probability, character))
            .collect();
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
        candidates.truncate(self.decoding.alternatives.saturating_add(1));
        candidates
            .into_iter()
            .map(|(probability, character)| Alternative { character, confidence: confidence(probability) })
            .collect()
    }
}

/// The confidence of a probability; that of a number that is none, such as NaN, is 0.
fn confidence(probability: f32) -> Confidence {
    Confidence::new(probability).unwrap_or_default()
}

/// `part` of `all`, with rounding errors cut off; 0 of nothing.
fn share(part: f64, all: f64) -> Confidence {
    if all > 0.0 { confidence((part / all).clamp(0.0, 1.0) as f32) } else { Confidence::default() }
}

impl Reading {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.characters.iter().map(|character| character.character).collect()
    }

    /// The text in an image of this size in pixels.
    ///
    /// The box of a character is as high as the image, and reaches from the columns in which the network sees it to the
    /// middle of the gap to its neighbours; at the ends of the text as far as on its other side. A single character has
    /// its columns only.
    #[must_use]
    pub fn in_image(self, width: u32, height: u32) -> Prediction {
        let Self { characters, confidence, columns, steps } = self;
        if width == 0 || height == 0 || columns.len() != characters.len() {
            return Prediction::new(characters, confidence);
        }
        let scale = f64::from(width) / steps.max(1) as f64;
        let placed = characters.into_iter().enumerate().map(|(i, character)| {
            let gap = |before: Option<&Range<usize>>, after: Option<&Range<usize>>| {
                Some((after?.start - before?.end) as f64 / 2.0)
            };
            let left = gap(i.checked_sub(1).map(|i| &columns[i]), Some(&columns[i]));
            let right = gap(Some(&columns[i]), columns.get(i + 1));
            let start = columns[i].start as f64 - left.or(right).unwrap_or(0.0);
            let end = columns[i].end as f64 + right.or(left).unwrap_or(0.0);
            let x = ((start * scale).round().max(0.0) as u32).min(width - 1);
            let right = ((end * scale).round() as u32).clamp(x + 1, width);
            match GlyphBox::new(x, 0, right - x, height) {
                Ok(bounds) => character.with_bounds(bounds),
                Err(_) => character,
            }
        });
        Prediction::new(placed.collect(), confidence)
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;
    use crate::Architecture;

    fn metadata(characters: &str) -> ModelMetadata {
        let alphabet = Alphabet::new(characters).unwrap();
        ModelMetadata::new(Architecture::sequence(alphabet.len(), 96), alphabet)
    }

    fn decoder(characters: &str, decoding: Decoding) -> Decoder {
        Decoder::new(&metadata(characters), decoding).unwrap()
    }

    #[test]
    fn options_out_of_range_are_told() {
        let error = |decoding| Decoder::new(&metadata("ABC"), decoding).unwrap_err();
        let allowed = Some(Alphabet::new("AX").unwrap());
        assert_eq!(
            error(Decoding::default().with_allowed(allowed)),
            DecodingError::UnknownCharacter { character: 'X', alphabet: "ABC".to_owned() }
        );
        #[expect(clippy::reversed_empty_ranges, reason = "it is what is refused")]
        for lengths in [8..=4, 0..=MAX_LENGTH + 1] {
            let expected = DecodingError::Lengths { start: *lengths.start(), end: *lengths.end() };
            assert_eq!(error(Decoding::default().with_lengths(Some(lengths))), expected);
        }
        for width in [0, 1025, usize::MAX] {
            let search = Search::Prefixes { width };
            assert_eq!(error(Decoding::default().with_search(search)), DecodingError::Width { width });
        }
        let mut metadata = metadata("ABC");
        metadata.temperature = Some(0.0);
        let error = Decoder::new(&metadata, Decoding::default()).unwrap_err();
        assert_eq!(error, DecodingError::Temperature { actual: 0.0 });
    }

    #[test]
    fn scores_that_do_not_fit_are_told() {
        let decoder = decoder("ABC", Decoding::default().with_lengths(Some(5..=6)));
        let error = |logits: Array2<f32>| decoder.sequence(&logits.view()).unwrap_err();
        assert_eq!(error(Array2::zeros((4, 4))), DecodingError::TooFewSteps { steps: 4, shortest: 5 });
        assert_eq!(error(Array2::zeros((9, 3))), DecodingError::Classes { expected: 4, actual: 3 });
        assert!(matches!(error(Array2::from_elem((9, 4), f32::NAN)), DecodingError::NotFinite(_)));
        assert_eq!(
            error(Array2::zeros((700_000, 4))),
            TooManyStates { steps: 700_000, classes: 4, longest: 6 }.into()
        );
        let error = decoder.letter([0.0; 4]).unwrap_err();
        assert_eq!(error, DecodingError::Classes { expected: 3, actual: 4 });
    }

    #[test]
    fn letters_are_of_those_that_are_allowed_and_cooled_by_the_temperature() {
        let mut metadata = metadata("ABC");
        let all = Decoding::default().with_alternatives(usize::MAX);
        let free = Decoder::new(&metadata, all).unwrap();
        let character = free.letter([3.0, 2.0, 1.0]).unwrap();
        assert_eq!((character.character, character.alternatives.len()), ('A', 2));
        let sure = character.confidence.value();
        metadata.temperature = Some(2.0);
        let allowed = Decoding::default().with_allowed(Some(Alphabet::new("CB").unwrap()));
        let character = Decoder::new(&metadata, allowed).unwrap().letter([3.0, 2.0, 1.0]).unwrap();
        assert_eq!((character.character, character.alternatives.len()), ('B', 1));
        let expected = 1.0 / (1.0 + (-0.5f32).exp());
        assert!((character.confidence.value() - expected).abs() < 1e-6);
        let cooled = Decoder::new(&metadata, Decoding::default()).unwrap();
        assert!(cooled.letter([3.0, 2.0, 1.0]).unwrap().confidence.value() < sure);
        assert_eq!(free.letter([f32::NAN; 3]).unwrap().confidence.value(), 0.0);
    }

    #[test]
    fn characters_have_their_places() {
        // A in steps 2 and 3, B in step 6, A in step 9 of 12, in an image 120 pixels wide.
        let mut logits = Array2::zeros((12, 3));
        logits.column_mut(2).fill(9.0);
        for (step, class) in [(2, 0), (3, 0), (6, 1), (9, 0)] {
            logits[[step, 2]] = 0.0;
            logits[[step, class]] = 9.0;
        }
        let reading = decoder("AB", Decoding::default()).sequence(&logits.view()).unwrap();
        assert_eq!((reading.columns.clone(), reading.steps), (vec![2..4, 6..7, 9..10], 12));
        assert!(reading.confidence.value() > 0.9);
        let prediction = reading.in_image(120, 50);
        assert_eq!(prediction.text, "ABA");
        let bounds: Vec<_> =
            prediction.characters.iter().map(|character| character.bounds.unwrap()).collect();
        assert_eq!(bounds[0], GlyphBox::new(10, 0, 40, 50).unwrap());
        assert_eq!(bounds[1], GlyphBox::new(50, 0, 30, 50).unwrap());
        assert_eq!(bounds[2], GlyphBox::new(80, 0, 30, 50).unwrap());
    }

    #[test]
    fn what_the_network_rules_out_is_read_without_confidence() {
        let mut logits = Array2::zeros((6, 3));
        logits.column_mut(2).fill(1e30);
        for search in [Search::BestPath, Search::default()] {
            let decoding = Decoding::default().with_search(search).with_lengths(Some(3..=4));
            let reading = decoder("AB", decoding).sequence(&logits.view()).unwrap();
            assert_eq!((reading.characters.len(), reading.confidence.value()), (3, 0.0));
            assert_eq!(reading.columns.len(), 3);
        }
    }

    #[test]
    fn an_empty_text_has_no_characters() {
        let reading = decoder("AB", Decoding::default()).sequence(&array![[0.0, 0.0, 9.0]].view()).unwrap();
        let prediction = reading.in_image(10, 10);
        assert!(prediction.text.is_empty() && prediction.confidence.value() > 0.9);
    }

    proptest! {
        #[test]
        fn masks_and_lengths_are_hard(
            logits in prop::collection::vec(-12.0f32..12.0, 20 * 5), greedy: bool, one: bool,
            low in 0usize..9, more in 0usize..3,
        ) {
            let logits = Array2::from_shape_vec((20, 5), logits).unwrap();
            let allowed = if one { "D" } else { "BD" };
            let decoding = Decoding::default()
                .with_search(if greedy { Search::BestPath } else { Search::Prefixes { width: 2 } })
                .with_allowed(Some(Alphabet::new(allowed).unwrap()))
                .with_lengths(Some(low..=low + more));
            let reading = decoder("ABCD", decoding).sequence(&logits.view()).unwrap();
            let text = reading.text();
            prop_assert!(text.chars().all(|character| allowed.contains(character)), "{text}");
            prop_assert!((low..=low + more).contains(&text.len()), "{text}");
            let confidence = reading.confidence.value();
            prop_assert!((0.0..=1.0).contains(&confidence));
            for character in &reading.characters {
                let all = character.alternatives.iter().chain([&Alternative {
                    character: character.character, confidence: character.confidence,
                }]).map(|alternative| alternative.confidence.value()).sum::<f32>();
                prop_assert!((all - 1.0).abs() < 1e-4, "{all}");
                // A text of this length is no surer than any of its characters.
                if more == 0 {
                    prop_assert!(confidence <= character.confidence.value() + 1e-4);
                }
            }
            prop_assert!(reading.columns.windows(2).all(|pair| pair[0].end <= pair[1].start));
            let prediction = reading.in_image(7, 3);
            for bounds in prediction.characters.iter().filter_map(|character| character.bounds) {
                prop_assert!(bounds.right() <= 7 && bounds.height() == 3);
            }
        }
    }
}
