//! Batches, and where training gets them from.

use captcha_core::{Alphabet, ink};
use ndarray::Array4;

/// Letters with their classes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// `[n, 1, height, width]`, ink = 1, paper = 0.
    pub images: Array4<f32>,
    /// The class index of each image in the alphabet, `n` of them.
    pub labels: Vec<usize>,
}

impl Batch {
    /// The batch of square letters of `side` pixels whose grey levels lie one behind the other in `levels`.
    pub(crate) fn of_levels(levels: &[u8], side: u32, labels: Vec<usize>) -> Self {
        let side = side as usize;
        let mut images = Array4::zeros((labels.len(), 1, side, side));
        if let Some(values) = images.as_slice_mut() {
            ink::write_ink(levels, values);
        }
        Self { images, labels }
    }

    /// The number of letters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no letter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Where the training of a letter network gets its batches from.
///
/// An epoch is a pure function of the data, its seed, the number of the epoch and the batch size, so that training
/// that was cut off can be resumed and goes on as if it had not been.
pub trait TrainingData: Sync {
    /// What the class indices of the labels stand for.
    fn alphabet(&self) -> &Alphabet;

    /// How many letters an epoch has.
    fn samples_per_epoch(&self) -> usize;

    /// The batches of epoch `epoch`, from 0: all of `batch` letters, but for the last, which has the rest.
    /// None if `batch` is 0.
    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Batch> + '_>;
}
