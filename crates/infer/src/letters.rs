//! Letter images to characters.

use captcha_core::Alphabet;
use captcha_core::image::GrayImage;
use captcha_core::ink::ink_batch;

use crate::{Alternative, Character, Confidence, RecognizeError, Recognizer, softmax};

/// The characters that letter images show, in the same order, each with its `alternatives` next best readings.
///
/// `letters` are dark ink on white paper, each of the size that the model takes.
///
/// # Errors
/// [`RecognizeError`] if the sizes do not fit or the backend fails.
pub fn read_letters<'a>(
    recognizer: &dyn Recognizer,
    letters: impl IntoIterator<Item = &'a GrayImage>,
    alternatives: usize,
) -> Result<Vec<Character>, RecognizeError> {
    let letters: Vec<&GrayImage> = letters.into_iter().collect();
    if letters.is_empty() {
        return Ok(Vec::new());
    }
    let metadata = recognizer.metadata();
    let expected = metadata.architecture.input;
    let batch = ink_batch(letters.iter().copied()).ok_or(RecognizeError::MixedSizes { expected })?;
    let logits = recognizer.logits(batch.view())?;
    let expected = [letters.len(), 1, metadata.alphabet.len()];
    let actual = [logits.shape()[0], logits.shape()[1], logits.shape()[2]];
    if actual != expected {
        return Err(RecognizeError::WrongOutput { expected, actual });
    }
    let mut scores = vec![0.0; metadata.alphabet.len()];
    Ok(logits
        .outer_iter()
        .filter_map(|letter| {
            scores.iter_mut().zip(letter.iter()).for_each(|(score, &logit)| *score = logit);
            softmax(&mut scores);
            Character::from_candidates(best(&metadata.alphabet, &scores, alternatives + 1))
        })
        .collect())
}

/// The `count` most probable characters, most probable first.
fn best(alphabet: &Alphabet, probabilities: &[f32], count: usize) -> Vec<Alternative> {
    let mut candidates: Vec<Alternative> = alphabet
        .characters()
        .iter()
        .zip(probabilities)
        .map(|(&character, &probability)| Alternative {
            character,
            // A network that was fed or trained into NaN is sure of nothing.
            confidence: Confidence::new(probability).unwrap_or_default(),
        })
        .collect();
    candidates.sort_by(|a, b| b.confidence.value().total_cmp(&a.confidence.value()));
    candidates.truncate(count);
    candidates
}
