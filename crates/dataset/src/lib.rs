//! Datasets of text CAPTCHAs: corpora on disk, folders of labelled images, letters, splits, and batches for training.
//!
//! | item | what it is |
//! |---|---|
//! | `generate_corpus` | draws a corpus of labelled images on disk: parallel, resumable, in shards (feature `render`) |
//! | [`CorpusManifest`] | what a corpus on disk is made of, with the box of every character |
//! | [`LabelledFolder`] | reads a corpus, or any folder of images whose texts are known: by name, in a label file, in tar shards |
//! | [`FolderReport`] | what is in such a folder: counts, duplicates, and what can't be used; splits that keep duplicates together |
//! | [`LabelFile`] | names and texts of images, as CSV, TSV, JSON lines ... |
//! | [`extract_letters`] | cuts labelled images into letter folders, as torchvision's `ImageFolder` reads them |
//! | [`LetterSet`] | letters in memory: from letter folders, from labelled images, or from a [`CaptchaSource`] |
//! | [`ImageSet`] | labelled images in memory, prepared for a network that reads whole images |
//! | [`stratified_split`] | seeded splits into training, validation and test parts |
//! | [`TrainingData`] | batches, epoch by epoch: the letters ([`LetterEpochs`]) or whole images ([`FolderStream`]) of a set, or letters ([`LetterStream`]) and whole images ([`CaptchaStream`]) that are drawn while the network trains |
//!
//! [`TrainingData`] and [`CaptchaSource`] are made to be implemented by others, too: both have an example.
//!
//! Everything random is a function of a seed, and no result depends on the number of threads. What can't be used is
//! never dropped in silence: it is an error, or counted with its reason in [`Skipped`].
#![cfg_attr(
    feature = "render",
    doc = r#"
```
use captcha_dataset::{LetterEpochs, LetterSet, TrainingData};
use captcha_render::{Renderer, Style};
use captcha_segment::{SegmentOptions, Segmenter};

let renderer = Renderer::new(Style::seed())?;
let segmenter = Segmenter::new(SegmentOptions::default())?;
let (letters, summary) = LetterSet::from_source(&renderer, 20, 1, &segmenter, &())?;
println!("{summary}");
let [train, validation] = letters.split([0.9, 0.1], 1)?;
let train = LetterEpochs::new(train, 1);
for batch in train.epoch(0, 32) {
    let batch = batch?;
    // Images are [n, 1, height, width] with ink 1 and paper 0, labels are n class indices.
    assert_eq!(batch.images().shape()[0], batch.labels().len());
}
# assert!(!validation.is_empty());
# Ok::<(), Box<dyn std::error::Error>>(())
```
"#
)]
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `render` | yes | drawing: `generate_corpus`, and a `Renderer` as a [`CaptchaSource`] |
//!
//! # Rooms
//!
//! Imports point only downwards in this table.
//!
//! | room | what it holds |
//! |---|---|
//! | `drawing` | corpora drawn with `captcha-render`, and its renderer as a source (feature `render`) |
//! | `streams` | training data: epochs of letters, and streams of letters and of whole images |
//! | `augment` | whole images changed at random |
//! | `images` | labelled images in memory, as a network takes them |
//! | `letters` | letter images: cut from images, kept in folders, loaded |
//! | `inspect` | what is in a folder, and splits by content |
//! | `folder` | labelled images that somebody has |
//! | `corpus` | the files of a corpus: manifest, shards, names, images |
//! | `sources` | where CAPTCHAs come from |
//! | `resume` | how long work is continued after it was stopped |
//! | `parallel` | threads, shuffling and splits |
//! | `error`, `skipped` | what can go wrong, and what was left out |

mod augment;
mod corpus;
#[cfg(feature = "render")]
mod drawing;
mod error;
mod folder;
mod images;
mod inspect;
mod letters;
mod parallel;
mod resume;
mod skipped;
mod sources;
mod streams;

pub use augment::augmenter::Augmenter;
pub use augment::options::ImageAugmentation;
pub use captcha_core::Difference;
pub use corpus::header::{CorpusHeader, TextsHeader};
pub use corpus::image_format::ImageFileFormat;
pub use corpus::manifest::{CorpusManifest, CorpusRecord, MASKS};
pub use corpus::shard::Shard;
#[cfg(feature = "render")]
pub use drawing::alike::renderer_like;
#[cfg(feature = "render")]
pub use drawing::generate::{CorpusSummary, generate_corpus};
#[cfg(feature = "render")]
pub use drawing::options::{CorpusOptions, TextSource};
pub use error::DatasetError;
pub use folder::label_file::file::{Correction, LabelFile};
pub use folder::labelled_folder::LabelledFolder;
pub use folder::options::FolderOptions;
pub use folder::pattern::{LabelPattern, LabelPatternError};
pub use folder::sample::{Sample, TarMember};
pub use folder::source::LabelSource;
pub use images::image_set::ImageSet;
pub use images::loading::ImageSetOptions;
pub use inspect::counts::{CharacterCount, FolderCounts, SizeCount};
pub use inspect::facts::{ColourKind, ImageFacts};
pub use inspect::report::{FolderReport, LeftOut, UnreadableImage};
pub use letters::extract::extract_letters;
pub use letters::letter_folders::{letter_folder_name, letter_of_folder};
pub use letters::letter_set::LetterSet;
pub use letters::loading::LetterOptions;
pub use letters::summary::LetterSummary;
pub use parallel::split::stratified_split;
pub use resume::lines::MANIFEST;
pub use skipped::{SkipReason, Skipped, SkippedFiles};
pub use sources::mixture::Mixture;
pub use sources::source::CaptchaSource;
pub use streams::augmentation::Augmentation;
pub use streams::batch::Batch;
pub use streams::captcha_batch::CaptchaBatch;
pub use streams::captcha_stream::CaptchaStream;
pub use streams::folder_stream::FolderStream;
pub use streams::letter_epochs::LetterEpochs;
pub use streams::letter_stream::LetterStream;
pub use streams::options::{StreamOptions, StreamStats};
pub use streams::training_data::TrainingData;

pub use captcha_core;
#[cfg(feature = "render")]
pub use captcha_render;
pub use captcha_segment;
pub use image;
pub use ndarray;
