//! Letter images to characters.

use captcha_core::image::GrayImage;
use captcha_core::ink::ink_batch;

use crate::{Character, Decoder, RecognizeError, Recognizer};

/// The characters that letter images show, in the same order.
///
/// `letters` are dark ink on white paper, each of the size that the model takes; `decoder` is one for the same model.
///
/// # Errors
/// [`RecognizeError`] if the sizes do not fit or the backend fails.
pub fn read_letters<'a>(
    recognizer: &dyn Recognizer,
    letters: impl IntoIterator<Item = &'a GrayImage>,
    decoder: &Decoder,
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
    let wrong = RecognizeError::WrongOutput { expected, actual };
    if actual != expected {
        return Err(wrong);
    }
    let characters: Result<Vec<Character>, _> =
        logits.outer_iter().map(|letter| decoder.letter(letter.iter().copied())).collect();
    // A decoder for another alphabet.
    characters.map_err(|_| wrong)
}
