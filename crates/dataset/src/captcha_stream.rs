//! Whole CAPTCHAs drawn on the fly.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::{Alphabet, ink, seed, to_gray};
use image::{DynamicImage, GrayImage, Luma};
use ndarray::Array4;

use crate::blocks::Blocks;
use crate::stream::{Counters, Timed};
use crate::{Batch, CaptchaSource, DatasetError, StreamOptions, StreamStats, TrainingData};

/// CAPTCHAs that are drawn before a stream is taken to be one that works.
const TRIED: u64 = 8;

/// Whole images with their texts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CaptchaBatch {
    /// `[n, 1, height, width]`, ink = 1, paper = 0, as large as the largest image; smaller ones are at the top left
    /// and paper is around them.
    pub images: Array4<f32>,
    /// The width of each image in pixels, without the paper that was added; `n` of them.
    pub widths: Vec<usize>,
    /// The text of each image, `n` of them.
    pub texts: Vec<String>,
}

impl CaptchaBatch {
    /// The batch of these images, each with its text.
    #[must_use]
    pub fn new(captchas: Vec<(GrayImage, String)>) -> Self {
        let width = captchas.iter().map(|(image, _)| image.width()).max().unwrap_or(0);
        let height = captchas.iter().map(|(image, _)| image.height()).max().unwrap_or(0);
        let mut images = Array4::zeros((captchas.len(), 1, height as usize, width as usize));
        let mut batch = Self { images: Array4::zeros((0, 1, 0, 0)), widths: Vec::new(), texts: Vec::new() };
        for ((image, text), mut out) in captchas.into_iter().zip(images.outer_iter_mut()) {
            let padded;
            let levels = if image.dimensions() == (width, height) {
                image.as_raw()
            } else {
                let mut paper = GrayImage::from_pixel(width, height, Luma([255]));
                image::imageops::replace(&mut paper, &image, 0, 0);
                padded = paper;
                padded.as_raw()
            };
            if let Some(values) = out.as_slice_mut() {
                ink::write_ink(levels, values);
            }
            batch.widths.push(image.width() as usize);
            batch.texts.push(text);
        }
        batch.images = images;
        batch
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no image.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// What is done to an image before it goes into a batch.
type Prepare = Arc<dyn Fn(&DynamicImage) -> GrayImage + Send + Sync>;

/// Whole CAPTCHAs that are drawn on the fly, in background threads, for networks that read the whole image: every
/// image of every epoch is a new one, and nothing is kept in memory or on disk.
///
/// The batches are a pure function of source, seed, epoch and batch size, for any number of threads.
///
/// ```
/// use captcha_dataset::{CaptchaStream, StreamOptions};
/// use captcha_render::{Renderer, Style};
///
/// let stream = CaptchaStream::new(Renderer::new(Style::seed())?, StreamOptions::new(20).with_seed(7))?;
/// for batch in stream.epoch(0, 10) {
///     assert_eq!(batch.images.shape(), [10, 1, 150, 300]);
///     assert_eq!(batch.texts[0].len(), 6);
/// }
/// assert_eq!(stream.stats().batches, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CaptchaStream {
    source: Arc<dyn CaptchaSource>,
    prepare: Prepare,
    options: StreamOptions,
    counters: Counters,
}

impl fmt::Debug for CaptchaStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaptchaStream").field("options", &self.options).finish_non_exhaustive()
    }
}

impl CaptchaStream {
    /// A stream of the CAPTCHAs of `source`, in grey levels. Draws a few to see that it can.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] if an epoch would have no images, [`DatasetError::Style`] if a CAPTCHA can't be
    /// drawn.
    pub fn new(source: impl CaptchaSource + 'static, options: StreamOptions) -> Result<Self, DatasetError> {
        options.check()?;
        for index in 0..TRIED {
            source.image(seed::derive(options.seed, index)).map_err(DatasetError::Style)?;
        }
        let prepare: Prepare = Arc::new(to_gray);
        Ok(Self { source: Arc::new(source), prepare, options, counters: Counters::default() })
    }

    /// The same with images that `prepare` makes of those that are drawn, in the background threads: what inference
    /// does before the network sees an image, such as a reduction to its height.
    #[must_use]
    pub fn with_prepare(
        mut self,
        prepare: impl Fn(&DynamicImage) -> GrayImage + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Arc::new(prepare);
        self
    }

    /// The characters that the texts have.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        self.source.alphabet()
    }

    /// How many images an epoch has.
    #[must_use]
    pub fn images_per_epoch(&self) -> usize {
        self.options.per_epoch
    }

    /// What the stream did so far, and how long its taker waited.
    #[must_use]
    pub fn stats(&self) -> StreamStats {
        self.counters.stats()
    }

    /// The batches of epoch `epoch`, from 0: all of `batch` images, but for the last, which has the rest. None if
    /// `batch` is 0. An image that can't be drawn is left out of its batch and counted by [`stats`](Self::stats).
    ///
    /// Dropping the iterator stops its threads.
    pub fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = CaptchaBatch> + '_> {
        if batch == 0 {
            return Box::new(std::iter::empty());
        }
        let (per_epoch, batch) = (self.options.per_epoch as u64, batch as u64);
        let epoch_seed = seed::derive(self.options.seed, epoch);
        let (source, prepare) = (Arc::clone(&self.source), Arc::clone(&self.prepare));
        let make = move |block: u64, stop: &AtomicBool| {
            let images = block * batch..per_epoch.min((block + 1) * batch);
            let asked = images.end - images.start;
            let mut captchas = Vec::with_capacity(asked as usize);
            for index in images {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                if let Ok((image, text)) = source.image(seed::derive(epoch_seed, index)) {
                    captchas.push((prepare(&image), text));
                }
            }
            let failed = asked - captchas.len() as u64;
            Some((CaptchaBatch::new(captchas), asked, failed))
        };
        let batches = Blocks::start(self.options.thread_count(), per_epoch.div_ceil(batch), Arc::new(make));
        let counted = batches.map(|(batch, asked, failed)| {
            self.counters.add_images(asked, failed);
            batch
        });
        Box::new(Timed::new(counted, &self.counters))
    }
}

/// Batches of whole texts.
impl TrainingData for CaptchaStream {
    fn alphabet(&self) -> &Alphabet {
        self.source.alphabet()
    }

    fn samples_per_epoch(&self) -> usize {
        self.options.per_epoch
    }

    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Batch> + '_> {
        let alphabet = self.source.alphabet();
        Box::new(CaptchaStream::epoch(self, epoch, batch).map(|batch| {
            let lengths = batch.texts.iter().map(|text| text.chars().count()).collect();
            // A character that the source does not own up to gets a class that there is not, which training refuses.
            let class = |character| alphabet.index_of(character).unwrap_or(alphabet.len());
            let labels = batch.texts.iter().flat_map(|text| text.chars()).map(class).collect();
            Batch { images: batch.images, labels, lengths: Some(lengths) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_images_are_padded_with_paper() {
        let image = |width, height| GrayImage::from_pixel(width, height, Luma([0]));
        let batch = CaptchaBatch::new(vec![(image(3, 2), "A".to_owned()), (image(2, 4), "B".to_owned())]);
        assert_eq!(batch.images.shape(), [2, 1, 4, 3]);
        assert_eq!(batch.widths, [3, 2]);
        assert_eq!(batch.images.sum(), 6.0 + 8.0);
        assert_eq!((batch.images[[0, 0, 1, 2]], batch.images[[0, 0, 2, 0]]), (1.0, 0.0));
        assert_eq!((batch.images[[1, 0, 3, 1]], batch.images[[1, 0, 0, 2]]), (1.0, 0.0));
        assert!(CaptchaBatch::new(Vec::new()).is_empty());
    }
}
