//! Drawing the layout `lepture`: see [`LeptureLayout`] for what it does.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rand::Rng;

use crate::canvas::{Canvas, blend};
use crate::colour::Colour;
use crate::font::Face;
use crate::font_file::FontFile;
use crate::ink::Ink;
use crate::layout::LeptureLayout;
use crate::lettering::{Lettering, Resize, check_canvas};
use crate::quad::Corners;
use crate::resample::Axis;
use crate::rgba::{Rgba, resize};
use crate::{RenderError, Resampling, Style, draw};

/// How much stronger than a letter's lightness the mask is that it is pasted with.
const MASK_GAIN: f64 = 1.97;

/// The faces of a style: every font in every size.
pub(crate) struct Faces {
    faces: Vec<Sized>,
}

/// A font in one size, with the characters of the style's alphabet.
struct Sized {
    face: Face,
    letters: HashMap<char, Letter>,
}

/// A character cut to its ink.
#[derive(Clone)]
struct Letter {
    /// The box that Pillow's `textbbox` gives at `(1, 1)`: its right and lower end.
    room: (usize, usize),
    /// Coverage of the pixels, row by row, `width` in each. Empty if there is no ink.
    coverage: Vec<u8>,
    width: usize,
}

/// A character turned and bent, or an empty box.
struct Piece {
    width: usize,
    height: usize,
    picture: Option<Rgba>,
}

impl Letter {
    fn new(face: &Face, character: char) -> Result<Self, RenderError> {
        let (setting, outline) = face.set(character)?;
        let room = (1 + setting.right(), 1 + setting.height());
        let levels = outline.rasterise();
        let width = ((setting.ink.right - setting.ink.left) as usize).max(1);
        let Some((columns, rows)) = crate::ink::bounds(levels.chunks_exact(width)) else {
            return Ok(Self { room, coverage: Vec::new(), width: 0 });
        };
        let lines = levels.chunks_exact(width).skip(rows.start).take(rows.len());
        let coverage = lines.flat_map(|line| &line[columns.clone()]).copied().collect();
        Ok(Self { room, coverage, width: columns.len() })
    }

    /// The character turned and bent.
    fn piece(&self, layout: &LeptureLayout, ink: Colour, opacity: u8, rng: &mut impl Rng) -> Piece {
        let (width, height) = self.room;
        let turn = layout.rotate.draw(rng);
        let (w, h) = (width as f64, height as f64);
        let mut reach =
            |side: f64, warp: crate::Span| side * draw::unit(rng) * (warp.high - warp.low) + warp.low;
        let (dx, dy) = (reach(w, layout.warp_x), reach(h, layout.warp_y));
        let mut point = |reach: f64| (draw::unit(rng) * (reach + reach) - reach).trunc();
        let (x1, y1, x2, y2) = (point(dx), point(dy), point(dx), point(dy));
        if self.coverage.is_empty() {
            return Piece { width, height, picture: None };
        }
        let (w, h) = (w + x1.abs() + x2.abs(), h + y1.abs() + y2.abs());
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
        let picture = drawn.rotate(turn).resize(w as usize, h as usize).warp(corners, width, height);
        Piece { width, height, picture: Some(picture) }
    }
}

impl Sized {
    fn letter(&self, character: char) -> Result<Cow<'_, Letter>, RenderError> {
        match self.letters.get(&character) {
            Some(letter) => Ok(Cow::Borrowed(letter)),
            None => Ok(Cow::Owned(Letter::new(&self.face, character)?)),
        }
    }
}

impl Faces {
    pub(crate) fn new(
        files: &[Arc<FontFile>],
        style: &Style,
        layout: &LeptureLayout,
    ) -> Result<Self, RenderError> {
        let all = files.iter().flat_map(|file| layout.sizes.iter().map(move |&size| (file, size)));
        let faces = all.map(|(file, size)| {
            let face = Face::new(file, size)?;
            let letters = style.alphabet.characters().iter();
            let letters = letters.map(|&character| Ok((character, Letter::new(&face, character)?)));
            Ok(Sized { letters: letters.collect::<Result<_, RenderError>>()?, face })
        });
        Ok(Self { faces: faces.collect::<Result<_, RenderError>>()? })
    }

    /// Draws `text` in `ink` on a canvas of `paper`, and squeezes it to the width of the image.
    pub(crate) fn letter(
        &self,
        style: &Style,
        layout: &LeptureLayout,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        rng: &mut impl Rng,
    ) -> Result<Lettering, RenderError> {
        let opacity = layout.opacity.low as usize
            + draw::index(rng, (layout.opacity.high - layout.opacity.low) as usize + 1);
        let mut pieces: Vec<(bool, Piece)> = Vec::with_capacity(2 * text.len());
        let piece = |character, rng: &mut _| {
            let face = &self.faces[draw::index(rng, self.faces.len())];
            Ok::<_, RenderError>(face.letter(character)?.piece(layout, ink, opacity as u8, rng))
        };
        for character in text.chars() {
            if draw::unit(rng) > 1.0 - layout.space {
                pieces.push((false, piece(' ', rng)?));
            }
            pieces.push((true, piece(character, rng)?));
        }
        let measured: usize = pieces.iter().map(|(_, piece)| piece.width).sum();
        let (width, height) = (measured.max(style.width as usize), style.height as usize);
        check_canvas(width, height)?;
        let mut canvas = paper(width, height);
        let average = measured / text.chars().count();
        let most = (layout.overlap * average as f64) as usize;
        let mut x = (average as f64 * 0.1) as i32;
        let mut inks = Vec::with_capacity(pieces.len());
        for (shown, piece) in &pieces {
            let y = (height as i32 - piece.height as i32) / 2;
            let left = piece.picture.as_ref().and_then(|picture| paste(&mut canvas, picture, (x, y), ink));
            if *shown {
                inks.push(left);
            }
            x += piece.width as i32 - draw::index(rng, most + 1) as i32;
        }
        if width == style.width as usize {
            return Ok(Lettering { canvas, inks, resize: Resize::None });
        }
        let columns = Axis::new(width, style.width as usize, Resampling::Bicubic);
        let rows = Axis::new(height, height, Resampling::Bicubic);
        canvas.levels = match canvas.channels {
            3 => resize(canvas.levels.as_chunks::<3>().0, (width, height), &columns, &rows).into_flattened(),
            _ => resize(canvas.levels.as_chunks::<1>().0, (width, height), &columns, &rows).into_flattened(),
        };
        canvas.width = style.width as usize;
        Ok(Lettering { canvas, inks, resize: Resize::Done(columns, rows) })
    }
}

/// Pastes `picture` at `(x, y)` with the mask that its lightness gives. Returns the ink of each pixel: how much it
/// darkens white paper, in shares of what `ink` does. (Where hardly anything of a letter is left, dividing by its
/// opacity can make it white.)
fn paste(canvas: &mut Canvas, picture: &Rgba, (x, y): (i32, i32), ink: Colour) -> Option<Ink> {
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
    Ink::clipped(levels, picture.width, (x, y), (canvas.width, canvas.height))
}

/// Pillow's lightness (ITU-R BT.601).
fn lightness([r, g, b]: Colour) -> u8 {
    ((u32::from(r) * 19595 + u32::from(g) * 38470 + u32::from(b) * 7471 + 0x8000) >> 16) as u8
}

/// The mask that a pixel of some lightness is pasted with.
fn mask(lightness: u8) -> u8 {
    (f64::from(lightness) * MASK_GAIN) as u8
}
