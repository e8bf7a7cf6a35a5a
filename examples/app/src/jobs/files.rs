//! Opens and writes files in the background.

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::Arc;

use captcha_lab::core::files::{Durability, write_whole};
use captcha_lab::core::image::ImageFormat;
use captcha_lab::render::Style;
use captcha_report::describe;
use eframe::egui::ColorImage;

use crate::{Note, Picture};

/// The content of an opened file.
#[derive(Debug)]
pub(crate) enum Opened {
    Picture(Picture),
    Style(String, Box<Style>),
}

/// A file to write.
#[derive(Debug)]
pub(crate) enum Save {
    Picture(Arc<Picture>, PathBuf),
    Style(Box<Style>, PathBuf),
}

/// A file or clipboard image to open.
#[derive(Debug)]
pub(crate) enum Source {
    /// A style if its name ends in `.toml`, an image otherwise.
    File(PathBuf),
    /// An image.
    Clipboard(Arc<ColorImage>),
}

impl Source {
    /// Opens it.
    pub(crate) fn open(self) -> Result<Opened, String> {
        let picture = match self {
            Self::File(path)
                if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) =>
            {
                let style = Style::from_file(&path).map_err(|error| describe(&error))?;
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                return Ok(Opened::Style(name, Box::new(style)));
            }
            Self::File(path) => Picture::open(&path).map_err(|error| describe(&error))?,
            Self::Clipboard(image) => {
                Picture::pasted(&image).ok_or("the image in the clipboard is empty or too large")?
            }
        };
        Ok(Opened::Picture(picture.prepared()))
    }
}

impl Save {
    /// Writes the file, and returns a message about the result.
    pub(crate) fn write(self) -> Note {
        let (path, bytes) = match self {
            Self::Picture(picture, path) => {
                let mut bytes = Cursor::new(Vec::new());
                let written = picture.image.write_to(&mut bytes, ImageFormat::Png);
                (path, written.map(|()| bytes.into_inner()).map_err(|error| describe(&error)))
            }
            Self::Style(style, path) => {
                (path, style.to_toml().map(String::into_bytes).map_err(|error| describe(&error)))
            }
        };
        let name = path.display();
        let written = bytes.and_then(|bytes| {
            write_whole(&path, Durability::Process, |file| file.write_all(&bytes))
                .map_err(|error| format!("{name} can't be written: {error}"))
        });
        match written {
            Ok(()) => Note::done(format!("saved as {name}")),
            Err(error) => Note::error(error),
        }
    }
}
