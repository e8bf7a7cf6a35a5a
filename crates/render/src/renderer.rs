//! From a style, a text and a seed to a picture with its ground truth.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use captcha_core::{GlyphBox, seed};
use image::{DynamicImage, GrayImage, Luma};
use rand::Rng;

use crate::captcha::{Captcha, Glyph};
use crate::font::{Cell, Face};
use crate::quad::Sheet;
use crate::resample::{self, Axis, Narrow, Paper, inked};
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
            glyphs.push(match Ink::of(&levels, width, (offset, margin_y), size) {
                Some(ink) => {
                    ink.paste(&mut canvas);
                    ink.resized(character, &columns, &rows)
                }
                None => Glyph::without_ink(character),
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
struct Ink<'a> {
    levels: &'a [u8],
    /// The width of the cell, which is what a row of `levels` has.
    stride: usize,
    /// The columns and rows of the cell that hold ink.
    columns: Range<usize>,
    rows: Range<usize>,
    /// Where the cell is on the canvas.
    at: (usize, usize),
}

impl<'a> Ink<'a> {
    /// The ink of a cell, or `None` if it has none on a canvas of `room` pixels.
    fn of(levels: &'a [u8], width: usize, at: (usize, usize), room: (usize, usize)) -> Option<Self> {
        // Kerning can make the canvas narrower than the cells; what sticks out is lost.
        let visible = (room.0.saturating_sub(at.0).min(width), room.1.saturating_sub(at.1));
        let (mut columns, mut rows) = (width..0, 0..0);
        for (y, row) in levels.chunks_exact(width).enumerate().take(visible.1) {
            let inked = inked(&row[..visible.0]);
            if !inked.is_empty() {
                columns = columns.start.min(inked.start)..columns.end.max(inked.end);
                rows = if rows.is_empty() { y..y + 1 } else { rows.start..y + 1 };
            }
        }
        (!rows.is_empty()).then_some(Self { levels, stride: width, columns, rows, at })
    }

    /// The rows of the ink.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let rows = self.levels.chunks_exact(self.stride).skip(self.rows.start).take(self.rows.len());
        rows.map(|row| &row[self.columns.clone()])
    }

    fn paste(&self, canvas: &mut GrayImage) {
        let stride = canvas.width() as usize;
        let (x, y) = (self.at.0 + self.columns.start, self.at.1 + self.rows.start);
        for (row, line) in self.lines().enumerate() {
            let start = (y + row) * stride + x;
            for (pixel, &alpha) in canvas.as_mut()[start..start + line.len()].iter_mut().zip(line) {
                *pixel = cover(*pixel, alpha);
            }
        }
    }

    /// The glyph in the final image.
    fn resized(&self, character: char, columns: &Axis, rows: &Axis) -> Glyph {
        let place = |range: &Range<usize>, at: usize| range.start + at..range.end + at;
        let (x, y) = (place(&self.columns, self.at.0), place(&self.rows, self.at.1));
        let (out_x, out_y) = (columns.touched(&x), rows.touched(&y));
        let mut narrow = Narrow::new(Paper::Empty, columns, y.end);
        narrow.skip(y.start);
        for line in self.lines() {
            narrow.push(line, x.clone(), 0..0);
        }
        let mut mask = vec![0; out_x.len() * out_y.len()];
        narrow.resize(rows, |x, y, levels| {
            let start = (y - out_y.start) * out_x.len() + x - out_x.start;
            mask[start..start + levels.len()].copy_from_slice(levels);
        });
        let at = (out_x.start, out_y.start);
        let room = (columns.len(), rows.len());
        let Some(ink) = Ink::of(&mask, out_x.len(), at, room) else { return Glyph::without_ink(character) };
        let (width, height) = (ink.columns.len() as u32, ink.rows.len() as u32);
        let mut cut = GrayImage::new(width, height);
        for (row, line) in cut.chunks_exact_mut(ink.columns.len()).zip(ink.lines()) {
            row.copy_from_slice(line);
        }
        let bounds = GlyphBox::at((at.0 + ink.columns.start) as u32, (at.1 + ink.rows.start) as u32);
        Glyph { character, bounds: Some(bounds.of_size(width, height)), mask: cut }
    }
}
