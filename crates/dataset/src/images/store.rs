//! Where the images of a set are.

use captcha_core::{Alphabet, ContentHash, describe};
use image::GrayImage;

use crate::images::prepare::Prepare;
use crate::{LabelledFolder, SkipReason};

/// Why an image gives nothing: the reason, and in words what is wrong.
pub(crate) type Gone = (SkipReason, String);

/// All images that were read together; their sets share it.
pub(crate) struct Store {
    pub(crate) alphabet: Alphabet,
    /// The rows of every image; 0 as long as there is none.
    pub(crate) height: u32,
    pub(crate) images: Vec<Stored>,
    /// The grey levels of the images in memory, one after the other.
    levels: Vec<u8>,
    /// Most bytes that `levels` may have.
    memory: u64,
    /// What is done to an image before a network sees it.
    pub(crate) prepare: Prepare,
    /// What images beyond the memory are read again from; `None` if all are in memory.
    folder: Option<LabelledFolder>,
}

/// One image.
pub(crate) struct Stored {
    pub(crate) name: Box<str>,
    /// Its place in what the set was made of.
    pub(crate) source: usize,
    /// The classes of its text.
    pub(crate) label: Box<[u16]>,
    pub(crate) width: u32,
    /// The SHA-256 of its width and grey levels, in hexadecimal digits.
    pub(crate) hash: Box<str>,
    /// Where its grey levels begin; `None` if they are read again each time.
    at: Option<usize>,
}

impl Store {
    pub(crate) fn new(
        alphabet: Alphabet,
        memory: u64,
        prepare: Prepare,
        folder: Option<LabelledFolder>,
    ) -> Self {
        Self { alphabet, height: 0, images: Vec::new(), levels: Vec::new(), memory, prepare, folder }
    }

    /// Adds a prepared image with its hash. One of another height than the first, or without pixels, is refused in
    /// words.
    pub(crate) fn push(
        &mut self,
        name: &str,
        source: usize,
        image: &GrayImage,
        hash: String,
        label: Box<[u16]>,
    ) -> Result<(), String> {
        let (width, height) = image.dimensions();
        if width == 0 || height == 0 || (self.height != 0 && height != self.height) {
            let rows = if self.height == 0 { "at least 1".to_owned() } else { self.height.to_string() };
            return Err(format!("prepared to {width} x {height} pixels, expected {rows} rows"));
        }
        self.height = height;
        let filled = self.levels.len();
        let fits = self.folder.is_none() || (filled + image.as_raw().len()) as u64 <= self.memory;
        if fits {
            self.levels.extend_from_slice(image.as_raw());
        }
        let at = fits.then_some(filled);
        self.images.push(Stored { name: name.into(), source, label, width, hash: hash.into(), at });
        Ok(())
    }

    /// Gives back the memory that was reserved and not used.
    pub(crate) fn finish(&mut self) {
        self.levels.shrink_to_fit();
        self.images.shrink_to_fit();
    }

    /// The grey levels of image `index` if they are in memory.
    pub(crate) fn levels(&self, index: usize) -> Option<&[u8]> {
        let image = &self.images[index];
        image.at.map(|at| &self.levels[at..][..image.width as usize * self.height as usize])
    }

    /// Calls `work` with the grey levels of image `index`, which are read again unless they are in memory.
    pub(crate) fn with_levels<R>(&self, index: usize, work: impl FnOnce(&[u8]) -> R) -> Result<R, Gone> {
        match self.levels(index) {
            Some(levels) => Ok(work(levels)),
            None => self.read_again(index).map(|image| work(image.as_raw())),
        }
    }

    /// Image `index` from its file, if it is still the same.
    fn read_again(&self, index: usize) -> Result<GrayImage, Gone> {
        let stored = &self.images[index];
        let gone = |reason, what: &str| (reason, format!("{}: {what}", stored.name));
        let unreadable = |what: &str| gone(SkipReason::Unreadable, what);
        let sample = self.folder.as_ref().and_then(|folder| folder.sample(stored.source));
        let sample = sample.ok_or_else(|| unreadable("not in the folder"))?;
        let image = sample.load().map_err(|error| (SkipReason::Unreadable, describe(&error)))?;
        let image = (self.prepare)(&image).map_err(|error| gone(SkipReason::NotPrepared, &error))?;
        match content_hash(&image) == *stored.hash {
            true => Ok(image),
            false => Err(gone(SkipReason::Changed, "other pixels than at first")),
        }
    }
}

/// The SHA-256 of the width and the grey levels of an image.
pub(crate) fn content_hash(image: &GrayImage) -> String {
    let mut hash = ContentHash::new();
    hash.add(image.width().to_le_bytes());
    hash.add(image.as_raw());
    hash.hex()
}
