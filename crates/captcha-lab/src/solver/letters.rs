//! The classic way: cut the image into letters, classify each.

use std::ops::RangeInclusive;

use captcha_core::image::GrayImage;
use captcha_infer::{Character, Decoder, ModelMetadata, Prediction, Recognizer, read_letters};
use captcha_segment::{SegmentError, SegmentOptions, Segmentation, Segmenter};

use crate::error::SolveError;

/// The segmenter that the metadata of a letter model ask for.
pub(super) fn segmenter(metadata: &ModelMetadata) -> Result<Segmenter, SolveError> {
    let input = metadata.architecture.input;
    let options = match &metadata.segmentation {
        Some(options) => {
            serde_json::from_value(options.clone()).map_err(|error| SolveError::Segmentation(error.into()))?
        }
        None => SegmentOptions::default(),
    };
    let size = options.letter_size;
    let expected = [input.channels, input.height, input.width];
    if expected != [1, size as usize, size as usize] {
        return Err(SolveError::LetterSize { expected, actual: size });
    }
    Ok(Segmenter::new(options)?)
}

/// The text of an image.
pub(super) fn read(
    recognizer: &dyn Recognizer,
    segmenter: &Segmenter,
    decoder: &Decoder,
    image: &GrayImage,
) -> Result<Prediction, SolveError> {
    let image = recognizer.metadata().preparation.levels(image);
    let segmentation = cut(segmenter, &image, decoder.decoding().lengths.as_ref())?;
    let letters = segmentation.letters.iter().map(|letter| &letter.image);
    let characters = read_letters(recognizer, letters, decoder)?;
    let placed = characters.into_iter().zip(&segmentation.letters);
    Ok(Prediction::from_characters(
        placed.map(|(character, letter)| Character::with_bounds(character, letter.bounds)).collect(),
    ))
}

/// The letters of an image that is prepared for the model, as many as `lengths` allow. If the ink suggests another
/// number, the nearest one that is allowed is tried.
pub(super) fn cut(
    segmenter: &Segmenter,
    image: &GrayImage,
    lengths: Option<&RangeInclusive<usize>>,
) -> Result<Segmentation, SegmentError> {
    let Some(lengths) = lengths else { return segmenter.segment(image, None) };
    let (fewest, most) = (*lengths.start(), *lengths.end());
    if fewest == most {
        return segmenter.segment(image, Some(most));
    }
    let free = segmenter.segment(image, None)?;
    match free.letters.len() {
        found if found < fewest => segmenter.segment(image, Some(fewest)),
        found if found > most => segmenter.segment(image, Some(most)),
        _ => Ok(free),
    }
}
