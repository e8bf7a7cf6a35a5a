//! CAPTCHA corpora on disk and streamed, letter folders, splits, and batches for training.

mod augment;
mod batch;
mod class_folder;
mod corpus;
mod digest;
mod encode;
mod error;
mod folder;
mod journal;
mod letter_set;
mod manifest;
mod names;
mod shard;
mod shuffle;
mod shuffled;
mod skipped;
mod split;
mod threads;

pub use augment::Augmentation;
pub use batch::{Batch, TrainingData};
pub use class_folder::{letter_folder_name, letter_of_folder};
pub use corpus::{CorpusOptions, CorpusSummary, TextSource, generate_corpus};
pub use error::{DatasetError, Difference};
pub use folder::{FolderOptions, LabelledFolder, Sample};
pub use journal::MANIFEST;
pub use letter_set::LetterSet;
pub use manifest::{CorpusHeader, CorpusManifest, CorpusRecord, TextsHeader};
pub use shard::Shard;
pub use shuffled::ShuffledLetters;
pub use skipped::{SkipReason, Skipped, SkippedFiles};
pub use split::stratified_split;
