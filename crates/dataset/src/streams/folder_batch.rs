//! A batch of images as a thread makes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use captcha_core::seed;
use image::GrayImage;

use crate::images::store::Gone;
use crate::streams::mix::Mix;
use crate::streams::sheet::Sheet;
use crate::{Augmenter, Batch, DatasetError, ImageSet, Skipped};

/// The number of the random stream for the images that are drawn.
pub(crate) const MIX_STREAM: u64 = u64::MAX - 3;

/// An image of an epoch.
pub(crate) struct Shown {
    /// Which of the images; `None` for one that is drawn.
    pub(crate) item: Option<u32>,
    /// Its place in the order of the epoch.
    pub(crate) place: u32,
}

/// What a thread makes batches of.
pub(crate) struct Work {
    pub(crate) images: ImageSet,
    pub(crate) augmenter: Option<Arc<Augmenter>>,
    pub(crate) mix: Option<Mix>,
    pub(crate) epoch_seed: u64,
}

/// A batch as a thread makes it.
pub(crate) struct Block {
    pub(crate) batch: Result<Batch, DatasetError>,
    /// How many images it was to have.
    pub(crate) asked: u64,
    pub(crate) failures: Skipped,
    /// Columns of all images, and those of them that are paper beside them.
    pub(crate) columns: u64,
    pub(crate) padding: u64,
}

impl Work {
    /// The batch of these images; `None` if it was told to stop.
    pub(crate) fn block(&self, shown: &[Shown], stop: &AtomicBool) -> Option<Block> {
        let set = &self.images;
        let mut failures = Skipped::default();
        // What is drawn comes first, as its width is not known before.
        let mut drawn = Vec::with_capacity(shown.len());
        for shown in shown {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            drawn.push(match (shown.item, &self.mix) {
                (None, Some(mix)) => {
                    self.drawn(mix, shown.place).map_err(|gone| failures.add(gone.0, || gone.1)).ok()
                }
                _ => None,
            });
        }
        let own = |item: u32| set.width(item as usize);
        let widths = shown.iter().zip(&drawn).filter_map(|(shown, drawn)| {
            shown.item.map(own).or(drawn.as_ref().map(|(image, _)| image.width()))
        });
        let width = widths.max().unwrap_or(0);
        let mut sheet = Sheet::new(width as usize, set.height() as usize, shown.len());
        for (shown, drawn) in shown.iter().zip(drawn) {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let mut push = |levels: &[u8], width: u32, label| match &self.augmenter {
                None => sheet.push(levels, width, label),
                Some(augmenter) => {
                    let seed = seed::derive(self.epoch_seed, shown.place.into());
                    sheet.push(&augmenter.levels(levels, width, seed), width, label);
                }
            };
            if let Some(item) = shown.item.map(|item| item as usize) {
                let (width, label) = (set.width(item), set.label(item));
                let index = set.indices[item] as usize;
                if let Err(gone) = set.store.with_levels(index, |levels| push(levels, width, label)) {
                    failures.add(gone.0, || gone.1);
                }
            } else if let Some((image, label)) = drawn {
                push(image.as_raw(), image.width(), label);
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

    /// The image that is drawn for a place in the epoch.
    fn drawn(&self, mix: &Mix, place: u32) -> Result<(GrayImage, Vec<usize>), Gone> {
        let seed = seed::derive(seed::derive(self.epoch_seed, MIX_STREAM), place.into());
        mix.draw(&self.images.store, seed)
    }
}
