//! Fonts: the built-in ones, the user's, and the cells that their characters are set in.

use std::borrow::Cow;
use std::path::PathBuf;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, HintingInstance, HintingOptions};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::RenderError;
use crate::kerning::kerning;
use crate::raster::Outline;

/// The font of the seed.
pub(crate) const PT_SANS_BOLD: &str = "pt-sans-bold";

/// The fonts that are built in, each with its file.
const BUILT_IN: [(&str, &[u8]); 6] = [
    (PT_SANS_BOLD, include_bytes!("../fonts/PTSans-Bold.ttf")),
    ("because-we-build", include_bytes!("../fonts/BecauseWeBuild-Regular.otf")),
    ("caladea-bold", include_bytes!("../fonts/Caladea-Bold.ttf")),
    ("comic-neue-bold", include_bytes!("../fonts/ComicNeue-Bold.otf")),
    ("courier-prime-bold", include_bytes!("../fonts/CourierPrime-Bold.otf")),
    ("lobster", include_bytes!("../fonts/Lobster.otf")),
];

/// The names of the fonts that are built in; a style can also name the path of a TTF or OTF file.
pub const BUILT_IN_FONTS: &[&str] =
    &[PT_SANS_BOLD, "because-we-build", "caladea-bold", "comic-neue-bold", "courier-prime-bold", "lobster"];

/// Most pixels of a side of a glyph, in font heights. Real glyphs stay within 3.
const MAX_GLYPH: i32 = 16;

/// A font at one size, with FreeType's hinting.
pub(crate) struct Face {
    name: String,
    data: Cow<'static, [u8]>,
    height: u32,
    units_per_em: i64,
    hinting: HintingInstance,
    /// The ascender above the baseline in whole pixels.
    ascent: i32,
}

/// What Pillow's `getsize` and `draw.text` make of one character: a cell with its ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Row by row, 0 paper, 255 ink.
    pub(crate) levels: Vec<u8>,
    /// The advance in 1/64 pixel, the right end of the ink and its left end relative to the origin.
    advance: i64,
    left: i32,
    right: i32,
    glyph: GlyphId,
}

impl Face {
    /// Loads the built-in font or the file called `name` for characters of `height` pixels.
    pub(crate) fn load(name: &str, height: u32) -> Result<Self, RenderError> {
        let data = match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, bytes)) => Cow::Borrowed(*bytes),
            None => Cow::Owned(read_font(name)?),
        };
        let bad = |reason: String| RenderError::BadFont { font: name.to_owned(), reason };
        let font = FontRef::from_index(&data, 0).map_err(|error| bad(error.to_string()))?;
        let size = Size::new(height as f32);
        let outlines = font.outline_glyphs();
        if outlines.format().is_none() {
            return Err(bad("it has no outlines".to_owned()));
        }
        let hinting =
            HintingInstance::new(&outlines, size, LocationRef::default(), HintingOptions::default())
                .map_err(|error| bad(error.to_string()))?;
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        let units_per_em = i64::from(metrics.units_per_em);
        if units_per_em == 0 {
            return Err(bad("it has 0 units per em".to_owned()));
        }
        let ascent = ascent_in_pixels(metrics.ascent as i64, height, units_per_em);
        drop(font);
        Ok(Self { name: name.to_owned(), data, height, units_per_em, hinting, ascent })
    }

    fn font(&self) -> FontRef<'_> {
        FontRef::from_index(&self.data, 0).expect("the data was parsed when the font was loaded")
    }

    /// The cell of `character`.
    pub(crate) fn cell(&self, character: char) -> Result<Cell, RenderError> {
        let missing = || RenderError::MissingGlyph { character, font: self.name.clone() };
        let bad = |reason: String| RenderError::BadFont { font: self.name.clone(), reason };
        let font = self.font();
        // Fonts map some control characters to empty glyphs.
        let glyph = font.charmap().map(character).filter(|_| !character.is_control());
        let glyph = glyph.filter(|glyph| glyph.to_u32() != 0).ok_or_else(missing)?;
        let outline_glyph = font.outline_glyphs().get(glyph).ok_or_else(missing)?;
        let mut outline = Outline::default();
        outline_glyph
            .draw(DrawSettings::hinted(&self.hinting, false), &mut outline)
            .map_err(|error| bad(format!("the glyph of {character:?}: {error}")))?;
        let advance = font.hmtx().ok().and_then(|hmtx| hmtx.advance(glyph)).unwrap_or(0);
        let advance = advance_in_64ths(advance, self.height, self.units_per_em);

        let ink = outline.pixel_box();
        let largest = self.height as i32 * MAX_GLYPH;
        if [ink.left, ink.right, ink.bottom, ink.top].iter().any(|side| side.abs() > largest)
            || advance >> 6 > i64::from(largest)
        {
            return Err(bad(format!("the glyph of {character:?} is over {largest} pixels large")));
        }
        let bitmap = outline.rasterise();
        let (left, right) = (ink.left.min(0), ink.right.max(whole_pixels(advance)).max(0));
        // A cell without room, as that of a combining mark, has one empty pixel.
        let width = (right - left).max(1) as usize;
        let height = (self.ascent - ink.bottom.min(0)).max(1) as usize;
        let mut levels = vec![0; width * height];
        let ink_width = (ink.right - ink.left) as usize;
        for (row, line) in bitmap.coverage.chunks_exact(ink_width.max(1)).enumerate() {
            let y = self.ascent - ink.top + row as i32;
            for (column, &level) in line.iter().enumerate() {
                let x = ink.left + column as i32;
                // What hangs over the cell's left or upper side is lost, as in Claptcha.
                if (0..width as i32).contains(&x) && (0..height as i32).contains(&y) {
                    levels[y as usize * width + x as usize] = level;
                }
            }
        }
        Ok(Cell { width, height, levels, advance, left: ink.left, right: ink.right, glyph })
    }

    /// The width that a text of these cells has when it is set with kerning, and its height: Pillow's `getsize`.
    pub(crate) fn measure<'a>(&self, cells: impl IntoIterator<Item = &'a Cell>) -> (usize, usize) {
        let (mut position, mut left, mut right, mut height) = (0i64, 0i32, 0i32, 0usize);
        let font = self.font();
        let mut previous: Option<GlyphId> = None;
        for cell in cells {
            if let Some(previous) = previous {
                position +=
                    kerning_in_64ths(kerning(&font, previous, cell.glyph), self.height, self.units_per_em);
            }
            let x = whole_pixels(position);
            position += cell.advance;
            right = right.max(whole_pixels(position)).max(x + cell.right);
            left = left.min(x + cell.left);
            height = height.max(cell.height);
            previous = Some(cell.glyph);
        }
        ((right - left) as usize, height)
    }
}

/// Rounds 1/64 pixels to pixels, as Pillow does.
fn whole_pixels(position: i64) -> i32 {
    ((position + 32) >> 6) as i32
}

/// FreeType's factor from font units to 1/64 pixel, with 16 bits behind the point.
fn factor(height: u32, units_per_em: i64) -> i64 {
    (((i64::from(height) * 64) << 16) + units_per_em / 2) / units_per_em
}

/// An unhinted advance in 1/64 pixel, rounded where HarfBuzz rounds it: `FT_Get_Advance` gives 16 bits behind the
/// point, `hb-ft` makes 6 of them.
fn advance_in_64ths(units: u16, height: u32, units_per_em: i64) -> i64 {
    let pixels = (i64::from(units) * factor(height, units_per_em) + 32) >> 6;
    (pixels + (1 << 9)) >> 10
}

/// A kerning in 1/64 pixel, rounded where HarfBuzz rounds it (`hb_font_t::em_mult`).
fn kerning_in_64ths(units: i32, height: u32, units_per_em: i64) -> i64 {
    let factor = ((i64::from(height) * 64) << 16) / units_per_em;
    (i64::from(units) * factor + 0x8000) >> 16
}

/// An ascender in whole pixels, rounded up as FreeType does.
fn ascent_in_pixels(units: i64, height: u32, units_per_em: i64) -> i32 {
    let ascent = (units * factor(height, units_per_em) + 0x8000) >> 16;
    ((ascent + 63) >> 6) as i32
}

fn read_font(name: &str) -> Result<Vec<u8>, RenderError> {
    /// Largest font file. Fonts with every Chinese character have 20 MB.
    const MAX_FILE: u64 = 64 << 20;
    let path = PathBuf::from(name);
    let length = match std::fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(RenderError::UnknownFont {
                name: name.to_owned(),
                expected: BUILT_IN_FONTS.join(", "),
            });
        }
        Err(source) => return Err(RenderError::FontFile { path, source }),
    };
    if length > MAX_FILE {
        let reason = format!("the file has {length} bytes, the most is {MAX_FILE}");
        return Err(RenderError::BadFont { font: name.to_owned(), reason });
    }
    std::fs::read(&path).map_err(|source| RenderError::FontFile { path, source })
}
