//! Folders of labelled images.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use captcha_core::{Alphabet, DecodeError, ImageLimits, Label, open_image, to_gray};
use image::{DynamicImage, GrayImage};

use crate::folder::listing::{Entry, Listing};
use crate::{DatasetError, Skipped, stratified_split};

/// What a folder of images is expected to be, for error messages.
const EXPECTED: &str = "a folder of images that are named after their text, as in `QXKZEF-2.png`";

/// How a folder of labelled images is read.
///
/// | field | default |
/// |---|---|
/// | `alphabet` | none: labels may have any visible character |
/// | `limits` | those of [`ImageLimits`] |
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct FolderOptions {
    /// The characters that labels may have; images with others are skipped.
    pub alphabet: Option<Alphabet>,
    /// What an image may cost before it is refused.
    pub limits: ImageLimits,
}

impl FolderOptions {
    /// Sets the characters that labels may have.
    #[must_use]
    pub fn with_alphabet(mut self, alphabet: Alphabet) -> Self {
        self.alphabet = Some(alphabet);
        self
    }

    /// Sets what an image may cost before it is refused.
    #[must_use]
    pub fn with_limits(mut self, limits: ImageLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// A folder of labelled images: a corpus of `generate_corpus`, with all its shards, or any images that are named after
/// their text.
///
/// The label of an image is what the manifest says, if there is one, and else its file name up to the first `-`, `_`
/// or `.`, in which `%2D` stands for `-` and so on, as `generate_corpus` writes them. Images are known by the ending of their names, or by their first bytes. They are not read before
/// [`Sample::load`]. Folders within the folder are not searched, except for the shards of one corpus. Where there are
/// shards, they are read and everything beside them is left out and counted in [`skipped`](Self::skipped).
///
/// Memory holds the file names: about 50 bytes an image.
///
/// ```no_run
/// use captcha_core::Alphabet;
/// use captcha_dataset::{FolderOptions, LabelledFolder};
///
/// let options = FolderOptions::default().with_alphabet(Alphabet::uppercase());
/// let folder = LabelledFolder::open("captchas", &options)?;
/// println!("{} images, {}", folder.len(), folder.skipped());
/// for sample in folder.samples() {
///     let image = sample.load_gray()?;
///     println!("{}: {} x {}", sample.label, image.width(), image.height());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LabelledFolder {
    path: PathBuf,
    alphabet: Alphabet,
    limits: ImageLimits,
    /// Sorted by file.
    entries: Vec<Entry>,
    skipped: Skipped,
}

/// An image and the text that it shows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// The image file.
    pub path: PathBuf,
    /// The text that it shows.
    pub label: Label,
    /// What the image may cost before it is refused.
    pub limits: ImageLimits,
}

impl Sample {
    /// Reads and decodes the image.
    ///
    /// # Errors
    /// [`DecodeError`] with the path and what is wrong.
    pub fn load(&self) -> Result<DynamicImage, DecodeError> {
        open_image(&self.path, self.limits)
    }

    /// Reads and decodes the image, in grey levels.
    ///
    /// # Errors
    /// [`DecodeError`] with the path and what is wrong.
    pub fn load_gray(&self) -> Result<GrayImage, DecodeError> {
        self.load().map(|image| to_gray(&image))
    }
}

impl LabelledFolder {
    /// Lists the labelled images of the folder `path`.
    ///
    /// # Errors
    /// [`DatasetError::MissingFolder`], [`DatasetError::NotAFolder`], [`DatasetError::EmptyFolder`];
    /// [`DatasetError::NothingUsable`] if not one file is an image with a label of the alphabet;
    /// [`DatasetError::Manifest`] if there is a manifest that is damaged before its end;
    /// [`DatasetError::MixedShards`] if there are shards of different corpora; [`DatasetError::Read`].
    pub fn open(path: impl AsRef<Path>, options: &FolderOptions) -> Result<Self, DatasetError> {
        let path = path.as_ref();
        check_folder(path, EXPECTED)?;
        let Listing { mut entries, skipped } = Listing::of(path, options.alphabet.as_ref())?;
        if entries.is_empty() {
            let path = path.to_owned();
            return Err(if skipped.is_empty() {
                DatasetError::EmptyFolder { path, expected: EXPECTED }
            } else {
                let expected = match &options.alphabet {
                    Some(alphabet) => {
                        format!("{EXPECTED}, with a text of the characters {:?}", alphabet.to_string())
                    }
                    None => EXPECTED.to_owned(),
                };
                DatasetError::NothingUsable { path, expected, skipped }
            });
        }
        entries.sort_unstable();
        let mut folder = Self {
            path: path.to_owned(),
            // Replaced below where it is not given.
            alphabet: options.alphabet.clone().unwrap_or_else(Alphabet::digits),
            limits: options.limits,
            entries,
            skipped,
        };
        if options.alphabet.is_none() {
            folder.alphabet = folder.characters()?;
        }
        Ok(folder)
    }

    /// The characters that labels have, in the order of their code points.
    fn characters(&self) -> Result<Alphabet, DatasetError> {
        let mut characters = std::collections::BTreeSet::new();
        self.samples().for_each(|sample| characters.extend(sample.label.as_str().chars()));
        Ok(Alphabet::new(&characters.into_iter().collect::<String>())?)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The alphabet that was asked for, or else the characters that the labels have, in the order of their code
    /// points.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no image, which only a part of a [`split`](Self::split) can be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What was left out, and why.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// The images with their labels, sorted by path. Nothing is read before [`Sample::load`].
    pub fn samples(&self) -> impl ExactSizeIterator<Item = Sample> {
        self.entries.iter().map(|entry| self.to_sample(entry))
    }

    /// Image `index` with its label, or `None` from [`len`](Self::len) on.
    #[must_use]
    pub fn sample(&self, index: usize) -> Option<Sample> {
        self.entries.get(index).map(|entry| self.to_sample(entry))
    }

    fn to_sample(&self, entry: &Entry) -> Sample {
        let label = match &entry.label {
            Some(label) => Label::new(&**label),
            // The listing keeps no file without a label.
            None => Label::from_path(&*entry.file).unwrap_or_else(|_| Label::new(&*entry.file)),
        };
        Sample { path: self.path.join(&*entry.file), label, limits: self.limits }
    }

    /// The name of image `index` within the folder.
    pub(crate) fn file(&self, index: usize) -> &str {
        &self.entries[index].file
    }

    /// Splits the images into parts that each have their fraction of every length of text; see
    /// [`stratified_split`].
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] unless the fractions are in `[0, 1]` and add up to 1.
    pub fn split<const N: usize>(&self, fractions: [f64; N], seed: u64) -> Result<[Self; N], DatasetError> {
        let lengths: Vec<usize> = self.samples().map(|sample| sample.label.char_count()).collect();
        let parts = stratified_split(&lengths, &fractions, seed)?;
        Ok(std::array::from_fn(|part| Self {
            path: self.path.clone(),
            alphabet: self.alphabet.clone(),
            limits: self.limits,
            entries: parts[part].iter().map(|&index| self.entries[index].clone()).collect(),
            skipped: Skipped::default(),
        }))
    }
}

/// Refuses what is no folder.
pub(crate) fn check_folder(path: &Path, expected: &'static str) -> Result<(), DatasetError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(DatasetError::NotAFolder { path: path.to_owned(), expected }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(DatasetError::MissingFolder { path: path.to_owned(), expected })
        }
        Err(error) => Err(DatasetError::read(path)(error)),
    }
}
