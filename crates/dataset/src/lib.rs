//! Datasets of text CAPTCHAs: corpora on disk and streamed, letter folders, splits, and batches for training.
//!
//! | item | what it is |
//! |---|---|
//! | [`generate_corpus`] | draws a corpus of labelled images on disk: parallel, resumable, in shards |
//! | [`LabelledFolder`] | reads a corpus, or any folder of images that are named after their text |
//! | [`extract_letters`] | cuts labelled images into letter folders, as torchvision's `ImageFolder` reads them |
//! | [`LetterSet`] | letters in memory: from letter folders, from labelled images, or drawn for it |
//! | [`stratified_split`] | seeded splits into training, validation and test parts |
//! | [`TrainingData`] | batches, epoch by epoch: letters of a set ([`ShuffledLetters`]) or drawn on the fly ([`LetterStream`]), whole images drawn on the fly ([`CaptchaStream`]) |
//!
//! Everything random is a function of a seed, and no result depends on the number of threads. What can't be used is
//! never dropped in silence: it is an error, or counted with its reason in [`Skipped`].
//!
//! ```
//! use captcha_dataset::{LetterSet, ShuffledLetters, TrainingData};
//! use captcha_render::{Renderer, Style};
//! use captcha_segment::{SegmentOptions, Segmenter};
//!
//! let renderer = Renderer::new(Style::seed())?;
//! let segmenter = Segmenter::new(SegmentOptions::default())?;
//! let (letters, summary) = LetterSet::from_source(&renderer, 20, 1, &segmenter, &())?;
//! println!("{summary}");
//! let [train, validation] = letters.split([0.9, 0.1], 1)?;
//! let train = ShuffledLetters::new(train, 1);
//! for batch in train.epoch(0, 32) {
//!     let batch = batch?;
//!     // Images are [n, 1, height, width] with ink 1 and paper 0, labels are n class indices.
//!     assert_eq!(batch.images().shape()[0], batch.labels().len());
//! }
//! # assert!(!validation.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod augment;
mod batch;
mod blocks;
mod by_size;
mod captcha_stream;
mod class_folder;
mod corpus;
mod corpus_options;
mod cut;
mod encode;
mod error;
mod extract;
mod folder;
mod fonts;
mod journal;
mod letter_loading;
mod letter_set;
mod letter_stream;
mod letter_summary;
mod listing;
mod manifest;
mod names;
mod shard;
mod shuffle;
mod shuffled;
mod skipped;
mod source;
mod split;
mod stream;
mod work;

pub use augment::Augmentation;
pub use batch::{Batch, TrainingData};
pub use captcha_core::Difference;
pub use captcha_stream::{CaptchaBatch, CaptchaStream};
pub use class_folder::{letter_folder_name, letter_of_folder};
pub use corpus::{CorpusSummary, generate_corpus};
pub use corpus_options::{CorpusOptions, TextSource};
pub use error::DatasetError;
pub use extract::extract_letters;
pub use folder::{FolderOptions, LabelledFolder, Sample};
pub use journal::MANIFEST;
pub use letter_loading::LetterOptions;
pub use letter_set::LetterSet;
pub use letter_stream::LetterStream;
pub use letter_summary::LetterSummary;
pub use manifest::{CorpusHeader, CorpusManifest, CorpusRecord, TextsHeader};
pub use shard::Shard;
pub use shuffled::ShuffledLetters;
pub use skipped::{SkipReason, Skipped, SkippedFiles};
pub use source::{CaptchaSource, Mixture};
pub use split::stratified_split;
pub use stream::{StreamOptions, StreamStats};

pub use captcha_core;
pub use captcha_render;
pub use captcha_segment;
pub use image;
pub use ndarray;
