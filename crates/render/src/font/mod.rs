//! Fonts: how characters are measured and what their outlines are.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Face`]: a font at one size |
//! | `built_in` | the fonts of this package |
//! | `file` | [`FontFile`]: the bytes of a font, built in or the user's |
//! | `library` | [`FontLibrary`](library::FontLibrary): the fonts of a distribution over styles |
//! | `shapes` | [`Shapes`](shapes::Shapes): a font with the outlines of its characters |
//! | `glyph_metrics` | [`GlyphMetrics`]: the cell of one character, rounded as FreeType and HarfBuzz round |
//! | `kerning` | how much closer two glyphs stand than their advances say |
//! | `flatten` | outlines as short straight pieces, which can be bent |

pub(crate) mod built_in;
pub(crate) mod file;
pub(crate) mod flatten;
pub(crate) mod glyph_metrics;
pub(crate) mod kerning;
pub(crate) mod library;
pub(crate) mod shapes;

use std::sync::Arc;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, HintingInstance, HintingOptions, OutlineGlyph};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::canvas::path::Path;
use crate::canvas::rasteriser::{MAX_EDGES, Outline};
use crate::error::RenderError;
use crate::font::file::FontFile;
use crate::font::flatten::Flattener;
use crate::font::glyph_metrics::{GlyphMetrics, Scale, whole_pixels};
use crate::font::kerning::kerning;

/// The largest distance of a glyph's outline from its origin, in font heights. Real glyphs stay within 3.
const MAX_GLYPH: i32 = 4;

/// The most pixels of a glyph's cell: several times that of a capital W in the largest font.
const MAX_GLYPH_PIXELS: usize = 1 << 26;

/// A font at one size, with FreeType's hinting.
pub(crate) struct Face {
    file: Arc<FontFile>,
    scale: Scale,
    hinting: HintingInstance,
    /// The ascender above the baseline in whole pixels.
    ascent: i32,
}

impl Face {
    /// The font of `file` for characters of `height` pixels.
    pub(crate) fn new(file: &Arc<FontFile>, height: u32) -> Result<Self, RenderError> {
        let bad = |reason: String| RenderError::BadFont { font: file.name.clone(), reason };
        let font = FontRef::from_index(&file.bytes, 0).map_err(|error| bad(error.to_string()))?;
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
        let scale = Scale { height, units_per_em };
        let ascent = scale.ascent(metrics.ascent as i64);
        if ascent > height as i32 * MAX_GLYPH {
            return Err(bad(format!("its ascender is larger than {MAX_GLYPH} times the font")));
        }
        Ok(Self { file: Arc::clone(file), scale, hinting, ascent })
    }

    fn font(&self) -> FontRef<'_> {
        FontRef::from_index(&self.file.bytes, 0).expect("the data was parsed when the font was loaded")
    }

    /// The metrics and the hinted outline of `character`.
    pub(crate) fn set(&self, character: char) -> Result<(GlyphMetrics, Outline), RenderError> {
        let font = self.font();
        let (glyph, outline_glyph) = self.glyph(&font, character)?;
        let mut outline = Outline::default();
        outline_glyph
            .draw(DrawSettings::hinted(&self.hinting, false), &mut outline)
            .map_err(|error| self.bad(format!("the glyph of {character:?}: {error}")))?;
        if outline.is_cut_short() {
            return Err(self.too_many_edges(character));
        }
        let advance = font.hmtx().ok().and_then(|hmtx| hmtx.advance(glyph)).unwrap_or(0);
        let metrics = GlyphMetrics {
            glyph,
            advance: self.scale.advance(advance),
            ink: outline.pixel_box(),
            ascent: self.ascent,
        };
        let largest = self.scale.height as i32 * MAX_GLYPH;
        if metrics.reach() > largest || metrics.width() * metrics.height() > MAX_GLYPH_PIXELS {
            let reason = format!("the glyph of {character:?} is larger than {MAX_GLYPH} times the font");
            return Err(self.bad(reason));
        }
        Ok((metrics, outline))
    }

    /// The unhinted outline of `character` in ems, relative to the baseline, y down.
    pub(crate) fn shape(&self, character: char) -> Result<Path, RenderError> {
        let font = self.font();
        let (_, glyph) = self.glyph(&font, character)?;
        let mut pen = Flattener::new(self.scale.units_per_em as f64);
        glyph
            .draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut pen)
            .map_err(|error| self.bad(format!("the glyph of {character:?}: {error}")))?;
        let Some(path) = pen.path() else { return Err(self.too_many_edges(character)) };
        let reach = f64::from(MAX_GLYPH);
        let fits = |&(x, y): &(f64, f64)| x.abs() <= reach && y.abs() <= reach;
        if path.contours.iter().flatten().all(fits) {
            return Ok(path);
        }
        Err(self.bad(format!("the glyph of {character:?} is larger than {MAX_GLYPH} times the font")))
    }

    fn too_many_edges(&self, character: char) -> RenderError {
        self.bad(format!("the glyph of {character:?} has more than {MAX_EDGES} edges"))
    }

    fn bad(&self, reason: String) -> RenderError {
        RenderError::BadFont { font: self.file.name.clone(), reason }
    }

    fn glyph<'a>(
        &self,
        font: &FontRef<'a>,
        character: char,
    ) -> Result<(GlyphId, OutlineGlyph<'a>), RenderError> {
        // Fonts map some control characters to empty glyphs.
        let glyph = font.charmap().map(character).filter(|_| !character.is_control());
        let glyph = glyph.filter(|glyph| glyph.to_u32() != 0);
        let found = glyph.and_then(|glyph| Some((glyph, font.outline_glyphs().get(glyph)?)));
        found.ok_or_else(|| RenderError::MissingGlyph { character, font: self.file.name.clone() })
    }

    /// The width with kerning and the height of a text of these characters: Pillow's `getsize`.
    pub(crate) fn measure(&self, cells: &[GlyphMetrics]) -> (usize, usize) {
        let (mut position, mut left, mut right, mut height) = (0i64, 0i32, 0i32, 0usize);
        let font = self.font();
        let mut previous: Option<GlyphId> = None;
        for metrics in cells {
            if let Some(previous) = previous {
                // Larger values only occur in broken fonts, and would overflow.
                let most = self.scale.units_per_em * i64::from(MAX_GLYPH);
                let units = kerning(&font, previous, metrics.glyph).clamp(-most, most);
                position += self.scale.kerning(units);
            }
            let x = whole_pixels(position);
            position += metrics.advance;
            right = right.max(whole_pixels(position)).max(x + metrics.ink.right);
            left = left.min(x + metrics.ink.left);
            height = height.max(metrics.height());
            previous = Some(metrics.glyph);
        }
        // A text of combining marks without width has one empty pixel.
        ((right - left).max(1) as usize, height)
    }
}
