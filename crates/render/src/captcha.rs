//! A drawn CAPTCHA with its ground truth.

use std::io::{Cursor, Write};
use std::path::Path;

use captcha_core::GlyphBox;
use captcha_core::files::{Durability, write_whole};
use image::{DynamicImage, GrayImage, ImageFormat};

use crate::RenderError;

/// A drawn CAPTCHA and what it shows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Captcha {
    /// The picture: `ImageLuma8` for styles that draw in grey.
    pub image: DynamicImage,
    /// The text that the picture shows.
    pub text: String,
    /// Where each character is, in the order of the text.
    pub glyphs: Vec<Glyph>,
}

/// The ground truth of one character: where its ink is in the final image, after warp and resize, before
/// anything is drawn over it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Glyph {
    /// The character.
    pub character: char,
    /// The smallest box that holds every pixel with any coverage, or `None` if the warp pushed all ink out of
    /// the picture (or the character has none, like a space).
    pub bounds: Option<GlyphBox>,
    /// The coverage of each pixel of `bounds`: 0 no ink, 255 all ink. 0 x 0 pixels if `bounds` is `None`.
    pub mask: GrayImage,
}

impl Glyph {
    /// A character with what is seen of it.
    pub(crate) fn new(character: char, seen: Option<(GlyphBox, GrayImage)>) -> Self {
        match seen {
            Some((bounds, mask)) => Self { character, bounds: Some(bounds), mask },
            None => Self { character, bounds: None, mask: GrayImage::new(0, 0) },
        }
    }

    /// The smallest box of pixels that are covered by at least `level` (1 to 255), or `None` if none is.
    ///
    /// `bounds` counts the faintest touch of a letter's soft edge; this is the box that a binarisation finds
    /// which takes pixels darker than `255 - level` for ink.
    #[must_use]
    pub fn bounds_above(&self, level: u8) -> Option<GlyphBox> {
        let bounds = self.bounds?;
        GlyphBox::around(
            self.mask
                .enumerate_pixels()
                .filter(|(_, _, pixel)| pixel.0[0] >= level)
                .map(|(x, y, _)| (bounds.x() + x, bounds.y() + y)),
        )
    }
}

impl Captcha {
    /// The picture as the bytes of an image file. Formats without greys get them as colours.
    ///
    /// # Errors
    /// [`RenderError::Encode`] if the format can't be written.
    pub fn encode(&self, format: ImageFormat) -> Result<Vec<u8>, RenderError> {
        let mut bytes = Cursor::new(Vec::new());
        let image = match format {
            ImageFormat::Gif | ImageFormat::Ico | ImageFormat::Qoi => &self.image.to_rgba8().into(),
            _ => &self.image,
        };
        image.write_to(&mut bytes, format).map_err(RenderError::Encode)?;
        Ok(bytes.into_inner())
    }

    /// Writes the picture to a file, whole or not at all, in the format that the ending of its name says.
    ///
    /// # Errors
    /// [`RenderError::UnknownImageFormat`], [`RenderError::Encode`] or [`RenderError::Save`].
    pub fn save(&self, path: &Path) -> Result<(), RenderError> {
        let format = ImageFormat::from_path(path)
            .map_err(|_| RenderError::UnknownImageFormat { path: path.to_owned() })?;
        let bytes = self.encode(format)?;
        write_whole(path, Durability::Process, |file| file.write_all(&bytes))
            .map_err(|source| RenderError::Save { path: path.to_owned(), source })
    }
}
