//! From a style, a text and a seed to a picture with its ground truth.

use std::borrow::Cow;
use std::collections::HashMap;

use captcha_core::seed;
use image::{DynamicImage, GrayImage, Luma};
use rand::Rng;

use crate::captcha::{Captcha, Glyph};
use crate::font::Face;
use crate::ink::Ink;
use crate::raster::Outline;
use crate::resample::Axis;
use crate::setting::Setting;
use crate::sheet::Sheet;
use crate::text::MAX_TEXT;
use crate::{RenderError, Style, TextSampler, draw, narrow};

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

/// A character in its cell.
#[derive(Clone)]
struct Letter {
    setting: Setting,
    /// The cell, row by row.
    levels: Vec<u8>,
    sheet: Sheet,
}

/// Most pixels of the cells that a font keeps, of some 6 bytes each: hundreds of letters at usual sizes. What is
/// beyond is drawn anew each time.
const MAX_KEPT: usize = 1 << 23;

impl Font {
    fn new(face: Face, characters: &[char]) -> Result<Self, RenderError> {
        let mut letters = HashMap::new();
        let mut room = MAX_KEPT;
        for &character in characters {
            let (setting, outline) = face.set(character)?;
            if let Some(left) = room.checked_sub(setting.width() * setting.height()) {
                room = left;
                letters.insert(character, Letter::new(setting, &outline));
            }
        }
        Ok(Self { face, letters })
    }

    fn setting(&self, character: char) -> Result<Setting, RenderError> {
        match self.letters.get(&character) {
            Some(letter) => Ok(letter.setting),
            None => Ok(self.face.set(character)?.0),
        }
    }

    fn letter(&self, character: char) -> Result<Cow<'_, Letter>, RenderError> {
        if let Some(letter) = self.letters.get(&character) {
            return Ok(Cow::Borrowed(letter));
        }
        let (setting, outline) = self.face.set(character)?;
        Ok(Cow::Owned(Letter::new(setting, &outline)))
    }
}

impl Letter {
    fn new(setting: Setting, outline: &Outline) -> Self {
        let levels = setting.cell(outline);
        let sheet = Sheet::new(setting.width(), setting.height(), &levels);
        Self { setting, levels, sheet }
    }

    /// The cell after all warps of `style`.
    fn warped(&self, style: &Style, rng: &mut impl Rng) -> Vec<u8> {
        let Some((first, others)) = style.warp.split_first() else { return self.levels.clone() };
        let once = first.apply(&self.sheet, style.resampling, rng);
        others.iter().fold(once, |levels, warp| {
            let sheet = Sheet::new(self.setting.width(), self.setting.height(), &levels);
            warp.apply(&sheet, style.resampling, rng)
        })
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
        let painting = self.paint(text, seed)?;
        let glyphs = painting.glyphs(text);
        Ok(Captcha { image: painting.into_image(), text: text.to_owned(), glyphs })
    }

    /// The picture of [`render`](Self::render) alone, for those who do not need to know where its glyphs are: it
    /// takes about three quarters of the time.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn image(&self, text: &str, seed: u64) -> Result<DynamicImage, RenderError> {
        Ok(self.paint(text, seed)?.into_image())
    }

    fn paint(&self, text: &str, seed: u64) -> Result<Painting, RenderError> {
        match text.chars().count() {
            0 => return Err(RenderError::EmptyText),
            length if length > MAX_TEXT => return Err(RenderError::TextTooLong { length, max: MAX_TEXT }),
            _ => {}
        }
        let mut streams = Seeded::new(seed);
        let font = draw::index(streams.of(Stream::Font), self.fonts.len());
        self.paint_in(font, text, &mut streams)
    }

    /// Paints `text` in one of the fonts with the random numbers of `streams`.
    fn paint_in(&self, font: usize, text: &str, streams: &mut impl Streams) -> Result<Painting, RenderError> {
        let font = &self.fonts[font];
        let settings =
            text.chars().map(|character| font.setting(character)).collect::<Result<Vec<_>, _>>()?;
        let style = &self.style;

        // The canvas: the measured text with margins in its own scale.
        let (width, height) = font.face.measure(&settings);
        let margin = |margin: u32, measured: usize, whole: u32| {
            (f64::from(margin) * measured as f64 / f64::from(whole)).round_ties_even() as usize
        };
        let margin_x = margin(style.margin.x, width, style.width);
        let margin_y = margin(style.margin.y, height, style.height);
        let (width, height) = (width + 2 * margin_x, height + 2 * margin_y);
        if width == 0 || height == 0 || width as u64 * height as u64 > MAX_CANVAS {
            return Err(RenderError::CanvasTooLarge {
                width: width as u32,
                height: height as u32,
                max_pixels: MAX_CANVAS,
            });
        }
        let mut canvas = GrayImage::from_pixel(width as u32, height as u32, Luma([255]));

        let rng = streams.of(Stream::Letters);
        let mut x = margin_x;
        let mut inks = Vec::with_capacity(settings.len());
        for (character, setting) in text.chars().zip(&settings) {
            let levels = font.letter(character)?.warped(style, rng);
            let ink = Ink::new(levels, setting.width(), (x, margin_y), (width, height));
            if let Some(ink) = &ink {
                ink.paste(&mut canvas);
            }
            inks.push(ink);
            x += setting.width();
        }
        let rng = streams.of(Stream::Clutter);
        for clutter in &style.clutter {
            clutter.apply(&mut canvas, style.resampling, rng);
        }
        let rng = streams.of(Stream::Noise);
        for noise in &style.noise {
            noise.apply(&mut canvas, rng);
        }
        let columns = Axis::new(width, style.width as usize, style.resampling);
        let rows = Axis::new(height, style.height as usize, style.resampling);
        Ok(Painting { image: narrow::resize(&canvas, &columns, &rows), inks, columns, rows })
    }
}

/// A finished picture and the ink that each character left on its canvas.
struct Painting {
    image: GrayImage,
    inks: Vec<Option<Ink>>,
    /// From canvas to image.
    columns: Axis,
    rows: Axis,
}

impl Painting {
    fn glyphs(&self, text: &str) -> Vec<Glyph> {
        text.chars()
            .zip(&self.inks)
            .map(|(character, ink)| {
                let seen = ink.as_ref().and_then(|ink| ink.resized(&self.columns, &self.rows));
                Glyph::new(character, seen)
            })
            .collect()
    }

    fn into_image(self) -> DynamicImage {
        DynamicImage::ImageLuma8(self.image)
    }
}

#[cfg(test)]
impl Renderer {
    /// Draws in the first font with random numbers of the test's.
    pub(crate) fn replay(&self, text: &str, streams: &mut impl Streams) -> DynamicImage {
        self.paint_in(0, text, streams).expect("a text that can be drawn").into_image()
    }
}
