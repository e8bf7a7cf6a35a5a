//! Whole images that somebody has, as training data.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use captcha_core::{Alphabet, Fingerprint, seed};
use serde_json::{Value, json};

use crate::parallel::ordered::Blocks;
use crate::parallel::pool::check_threads;
use crate::parallel::shuffle::shuffle;
use crate::streams::folder_batch::{Block, MIX_STREAM, Shown, Work};
use crate::streams::mix::Mix;
use crate::streams::options::{Counters, Timed};
use crate::streams::order::{batches, passes};
use crate::{
    Augmenter, Batch, CaptchaSource, DatasetError, ImageAugmentation, ImageSet, Skipped, StreamOptions,
    StreamStats, TrainingData,
};

/// The number of the random stream for the order of the images.
const ORDER_STREAM: u64 = u64::MAX;

/// Most images of an epoch: with those that are drawn their places still have 32 bits.
const MOST_IMAGES: usize = 100_000_000;

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
    mix: Option<Mix>,
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
        Self {
            images,
            seed,
            threads: 0,
            per_epoch,
            augmenter: None,
            mix: None,
            counters: Counters::default(),
        }
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

    /// Sets how many of the images make an epoch: more than there are to show a small folder several times, fewer to
    /// show a large one over several epochs. An image comes again after all others have come.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] if there are none, or more than 100,000,000.
    pub fn with_images_per_epoch(mut self, images: usize) -> Result<Self, DatasetError> {
        if !(1..=MOST_IMAGES).contains(&images) {
            return Err(DatasetError::BadOption {
                option: "images_per_epoch",
                expected: format!("1 to {MOST_IMAGES}"),
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

    /// Adds images that `source` draws meanwhile, in the background threads: so many that they are `share` of all images of
    /// an epoch, 0 to 0.95. They are prepared and changed at random as the others are, and come among them.
    ///
    /// An image whose text has a character outside the alphabet is drawn again; after 50 such texts it is left out and
    /// counted. With a `Renderer` this is best avoided by a style of the same characters: `renderer_like` makes one.
    /// Draws a few images to see that they fit.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] if the share is out of its range, [`DatasetError::NothingDrawn`] if not one of the
    /// first images fits.
    pub fn with_mix(
        mut self,
        source: impl CaptchaSource + 'static,
        share: f64,
    ) -> Result<Self, DatasetError> {
        self.mix = Some(Mix::new(Arc::new(source), share, &self.images.store, self.seed)?);
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

    /// How many images are drawn for an epoch.
    fn drawn_per_epoch(&self) -> usize {
        self.mix.as_ref().map_or(0, |mix| mix.images(self.per_epoch))
    }

    /// The images of an epoch with their places in its order, batch by batch.
    fn plan(&self, epoch: u64, batch: usize) -> Vec<Vec<Shown>> {
        let first = epoch.saturating_mul(self.per_epoch as u64);
        let order = passes(self.images.len(), first, self.per_epoch, seed::derive(self.seed, ORDER_STREAM));
        let mut items: Vec<Option<u32>> = order.into_iter().map(Some).collect();
        let epoch_seed = seed::derive(self.seed, epoch);
        if self.drawn_per_epoch() > 0 && !items.is_empty() {
            items.resize(items.len() + self.drawn_per_epoch(), None);
            shuffle(&mut items, seed::derive(epoch_seed, MIX_STREAM));
        }
        let drawn = self.mix.as_ref().map_or(0, |mix| mix.width);
        let width = |item: &Option<u32>| item.map_or(drawn, |item| self.images.width(item as usize));
        let widths: Vec<u32> = items.iter().map(width).collect();
        let shown = |place: u32| Shown { item: items[place as usize], place };
        let batches = batches(&widths, batch, epoch_seed);
        batches.into_iter().map(|places| places.into_iter().map(shown).collect()).collect()
    }
}

impl TrainingData for FolderStream {
    fn alphabet(&self) -> &Alphabet {
        self.images.alphabet()
    }

    fn samples_per_epoch(&self) -> usize {
        if self.images.is_empty() { 0 } else { self.per_epoch + self.drawn_per_epoch() }
    }

    fn fingerprint(&self) -> Fingerprint {
        let fingerprint = Fingerprint::new()
            .with("kind", "images")
            .with("images", self.images.fingerprint())
            .with("seed", self.seed)
            .with("per_epoch", self.per_epoch)
            .with(
                "augmentation",
                self.augmentation().map_or(Value::Null, |augmentation| json!(augmentation)),
            );
        match &self.mix {
            Some(mix) => fingerprint.with("mix", mix.fingerprint()),
            None => fingerprint,
        }
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
            mix: self.mix.clone(),
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
