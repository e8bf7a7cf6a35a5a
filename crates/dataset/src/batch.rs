//! Batches, and where training gets them from.

use captcha_core::{Alphabet, ink};
use ndarray::Array4;

/// Images with the classes of what they show: letters, or whole texts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// `[n, 1, height, width]`, ink = 1, paper = 0.
    pub images: Array4<f32>,
    /// The class indices in the alphabet of all characters of all images, one image after the other: `n` of them if
    /// the images are letters.
    pub labels: Vec<usize>,
    /// How many characters each image has, `n` of them; `None` if the images are letters, which have one each.
    pub lengths: Option<Vec<usize>>,
}

impl Batch {
    /// The batch of square letters of `side` pixels whose grey levels lie one behind the other in `levels`.
    pub(crate) fn of_levels(levels: &[u8], side: u32, labels: Vec<usize>) -> Self {
        let side = side as usize;
        let mut images = Array4::zeros((labels.len(), 1, side, side));
        if let Some(values) = images.as_slice_mut() {
            ink::write_ink(levels, values);
        }
        Self { images, labels, lengths: None }
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.images.shape()[0]
    }

    /// Whether there is no image.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The classes of each image's text.
    pub fn texts(&self) -> impl Iterator<Item = &[usize]> {
        let mut labels = &self.labels[..];
        (0..self.len()).map(move |image| {
            let length = self.lengths.as_ref().map_or(1, |lengths| lengths[image]);
            let (text, rest) = labels.split_at(length);
            labels = rest;
            text
        })
    }
}

/// Where the training of a network gets its batches from.
///
/// An epoch is a pure function of the data, its seed, the number of the epoch and the batch size, so that training
/// that was cut off can be resumed and goes on as if it had not been.
pub trait TrainingData: Sync {
    /// What the class indices of the labels stand for.
    fn alphabet(&self) -> &Alphabet;

    /// How many images an epoch has.
    fn samples_per_epoch(&self) -> usize;

    /// The batches of epoch `epoch`, from 0: all of `batch` images, but for the last, which has the rest.
    /// None if `batch` is 0.
    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Batch> + '_>;
}
