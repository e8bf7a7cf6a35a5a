//! How a set of images is read.

use std::error::Error;
use std::sync::Arc;

use captcha_core::{Alphabet, Monitor, describe};
use image::{DynamicImage, GrayImage};

use crate::images::image_set::ImageSet;
use crate::images::prepare::in_words;
use crate::images::store::{Gone, Store, content_hash};
use crate::parallel::pool::{Work, chunk_size};
use crate::{DatasetError, LabelledFolder, SkipReason, Skipped};

/// 1 GiB: 120,000 images of 192 x 48 pixels.
const MEMORY: u64 = 1 << 30;

/// What can be made into images of a set, for error messages.
const EXPECTED: &str = "images with a text of the alphabet, which the network takes";

/// How an [`ImageSet`] is read.
///
/// | field | unit | default |
/// |---|---|---|
/// | `alphabet` | | none: that of the folder |
/// | `memory` | bytes | 2^30 (1 GiB) |
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageSetOptions {
    /// What the class indices of the labels stand for: that of a network, for example. Images whose text has other
    /// characters are skipped.
    pub alphabet: Option<Alphabet>,
    /// Most bytes of grey levels that are kept in memory, one byte a pixel. Images beyond it are read again from
    /// their files each time.
    pub memory: u64,
}

impl Default for ImageSetOptions {
    fn default() -> Self {
        Self { alphabet: None, memory: MEMORY }
    }
}

impl ImageSetOptions {
    /// Sets what the class indices of the labels stand for.
    #[must_use]
    pub fn with_alphabet(mut self, alphabet: Alphabet) -> Self {
        self.alphabet = Some(alphabet);
        self
    }

    /// Sets how many bytes of grey levels are kept in memory.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }
}

impl ImageSet {
    /// Reads all images of `folder`, in parallel, and prepares them: `prepare` does what is done to an image before
    /// the network sees it, and gives dark ink on light paper, for all images with the same number of rows.
    ///
    /// Returns with the set what was skipped, and why: files that can't be read, images that `prepare` refuses,
    /// texts with characters outside the alphabet.
    ///
    /// # Errors
    /// [`DatasetError::NothingUsable`] if every image was skipped; [`DatasetError::Interrupted`];
    /// [`DatasetError::BadOption`] if the alphabet has more than 65,535 characters.
    pub fn load<E: Into<Box<dyn Error + Send + Sync>>>(
        folder: &LabelledFolder,
        prepare: impl Fn(&DynamicImage) -> Result<GrayImage, E> + Send + Sync + 'static,
        options: &ImageSetOptions,
        monitor: &dyn Monitor,
    ) -> Result<(Self, Skipped), DatasetError> {
        let prepare = in_words(prepare);
        let alphabet = options.alphabet.as_ref().unwrap_or(folder.alphabet());
        check_alphabet(alphabet)?;
        let mut store =
            Store::new(alphabet.clone(), options.memory, Arc::clone(&prepare), Some(folder.clone()));
        let mut skipped = Skipped::default();
        let work = Work::new(monitor, folder.len() as u64);
        let indices: Vec<usize> = (0..folder.len()).collect();
        for chunk in indices.chunks(chunk_size()) {
            let read = |&index: &usize| {
                let Some(sample) = folder.sample(index) else { return Ok(None) };
                let image = || -> Result<(GrayImage, String, Box<[u16]>), Gone> {
                    let label = classes(alphabet, sample.label.as_str())
                        .map_err(|error| named(folder, index, SkipReason::UnknownCharacter, &error))?;
                    let image = sample.load().map_err(|error| (SkipReason::Unreadable, describe(&error)))?;
                    let image = prepare(&image)
                        .map_err(|error| named(folder, index, SkipReason::NotPrepared, &error))?;
                    let hash = content_hash(&image);
                    Ok((image, hash, label))
                };
                Ok(Some(image()))
            };
            for (&index, image) in chunk.iter().zip(work.finished(work.each(chunk, read))?) {
                let added = match image {
                    None => continue,
                    Some(Err(gone)) => Err(gone),
                    Some(Ok((image, hash, label))) => store
                        .push(folder.file(index), index, &image, hash, label)
                        .map_err(|error| named(folder, index, SkipReason::NotPrepared, &error)),
                };
                if let Err((reason, what)) = added {
                    skipped.add(reason, || what);
                }
            }
        }
        if store.images.is_empty() {
            let path = folder.path().to_owned();
            return Err(DatasetError::NothingUsable { path, expected: EXPECTED.to_owned(), skipped });
        }
        Ok((Self::of(store), skipped))
    }

    /// A set of images that a caller holds, each with its name and its text. All of them are kept in memory, whatever
    /// [`ImageSetOptions::memory`] says; `prepare` is as for [`load`](Self::load). The alphabet is by default that of
    /// the texts, in the order of the code points.
    ///
    /// # Errors
    /// [`DatasetError::Alphabet`] if the texts have no character; [`DatasetError::BadOption`] if the alphabet has
    /// more than 65,535 characters.
    pub fn from_images<E: Into<Box<dyn Error + Send + Sync>>>(
        images: impl IntoIterator<Item = (String, DynamicImage, String)>,
        prepare: impl Fn(&DynamicImage) -> Result<GrayImage, E> + Send + Sync + 'static,
        options: &ImageSetOptions,
    ) -> Result<(Self, Skipped), DatasetError> {
        let prepare = in_words(prepare);
        let mut skipped = Skipped::default();
        let mut prepared = Vec::new();
        for (source, (name, image, text)) in images.into_iter().enumerate() {
            match prepare(&image) {
                Ok(image) => prepared.push((name, source, image, text)),
                Err(error) => skipped.add(SkipReason::NotPrepared, || format!("{name}: {error}")),
            }
        }
        let alphabet = match &options.alphabet {
            Some(alphabet) => alphabet.clone(),
            None => {
                let mut characters: Vec<char> = prepared.iter().flat_map(|(.., text)| text.chars()).collect();
                characters.sort_unstable();
                characters.dedup();
                Alphabet::new(&characters.into_iter().collect::<String>())?
            }
        };
        check_alphabet(&alphabet)?;
        let mut store = Store::new(alphabet.clone(), options.memory, prepare, None);
        for (name, source, image, text) in prepared {
            let added = classes(&alphabet, &text)
                .map_err(|error| (SkipReason::UnknownCharacter, error))
                .and_then(|label| {
                    let hash = content_hash(&image);
                    store
                        .push(&name, source, &image, hash, label)
                        .map_err(|error| (SkipReason::NotPrepared, error))
                });
            if let Err((reason, error)) = added {
                skipped.add(reason, || format!("{name}: {error}"));
            }
        }
        Ok((Self::of(store), skipped))
    }
}

fn named(folder: &LabelledFolder, index: usize, reason: SkipReason, what: &str) -> Gone {
    (reason, format!("{}: {what}", folder.file(index)))
}

/// Labels are kept with two bytes a character.
fn check_alphabet(alphabet: &Alphabet) -> Result<(), DatasetError> {
    match u16::try_from(alphabet.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(DatasetError::BadOption {
            option: "alphabet",
            expected: format!("at most {} characters", u16::MAX),
            actual: alphabet.len().to_string(),
        }),
    }
}

/// The classes of a text.
fn classes(alphabet: &Alphabet, text: &str) -> Result<Box<[u16]>, String> {
    let classes = alphabet.encode(text).map_err(|error| error.to_string())?;
    Ok(classes.into_iter().map(|class| class as u16).collect())
}
