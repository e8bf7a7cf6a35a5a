//! The metrics of one glyph: what Pillow's `getsize` measures and `draw.text` draws.

use skrifa::GlyphId;

use crate::canvas::rasteriser::{Outline, PixelBox};

/// The metrics of one character in a font at one size, y upwards from the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GlyphMetrics {
    pub(crate) glyph: GlyphId,
    /// The advance to the next character, in 1/64 pixel.
    pub(crate) advance: i64,
    /// The pixels that hold the outline.
    pub(crate) ink: PixelBox,
    /// The ascender of the font in whole pixels: where the cell starts.
    pub(crate) ascent: i32,
}

impl GlyphMetrics {
    /// The width of the cell: from the origin, or the ink to the left of it, to the advance, or the ink to the right of
    /// it. The cell of a combining mark without width has one empty pixel.
    pub(crate) fn width(&self) -> usize {
        (self.right() as i32 - self.ink.left.min(0)).max(1) as usize
    }

    /// How far the cell reaches to the right of the origin.
    pub(crate) fn right(&self) -> usize {
        self.ink.right.max(whole_pixels(self.advance)).max(0) as usize
    }

    /// The height of the cell: from the ascender to the lower end of the ink, at least to the baseline.
    pub(crate) fn height(&self) -> usize {
        (self.ascent - self.ink.bottom.min(0)).max(1) as usize
    }

    /// The largest distance of ink or advance from the origin, in pixels.
    pub(crate) fn reach(&self) -> i32 {
        let PixelBox { left, right, bottom, top } = self.ink;
        [left, right, bottom, top, whole_pixels(self.advance)].map(i32::abs).into_iter().max().unwrap_or(0)
    }

    /// The cell, row by row, with the ink of `outline`: 0 paper, 255 ink. Ink beyond its left or upper side is cut off,
    /// as in Claptcha.
    pub(crate) fn cell(&self, outline: &Outline) -> Vec<u8> {
        let (width, height) = (self.width(), self.height());
        let mut levels = vec![0; width * height];
        let ink_width = (self.ink.right - self.ink.left) as usize;
        for (row, line) in (0..).zip(outline.rasterise().chunks_exact(ink_width.max(1))) {
            let y = self.ascent - self.ink.top + row;
            for (column, &level) in (0..).zip(line) {
                let x = self.ink.left + column;
                if (0..width as i32).contains(&x) && (0..height as i32).contains(&y) {
                    levels[y as usize * width + x as usize] = level;
                }
            }
        }
        levels
    }
}

/// From the units of a font to pixels, rounded where FreeType and HarfBuzz round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    /// The height of the font in pixels.
    pub(crate) height: u32,
    /// At least 1.
    pub(crate) units_per_em: i64,
}

impl Scale {
    /// 1/64 pixels in the height, with 16 bits behind the point.
    fn height_fixed(self) -> i64 {
        (i64::from(self.height) * 64) << 16
    }

    /// FreeType's factor from font units to 1/64 pixel, with 16 bits behind the point.
    fn factor(self) -> i64 {
        (self.height_fixed() + self.units_per_em / 2) / self.units_per_em
    }

    /// An unhinted advance in 1/64 pixel: `FT_Get_Advance` gives 16 bits behind the point, `hb-ft` makes 6 of them.
    pub(crate) fn advance(self, units: u16) -> i64 {
        let pixels = (i64::from(units) * self.factor() + 32) >> 6;
        (pixels + (1 << 9)) >> 10
    }

    /// A kerning in 1/64 pixel (`hb_font_t::em_mult`).
    pub(crate) fn kerning(self, units: i64) -> i64 {
        (units * (self.height_fixed() / self.units_per_em) + 0x8000) >> 16
    }

    /// An ascender in whole pixels, rounded up (`FT_Request_Size`).
    pub(crate) fn ascent(self, units: i64) -> i32 {
        let ascent = (units * self.factor() + 0x8000) >> 16;
        ((ascent + 63) >> 6) as i32
    }
}

/// Rounds 1/64 pixels to pixels (`PIXEL` of Pillow's `_imagingft.c`).
pub(crate) fn whole_pixels(position: i64) -> i32 {
    ((position + 32) >> 6) as i32
}
