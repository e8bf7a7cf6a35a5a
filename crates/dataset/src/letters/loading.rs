//! Letter folders into memory.

use std::fs;
use std::path::{Path, PathBuf};

use captcha_core::{Alphabet, ImageLimits, describe, open_image, to_gray};

use crate::corpus::image_file::is_image;
use crate::folder::labelled_folder::check_folder;
use crate::letters::by_size::BySize;
use crate::letters::manifest::segmentation;
use crate::parallel::pool::{Work, chunk_size};
use crate::{DatasetError, LetterSet, MANIFEST, SkipReason, Skipped, letter_of_folder};

/// What a folder of letter folders is expected to be, for error messages.
const EXPECTED: &str = "a folder with a folder of letter images for each character, as in `A/000001.png`";

/// How letter folders are read.
///
/// | field | default |
/// |---|---|
/// | `alphabet` | none: the characters that have a folder, in the order of their code points |
/// | `size` | none: that of most letters |
/// | `limits` | those of [`ImageLimits`] |
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct LetterOptions {
    /// The characters to read; the folders of others are skipped.
    pub alphabet: Option<Alphabet>,
    /// Width and height of the letters in pixels; those of another size are skipped.
    pub size: Option<u32>,
    /// What an image may cost before it is refused.
    pub limits: ImageLimits,
}

impl LetterOptions {
    /// Sets the characters to read.
    #[must_use]
    pub fn with_alphabet(mut self, alphabet: Alphabet) -> Self {
        self.alphabet = Some(alphabet);
        self
    }

    /// Sets the width and height that letters must have, in pixels.
    #[must_use]
    pub fn with_size(mut self, size: u32) -> Self {
        self.size = Some(size);
        self
    }

    /// Sets what an image may cost before it is refused.
    #[must_use]
    pub fn with_limits(mut self, limits: ImageLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl LetterSet {
    /// Reads letter folders: those of [`extract_letters`](crate::extract_letters), or any of the same layout.
    ///
    /// Letters are sorted by class and file name. Without [`size`](LetterOptions::size) they have the size that most of
    /// them have, of two that are equally frequent the smaller. Letters of another size are skipped. Returns with the
    /// letters what was skipped, and why.
    ///
    /// Where `manifest.jsonl` says how they were cut, so does [`segmentation`](Self::segmentation).
    ///
    /// # Errors
    /// [`DatasetError::MissingFolder`], [`DatasetError::NotAFolder`], [`DatasetError::EmptyFolder`];
    /// [`DatasetError::NothingUsable`] if there is not one letter; [`DatasetError::Read`].
    pub fn open(path: impl AsRef<Path>, options: &LetterOptions) -> Result<(Self, Skipped), DatasetError> {
        let path = path.as_ref();
        check_folder(path, EXPECTED)?;
        let mut skipped = Skipped::default();
        let files = letter_files(path, options, &mut skipped)?;
        let alphabet = match &options.alphabet {
            Some(alphabet) => alphabet.clone(),
            None => {
                let mut characters: Vec<char> = files.iter().map(|&(character, _)| character).collect();
                characters.dedup();
                if characters.is_empty() {
                    return Err(nothing_in(path, skipped));
                }
                Alphabet::new(&characters.into_iter().collect::<String>())?
            }
        };
        let mut by_size = BySize::new(alphabet, options.size);
        let work = Work::new(&(), files.len() as u64);
        for chunk in files.chunks(chunk_size()) {
            let images = work.finished(work.each(chunk, |(_, file)| {
                Ok(open_image(file, options.limits).map(|image| to_gray(&image)))
            }))?;
            for ((character, file), image) in chunk.iter().zip(images) {
                match image {
                    Ok(image) => by_size.add(*character, file, &image)?,
                    Err(error) => skipped.add(SkipReason::Unreadable, || describe(&error)),
                }
            }
        }
        match by_size.most(&mut skipped) {
            Some(letters) => Ok((letters.with_segmentation(segmentation(path)?), skipped)),
            None => Err(nothing_in(path, skipped)),
        }
    }
}

fn nothing_in(path: &Path, skipped: Skipped) -> DatasetError {
    let path = path.to_owned();
    if skipped.is_empty() {
        DatasetError::EmptyFolder { path, expected: EXPECTED }
    } else {
        DatasetError::NothingUsable { path, expected: EXPECTED.to_owned(), skipped }
    }
}

/// The letter images in the folders of `path` with their characters, sorted by class and file.
fn letter_files(
    path: &Path,
    options: &LetterOptions,
    skipped: &mut Skipped,
) -> Result<Vec<(char, PathBuf)>, DatasetError> {
    let mut files = Vec::new();
    for class in fs::read_dir(path).map_err(DatasetError::read(path))? {
        let class = class.map_err(DatasetError::read(path))?;
        let folder = class.path();
        let name = class.file_name().to_string_lossy().into_owned();
        if !folder.is_dir() {
            if name != MANIFEST {
                skipped.add(SkipReason::NotALetterFolder, || name);
            }
            continue;
        }
        let Some(character) = letter_of_folder(&name) else {
            skipped.add(SkipReason::NotALetterFolder, || name);
            continue;
        };
        if options.alphabet.as_ref().is_some_and(|alphabet| !alphabet.contains(character)) {
            skipped.add(SkipReason::UnknownCharacter, || name);
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(DatasetError::read(&folder))? {
            let entry = entry.map_err(DatasetError::read(&folder))?;
            let file_name = entry.file_name().to_string_lossy().into_owned();
            match is_image(&entry, &file_name) {
                Ok(()) => files.push((character, entry.path())),
                Err(reason) => skipped.add(reason, || format!("{name}/{file_name}")),
            }
        }
    }
    let class = |character: char| options.alphabet.as_ref().and_then(|alphabet| alphabet.index_of(character));
    files.sort_unstable_by(|a, b| (class(a.0), a.0, &a.1).cmp(&(class(b.0), b.0, &b.1)));
    Ok(files)
}
