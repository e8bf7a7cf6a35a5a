//! Drawing the layout `claptcha`: letters in cells side by side, as Claptcha sets them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rand::Rng;

use crate::canvas::Canvas;
use crate::colour::Colour;
use crate::font::Face;
use crate::font_file::FontFile;
use crate::ink::Ink;
use crate::lettering::{Lettering, Resize, check_canvas};
use crate::raster::Outline;
use crate::resample::Axis;
use crate::setting::Setting;
use crate::sheet::Sheet;
use crate::{RenderError, Style};

/// A font with the characters of the style's alphabet, ready to be bent.
pub(crate) struct Font {
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

/// Most pixels of the cells of a text: more than those of the largest canvas.
const MAX_CELLS: u64 = 1 << 28;

/// Most pixels of the cells that all fonts of a style keep.
const MAX_KEPT_IN_ALL: usize = 1 << 26;

impl Font {
    /// The font of `file` for `style`.
    pub(crate) fn new(file: &Arc<FontFile>, style: &Style) -> Result<Self, RenderError> {
        let face = Face::new(file, style.font_height())?;
        let mut letters = HashMap::new();
        let mut room = MAX_KEPT.min(MAX_KEPT_IN_ALL / style.fonts.len());
        for &character in style.alphabet.characters() {
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

    fn letter_of(&self, character: char) -> Result<Cow<'_, Letter>, RenderError> {
        if let Some(letter) = self.letters.get(&character) {
            return Ok(Cow::Borrowed(letter));
        }
        let (setting, outline) = self.face.set(character)?;
        Ok(Cow::Owned(Letter::new(setting, &outline)))
    }

    /// Draws `text` in `ink` on a canvas of `paper`: that of the measured text with margins in its own scale.
    pub(crate) fn letter(
        &self,
        style: &Style,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        rng: &mut impl Rng,
    ) -> Result<Lettering, RenderError> {
        let settings =
            text.chars().map(|character| self.setting(character)).collect::<Result<Vec<_>, _>>()?;
        let (width, height) = self.face.measure(&settings);
        let margin = |margin: u32, measured: usize, whole: u32| {
            (f64::from(margin) * measured as f64 / f64::from(whole)).round_ties_even() as usize
        };
        let margin_x = margin(style.margin.x, width, style.width);
        let margin_y = margin(style.margin.y, height, style.height);
        let (width, height) = (width + 2 * margin_x, height + 2 * margin_y);
        check_canvas(width, height)?;
        // Kerning can put large cells on a small canvas.
        let pixels = settings.iter().map(|setting| setting.width() as u64 * setting.height() as u64).sum();
        if pixels > MAX_CELLS {
            return Err(RenderError::CharactersTooLarge { pixels, max_pixels: MAX_CELLS });
        }
        let mut canvas = paper(width, height);
        let mut x = margin_x;
        let mut inks = Vec::with_capacity(settings.len());
        for (character, setting) in text.chars().zip(&settings) {
            let levels = self.letter_of(character)?.warped(style, rng);
            let seen = Ink::new(levels, setting.width(), (x, margin_y), (width, height));
            if let Some(seen) = &seen {
                seen.paste(&mut canvas, ink);
            }
            inks.push(seen);
            x += setting.width();
        }
        let columns = Axis::new(width, style.width as usize, style.resampling);
        let rows = Axis::new(height, style.height as usize, style.resampling);
        Ok(Lettering { canvas, inks, resize: Resize::Last(columns, rows) })
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
