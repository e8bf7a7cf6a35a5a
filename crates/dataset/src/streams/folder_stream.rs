//! Whole images that somebody has, as training data.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::{Alphabet, Fingerprint, ink, seed};
use ndarray::Array4;

use crate::parallel::ordered::Blocks;
use crate::parallel::pool::check_threads;
use crate::streams::options::{Counters, Timed};
use crate::streams::order::{batches, passes};
use crate::{Batch, DatasetError, ImageSet, Skipped, StreamOptions, StreamStats, TrainingData};

/// The number of the random stream for the order of the images.
const ORDER_STREAM: u64 = u64::MAX;

/// The images of an [`ImageSet`] as [`TrainingData`] for networks that read whole images: every epoch shows each image
/// once, in another order.
///
/// Images of nearly equal widths come into one batch; they are never stretched, narrower ones get columns of paper at
/// the right. Background threads put the batches together. The batches are a pure function of images, seed, epoch and
/// batch size, for any number of threads.
///
/// An image that is not kept in memory and can't be read again, or is not the same any more, is left out of its batch
/// and counted: [`failures`](Self::failures) names it. An epoch ends with [`DatasetError::ImagesGone`] if that is so
/// for all images of a batch.
///
/// ```
/// use std::convert::Infallible;
///
/// use captcha_dataset::image::{DynamicImage, GrayImage};
/// use captcha_dataset::{DatasetError, FolderStream, ImageSet, ImageSetOptions, TrainingData};
///
/// let image = |number: u32| (format!("{number}.png"), GrayImage::new(40 + number, 48).into(), number.to_string());
/// let prepare = |image: &DynamicImage| Ok::<_, Infallible>(image.to_luma8());
/// let (images, _) = ImageSet::from_images((0..50).map(image), prepare, &ImageSetOptions::default())?;
/// let stream = FolderStream::new(images, 7);
/// let sizes: Result<Vec<usize>, DatasetError> = stream.epoch(0, 16).map(|batch| Ok(batch?.len())).collect();
/// assert_eq!(sizes?, [16, 16, 16, 2]);
/// # Ok::<(), DatasetError>(())
/// ```
pub struct FolderStream {
    images: ImageSet,
    seed: u64,
    threads: usize,
    per_epoch: usize,
    counters: Counters,
}

impl fmt::Debug for FolderStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderStream")
            .field("images", &self.images)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl FolderStream {
    /// Epochs of all of `images`, in orders that are functions of `seed`.
    #[must_use]
    pub fn new(images: ImageSet, seed: u64) -> Self {
        let per_epoch = images.len();
        Self { images, seed, threads: 0, per_epoch, counters: Counters::default() }
    }

    /// Sets how many background threads make batches; 0 for one a core, which is the default.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] if there are more than 1024.
    pub fn with_threads(mut self, threads: usize) -> Result<Self, DatasetError> {
        check_threads(threads)?;
        self.threads = threads;
        Ok(self)
    }

    /// Sets how many images make an epoch: more than there are to show a small folder several times, fewer to show
    /// a large one over several epochs. An image comes again after all others have come.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] if there are none, or more than 2^32 - 1.
    pub fn with_images_per_epoch(mut self, images: usize) -> Result<Self, DatasetError> {
        if images == 0 || u32::try_from(images).is_err() {
            return Err(DatasetError::BadOption {
                option: "images_per_epoch",
                expected: format!("1 to {}", u32::MAX),
                actual: images.to_string(),
            });
        }
        self.per_epoch = images;
        Ok(self)
    }

    /// The images.
    #[must_use]
    pub fn images(&self) -> &ImageSet {
        &self.images
    }

    /// What the stream did so far, and how long its taker waited.
    #[must_use]
    pub fn stats(&self) -> StreamStats {
        self.counters.stats()
    }

    /// Which images could not be read again so far, and why.
    #[must_use]
    pub fn failures(&self) -> Skipped {
        self.counters.failures()
    }

    /// The images of an epoch, batch by batch.
    fn plan(&self, epoch: u64, batch: usize) -> Vec<Vec<u32>> {
        let first = epoch.saturating_mul(self.per_epoch as u64);
        let order = passes(self.images.len(), first, self.per_epoch, seed::derive(self.seed, ORDER_STREAM));
        let widths: Vec<u32> = order.iter().map(|&item| self.images.width(item as usize)).collect();
        let batches = batches(&widths, batch, seed::derive(self.seed, epoch));
        let images = |places: Vec<u32>| places.into_iter().map(|place| order[place as usize]).collect();
        batches.into_iter().map(images).collect()
    }
}

impl TrainingData for FolderStream {
    fn alphabet(&self) -> &Alphabet {
        self.images.alphabet()
    }

    fn samples_per_epoch(&self) -> usize {
        if self.images.is_empty() { 0 } else { self.per_epoch }
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new()
            .with("kind", "images")
            .with("images", self.images.fingerprint())
            .with("seed", self.seed)
            .with("per_epoch", self.per_epoch)
    }

    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        if batch == 0 {
            return Box::new(std::iter::empty());
        }
        let plan = self.plan(epoch, batch);
        let blocks = plan.len() as u64;
        let images = self.images.clone();
        let make = move |block: u64, stop: &AtomicBool| Block::new(&images, plan.get(block as usize)?, stop);
        let threads = StreamOptions::new(self.per_epoch).with_threads(self.threads).thread_count();
        let batches = Batches {
            blocks: Blocks::start(threads, blocks, Arc::new(make)),
            over: false,
            counters: &self.counters,
        };
        Box::new(Timed::new(batches, &self.counters))
    }
}

/// A batch as a thread makes it.
struct Block {
    batch: Result<Batch, DatasetError>,
    /// How many images it was to have.
    asked: u64,
    failures: Skipped,
    columns: u64,
    padding: u64,
}

impl Block {
    /// The batch of these images; `None` if it was told to stop.
    fn new(set: &ImageSet, items: &[u32], stop: &AtomicBool) -> Option<Self> {
        let mut failures = Skipped::default();
        let height = set.height() as usize;
        let width = items.iter().map(|&item| set.width(item as usize)).max().unwrap_or(0) as usize;
        let mut values = vec![0.0; items.len() * height * width];
        let (mut labels, mut lengths, mut columns) = (Vec::new(), Vec::with_capacity(items.len()), 0);
        for &item in items {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let item = item as usize;
            let own = set.width(item) as usize;
            let place = &mut values[lengths.len() * height * width..][..height * width];
            let written = set.store.with_levels(set.indices[item] as usize, |levels| {
                for (row, out) in levels.chunks_exact(own).zip(place.chunks_exact_mut(width)) {
                    ink::write_ink(row, &mut out[..own]);
                }
            });
            match written {
                Ok(()) => {
                    let label = set.label(item);
                    lengths.push(label.len());
                    labels.extend(label);
                    columns += own as u64;
                }
                Err((reason, what)) => failures.add(reason, || what),
            }
        }
        let made = lengths.len();
        values.truncate(made * height * width);
        let all = (made * width) as u64;
        let batch = match Array4::from_shape_vec((made, 1, height, width), values) {
            _ if made == 0 => {
                Err(DatasetError::ImagesGone { images: items.len() as u64, skipped: failures.clone() })
            }
            Ok(images) => Batch::of_texts(images, labels, lengths),
            Err(error) => Err(DatasetError::source(error)),
        };
        Some(Self { batch, asked: items.len() as u64, failures, columns: all, padding: all - columns })
    }
}

/// The batches of an epoch.
struct Batches<'a> {
    blocks: Blocks<Block>,
    over: bool,
    counters: &'a Counters,
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let Block { batch, asked, failures, columns, padding } = self.blocks.next()?;
        self.counters.add_images(asked, failures);
        self.counters.add_columns(columns, padding);
        self.over = batch.is_err();
        Some(batch)
    }
}
