//! The whole image at once: a sequence network reads it column by column.

use captcha_core::image::GrayImage;
use captcha_core::ink::ink_batch;
use captcha_core::ndarray::{Array2, Axis};
use captcha_infer::{Decoder, Prediction, RecognizeError, Recognizer};

use crate::error::SolveError;

/// The most times that an image may be as wide as it is high: a line of 64 letters is less.
const WIDEST: u32 = 64;

/// The text of an image.
pub(super) fn read(
    recognizer: &dyn Recognizer,
    decoder: &Decoder,
    image: &GrayImage,
) -> Result<Prediction, SolveError> {
    let reading = decoder.sequence(&logits(recognizer, image)?.view())?;
    Ok(reading.in_image(image.width(), image.height()))
}

/// The network's scores of an image, `[steps, classes]`.
pub(super) fn logits(recognizer: &dyn Recognizer, image: &GrayImage) -> Result<Array2<f32>, SolveError> {
    let (width, height) = image.dimensions();
    if width / WIDEST > height {
        return Err(SolveError::TooWide { width, height, limit: WIDEST });
    }
    let metadata = recognizer.metadata();
    let expected = metadata.architecture.input;
    let batch = ink_batch([&metadata.prepare(image)?]).ok_or(RecognizeError::MixedSizes { expected })?;
    let logits = recognizer.logits(batch.view())?;
    let (images, steps, classes) = logits.dim();
    if images != 1 {
        return Err(RecognizeError::WrongOutput {
            expected: [1, steps, classes],
            actual: [images, steps, classes],
        }
        .into());
    }
    Ok(logits.index_axis_move(Axis(0), 0))
}
