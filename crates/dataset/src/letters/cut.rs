//! From a labelled image to its letters.

use captcha_core::{DecodeError, describe};
use captcha_segment::Segmenter;
use image::GrayImage;

use crate::{Sample, SkipReason};

/// A letter image and the character that it shows.
pub(crate) type Cutout = (char, GrayImage);

/// Why an image was left out, with a message for people.
pub(crate) type Skip = (SkipReason, String);

/// The letters of `image`, which shows `text`.
pub(crate) fn cut(segmenter: &Segmenter, image: &GrayImage, text: &str) -> Result<Vec<Cutout>, Skip> {
    let expected = text.chars().count();
    let segmentation = segmenter
        .segment(image, Some(expected))
        .map_err(|error| (SkipReason::NotSegmented(error.reason().to_owned()), describe(&error)))?;
    Ok(text.chars().zip(segmentation.letters).map(|(character, letter)| (character, letter.image)).collect())
}

/// The letters of the image of `sample`. The reason of a failure names the file.
pub(crate) fn cut_sample(segmenter: &Segmenter, sample: &Sample) -> Result<Vec<Cutout>, Skip> {
    let named = |detail: &str| format!("{}: {detail}", sample.name());
    let image = sample.load_gray().map_err(|error| {
        // The error names the whole path; what is written down is to be the same wherever the folder is.
        let source: &DecodeError = match &error {
            DecodeError::File { source, .. } => source,
            error => error,
        };
        (SkipReason::Unreadable, named(&describe(source)))
    })?;
    cut(segmenter, &image, sample.label.as_str()).map_err(|(reason, detail)| (reason, named(&detail)))
}
