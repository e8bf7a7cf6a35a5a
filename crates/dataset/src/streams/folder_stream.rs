//! Whole images that somebody has, as training data.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::{Alphabet, Fingerprint, seed};
use serde_json::{Value, json};

use crate::parallel::ordered::Blocks;
use crate::parallel::pool::check_threads;
use crate::streams::options::{Counters, Timed};
use crate::streams::order::{batches, passes};
use crate::streams::sheet::Sheet;
use crate::{
    Augmenter, Batch, DatasetError, ImageAugmentation, ImageSet, Skipped, StreamOptions, StreamStats,
    TrainingData,
};

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
    augmenter: Option<Arc<Augmenter>>,
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
        Self { images, seed, threads: 0, per_epoch, augmenter: None, counters: Counters::default() }
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

    /// Sets how every image is changed at random, another way in every epoch.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] names the first value that is out of its range.
    pub fn with_augmentation(mut self, augmentation: ImageAugmentation) -> Result<Self, DatasetError> {
        self.augmenter = Some(Arc::new(Augmenter::new(augmentation)?));
        Ok(self)
    }

    /// How every image is changed at random; `None` if it isn't.
    #[must_use]
    pub fn augmentation(&self) -> Option<&ImageAugmentation> {
        self.augmenter.as_ref().map(|augmenter| augmenter.augmentation())
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

    /// The images of an epoch with their places in its order, batch by batch.
    fn plan(&self, epoch: u64, batch: usize) -> Vec<Vec<Shown>> {
        let first = epoch.saturating_mul(self.per_epoch as u64);
        let order = passes(self.images.len(), first, self.per_epoch, seed::derive(self.seed, ORDER_STREAM));
        let widths: Vec<u32> = order.iter().map(|&item| self.images.width(item as usize)).collect();
        let batches = batches(&widths, batch, seed::derive(self.seed, epoch));
        let shown = |place: u32| Shown { item: order[place as usize], place };
        batches.into_iter().map(|places| places.into_iter().map(shown).collect()).collect()
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
            .with("augmentation", self.augmentation().map_or(Value::Null, |augmentation| json!(augmentation)))
    }

    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        if batch == 0 {
            return Box::new(std::iter::empty());
        }
        let plan = self.plan(epoch, batch);
        let blocks = plan.len() as u64;
        let work = Work {
            images: self.images.clone(),
            augmenter: self.augmenter.clone(),
            epoch_seed: seed::derive(self.seed, epoch),
        };
        let make = move |block: u64, stop: &AtomicBool| work.block(plan.get(block as usize)?, stop);
        let threads = StreamOptions::new(self.per_epoch).with_threads(self.threads).thread_count();
        let batches = Batches {
            blocks: Blocks::start(threads, blocks, Arc::new(make)),
            over: false,
            counters: &self.counters,
        };
        Box::new(Timed::new(batches, &self.counters))
    }
}

/// An image of an epoch.
struct Shown {
    item: u32,
    /// Its place in the order of the epoch.
    place: u32,
}

/// What a thread makes batches of.
struct Work {
    images: ImageSet,
    augmenter: Option<Arc<Augmenter>>,
    epoch_seed: u64,
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

impl Work {
    /// The batch of these images; `None` if it was told to stop.
    fn block(&self, shown: &[Shown], stop: &AtomicBool) -> Option<Block> {
        let set = &self.images;
        let width = shown.iter().map(|shown| set.width(shown.item as usize)).max().unwrap_or(0);
        let mut sheet = Sheet::new(width as usize, set.height() as usize, shown.len());
        let mut failures = Skipped::default();
        for shown in shown {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let item = shown.item as usize;
            let (width, label) = (set.width(item), set.label(item));
            let added = set.store.with_levels(set.indices[item] as usize, |levels| match &self.augmenter {
                None => sheet.push(levels, width, label),
                Some(augmenter) => {
                    let seed = seed::derive(self.epoch_seed, shown.place.into());
                    sheet.push(&augmenter.levels(levels, width, seed), width, label);
                }
            });
            if let Err((reason, what)) = added {
                failures.add(reason, || what);
            }
        }
        let asked = shown.len() as u64;
        let (columns, padding) = sheet.columns();
        let batch = match sheet.lengths.is_empty() {
            true => Err(DatasetError::ImagesGone { images: asked, skipped: failures.clone() }),
            false => sheet.batch(),
        };
        Some(Block { batch, asked, failures, columns, padding })
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
