//! Labelled images, and the images of a source, into memory as letters.

use captcha_core::{Alphabet, Monitor, seed, to_gray};
use captcha_segment::Segmenter;
use image::GrayImage;

use crate::letters::cut::{Cutout, Skip, cut, cut_sample};
use crate::parallel::pool::{Work, chunk_size};
use crate::{CaptchaSource, DatasetError, LabelledFolder, LetterSet, LetterSummary};

impl LetterSet {
    /// Cuts the images of `folder` into letters, in parallel and without writing anything. Uses the threads of the
    /// `rayon` pool that it is called in.
    ///
    /// # Errors
    /// [`DatasetError::NothingSegmented`] if not one image could be cut; [`DatasetError::Interrupted`].
    pub fn from_samples(
        folder: &LabelledFolder,
        segmenter: &Segmenter,
        monitor: &dyn Monitor,
    ) -> Result<(Self, LetterSummary), DatasetError> {
        collect(folder.alphabet(), segmenter, folder.len() as u64, monitor, |index| {
            Ok(match folder.sample(index as usize) {
                Some(sample) => cut_sample(segmenter, &sample),
                None => Ok(Vec::new()),
            })
        })
    }

    /// Cuts `count` CAPTCHAs of `source` into letters, in parallel and without writing anything. Image
    /// `i` has the seed `captcha_core::seed::derive(seed, i)`, as in a corpus. Uses the threads of the `rayon` pool
    /// that it is called in.
    ///
    /// # Errors
    /// The error of the source if it can't give a CAPTCHA; [`DatasetError::NothingSegmented`] if not one image could be
    /// cut; [`DatasetError::Interrupted`].
    pub fn from_source(
        source: &dyn CaptchaSource,
        count: u64,
        seed: u64,
        segmenter: &Segmenter,
        monitor: &dyn Monitor,
    ) -> Result<(Self, LetterSummary), DatasetError> {
        collect(source.alphabet(), segmenter, count, monitor, |index| {
            let (image, text) = source.image(seed::derive(seed, index))?;
            Ok(cut(segmenter, &to_gray(&image), &text)
                .map_err(|(reason, detail)| (reason, format!("{text}: {detail}"))))
        })
    }
}

/// The letters of `count` images.
fn collect(
    alphabet: &Alphabet,
    segmenter: &Segmenter,
    count: u64,
    monitor: &dyn Monitor,
    letters_of: impl Fn(u64) -> Result<Result<Vec<Cutout>, Skip>, DatasetError> + Sync,
) -> Result<(LetterSet, LetterSummary), DatasetError> {
    let mut letters = LetterSet::new(alphabet.clone(), segmenter.options().letter_size)
        .with_segmentation(Some(segmenter.options().clone()));
    let mut summary = LetterSummary { images: count, ..LetterSummary::default() };
    let work = Work::new(monitor, count);
    let mut next = 0;
    while next < count {
        let chunk: Vec<u64> = (next..count.min(next + chunk_size() as u64)).collect();
        next += chunk.len() as u64;
        for cut in work.finished(work.each(&chunk, |&index| letters_of(index)))? {
            match cut {
                Ok(cut) => {
                    summary.segmented += 1;
                    summary.letters += cut.len() as u64;
                    cut.iter().try_for_each(|(character, image): &(char, GrayImage)| {
                        letters.push(image, *character)
                    })?;
                }
                Err((reason, detail)) => summary.skipped.add(reason, || detail),
            }
        }
    }
    if letters.is_empty() {
        return Err(DatasetError::NothingSegmented { images: count, skipped: summary.skipped });
    }
    Ok((letters, summary))
}
