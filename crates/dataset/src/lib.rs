//! CAPTCHA corpora on disk and streamed, letter folders, splits, and batches for training.

mod augment;
mod batch;
mod error;
mod letter_set;
mod shuffle;
mod shuffled;
mod skipped;
mod split;

pub use augment::Augmentation;
pub use batch::{Batch, TrainingData};
pub use error::{DatasetError, Difference};
pub use letter_set::LetterSet;
pub use shuffled::ShuffledLetters;
pub use skipped::{SkipReason, Skipped, SkippedFiles};
pub use split::stratified_split;
