//! From a style, a text and a seed to a picture with its ground truth.

use std::borrow::Cow;
use std::collections::HashMap;

use captcha_core::{GlyphBox, seed};
use image::{DynamicImage, GrayImage, Luma};
use rand::Rng;

use crate::captcha::{Captcha, Glyph};
use crate::font::{Cell, Face};
use crate::quad::Sheet;
use crate::resample::{self, Axis};
use crate::text::MAX_TEXT;
use crate::{RenderError, Style, TextSampler, draw};

/// Most pixels of a canvas: the largest image in the widest font stays below.
const MAX_CANVAS: u64 = 1 << 27;

/// The parts of a picture that draw random numbers.
///
/// Each has its own stream, so that a style with a line shows the same letters as the same style without.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Text,
    Font,
    Letters,
    Clutter,
    Noise,
}

/// Where the random numbers of one picture come from.
pub(crate) trait Streams {
    type Rng: Rng;

    /// The numbers of `part`, from their start. Asked once for each part.
    fn of(&mut self, part: Stream) -> &mut Self::Rng;
}

/// Streams that are derived from a seed.
struct Seeded {
    seed: u64,
    rng: seed::Rng,
}

impl Seeded {
    fn new(seed: u64) -> Self {
        Self { seed, rng: seed::rng(seed) }
    }
}

impl Streams for Seeded {
    type Rng = seed::Rng;

    fn of(&mut self, part: Stream) -> &mut Self::Rng {
        self.rng = seed::rng(seed::derive(self.seed, part as u64));
        &mut self.rng
    }
}

/// Draws the CAPTCHAs of one style.
///
/// It loads the fonts once, checks the style once, and can be shared by threads. What it draws is a pure function
/// of style, text and seed: bit by bit the same on every machine and in every thread.
///
/// ```
/// use captcha_render::{Renderer, Style};
///
/// let renderer = Renderer::new(Style::claptcha())?;
/// let captcha = renderer.render("QXKZEF", 42)?;
/// assert_eq!(captcha.image.width(), 300);
/// assert_eq!(captcha.glyphs.len(), 6);
/// # Ok::<(), captcha_render::RenderError>(())
/// ```
pub struct Renderer {
    style: Style,
    sampler: TextSampler,
    fonts: Vec<Font>,
}

/// A font with the characters of the style's alphabet, ready to be bent.
struct Font {
    face: Face,
    letters: HashMap<char, Letter>,
}

#[derive(Clone)]
struct Letter {
    cell: Cell,
    sheet: Sheet,
}

impl Font {
    fn new(face: Face, characters: &[char]) -> Result<Self, RenderError> {
        let mut letters = HashMap::with_capacity(characters.len());
        for &character in characters {
            letters.insert(character, Letter::new(face.cell(character)?));
        }
        Ok(Self { face, letters })
    }

    fn letter(&self, character: char) -> Result<Cow<'_, Letter>, RenderError> {
        match self.letters.get(&character) {
            Some(letter) => Ok(Cow::Borrowed(letter)),
            None => Ok(Cow::Owned(Letter::new(self.face.cell(character)?))),
        }
    }
}

impl Letter {
    fn new(cell: Cell) -> Self {
        let sheet = Sheet::new(cell.width, cell.height, &cell.levels);
        Self { cell, sheet }
    }
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer").field("style", &self.style).finish_non_exhaustive()
    }
}

impl Renderer {
    /// A renderer of `style`.
    ///
    /// # Errors
    /// [`RenderError::BadStyle`] names the field that is out of range; a font that is unknown, unreadable, broken
    /// or without a character of the style's alphabet has an error of its own.
    pub fn new(style: Style) -> Result<Self, RenderError> {
        let sampler = style.validate()?;
        let characters = style.alphabet.characters();
        let fonts = style
            .fonts
            .iter()
            .map(|name| Font::new(Face::load(name, style.font_height())?, characters))
            .collect::<Result<_, _>>()?;
        Ok(Self { style, sampler, fonts })
    }

    /// The style that is drawn.
    #[must_use]
    pub fn style(&self) -> &Style {
        &self.style
    }

    /// The text that [`random`](Self::random) draws for `seed`, from the style's alphabet and lengths.
    #[must_use]
    pub fn text(&self, seed: u64) -> String {
        self.sampler.sample(Seeded::new(seed).of(Stream::Text))
    }

    /// The CAPTCHA of `seed`: its text, too, is drawn from it.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn random(&self, seed: u64) -> Result<Captcha, RenderError> {
        self.render(&self.text(seed), seed)
    }

    /// The CAPTCHA that shows `text` (1 to [`MAX_TEXT`] characters that the fonts have; they need not be of the
    /// style's alphabet).
    ///
    /// # Errors
    /// [`RenderError::EmptyText`], [`RenderError::TextTooLong`], [`RenderError::MissingGlyph`] names a character
    /// that the font lacks, [`RenderError::CanvasTooLarge`].
    pub fn render(&self, text: &str, seed: u64) -> Result<Captcha, RenderError> {
        match text.chars().count() {
            0 => return Err(RenderError::EmptyText),
            length if length > MAX_TEXT => return Err(RenderError::TextTooLong { length, max: MAX_TEXT }),
            _ => {}
        }
        let mut streams = Seeded::new(seed);
        let font = draw::index(streams.of(Stream::Font), self.fonts.len());
        self.compose(text, font, &mut streams)
    }

    /// Draws `text` in one of the fonts with the random numbers of `streams`.
    pub(crate) fn compose(
        &self,
        text: &str,
        font: usize,
        streams: &mut impl Streams,
    ) -> Result<Captcha, RenderError> {
        let font = &self.fonts[font];
        let letters = text.chars().map(|character| font.letter(character)).collect::<Result<Vec<_>, _>>()?;
        let style = &self.style;

        // The canvas: the measured text with margins in its own scale.
        let (width, height) = font.face.measure(letters.iter().map(|letter| &letter.cell));
        let margin = |margin: u32, measured: usize, whole: u32| {
            (f64::from(margin) * measured as f64 / f64::from(whole)).round_ties_even() as usize
        };
        let margin_x = margin(style.margin.x, width, style.width);
        let margin_y = margin(style.margin.y, height, style.height);
        let size = (width + 2 * margin_x, height + 2 * margin_y);
        if size.0 == 0 || size.1 == 0 || size.0 as u64 * size.1 as u64 > MAX_CANVAS {
            return Err(RenderError::CanvasTooLarge {
                width: size.0 as u32,
                height: size.1 as u32,
                max_pixels: MAX_CANVAS,
            });
        }
        let mut canvas = GrayImage::from_pixel(size.0 as u32, size.1 as u32, Luma([255]));
        let columns = Axis::new(size.0, style.width as usize, style.resampling);
        let rows = Axis::new(size.1, style.height as usize, style.resampling);

        let rng = streams.of(Stream::Letters);
        let mut offset = margin_x;
        let mut glyphs = Vec::with_capacity(letters.len());
        for (character, letter) in text.chars().zip(&letters) {
            let (width, height) = letter.sheet.size();
            let mut levels = Cow::Borrowed(&letter.cell.levels);
            for warp in &style.warp {
                let warped = match &levels {
                    Cow::Borrowed(_) => warp.apply(&letter.sheet, style.resampling, rng),
                    Cow::Owned(levels) => {
                        warp.apply(&Sheet::new(width, height, levels), style.resampling, rng)
                    }
                };
                levels = Cow::Owned(warped);
            }
            let ink = Ink::of(&levels, width, height, (offset, margin_y), size);
            glyphs.push(match ink {
                Some(ink) => {
                    ink.paste(&mut canvas);
                    ink.resized(character, &columns, &rows)
                }
                None => Glyph { character, bounds: None, mask: GrayImage::new(0, 0) },
            });
            offset += width;
        }

        let rng = streams.of(Stream::Clutter);
        for clutter in &style.clutter {
            clutter.apply(&mut canvas, style.resampling, rng);
        }
        let rng = streams.of(Stream::Noise);
        for noise in &style.noise {
            noise.apply(&mut canvas, rng);
        }
        let image = resample::resize(&canvas, &columns, &rows);
        Ok(Captcha { image: DynamicImage::ImageLuma8(image), text: text.to_owned(), glyphs })
    }
}

/// What is left of `pixel` under black ink of coverage `alpha`: `pixel (255 - alpha) / 255`, rounded.
pub(crate) fn cover(pixel: u8, alpha: u8) -> u8 {
    let product = u32::from(pixel) * u32::from(255 - alpha) + 128;
    (((product >> 8) + product) >> 8) as u8
}

/// The inked part of a warped cell, at its place on the canvas.
struct Ink {
    levels: Vec<u8>,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Ink {
    fn of(
        levels: &[u8],
        width: usize,
        height: usize,
        at: (usize, usize),
        canvas: (usize, usize),
    ) -> Option<Self> {
        let pixels = levels.chunks_exact(width.max(1)).enumerate().take(height).flat_map(|(y, row)| {
            row.iter().enumerate().filter(|&(_, &level)| level > 0).map(move |(x, _)| (x as u32, y as u32))
        });
        // Kerning can make the canvas narrower than the cells; what sticks out is lost.
        let bounds = GlyphBox::around(
            pixels.filter(|&(x, y)| at.0 + (x as usize) < canvas.0 && at.1 + (y as usize) < canvas.1),
        )?;
        let (x, y) = (bounds.x() as usize, bounds.y() as usize);
        let (ink_width, ink_height) = (bounds.width() as usize, bounds.height() as usize);
        let mut ink = Vec::with_capacity(ink_width * ink_height);
        for row in levels.chunks_exact(width).skip(y).take(ink_height) {
            ink.extend_from_slice(&row[x..x + ink_width]);
        }
        Some(Self { levels: ink, x: at.0 + x, y: at.1 + y, width: ink_width, height: ink_height })
    }

    fn paste(&self, canvas: &mut GrayImage) {
        let stride = canvas.width() as usize;
        for (row, line) in self.levels.chunks_exact(self.width).enumerate() {
            let start = (self.y + row) * stride + self.x;
            for (pixel, &alpha) in canvas.as_mut()[start..start + self.width].iter_mut().zip(line) {
                *pixel = cover(*pixel, alpha);
            }
        }
    }

    /// The glyph in the final image.
    fn resized(&self, character: char, columns: &Axis, rows: &Axis) -> Glyph {
        let (x, y, mask) =
            resample::resize_patch(&self.levels, (self.width, self.height), (self.x, self.y), columns, rows);
        let inked = mask.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 0).map(|(x, y, _)| (x, y));
        match GlyphBox::around(inked) {
            None => Glyph { character, bounds: None, mask: GrayImage::new(0, 0) },
            Some(inner) => {
                let mask =
                    image::imageops::crop_imm(&mask, inner.x(), inner.y(), inner.width(), inner.height());
                let bounds = GlyphBox::at(x as u32 + inner.x(), y as u32 + inner.y())
                    .of_size(inner.width(), inner.height());
                Glyph { character, bounds: Some(bounds), mask: mask.to_image() }
            }
        }
    }
}
