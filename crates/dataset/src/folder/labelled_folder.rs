//! Folders of labelled images.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use captcha_core::{Alphabet, ImageLimits, Label};

use crate::folder::entry::Entry;
use crate::folder::listing::Listing;
use crate::{DatasetError, FolderOptions, LabelSource, Sample, Skipped, stratified_split};

/// What a folder of images is expected to be, for error messages.
const EXPECTED: &str = "a folder of images that are named after their text, as in `QXKZEF-2.png`, or with a label file or tar shards";

/// A folder of labelled images: a corpus of `generate_corpus`, or any images whose texts are known.
///
/// Where the labels are is found by itself, in this order; [`source`](Self::source) says what was found.
///
/// | source | labels |
/// |---|---|
/// | the manifest of a corpus, or its shards | as written down |
/// | a label file: `metadata.jsonl`, `metadata.csv`, or `labels` with one of several endings | see below |
/// | WebDataset shards: every `.tar` | the `.txt`, `.json` (`text`, `label`) or `.cls` beside an image, or its name |
/// | file names | up to the first `-`, `_` or `.`, in which `%2D` stands for `-` and so on |
///
/// A label file can be `labels.csv`, `.tsv`, `.jsonl`, `.json` or `.txt` ([`LabelFile`](crate::LabelFile)), and can name
/// images in folders within the folder. Names with `%2D` are as `generate_corpus` writes them.
///
/// Images are known by the ending of their names, or by their first bytes. They are not read before [`Sample::load`],
/// and shards are never unpacked. Folders within the folder are searched if [`FolderOptions::recursive`] says so; each
/// of them can have a label file, which is also for the folders in it. Where there are shards of a corpus, they are
/// read and everything beside them is left out. Whatever is left out is counted in [`skipped`](Self::skipped).
///
/// Memory holds the file names: about 60 bytes an image.
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
    source: LabelSource,
}

impl LabelledFolder {
    /// Lists the labelled images of the folder `path`.
    ///
    /// # Errors
    /// [`DatasetError::MissingFolder`], [`DatasetError::NotAFolder`], [`DatasetError::EmptyFolder`];
    /// [`DatasetError::NothingUsable`] if not one file is an image with a label of the alphabet;
    /// [`DatasetError::Manifest`] if there is a manifest that is damaged before its end;
    /// [`DatasetError::LabelFile`] if [`FolderOptions::labels`] is no label file;
    /// [`DatasetError::MixedShards`] if there are shards of different corpora; [`DatasetError::Read`].
    pub fn open(path: impl AsRef<Path>, options: &FolderOptions) -> Result<Self, DatasetError> {
        let path = path.as_ref();
        check_folder(path, EXPECTED)?;
        let Listing { entries, skipped, source, .. } = Listing::of(path, options)?;
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
        let mut folder = Self {
            path: path.to_owned(),
            // Replaced below where it is not given.
            alphabet: options.alphabet.clone().unwrap_or_else(Alphabet::digits),
            limits: options.limits,
            entries,
            skipped,
            source: source.unwrap_or_default(),
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

    /// Whether there is no image, which only a [`subset`](Self::subset) or a part of a [`split`](Self::split) can be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What was left out, and why.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Where the labels come from.
    #[must_use]
    pub fn source(&self) -> &LabelSource {
        &self.source
    }

    /// The images with their labels, sorted by name. Nothing is read before [`Sample::load`].
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
        let place = entry.place.as_deref().map(|place| (&entry.file[..place.shard], place.member));
        Sample::new(&self.path, &entry.file, place, label, self.limits)
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
        Ok(std::array::from_fn(|part| self.subset(&parts[part])))
    }

    /// The images with these numbers, in this order, with the same alphabet and nothing skipped. Numbers from
    /// [`len`](Self::len) on are left out.
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        Self {
            path: self.path.clone(),
            alphabet: self.alphabet.clone(),
            limits: self.limits,
            entries: indices.iter().filter_map(|&index| self.entries.get(index).cloned()).collect(),
            skipped: Skipped::default(),
            source: self.source.clone(),
        }
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
