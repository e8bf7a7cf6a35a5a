//! The typesetter of the layout `claptcha`: characters in cells side by side.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rand::Rng;

use crate::canvas::Canvas;
use crate::canvas::coverage::Coverage;
use crate::canvas::rasteriser::Outline;
use crate::error::RenderError;
use crate::font::Face;
use crate::font::file::FontFile;
use crate::font::glyph_metrics::GlyphMetrics;
use crate::font::library::FontLibrary;
use crate::layout::set_text::{Resize, SetText, check_canvas};
use crate::pillow::resample::Axis;
use crate::pillow::sampled_image::SampledImage;
use crate::streams::{Stream, Streams};
use crate::style::Style;
use crate::values::colour::Colour;
use crate::values::random;

/// Sets texts in the fonts of a style.
pub(crate) struct Typesetter {
    fonts: Vec<Font>,
}

/// A font with the characters of the style's alphabet, ready to be bent.
struct Font {
    face: Arc<Face>,
    letters: HashMap<char, Letter>,
}

/// A character in its cell.
#[derive(Clone)]
struct Letter {
    metrics: GlyphMetrics,
    /// The cell, row by row.
    levels: Vec<u8>,
    image: SampledImage,
}

/// A character of a text.
enum Cell<'a> {
    Kept(&'a Letter),
    New(GlyphMetrics, Outline),
}

/// The most pixels of the cells that a font caches, of about 6 bytes each: hundreds of letters at usual sizes. Other
/// letters are rasterised every time.
const MAX_KEPT: usize = 1 << 23;

/// The most pixels of the cells of a text: twice those of the largest canvas.
const MAX_CELLS: u64 = 1 << 28;

/// The most pixels of the cells that all fonts of a style cache.
const MAX_KEPT_IN_ALL: usize = 1 << 26;

impl Typesetter {
    pub(crate) fn new(files: &[Arc<FontFile>], style: &Style) -> Result<Self, RenderError> {
        let fonts = files.iter().map(|file| Font::new(file, style));
        Ok(Self { fonts: fonts.collect::<Result<_, _>>()? })
    }

    /// A typesetter that rasterises the letters of every text anew.
    pub(crate) fn of_library(library: &FontLibrary, style: &Style) -> Result<Self, RenderError> {
        let fonts = style
            .fonts
            .iter()
            .map(|name| Ok(Font { face: library.face(name, style.font_height())?, letters: HashMap::new() }));
        Ok(Self { fonts: fonts.collect::<Result<_, RenderError>>()? })
    }

    /// Draws `text` in `ink` on a canvas of `paper`, in one of the fonts.
    pub(crate) fn set_text(
        &self,
        style: &Style,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        streams: &mut impl Streams,
    ) -> Result<SetText, RenderError> {
        let font = match self.fonts.len() {
            1 => 0,
            count => random::index(streams.of(Stream::Font), count),
        };
        self.fonts[font].set_text(style, text, (ink, paper), streams.of(Stream::Letters))
    }
}

impl Font {
    /// The font of `file` for `style`.
    fn new(file: &Arc<FontFile>, style: &Style) -> Result<Self, RenderError> {
        let face = Arc::new(Face::new(file, style.font_height())?);
        let mut letters = HashMap::new();
        let mut room = MAX_KEPT.min(MAX_KEPT_IN_ALL / style.fonts.len());
        for &character in style.alphabet.characters() {
            let (metrics, outline) = face.set(character)?;
            if let Some(left) = room.checked_sub(metrics.width() * metrics.height()) {
                room = left;
                letters.insert(character, Letter::new(metrics, &outline));
            }
        }
        Ok(Self { face, letters })
    }

    fn set(&self, character: char) -> Result<Cell<'_>, RenderError> {
        if let Some(letter) = self.letters.get(&character) {
            return Ok(Cell::Kept(letter));
        }
        let (metrics, outline) = self.face.set(character)?;
        Ok(Cell::New(metrics, outline))
    }

    /// Draws `text` in `ink` on a canvas of `paper` that has the size of the measured text and its scaled margins.
    fn set_text(
        &self,
        style: &Style,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        rng: &mut impl Rng,
    ) -> Result<SetText, RenderError> {
        let letters = text.chars().map(|character| self.set(character)).collect::<Result<Vec<_>, _>>()?;
        let cells: Vec<GlyphMetrics> = letters.iter().map(Cell::metrics).collect();
        let (width, height) = self.face.measure(&cells);
        let margin = |margin: u32, measured: usize, whole: u32| {
            (f64::from(margin) * measured as f64 / f64::from(whole)).round_ties_even() as usize
        };
        let margin_x = margin(style.margin.x, width, style.width);
        let margin_y = margin(style.margin.y, height, style.height);
        let (width, height) = (width + 2 * margin_x, height + 2 * margin_y);
        check_canvas(width, height)?;
        // Strong kerning can put large cells on a small canvas.
        let pixels = cells.iter().map(|metrics| metrics.width() as u64 * metrics.height() as u64).sum();
        if pixels > MAX_CELLS {
            return Err(RenderError::CharactersTooLarge { pixels, max_pixels: MAX_CELLS });
        }
        let mut canvas = paper(width, height);
        let mut x = margin_x;
        let mut coverages = Vec::with_capacity(cells.len());
        for (letter, metrics) in letters.iter().zip(&cells) {
            let levels = letter.rasterised().warped(style, rng);
            let seen = Coverage::new(levels, metrics.width(), (x, margin_y), (width, height));
            if let Some(seen) = &seen {
                seen.paste(&mut canvas, ink);
            }
            coverages.push(seen);
            x += metrics.width();
        }
        let columns = Axis::new(width, style.width as usize, style.resampling);
        let rows = Axis::new(height, style.height as usize, style.resampling);
        Ok(SetText { canvas, coverages, resize: Resize::Last(columns, rows) })
    }
}

impl Cell<'_> {
    fn metrics(&self) -> GlyphMetrics {
        match self {
            Self::Kept(letter) => letter.metrics,
            Self::New(metrics, _) => *metrics,
        }
    }

    fn rasterised(&self) -> Cow<'_, Letter> {
        match self {
            Self::Kept(letter) => Cow::Borrowed(letter),
            Self::New(metrics, outline) => Cow::Owned(Letter::new(*metrics, outline)),
        }
    }
}

impl Letter {
    fn new(metrics: GlyphMetrics, outline: &Outline) -> Self {
        let levels = metrics.cell(outline);
        let image = SampledImage::new(metrics.width(), metrics.height(), &levels);
        Self { metrics, levels, image }
    }

    /// The cell after all warps of `style`.
    fn warped(&self, style: &Style, rng: &mut impl Rng) -> Vec<u8> {
        let Some((first, others)) = style.warp.split_first() else { return self.levels.clone() };
        let once = first.apply(&self.image, style.resampling, rng);
        others.iter().fold(once, |levels, warp| {
            let image = SampledImage::new(self.metrics.width(), self.metrics.height(), &levels);
            warp.apply(&image, style.resampling, rng)
        })
    }
}
