//! Where training gets its batches from.

use captcha_core::{Alphabet, Fingerprint};
use captcha_segment::SegmentOptions;

use crate::DatasetError;
use crate::streams::batch::Batch;

/// Where the training of a network gets its batches from.
///
/// An epoch is a pure function of the data, its seed, the number of the epoch and the batch size, so that training
/// that was cut off can be resumed and goes on as if it had not been.
///
/// ```
/// use captcha_core::{Alphabet, Fingerprint};
/// use captcha_dataset::ndarray::Array4;
/// use captcha_dataset::{Batch, DatasetError, TrainingData};
///
/// /// As many dark and white squares as are asked for.
/// struct Squares {
///     alphabet: Alphabet,
///     count: usize,
/// }
///
/// impl TrainingData for Squares {
///     fn alphabet(&self) -> &Alphabet {
///         &self.alphabet
///     }
///
///     fn samples_per_epoch(&self) -> usize {
///         self.count
///     }
///
///     fn fingerprint(&self) -> Fingerprint {
///         Fingerprint::new().with("kind", "squares").with("count", self.count)
///     }
///
///     fn epoch(&self, _: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
///         let starts = (0..self.count).step_by(batch.max(1));
///         Box::new(starts.map(move |start| {
///             let labels: Vec<usize> = (start..self.count.min(start + batch)).map(|index| index % 2).collect();
///             let images = Array4::from_shape_fn((labels.len(), 1, 8, 8), |(image, ..)| labels[image] as f32);
///             Batch::of_letters(images, labels)
///         }))
///     }
/// }
///
/// let squares = Squares { alphabet: Alphabet::new("01")?, count: 10 };
/// assert_eq!(squares.epoch(0, 4).map(|batch| batch.map(|batch| batch.len())).sum::<Result<usize, _>>()?, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait TrainingData: Sync {
    /// What the class indices of the labels stand for.
    fn alphabet(&self) -> &Alphabet;

    /// How many images an epoch has.
    fn samples_per_epoch(&self) -> usize;

    /// What the data is known by: everything that the batches are a function of, large things by the
    /// [`ContentHash`](captcha_core::ContentHash) of their contents. Equal fingerprints give equal batches; a run is
    /// only resumed with data of the same fingerprint.
    fn fingerprint(&self) -> Fingerprint;

    /// How the letters were cut from their images, so that a model that is trained with them cuts alike; `None` if
    /// they are no letters, or if it is not known.
    fn segmentation(&self) -> Option<&SegmentOptions> {
        None
    }

    /// The batches of epoch `epoch`, from 0: all of `batch` images, but for the last, which has the rest. None if
    /// `batch` is 0. A batch that can't be made is an error, which ends the epoch.
    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_>;
}
