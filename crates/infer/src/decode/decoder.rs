//! From scores to characters.

use std::ops::Range;

use captcha_core::ndarray::ArrayView2;

use super::classes::Classes;
use super::decoding::MAX_WIDTH;
use crate::ctc::{self, Posteriors, TooManyStates};
use crate::{
    Alternative, Character, Confidence, Decoding, DecodingError, MAX_LENGTH, ModelMetadata, Reading, Search,
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
    classes: Classes,
    temperature: f32,
    decoding: Decoding,
}

impl Decoder {
    /// A decoder for the model of `metadata`.
    ///
    /// # Errors
    /// [`DecodingError`] names the option that is out of its range.
    pub fn new(metadata: &ModelMetadata, decoding: Decoding) -> Result<Self, DecodingError> {
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
        Ok(Self { classes: Classes::new(&metadata.alphabet, &decoding)?, temperature, decoding })
    }

    /// What is known of a text, and how it is looked for.
    #[must_use]
    pub fn decoding(&self) -> &Decoding {
        &self.decoding
    }

    /// Whether every character of `text` is one that the model reads, in this case or, if case is ignored, in any.
    #[must_use]
    pub fn knows(&self, text: &str) -> bool {
        text.chars().all(|c| self.classes.alphabet().contains(self.classes.representative(c)))
    }

    /// `text` for comparisons: texts that count as the same have the same one. Without
    /// [`ignore_case`](Decoding::ignore_case) it is the text itself; with it, each character that the model reads in
    /// both cases is in the case that comes first in the model's alphabet.
    #[must_use]
    pub fn comparable(&self, text: &str) -> String {
        text.chars().map(|character| self.classes.representative(character)).collect()
    }

    /// The character of a letter network's scores `[classes]`: the most probable one that is allowed.
    ///
    /// Scores that are not finite are sure of nothing: the confidence is 0 then.
    ///
    /// # Errors
    /// [`DecodingError::Classes`] unless there is one score for each character of the alphabet.
    pub fn letter(&self, logits: impl IntoIterator<Item = f32>) -> Result<Character, DecodingError> {
        let mut scores: Vec<f32> = logits.into_iter().map(|logit| logit / self.temperature).collect();
        self.check_classes(scores.len(), self.classes.len())?;
        for (_, score) in scores.iter_mut().enumerate().filter(|(class, _)| !self.classes.allows(*class)) {
            *score = f32::NEG_INFINITY;
        }
        crate::softmax(&mut scores);
        let written = self.classes.written(|class| scores[class].into());
        let shares = match self.classes.groups() {
            Some((groups, count)) => {
                let mut shares = vec![0.0; count];
                groups.iter().zip(&scores).for_each(|(&group, score)| shares[group] += score);
                // Rounding must not make them more than 1.
                shares.iter().map(|share: &f32| if *share > 1.0 { 1.0 } else { *share }).collect()
            }
            None => scores,
        };
        // An alphabet is never empty, nor is one that is allowed.
        Character::from_candidates(self.candidates(&shares, &written))
            .ok_or(DecodingError::Classes { expected: self.classes.len(), actual: 0 })
    }

    /// The text of a sequence network's scores `[steps, classes]`, the blank last.
    ///
    /// # Errors
    /// [`DecodingError::Classes`] unless there is one score for each character of the alphabet and one for the blank,
    /// [`DecodingError::NotFinite`] if one is no number, [`DecodingError::TooFewSteps`] if no text of the lengths that
    /// were asked for fits into the steps, [`DecodingError::TooManyStates`] if there are so many scores that a text of
    /// such a length would take more than 128 MiB.
    pub fn sequence(&self, logits: &ArrayView2<'_, f32>) -> Result<Reading, DecodingError> {
        self.check_classes(logits.ncols(), self.classes.len() + 1)?;
        let of_network =
            Posteriors::from_logits(logits, self.temperature, |class| self.classes.allows(class))?;
        let merged = self.classes.groups().map(|(groups, count)| of_network.merged(groups, count));
        let posteriors = merged.as_ref().unwrap_or(&of_network);
        let lengths = self.decoding.lengths.as_ref();
        TooManyStates::check(posteriors, lengths.map_or(0, |lengths| *lengths.end()))?;
        let found = match self.decoding.search {
            Search::BestPath => ctc::best_path(posteriors, lengths).map(|text| {
                let all = lengths.map_or(1.0, |lengths| ctc::probability_of_lengths(posteriors, lengths));
                (ctc::log_probability(posteriors, &text).exp(), all, text)
            }),
            Search::Prefixes { width } => {
                let found = ctc::prefix_search(posteriors, lengths, width, 1);
                let best = found.candidates.into_iter().next();
                best.map(|best| (best.probability, found.total, best.text))
            }
        };
        let (probability, all, text) = found.ok_or_else(|| DecodingError::TooFewSteps {
            steps: posteriors.steps(),
            shortest: lengths.map_or(0, |lengths| *lengths.start()),
        })?;
        TooManyStates::check(posteriors, text.len())?;
        let columns = ctc::align(posteriors, &text).unwrap_or_default();
        Ok(Reading {
            characters: self.characters(posteriors, &of_network, &text, &columns),
            confidence: share(probability, all),
            columns,
            steps: posteriors.steps(),
        })
    }

    fn check_classes(&self, actual: usize, expected: usize) -> Result<(), DecodingError> {
        if actual == expected { Ok(()) } else { Err(DecodingError::Classes { expected, actual }) }
    }

    /// The characters of a text, which has these columns; `posteriors` are of what is told apart.
    fn characters(
        &self,
        posteriors: &Posteriors,
        of_network: &Posteriors,
        text: &[usize],
        columns: &[Range<usize>],
    ) -> Vec<Character> {
        let shares = ctc::character_posteriors(posteriors, text.len());
        let characters = text.iter().enumerate().filter_map(|(place, &class)| {
            let columns = columns.get(place).cloned().unwrap_or(0..posteriors.steps());
            let rows: Vec<&[f64]> = of_network.rows().skip(columns.start).take(columns.len()).collect();
            let written = self.classes.written(|class| rows.iter().map(|row| row[class]).sum());
            let character = written[class]?;
            let Some(shares) = shares.as_ref().map(|shares| &shares[place]) else {
                let confidence = Confidence::default();
                return Character::from_candidates(vec![Alternative { character, confidence }]);
            };
            let mut shares: Vec<f32> = shares.iter().map(|&share| share as f32).collect();
            let confidence = confidence(shares[class]);
            // The one that was read first, whatever the others have.
            shares[class] = f32::INFINITY;
            let mut candidates = self.candidates(&shares, &written);
            candidates[0].confidence = confidence;
            Character::from_candidates(candidates)
        });
        characters.collect()
    }

    /// The most probable characters that are allowed, most probable first.
    fn candidates(&self, probabilities: &[f32], written: &[Option<char>]) -> Vec<Alternative> {
        let allowed = probabilities.iter().zip(written);
        let mut candidates: Vec<(f32, char)> =
            allowed.filter_map(|(&probability, &written)| Some((probability, written?))).collect();
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

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::{Array2, array};
    use captcha_core::{Alphabet, GlyphBox};
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

    /// A decoder that ignores case.
    fn folding(characters: &str, asked: Option<&str>) -> Decoder {
        let asked = asked.map(|asked| Alphabet::new(asked).unwrap());
        decoder(characters, Decoding::default().with_ignore_case(true).with_allowed(asked))
    }

    #[test]
    fn letters_of_both_cases_are_one() {
        let logits = [2.0f32, 1.9, 2.5];
        let sum: f32 = logits.iter().map(|logit| logit.exp()).sum();
        let expected = (logits[0].exp() + logits[1].exp()) / sum;
        for (asked, read) in [(None, 'A'), (Some("ab"), 'a'), (Some("BA"), 'A'), (Some("Aab"), 'A')] {
            let character = folding("AaB", asked).letter(logits).unwrap();
            assert_eq!((character.character, character.alternatives.len()), (read, 1), "{asked:?}");
            assert!((character.confidence.value() - expected).abs() < 1e-6);
        }
        assert_eq!(decoder("AaB", Decoding::default()).letter(logits).unwrap().character, 'B');
        let only = folding("AaB", Some("a")).letter(logits).unwrap();
        assert_eq!((only.character, only.confidence.value()), ('a', 1.0));
        assert_eq!(
            folding("AB", Some("b")).letter([1.0, 0.0]).unwrap().character,
            'b',
            "the model has but B"
        );
    }

    #[test]
    fn a_text_is_in_the_case_that_is_asked_for_or_else_likelier_where_it_is_seen() {
        // A, a, B and the blank: a then A in two neighbouring steps is one letter, and B is the second.
        let mut logits = Array2::zeros((6, 4));
        logits.column_mut(3).fill(8.0);
        for (step, values) in
            [(1, [6.0, 9.0, 0.0, 0.0]), (2, [9.5, 6.0, 0.0, 0.0]), (4, [0.0, 0.0, 9.0, 0.0])]
        {
            logits.row_mut(step).assign(&array![values[0], values[1], values[2], values[3]]);
        }
        let view = logits.view();
        assert_eq!(decoder("AaB", Decoding::default()).sequence(&view).unwrap().text(), "aAB");
        let free = folding("AaB", None);
        let reading = free.sequence(&view).unwrap();
        assert_eq!((reading.text(), &reading.columns[..]), ("AB".to_owned(), &[1..3, 4..5][..]));
        assert!(reading.confidence.value() > 0.98, "{:?}", reading.confidence);
        for (asked, text) in [("ab", "ab"), ("Ab", "Ab"), ("aAb", "Ab")] {
            for search in [Search::BestPath, Search::default()] {
                let decoding = folding("AaB", Some(asked)).decoding().clone().with_search(search);
                assert_eq!(decoder("AaB", decoding).sequence(&view).unwrap().text(), text);
            }
        }
        assert!(free.knows("Aab") && !free.knows("c") && !decoder("Aa", Decoding::default()).knows("B"));
        assert_eq!(
            (free.comparable("aAbc"), decoder("Aa", Decoding::default()).comparable("aA")),
            ("AABc".to_owned(), "aA".to_owned())
        );
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
        fn without_two_cases_of_a_letter_nothing_changes(
            logits in prop::collection::vec(-9.0f32..9.0, 12 * 4), low in 0usize..4,
        ) {
            let logits = Array2::from_shape_vec((12, 4), logits).unwrap();
            let lengths = Decoding::default().with_lengths(Some(low..=low + 2));
            let plain = decoder("aB7", lengths.clone()).sequence(&logits.view()).unwrap();
            let folding = decoder("aB7", lengths.with_ignore_case(true)).sequence(&logits.view()).unwrap();
            prop_assert_eq!(plain, folding);
        }

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
