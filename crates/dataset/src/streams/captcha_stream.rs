//! Whole CAPTCHAs that are drawn while a network trains.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::{Alphabet, Fingerprint, describe, seed, to_gray};
use image::{DynamicImage, GrayImage};
use serde_json::Value;

use crate::images::prepare::{Prepare, in_words};
use crate::parallel::ordered::Blocks;
use crate::streams::options::{Counters, Timed};
use crate::streams::order::batches;
use crate::{
    Batch, CaptchaBatch, CaptchaSource, DatasetError, SkipReason, Skipped, StreamOptions, StreamStats,
    TrainingData,
};

/// Images in a row that can't be drawn after which an epoch ends.
const MOST_FAILED: u64 = 1000;

/// CAPTCHAs that are drawn before a stream is taken to be one that works.
const TRIED: u64 = 8;

/// How many batches' images are drawn together where images have several proportions, so that those of nearly equal
/// widths can share a batch.
const BATCHES_A_POOL: u64 = 16;

/// Whole CAPTCHAs that background threads draw while a network trains, for networks that read the whole image: every
/// image of every epoch is a new one, and nothing is kept in memory or on disk.
///
/// The batches are a pure function of source, seed, epoch and batch size, for any number of threads. If the first images
/// of the source have several proportions, those of nearly equal widths come into one batch, as in a
/// [`FolderStream`](crate::FolderStream).
///
#[cfg_attr(
    feature = "render",
    doc = r#"
```
use captcha_dataset::{CaptchaStream, StreamOptions};
use captcha_render::{Renderer, Style};

let stream = CaptchaStream::new(Renderer::new(Style::seed())?, StreamOptions::new(20).with_seed(7))?;
for batch in stream.epoch(0, 10) {
    let batch = batch?;
    assert_eq!(batch.images.shape(), [10, 1, 150, 300]);
    assert_eq!(batch.texts[0].len(), 6);
}
assert_eq!(stream.stats().batches, 2);
# Ok::<(), Box<dyn std::error::Error>>(())
```
"#
)]
pub struct CaptchaStream {
    source: Arc<dyn CaptchaSource>,
    prepare: Prepare,
    /// What `prepare` does, for the fingerprint.
    prepared: Value,
    options: StreamOptions,
    /// How many batches are drawn together.
    pool: u64,
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
    /// [`DatasetError::BadOption`] if an epoch would have no images, or the error of the source if it can't give one.
    pub fn new(source: impl CaptchaSource + 'static, options: StreamOptions) -> Result<Self, DatasetError> {
        options.check()?;
        let mut proportions = Vec::new();
        for index in 0..TRIED {
            let (image, _) = source.image(seed::derive(options.seed, index))?;
            proportions.push((u64::from(image.width()), u64::from(image.height())));
        }
        let alike = proportions.windows(2).all(|pair| pair[0].0 * pair[1].1 == pair[1].0 * pair[0].1);
        let prepare: Prepare = Arc::new(|image| Ok(to_gray(image)));
        Ok(Self {
            source: Arc::new(source),
            prepare,
            prepared: Value::Null,
            options,
            pool: if alike { 1 } else { BATCHES_A_POOL },
            counters: Counters::default(),
        })
    }

    /// Sets what is done to every image before it goes into a batch, in the background threads: what inference does
    /// before the network sees an image, such as a reduction to its height. `what` tells it apart from other ways to
    /// prepare images: it is a part of the [`fingerprint`](TrainingData::fingerprint). An image for which it gives an
    /// error is left out of its batch and counted by [`stats`](Self::stats).
    #[must_use]
    pub fn with_prepare<E: Into<Box<dyn Error + Send + Sync>>>(
        mut self,
        what: impl Into<Value>,
        prepare: impl Fn(&DynamicImage) -> Result<GrayImage, E> + Send + Sync + 'static,
    ) -> Self {
        self.prepared = what.into();
        self.prepare = in_words(prepare);
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

    /// Why images could not be drawn so far.
    #[must_use]
    pub fn failures(&self) -> Skipped {
        self.counters.failures()
    }

    /// The batches of epoch `epoch`, from 0: all of `batch` images, but for the last, which has the rest. None if
    /// `batch` is 0. An image that can't be drawn is left out of its batch and counted by [`stats`](Self::stats); if
    /// 1,000 in a row can't, or all of an epoch, the epoch ends with [`DatasetError::NothingDrawn`].
    ///
    /// Dropping the iterator stops its threads.
    pub fn epoch(
        &self,
        epoch: u64,
        batch: usize,
    ) -> Box<dyn Iterator<Item = Result<CaptchaBatch, DatasetError>> + '_> {
        if batch == 0 {
            return Box::new(std::iter::empty());
        }
        let (per_epoch, batch) = (self.options.per_epoch as u64, batch as u64);
        let epoch_seed = seed::derive(self.options.seed, epoch);
        let (source, prepare) = (Arc::clone(&self.source), Arc::clone(&self.prepare));
        let pool = batch.saturating_mul(self.pool);
        let make = move |block: u64, stop: &AtomicBool| {
            let first = block.saturating_mul(pool);
            let images = first..per_epoch.min(first.saturating_add(pool));
            let asked = images.end - images.start;
            let mut drawn = Vec::new();
            let mut failures = Skipped::default();
            for index in images {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let seed = seed::derive(epoch_seed, index);
                match source.image(seed) {
                    Ok((image, text)) => match prepare(&image) {
                        Ok(image) => drawn.push(Some((image, text))),
                        Err(error) => {
                            failures.add(SkipReason::NotPrepared, || format!("seed {seed}: {error}"));
                        }
                    },
                    Err(error) => {
                        failures
                            .add(SkipReason::SourceFailed, || format!("seed {seed}: {}", describe(&error)));
                    }
                }
            }
            let width =
                |image: &Option<(GrayImage, String)>| image.as_ref().map_or(0, |(image, _)| image.width());
            let widths: Vec<u32> = drawn.iter().map(width).collect();
            let batches = batches(&widths, batch as usize, seed::derive(epoch_seed, block));
            let batches = batches.into_iter().map(|places| {
                CaptchaBatch::new(
                    places.into_iter().filter_map(|place| drawn[place as usize].take()).collect(),
                )
            });
            Some(Block { batches: batches.collect(), asked, failures })
        };
        let blocks = Blocks::start(self.options.thread_count(), per_epoch.div_ceil(pool), Arc::new(make));
        let batches = Batches {
            blocks,
            ready: VecDeque::new(),
            any: false,
            over: false,
            failed: 0,
            failures: Skipped::default(),
            counters: &self.counters,
        };
        Box::new(Timed::new(batches, &self.counters))
    }
}

/// Some batches as a thread makes them.
struct Block {
    /// Those that have images.
    batches: VecDeque<CaptchaBatch>,
    /// How many images they were to have.
    asked: u64,
    failures: Skipped,
}

/// The batches of an epoch that have images.
struct Batches<'a> {
    blocks: Blocks<Block>,
    /// Those of the last block that are not taken yet.
    ready: VecDeque<CaptchaBatch>,
    /// Whether a batch was given.
    any: bool,
    over: bool,
    /// Images since the last that could be drawn, by whole blocks.
    failed: u64,
    failures: Skipped,
    counters: &'a Counters,
}

impl Iterator for Batches<'_> {
    type Item = Result<CaptchaBatch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over && self.failed < MOST_FAILED {
            if let Some(batch) = self.ready.pop_front() {
                let (columns, padding) = batch.columns();
                self.counters.add_columns(columns, padding);
                self.any = true;
                return Some(Ok(batch));
            }
            let Some(block) = self.blocks.next() else { break };
            self.counters.add_images(block.asked, block.failures.clone());
            if block.batches.is_empty() {
                self.failed += block.asked;
                self.failures.extend(block.failures);
            } else {
                (self.failed, self.failures) = (0, Skipped::default());
                self.ready = block.batches;
            }
        }
        let failed = self.failed >= MOST_FAILED || (self.failed > 0 && !self.any);
        let skipped = std::mem::take(&mut self.failures);
        (failed && !std::mem::replace(&mut self.over, true))
            .then_some(Err(DatasetError::NothingDrawn { images: self.failed, skipped }))
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

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new()
            .with("kind", "stream of images")
            .with("source", self.source.fingerprint())
            .with("prepared", self.prepared.clone())
            .with("seed", self.options.seed)
            .with("per_epoch", self.options.per_epoch)
    }

    /// A text with a character that is not in the alphabet of the source is an error.
    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        let alphabet = self.source.alphabet();
        Box::new(CaptchaStream::epoch(self, epoch, batch).map(move |batch| {
            let batch = batch?;
            let (mut labels, mut lengths) = (Vec::new(), Vec::with_capacity(batch.len()));
            for text in &batch.texts {
                let classes = alphabet.encode(text)?;
                lengths.push(classes.len());
                labels.extend(classes);
            }
            Batch::of_texts(batch.images, labels, lengths)
        }))
    }
}
