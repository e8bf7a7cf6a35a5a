//! Labelled images in memory.

use std::fmt;
use std::sync::Arc;

use captcha_core::{Alphabet, ContentHash, Fingerprint};
use image::GrayImage;

use crate::DatasetError;
use crate::images::store::{Store, Stored};

/// Labelled images as a network takes them, in grey levels and all with the same number of rows, of any width: one
/// byte a pixel, in memory as far as [`ImageSetOptions::memory`](crate::ImageSetOptions) allows.
///
/// A set is read once, by [`load`](Self::load); its parts share the memory, so that [`subset`](Self::subset) copies
/// no pixel. Training takes its batches from a [`FolderStream`](crate::FolderStream).
///
/// ```
/// use std::convert::Infallible;
///
/// use captcha_dataset::image::{DynamicImage, GrayImage};
/// use captcha_dataset::{ImageSet, ImageSetOptions};
///
/// let images = [("a.png", 60, "CAB"), ("b.png", 80, "A")]
///     .map(|(name, width, text)| (name.to_owned(), DynamicImage::from(GrayImage::new(width, 48)), text.to_owned()));
/// let prepare = |image: &DynamicImage| Ok::<_, Infallible>(image.to_luma8());
/// let (images, skipped) = ImageSet::from_images(images, prepare, &ImageSetOptions::default())?;
/// assert!(skipped.is_empty());
/// assert_eq!((images.len(), images.width(1), images.label(0)), (2, 80, vec![2, 0, 1]));
/// assert_eq!(images.subset(&[1]).name(0), "b.png");
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
#[derive(Clone)]
pub struct ImageSet {
    pub(crate) store: Arc<Store>,
    /// The images of the store that are in this set.
    pub(crate) indices: Arc<[u32]>,
}

impl fmt::Debug for ImageSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageSet").field("images", &self.len()).field("height", &self.height()).finish()
    }
}

impl ImageSet {
    /// The set of all images of a store.
    pub(crate) fn of(mut store: Store) -> Self {
        store.finish();
        let indices = (0..store.images.len() as u32).collect();
        Self { store: Arc::new(store), indices }
    }

    fn stored(&self, index: usize) -> &Stored {
        &self.store.images[self.indices[index] as usize]
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is no image.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// What the class indices of the labels stand for.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.store.alphabet
    }

    /// The rows of every image; 0 if there was never an image.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.store.height
    }

    /// The columns of image `index`.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn width(&self, index: usize) -> u32 {
        self.stored(index).width
    }

    /// What image `index` is called: its path within the folder, or the name that was given.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn name(&self, index: usize) -> &str {
        &self.stored(index).name
    }

    /// The place of image `index` in what the set was made of: the index of its sample in the folder, or its place
    /// among the images that were given.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn source_index(&self, index: usize) -> usize {
        self.stored(index).source
    }

    /// The class indices of the text of image `index`.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn label(&self, index: usize) -> Vec<usize> {
        self.stored(index).label.iter().map(|&class| class.into()).collect()
    }

    /// The text of image `index`.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    #[must_use]
    pub fn text(&self, index: usize) -> String {
        let label = self.stored(index).label.iter();
        label.filter_map(|&class| self.alphabet().character(class.into())).collect()
    }

    /// Image `index`, from memory or read again.
    ///
    /// # Errors
    /// [`DatasetError::ImageGone`] if it is not in memory, and can't be read or is not the same any more.
    ///
    /// # Panics
    /// From [`len`](Self::len) on.
    pub fn image(&self, index: usize) -> Result<GrayImage, DatasetError> {
        let (width, height) = (self.width(index), self.height());
        let image = self
            .store
            .with_levels(self.indices[index] as usize, <[u8]>::to_vec)
            .map_err(|(reason, what)| DatasetError::ImageGone { reason, what })?;
        Ok(GrayImage::from_raw(width, height, image).unwrap_or_default())
    }

    /// How many of the images are in memory; the others are read again each time.
    #[must_use]
    pub fn cached(&self) -> usize {
        self.indices.iter().filter(|&&index| self.store.levels(index as usize).is_some()).count()
    }

    /// The images at `indices`, in that order; an image may be in it more than once.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        let indices = indices.iter().map(|&index| self.indices[index]).collect();
        Self { store: Arc::clone(&self.store), indices }
    }

    /// What the images are known by: their pixels and what they show, in their order. Names do not count.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut contents = ContentHash::new();
        for index in 0..self.len() {
            let stored = self.stored(index);
            contents.add(&*stored.hash);
            contents.add(stored.label.iter().flat_map(|class| class.to_le_bytes()).collect::<Vec<u8>>());
        }
        Fingerprint::new()
            .with("alphabet", self.alphabet().to_string())
            .with("height", self.height())
            .with("images", self.len())
            .with("contents", contents.hex())
    }
}
