//! Letters of CAPTCHAs that are drawn while a network trains.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::{Alphabet, AlphabetError, Fingerprint, describe, seed, to_gray};
use captcha_segment::{SegmentOptions, Segmenter};
use serde_json::json;

use crate::letters::cut::{Cutout, Skip, cut};
use crate::parallel::ordered::Blocks;
use crate::streams::options::{Counters, Timed};
use crate::{
    Batch, CaptchaSource, DatasetError, LetterSummary, SkipReason, Skipped, StreamOptions, StreamStats,
    TrainingData,
};

/// CAPTCHAs that a thread draws between two messages.
const IMAGES_A_BLOCK: u64 = 16;

/// CAPTCHAs that are tried before a stream is taken to be one that yields letters.
const TRIED: u64 = 32;

/// Blocks without a letter after which an epoch ends: over so many images a yield of one in a thousand shows.
const MOST_EMPTY_BLOCKS: u64 = 1000;

/// Letters of CAPTCHAs that background threads draw while a network trains, as [`TrainingData`]: every letter of every
/// epoch is a new one, and nothing is kept in memory or on disk.
///
/// CAPTCHAs that can't be cut into letters give none; [`stats`](Self::stats) counts them and
/// [`failures`](Self::failures) says why. An epoch ends with [`DatasetError::NothingSegmented`] if 16,000 CAPTCHAs in a
/// row give no letter. The batches are a pure
/// function of source, segmenter, seed, epoch and batch size, for any number of threads.
///
#[cfg_attr(
    feature = "render",
    doc = r#"
```
use captcha_dataset::{DatasetError, LetterStream, StreamOptions, TrainingData};
use captcha_render::{Renderer, Style};
use captcha_segment::{SegmentOptions, Segmenter};

let stream = LetterStream::new(
    Renderer::new(Style::seed())?,
    Segmenter::new(SegmentOptions::default())?,
    StreamOptions::new(100).with_seed(7),
)?;
let sizes: Result<Vec<usize>, DatasetError> = stream.epoch(0, 64).map(|batch| Ok(batch?.len())).collect();
assert_eq!(sizes?, [64, 36]);
# Ok::<(), Box<dyn std::error::Error>>(())
```
"#
)]
pub struct LetterStream {
    source: Arc<dyn CaptchaSource>,
    segmenter: Segmenter,
    options: StreamOptions,
    counters: Counters,
}

impl fmt::Debug for LetterStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LetterStream").field("options", &self.options).finish_non_exhaustive()
    }
}

impl LetterStream {
    /// A stream of the letters of `source`. Draws a few CAPTCHAs to see that there are any.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] if an epoch would have no letters, the error of the source if it can't give a CAPTCHA,
    /// [`DatasetError::NothingSegmented`] if none can be cut.
    pub fn new(
        source: impl CaptchaSource + 'static,
        segmenter: Segmenter,
        options: StreamOptions,
    ) -> Result<Self, DatasetError> {
        options.check()?;
        let mut tried = LetterSummary::default();
        for index in 0..TRIED {
            let (image, text) = source.image(seed::derive(options.seed, index))?;
            match cut(&segmenter, &to_gray(&image), &text) {
                Ok(_) => {
                    return Ok(Self {
                        source: Arc::new(source),
                        segmenter,
                        options,
                        counters: Counters::default(),
                    });
                }
                Err((reason, detail)) => tried.skipped.add(reason, || format!("{text}: {detail}")),
            }
        }
        Err(DatasetError::NothingSegmented { images: TRIED, skipped: tried.skipped })
    }

    /// What the stream did so far, and how long its taker waited.
    #[must_use]
    pub fn stats(&self) -> StreamStats {
        self.counters.stats()
    }

    /// Why CAPTCHAs gave no letters so far.
    #[must_use]
    pub fn failures(&self) -> Skipped {
        self.counters.failures()
    }

    fn blocks(&self, epoch: u64) -> Blocks<Block> {
        let source = Arc::clone(&self.source);
        let segmenter = self.segmenter.clone();
        let epoch_seed = seed::derive(self.options.seed, epoch);
        let make = move |block: u64, stop: &AtomicBool| {
            let first = block * IMAGES_A_BLOCK;
            let mut made = Block::default();
            for index in first..first + IMAGES_A_BLOCK {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                made.add(&*source, &segmenter, seed::derive(epoch_seed, index));
            }
            Some(made)
        };
        Blocks::start(self.options.thread_count(), u64::MAX / IMAGES_A_BLOCK, Arc::new(make))
    }
}

/// The letters of a few CAPTCHAs.
#[derive(Default)]
struct Block {
    levels: Vec<u8>,
    labels: Vec<usize>,
    failures: Skipped,
}

impl Block {
    fn add(&mut self, source: &dyn CaptchaSource, segmenter: &Segmenter, seed: u64) {
        match letters(source, segmenter, seed) {
            Err((reason, detail)) => self.failures.add(reason, || detail),
            Ok((labels, letters)) => {
                self.labels.extend(labels);
                letters.iter().for_each(|(_, letter)| self.levels.extend_from_slice(letter.as_raw()));
            }
        }
    }
}

/// The letters of the CAPTCHA of `seed` with their classes.
fn letters(
    source: &dyn CaptchaSource,
    segmenter: &Segmenter,
    seed: u64,
) -> Result<(Vec<usize>, Vec<Cutout>), Skip> {
    let failed =
        |error: DatasetError| (SkipReason::SourceFailed, format!("seed {seed}: {}", describe(&error)));
    let (image, text) = source.image(seed).map_err(failed)?;
    let unknown = |error: AlphabetError| (SkipReason::UnknownCharacter, error.to_string());
    let labels = source.alphabet().encode(&text).map_err(unknown)?;
    let letters = cut(segmenter, &to_gray(&image), &text)
        .map_err(|(reason, detail)| (reason, format!("{text}: {detail}")))?;
    Ok((labels, letters))
}

impl TrainingData for LetterStream {
    fn alphabet(&self) -> &Alphabet {
        self.source.alphabet()
    }

    fn samples_per_epoch(&self) -> usize {
        self.options.per_epoch
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new()
            .with("kind", "stream of letters")
            .with("source", self.source.fingerprint())
            .with("segmentation", json!(self.segmenter.options()))
            .with("seed", self.options.seed)
            .with("per_epoch", self.options.per_epoch)
    }

    fn segmentation(&self) -> Option<&SegmentOptions> {
        Some(self.segmenter.options())
    }

    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        if batch == 0 {
            return Box::new(std::iter::empty());
        }
        let batches = Batches {
            blocks: self.blocks(epoch),
            block: Block::default(),
            taken: 0,
            side: self.segmenter.options().letter_size,
            left: self.options.per_epoch,
            batch,
            counters: &self.counters,
        };
        Box::new(Timed::new(batches, &self.counters))
    }
}

/// The batches of an epoch.
struct Batches<'a> {
    blocks: Blocks<Block>,
    /// The block at hand.
    block: Block,
    /// How many of its letters are in batches.
    taken: usize,
    side: u32,
    /// Letters that the epoch still has.
    left: usize,
    batch: usize,
    counters: &'a Counters,
}

impl Batches<'_> {
    /// Makes sure that the block at hand has a letter; `false` if there are no more blocks.
    fn refill(&mut self) -> Result<bool, DatasetError> {
        let mut empty = 0;
        let mut failures = Skipped::default();
        while self.taken == self.block.labels.len() {
            if empty == MOST_EMPTY_BLOCKS {
                let images = empty * IMAGES_A_BLOCK;
                return Err(DatasetError::NothingSegmented { images, skipped: failures });
            }
            let Some(mut block) = self.blocks.next() else { return Ok(false) };
            let failed = std::mem::take(&mut block.failures);
            failures.extend(failed.clone());
            self.counters.add_images(IMAGES_A_BLOCK, failed);
            (self.block, self.taken) = (block, 0);
            empty += 1;
        }
        Ok(true)
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let size = self.batch.min(self.left);
        let pixels = self.side as usize * self.side as usize;
        let mut labels = Vec::new();
        let mut levels = Vec::new();
        while labels.len() < size {
            match self.refill() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.left = 0;
                    return Some(Err(error));
                }
            }
            let end = self.block.labels.len().min(self.taken + size - labels.len());
            labels.extend_from_slice(&self.block.labels[self.taken..end]);
            levels.extend_from_slice(&self.block.levels[self.taken * pixels..end * pixels]);
            self.taken = end;
        }
        self.left -= labels.len();
        (!labels.is_empty()).then(|| Ok(Batch::of_levels(&levels, self.side, labels)))
    }
}
