//! A page and its pictures while they are being built in memory; nothing is written to disk yet.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use captcha_lab::core::files::{Durability, write_whole};
use image::RgbImage;

use crate::figures::drawing::figure::png;
use crate::inside::{Film, FilmError};
use crate::page::{Page, Size};

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoryError {
    /// A picture can't be encoded.
    #[error("the picture {name} can't be encoded")]
    Picture {
        /// Its file name.
        name: String,
        /// What the encoder says.
        source: image::ImageError,
    },
    /// A film can't be encoded.
    #[error("the film {name} can't be encoded")]
    Film {
        /// Its file name.
        name: String,
        /// What is wrong with it.
        source: FilmError,
    },
    /// A file can't be written.
    #[error("{} can't be written", path.display())]
    Write {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

/// A page and its pictures.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) page: Page,
    files: Vec<(String, Vec<u8>)>,
}

/// The texts that accompany a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    /// Its file name.
    pub(crate) name: &'a str,
    /// Its description for people who can't see it.
    pub(crate) alt: &'a str,
    /// The caption below it.
    pub(crate) caption: &'a str,
}

impl Draft {
    /// Adds a picture to the page.
    pub(crate) fn picture(&mut self, image: &RgbImage, size: Size, said: Said<'_>) -> Result<(), StoryError> {
        self.file(image, said.name)?;
        self.page.picture(said.name, image, size, said.alt, said.caption);
        Ok(())
    }

    /// Adds the file of a picture that the page places itself.
    pub(crate) fn file(&mut self, image: &RgbImage, name: &str) -> Result<(), StoryError> {
        let bytes = png(image).map_err(|source| StoryError::Picture { name: name.to_owned(), source })?;
        self.files.push((name.to_owned(), bytes));
        Ok(())
    }

    /// Adds a film to the page, and its last frame as a picture.
    pub(crate) fn film(&mut self, film: &Film, said: Said<'_>) -> Result<(), StoryError> {
        let bytes =
            film.to_gif().map_err(|source| StoryError::Film { name: said.name.to_owned(), source })?;
        self.files.push((said.name.to_owned(), bytes));
        if let Some(last) = film.last() {
            let still = said.name.replace(".gif", ".png");
            self.file(last, &still)?;
            self.page.film(said.name, (&still, last), said.alt, said.caption);
        }
        Ok(())
    }

    /// The finished page with its pictures.
    pub(crate) fn finish(self, title: &str) -> Story {
        let mut files = self.files;
        // Written last: if the page exists, so do its pictures.
        files.push(("index.html".to_owned(), self.page.finish(title).into_bytes()));
        Story { files }
    }
}

/// A page that tells how an image is read, with its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    files: Vec<(String, Vec<u8>)>,
}

impl Story {
    /// The names of its files with their contents; the page, `index.html`, is the last.
    #[must_use]
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    /// Writes its files into `folder`, which is created if it does not exist. Other files in it are kept.
    ///
    /// # Errors
    /// [`StoryError::Write`] names the file that could not be written; a file is written completely or not at
    /// all.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<(), StoryError> {
        let folder = folder.as_ref();
        fs::create_dir_all(folder).map_err(|source| StoryError::Write { path: folder.to_owned(), source })?;
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            write_whole(&path, Durability::Process, |file| file.write_all(bytes))
                .map_err(|source| StoryError::Write { path, source })?;
        }
        Ok(())
    }
}
