//! How a model reads.

use captcha_core::image::GrayImage;
use captcha_core::ink::ink_batch;
use captcha_infer::{Decoder, LabelledLogits, ModelMetadata, Prediction, Recognizer};
use captcha_segment::Segmenter;

use super::{letters, sequence};
use crate::error::SolveError;

/// How a model reads.
pub(super) enum Reader {
    /// One letter after the other.
    Letters(Segmenter),
    /// The whole image at once.
    Sequence,
}

impl Reader {
    /// How the model of these metadata reads.
    pub(super) fn of(metadata: &ModelMetadata) -> Result<Self, SolveError> {
        match metadata.architecture.is_sequence() {
            true => Ok(Self::Sequence),
            false => Ok(Self::Letters(letters::segmenter(metadata)?)),
        }
    }

    /// The text of an image.
    pub(super) fn read(
        &self,
        recognizer: &dyn Recognizer,
        decoder: &Decoder,
        image: &GrayImage,
    ) -> Result<Prediction, SolveError> {
        match self {
            Self::Letters(segmenter) => letters::read(recognizer, segmenter, decoder, image),
            Self::Sequence => sequence::read(recognizer, decoder, image),
        }
    }

    /// The scores of an image that shows these classes; `None` if it can't be used.
    pub(super) fn labelled(
        &self,
        recognizer: &dyn Recognizer,
        decoder: &Decoder,
        image: &GrayImage,
        classes: Vec<usize>,
    ) -> Option<Vec<LabelledLogits>> {
        match self {
            Self::Letters(segmenter) => {
                let lengths = classes.len()..=classes.len();
                let image = recognizer.metadata().preparation.levels(image);
                let letters = letters::cut(segmenter, &image, Some(&lengths)).ok()?.letters;
                let batch = ink_batch(letters.iter().map(|letter| &letter.image))?;
                let logits = recognizer.logits(batch.view()).ok()?;
                let scores = logits.outer_iter().zip(classes);
                scores.map(|(letter, class)| LabelledLogits::letter(&letter.row(0), class)).collect()
            }
            Self::Sequence => {
                let logits = sequence::logits(recognizer, image).ok()?;
                let lengths = decoder.decoding().lengths.clone();
                Some(vec![LabelledLogits::text(&logits.view(), classes, lengths)?])
            }
        }
    }
}
