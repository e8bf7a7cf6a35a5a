//! Letters drawn on the fly.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::{Alphabet, seed, to_gray};
use captcha_segment::Segmenter;

use crate::blocks::Blocks;
use crate::cut::cut;
use crate::stream::{Counters, Timed};
use crate::{Batch, CaptchaSource, DatasetError, LetterSummary, StreamOptions, StreamStats, TrainingData};

/// CAPTCHAs that a thread draws between two messages.
const IMAGES_A_BLOCK: u64 = 16;

/// CAPTCHAs that are tried before a stream is taken to be one that yields letters.
const TRIED: u64 = 32;

/// Blocks without a letter after which an epoch ends: over so many images a yield of one in a thousand shows.
const MOST_EMPTY_BLOCKS: u64 = 1000;

/// Letters of CAPTCHAs that are drawn on the fly, in background threads, as [`TrainingData`]: every letter of every
/// epoch is a new one, and nothing is kept in memory or on disk.
///
/// CAPTCHAs that can't be cut into letters give none; [`stats`](Self::stats) counts them. The batches are a pure
/// function of source, segmenter, seed, epoch and batch size, for any number of threads.
///
/// ```
/// use captcha_dataset::{LetterStream, StreamOptions, TrainingData};
/// use captcha_render::{Renderer, Style};
/// use captcha_segment::{SegmentOptions, Segmenter};
///
/// let stream = LetterStream::new(
///     Renderer::new(Style::seed())?,
///     Segmenter::new(SegmentOptions::default())?,
///     StreamOptions::new(100).with_seed(7),
/// )?;
/// let sizes: Vec<usize> = stream.epoch(0, 64).map(|batch| batch.len()).collect();
/// assert_eq!(sizes, [64, 36]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// [`DatasetError::BadOption`] if an epoch would have no letters, [`DatasetError::Style`] if a CAPTCHA can't be
    /// drawn, [`DatasetError::NothingSegmented`] if none can be cut.
    pub fn new(
        source: impl CaptchaSource + 'static,
        segmenter: Segmenter,
        options: StreamOptions,
    ) -> Result<Self, DatasetError> {
        options.check()?;
        let mut tried = LetterSummary::default();
        for index in 0..TRIED {
            let captcha = source.captcha(seed::derive(options.seed, index)).map_err(DatasetError::Style)?;
            match cut(&segmenter, &to_gray(&captcha.image), &captcha.text) {
                Ok(_) => {
                    return Ok(Self {
                        source: Arc::new(source),
                        segmenter,
                        options,
                        counters: Counters::default(),
                    });
                }
                Err((reason, detail)) => tried.skipped.add(reason, || format!("{}: {detail}", captcha.text)),
            }
        }
        Err(DatasetError::NothingSegmented { images: TRIED, skipped: tried.skipped })
    }

    /// What the stream did so far, and how long its taker waited.
    #[must_use]
    pub fn stats(&self) -> StreamStats {
        self.counters.stats()
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
    failed: u64,
}

impl Block {
    fn add(&mut self, source: &dyn CaptchaSource, segmenter: &Segmenter, seed: u64) {
        let letters = source.captcha(seed).ok().and_then(|captcha| {
            let labels = source.alphabet().encode(&captcha.text).ok()?;
            Some((labels, cut(segmenter, &to_gray(&captcha.image), &captcha.text).ok()?))
        });
        match letters {
            None => self.failed += 1,
            Some((labels, letters)) => {
                self.labels.extend(labels);
                letters.iter().for_each(|(_, letter)| self.levels.extend_from_slice(letter.as_raw()));
            }
        }
    }
}

impl TrainingData for LetterStream {
    fn alphabet(&self) -> &Alphabet {
        self.source.alphabet()
    }

    fn samples_per_epoch(&self) -> usize {
        self.options.per_epoch
    }

    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Batch> + '_> {
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
    /// Makes sure that the block at hand has a letter; `false` if there are none to be had.
    fn refill(&mut self) -> bool {
        let mut empty = 0;
        while self.taken == self.block.labels.len() {
            match self.blocks.next() {
                Some(block) if empty < MOST_EMPTY_BLOCKS => {
                    self.counters.add_images(IMAGES_A_BLOCK, block.failed);
                    (self.block, self.taken) = (block, 0);
                    empty += 1;
                }
                _ => return false,
            }
        }
        true
    }
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let size = self.batch.min(self.left);
        let pixels = self.side as usize * self.side as usize;
        let mut labels = Vec::with_capacity(size);
        let mut levels = Vec::with_capacity(size * pixels);
        while labels.len() < size && self.refill() {
            let end = self.block.labels.len().min(self.taken + size - labels.len());
            labels.extend_from_slice(&self.block.labels[self.taken..end]);
            levels.extend_from_slice(&self.block.levels[self.taken * pixels..end * pixels]);
            self.taken = end;
        }
        self.left -= labels.len();
        (!labels.is_empty()).then(|| Batch::of_levels(&levels, self.side, labels))
    }
}
