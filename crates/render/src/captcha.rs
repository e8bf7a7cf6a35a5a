//! An image of a CAPTCHA with its ground truth.

use std::io::Write;
use std::path::Path;

use captcha_core::files::{Durability, write_whole};
use captcha_core::{GlyphBox, encode_image};
use image::{DynamicImage, GrayImage, ImageFormat};

use crate::error::RenderError;

/// A CAPTCHA and what it shows: what a [`Renderer`](crate::Renderer) draws, or any other source of labelled images.
///
/// ```
/// use captcha_render::captcha_core::GlyphBox;
/// use captcha_render::image::{DynamicImage, GrayImage};
/// use captcha_render::{Captcha, Glyph};
///
/// let image = DynamicImage::new_luma8(40, 20);
/// let one = GlyphBox::new(3, 2, 9, 15)?;
/// let glyphs = vec![Glyph::new('A', one, GrayImage::new(9, 15))?, Glyph::hidden('B')];
/// let captcha = Captcha::new(image, "AB", glyphs)?;
/// assert_eq!(captcha.glyphs[0].bounds, Some(one));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Captcha {
    /// The picture: `ImageLuma8` for styles that draw in grey.
    pub image: DynamicImage,
    /// The text that the picture shows.
    pub text: String,
    /// Where each character is, in the order of the text. Empty if it is not known.
    pub glyphs: Vec<Glyph>,
}

/// The ground truth of one character: where its ink is in the final image, after all warps and resizes, before anything
/// is drawn over it.
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
    /// A character whose ink is in `bounds` and covers each of its pixels as `mask` says.
    ///
    /// # Errors
    /// [`RenderError::BadGlyph`] if the size of the mask is not that of the box.
    pub fn new(character: char, bounds: GlyphBox, mask: GrayImage) -> Result<Self, RenderError> {
        if mask.dimensions() == (bounds.width(), bounds.height()) {
            return Ok(Self { character, bounds: Some(bounds), mask });
        }
        let (width, height) = mask.dimensions();
        let expected = format!("{} x {}, the size of its box", bounds.width(), bounds.height());
        let reason = format!("the mask of {character:?} has {width} x {height} pixels, expected {expected}");
        Err(RenderError::BadGlyph { reason })
    }

    /// A character that leaves no ink in the image, such as a space.
    #[must_use]
    pub fn hidden(character: char) -> Self {
        Self { character, bounds: None, mask: GrayImage::new(0, 0) }
    }

    /// The smallest box of pixels that are covered by at least `level` (1 to 255), or `None` if none is.
    ///
    /// `bounds` includes the faintest anti-aliased pixels. This box is the one that a binarisation finds whose
    /// threshold is `255 - level`.
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
    /// An image that shows `text`, with a glyph for each of its characters in the order of the text, or none at all if
    /// the places of the characters are not known.
    ///
    /// # Errors
    /// [`RenderError::BadGlyph`] if the glyphs are not the characters of the text, or a box leaves the image.
    pub fn new(
        image: impl Into<DynamicImage>,
        text: impl Into<String>,
        glyphs: Vec<Glyph>,
    ) -> Result<Self, RenderError> {
        let (image, text) = (image.into(), text.into());
        if !glyphs.is_empty() && !text.chars().eq(glyphs.iter().map(|glyph| glyph.character)) {
            let found: String = glyphs.iter().map(|glyph| glyph.character).collect();
            let reason = format!("the glyphs are those of {found:?}, expected those of {text:?}");
            return Err(RenderError::BadGlyph { reason });
        }
        let (width, height) = (image.width(), image.height());
        for (character, bounds) in glyphs.iter().filter_map(|glyph| Some((glyph.character, glyph.bounds?))) {
            if bounds.right() > width || bounds.bottom() > height {
                let reason = format!(
                    "the box of {character:?} ends at column {} and row {}, expected within {width} x {height} pixels",
                    bounds.right(),
                    bounds.bottom()
                );
                return Err(RenderError::BadGlyph { reason });
            }
        }
        Ok(Self { image, text, glyphs })
    }

    /// The picture as the bytes of an image file. Formats that cannot store greys store colours.
    ///
    /// # Errors
    /// [`RenderError::Encode`] if the format can't be written.
    pub fn encode(&self, format: ImageFormat) -> Result<Vec<u8>, RenderError> {
        encode_image(&self.image, format).map_err(RenderError::Encode)
    }

    /// Writes the picture to a file, whole or not at all. The extension of its name decides the format.
    ///
    /// # Errors
    /// [`RenderError::UnknownImageFormat`], [`RenderError::Encode`] or [`RenderError::Save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), RenderError> {
        let path = path.as_ref();
        let format = ImageFormat::from_path(path)
            .map_err(|_| RenderError::UnknownImageFormat { path: path.to_owned() })?;
        let bytes = self.encode(format)?;
        write_whole(path, Durability::Process, |file| file.write_all(&bytes))
            .map_err(|source| RenderError::Save { path: path.to_owned(), source })
    }
}
