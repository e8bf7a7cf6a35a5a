//! The typesetter of the layout `lepture`, which [`LeptureLayout`] describes.

use captcha_core::seed;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rand::Rng;

use crate::canvas::coverage::{Coverage, bounds};
use crate::canvas::rasteriser::Outline;
use crate::canvas::{Canvas, blend};
use crate::error::RenderError;
use crate::font::Face;
use crate::font::file::FontFile;
use crate::font::glyph_metrics::GlyphMetrics;
use crate::font::library::FontLibrary;
use crate::layout::lepture_options::LeptureLayout;
use crate::layout::set_text::{Resize, SetText, check_canvas};
use crate::pillow::quad::Corners;
use crate::pillow::resample::{Axis, Resampling};
use crate::pillow::rgba::{Rgba, resize};
use crate::style::Style;
use crate::values::colour::Colour;
use crate::values::random;
use crate::values::span::Span;

/// The factor from the lightness of a character to the mask that it is pasted with.
const MASK_GAIN: f64 = 1.97;

/// The most pixels of all stretched characters of a text: a dozen characters in a font of 2048 pixels.
const MAX_STRETCHED: u64 = 1 << 26;

/// The most pixels of coverage that the fonts of a style cache, of one byte each: thousands of letters at usual sizes.
/// Other letters are rasterised every time.
const MAX_KEPT: usize = 1 << 26;

/// Sets texts in the faces of a style: every font in every size.
pub(crate) struct Typesetter {
    layout: LeptureLayout,
    faces: Vec<SizedFont>,
}

/// A font in one size, with the characters of the style's alphabet.
struct SizedFont {
    face: Arc<Face>,
    letters: HashMap<char, Letter>,
}

/// The box of a character that Pillow's `textbbox` gives at `(1, 1)`: its right and lower end.
#[derive(Debug, Clone, Copy)]
struct Room {
    width: usize,
    height: usize,
    /// Whether there is any ink in it.
    inked: bool,
}

/// A character cropped to its ink.
#[derive(Clone)]
struct Letter {
    room: Room,
    /// Coverage of the pixels, row by row, `width` in each. Empty if there is no ink.
    coverage: Vec<u8>,
    width: usize,
}

/// How a character will be rotated and bent. It is sampled for all characters before any pixel is computed.
struct Plan {
    face: usize,
    character: char,
    /// Whether the character is one of the text, or an empty box before one.
    shown: bool,
    room: Room,
    /// The counterclockwise rotation in degrees.
    turn: f64,
    /// Two points that the corners are moved by.
    points: [(f64, f64); 2],
}

impl Room {
    fn new(metrics: &GlyphMetrics) -> Self {
        let inked = metrics.ink.left < metrics.ink.right && metrics.ink.bottom < metrics.ink.top;
        Self { width: 1 + metrics.right(), height: 1 + metrics.height(), inked }
    }

    /// The number of pixels of the character when it is stretched by `wider` and `higher` pixels.
    fn stretched(self, (wider, higher): (f64, f64)) -> u64 {
        if self.inked { ((self.width as f64 + wider) * (self.height as f64 + higher)) as u64 } else { 0 }
    }

    /// The largest possible [`stretched`](Self::stretched).
    fn most(self, layout: &LeptureLayout) -> u64 {
        let reach = |side: usize, warp: Span| 2.0 * (side as f64 * (warp.high - warp.low) + warp.low);
        self.stretched((reach(self.width, layout.warp_x), reach(self.height, layout.warp_y)))
    }
}

impl Letter {
    fn new(metrics: &GlyphMetrics, outline: &Outline) -> Self {
        let room = Room::new(metrics);
        let levels = outline.rasterise();
        let width = ((metrics.ink.right - metrics.ink.left) as usize).max(1);
        let Some((columns, rows)) = bounds(levels.chunks_exact(width)) else {
            return Self { room, coverage: Vec::new(), width: 0 };
        };
        let lines = levels.chunks_exact(width).skip(rows.start).take(rows.len());
        let coverage = lines.flat_map(|line| &line[columns.clone()]).copied().collect();
        Self { room, coverage, width: columns.len() }
    }

    /// The character rotated and bent, or `None` if it has no ink.
    fn bent(&self, plan: &Plan, ink: Colour, opacity: u8) -> Option<Rgba> {
        if self.coverage.is_empty() {
            return None;
        }
        let Room { width, height, .. } = self.room;
        let [(x1, y1), (x2, y2)] = plan.points;
        let (wider, higher) = plan.stretch();
        let (w, h) = (width as f64 + wider, height as f64 + higher);
        let corners = Corners {
            north_west: (x1, y1),
            south_west: (-x1, h - y2),
            south_east: (w + x2, h + y2),
            north_east: (w - x2, -y1),
        };
        let [r, g, b] = ink;
        let pixels = self.coverage.iter().map(|&coverage| match coverage {
            0 => [0; 4],
            _ => [r, g, b, blend(0, opacity, coverage)],
        });
        let drawn =
            Rgba { width: self.width, height: self.coverage.len() / self.width, pixels: pixels.collect() };
        Some(drawn.rotate(plan.turn).resize(w as usize, h as usize).warp(corners, width, height))
    }
}

impl Plan {
    /// By how many pixels the character is made wider and higher.
    fn stretch(&self) -> (f64, f64) {
        let [first, second] = self.points;
        (first.0.abs() + second.0.abs(), first.1.abs() + second.1.abs())
    }
}

impl SizedFont {
    fn room(&self, character: char) -> Result<Room, RenderError> {
        match self.letters.get(&character) {
            Some(letter) => Ok(letter.room),
            None => Ok(Room::new(&self.face.set(character)?.0)),
        }
    }

    fn letter(&self, character: char) -> Result<Cow<'_, Letter>, RenderError> {
        match self.letters.get(&character) {
            Some(letter) => Ok(Cow::Borrowed(letter)),
            None => {
                let (metrics, outline) = self.face.set(character)?;
                Ok(Cow::Owned(Letter::new(&metrics, &outline)))
            }
        }
    }
}

impl Typesetter {
    pub(crate) fn new(
        files: &[Arc<FontFile>],
        style: &Style,
        layout: &LeptureLayout,
    ) -> Result<Self, RenderError> {
        let mut faces = Vec::with_capacity(files.len() * layout.sizes.len());
        let mut left = MAX_KEPT;
        for (file, &size) in files.iter().flat_map(|file| layout.sizes.iter().map(move |size| (file, size))) {
            let face = Face::new(file, size)?;
            if layout.space > 0.0 {
                face.set(' ')?;
            }
            let mut letters = HashMap::new();
            for &character in style.alphabet.characters() {
                let (metrics, outline) = face.set(character)?;
                let room = Room::new(&metrics);
                let pixels = room.most(layout).saturating_mul(style.lengths.max as u64);
                if pixels > MAX_STRETCHED {
                    let expected = format!(
                        "sizes in which {} times {character:?} has at most {MAX_STRETCHED} pixels after it was bent, \
                         not {pixels}",
                        style.lengths.max
                    );
                    return Err(RenderError::bad_style(
                        "layout.sizes",
                        format!("{:?}", layout.sizes),
                        expected,
                    ));
                }
                if let Some(rest) = left.checked_sub(room.width * room.height) {
                    left = rest;
                    letters.insert(character, Letter::new(&metrics, &outline));
                }
            }
            faces.push(SizedFont { face: Arc::new(face), letters });
        }
        Ok(Self { layout: layout.clone(), faces })
    }

    /// A typesetter that rasterises the letters of every text anew.
    pub(crate) fn of_library(
        library: &FontLibrary,
        style: &Style,
        layout: &LeptureLayout,
    ) -> Result<Self, RenderError> {
        let all = style.fonts.iter().flat_map(|name| layout.sizes.iter().map(move |&size| (name, size)));
        let faces = all
            .map(|(name, size)| Ok(SizedFont { face: library.face(name, size)?, letters: HashMap::new() }));
        Ok(Self { layout: layout.clone(), faces: faces.collect::<Result<_, RenderError>>()? })
    }

    /// Samples how one character will be rotated and bent.
    fn plan(&self, character: char, shown: bool, rng: &mut impl Rng) -> Result<Plan, RenderError> {
        let layout = &self.layout;
        let face = random::index(rng, self.faces.len());
        let room = self.faces[face].room(character)?;
        let turn = layout.rotate.sample(rng);
        let mut reach =
            |side: usize, warp: Span| side as f64 * seed::unit(rng) * (warp.high - warp.low) + warp.low;
        let (dx, dy) = (reach(room.width, layout.warp_x), reach(room.height, layout.warp_y));
        let mut point = |reach: f64| (seed::unit(rng) * (reach + reach) - reach).trunc();
        let points = [(point(dx), point(dy)), (point(dx), point(dy))];
        Ok(Plan { face, character, shown, room, turn, points })
    }

    /// Draws `text` in `ink` on a canvas of `paper`, and resizes it to the width of the image.
    pub(crate) fn set_text(
        &self,
        style: &Style,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        rng: &mut impl Rng,
    ) -> Result<SetText, RenderError> {
        let layout = &self.layout;
        let opacity = random::whole_number(rng, layout.opacity.low, layout.opacity.high);
        let mut plans: Vec<Plan> = Vec::with_capacity(2 * text.len());
        for character in text.chars() {
            if seed::unit(rng) > 1.0 - layout.space {
                plans.push(self.plan(' ', false, rng)?);
            }
            plans.push(self.plan(character, true, rng)?);
        }
        let pixels =
            plans.iter().map(|plan| plan.room.stretched(plan.stretch())).fold(0, u64::saturating_add);
        if pixels > MAX_STRETCHED {
            return Err(RenderError::CharactersTooLarge { pixels, max_pixels: MAX_STRETCHED });
        }
        let measured: usize = plans.iter().map(|plan| plan.room.width).sum();
        let (width, height) = (measured.max(style.width as usize), style.height as usize);
        check_canvas(width, height)?;
        let mut canvas = paper(width, height);
        let average = measured / text.chars().count();
        let most = (layout.overlap * average as f64) as usize;
        let mut x = (average as f64 * 0.1) as i32;
        let mut coverages = Vec::with_capacity(plans.len());
        for plan in &plans {
            let y = (height as i32 - plan.room.height as i32) / 2;
            let letter = self.faces[plan.face].letter(plan.character)?;
            let picture = letter.bent(plan, ink, opacity as u8);
            let left = picture.and_then(|picture| paste(&mut canvas, &picture, (x, y), ink));
            if plan.shown {
                coverages.push(left);
            }
            x += plan.room.width as i32 - random::index(rng, most + 1) as i32;
        }
        if width == style.width as usize {
            return Ok(SetText { canvas, coverages, resize: Resize::None });
        }
        let columns = Axis::new(width, style.width as usize, Resampling::Bicubic);
        let rows = Axis::new(height, height, Resampling::Bicubic);
        canvas.levels = match canvas.channels {
            3 => resize(canvas.levels.as_chunks::<3>().0, (width, height), &columns, &rows).into_flattened(),
            _ => resize(canvas.levels.as_chunks::<1>().0, (width, height), &columns, &rows).into_flattened(),
        };
        canvas.width = style.width as usize;
        Ok(SetText { canvas, coverages, resize: Resize::Done(columns, rows) })
    }
}

/// Pastes `picture` at `(x, y)` with the mask that its lightness gives. Returns the coverage of each pixel: how much it
/// darkens white paper, relative to `ink`. (Dividing a very faint pixel by its opacity can make it white.)
fn paste(canvas: &mut Canvas, picture: &Rgba, (x, y): (i32, i32), ink: Colour) -> Option<Coverage> {
    let darkening = |lightness: u8| u32::from(mask(lightness)) * u32::from(255 - lightness);
    let whole = darkening(lightness(ink)).max(1);
    let mut levels = vec![0; picture.pixels.len()];
    let lines = picture.pixels.chunks_exact(picture.width).zip(levels.chunks_exact_mut(picture.width));
    for (y, (line, levels)) in (y..).zip(lines) {
        if !(0..canvas.height as i32).contains(&y) {
            continue;
        }
        for (x, (&[r, g, b, _], level)) in (x..).zip(line.iter().zip(levels)) {
            let lightness = lightness([r, g, b]);
            let mask = mask(lightness);
            if mask == 0 || !(0..canvas.width as i32).contains(&x) {
                continue;
            }
            *level = (darkening(lightness) * 255 / whole).min(255) as u8;
            let start = (y as usize * canvas.width + x as usize) * canvas.channels;
            for (level, ink) in canvas.levels[start..start + canvas.channels].iter_mut().zip([r, g, b]) {
                *level = blend(*level, ink, mask);
            }
        }
    }
    Coverage::clipped(levels, picture.width, (x, y), (canvas.width, canvas.height))
}

/// Pillow's lightness (ITU-R BT.601).
fn lightness([r, g, b]: Colour) -> u8 {
    ((u32::from(r) * 19595 + u32::from(g) * 38470 + u32::from(b) * 7471 + 0x8000) >> 16) as u8
}

/// The mask that a pixel of some lightness is pasted with.
fn mask(lightness: u8) -> u8 {
    (f64::from(lightness) * MASK_GAIN) as u8
}
