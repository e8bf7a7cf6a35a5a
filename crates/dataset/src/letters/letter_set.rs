//! Letters in memory.

use captcha_core::{Alphabet, ContentHash, Fingerprint};
use captcha_segment::SegmentOptions;
use image::GrayImage;

use crate::{DatasetError, stratified_split};

/// Square letter images of one size with their classes, in memory: one byte a pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterSet {
    alphabet: Alphabet,
    size: u32,
    levels: Vec<u8>,
    labels: Vec<usize>,
    segmentation: Option<SegmentOptions>,
}

impl LetterSet {
    /// A set without letters, for letters of `size` x `size` pixels of `alphabet`.
    #[must_use]
    pub fn new(alphabet: Alphabet, size: u32) -> Self {
        Self { alphabet, size, levels: Vec::new(), labels: Vec::new(), segmentation: None }
    }

    /// Sets how the letters were cut from their images, or that it is not known.
    #[must_use]
    pub fn with_segmentation(mut self, segmentation: Option<SegmentOptions>) -> Self {
        self.segmentation = segmentation;
        self
    }

    /// How the letters were cut from their images, so that a model that is trained with them cuts alike; `None` if it is
    /// not known.
    #[must_use]
    pub fn segmentation(&self) -> Option<&SegmentOptions> {
        self.segmentation.as_ref()
    }

    /// Adds a letter, dark ink on white paper, that shows `character`.
    ///
    /// # Errors
    /// [`DatasetError::MixedSizes`] or [`DatasetError::Alphabet`].
    pub fn push(&mut self, image: &GrayImage, character: char) -> Result<(), DatasetError> {
        let (width, height) = image.dimensions();
        if (width, height) != (self.size, self.size) {
            return Err(DatasetError::MixedSizes { expected: self.size, width, height });
        }
        let classes = self.alphabet.encode(character.encode_utf8(&mut [0; 4]))?;
        self.push_levels(image.as_raw(), classes[0]);
        Ok(())
    }

    /// Adds a letter that is known to be of the right size and alphabet.
    pub(crate) fn push_levels(&mut self, levels: &[u8], label: usize) {
        debug_assert_eq!(levels.len(), self.pixels());
        self.levels.extend_from_slice(levels);
        self.labels.push(label);
    }

    /// What the labels stand for.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// Width and height of every letter in pixels.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    fn pixels(&self) -> usize {
        self.size as usize * self.size as usize
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

    /// The class index of every letter.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The class index of letter `index`.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn label(&self, index: usize) -> usize {
        self.labels[index]
    }

    /// The grey levels of letter `index`, row after row.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn levels(&self, index: usize) -> &[u8] {
        &self.levels[index * self.pixels()..][..self.pixels()]
    }

    /// Letter `index` as an image.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn image(&self, index: usize) -> GrayImage {
        GrayImage::from_raw(self.size, self.size, self.levels(index).to_vec())
            .expect("a letter has one byte a pixel")
    }

    /// How many letters each class has, in class order.
    #[must_use]
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.alphabet.len()];
        self.labels.iter().for_each(|&label| counts[label] += 1);
        counts
    }

    /// What the letters are known by: their pixels and what they show.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut contents = ContentHash::new();
        contents.add(&self.levels);
        let labels: Vec<u8> = self.labels.iter().flat_map(|&label| (label as u64).to_le_bytes()).collect();
        contents.add(labels);
        Fingerprint::new()
            .with("alphabet", self.alphabet.to_string())
            .with("size", self.size)
            .with("letters", self.len())
            .with("contents", contents.hex())
    }

    /// The letters at `indices`, in that order.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        let mut subset =
            Self::new(self.alphabet.clone(), self.size).with_segmentation(self.segmentation.clone());
        subset.levels.reserve_exact(indices.len() * self.pixels());
        for &index in indices {
            subset.push_levels(self.levels(index), self.label(index));
        }
        subset
    }

    /// Splits the set into parts that each have their fraction of every class; see [`stratified_split`].
    ///
    /// Letters of one CAPTCHA may come into different parts: a letter says nothing of its neighbours.
    ///
    /// ```
    /// # use captcha_dataset::LetterSet;
    /// # use captcha_core::Alphabet;
    /// # let mut letters = LetterSet::new(Alphabet::digits(), 2);
    /// # for _ in 0..10 { letters.push(&image::GrayImage::new(2, 2), '7')?; }
    /// let [train, validation, test] = letters.split([0.8, 0.1, 0.1], 7)?;
    /// assert_eq!([train.len(), validation.len(), test.len()], [8, 1, 1]);
    /// # Ok::<(), captcha_dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] unless the fractions are in `[0, 1]` and add up to 1.
    pub fn split<const N: usize>(&self, fractions: [f64; N], seed: u64) -> Result<[Self; N], DatasetError> {
        let parts = stratified_split(&self.labels, &fractions, seed)?;
        Ok(std::array::from_fn(|part| self.subset(&parts[part])))
    }
}
