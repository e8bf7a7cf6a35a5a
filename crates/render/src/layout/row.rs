//! The typesetter of the layout `row`, which [`RowLayout`] describes.

use captcha_core::seed;
use std::sync::Arc;

use rand::Rng;

use crate::canvas::Canvas;
use crate::canvas::path::{Extent, Path};
use crate::error::RenderError;
use crate::font::file::FontFile;
use crate::font::shapes::{MAX_POINTS, Shapes};
use crate::layout::row_options::RowLayout;
use crate::layout::set_text::{Resize, SetText, check_canvas};
use crate::style::Style;
use crate::values::colour::Colour;
use crate::values::random;

/// The width of a space in font heights.
const SPACE: f64 = 0.3;

/// The share of a character's width that the next one never covers.
const SEEN: f64 = 0.65;

/// Sets texts in the fonts of a style, each with the shapes of the alphabet's characters.
pub(crate) struct Typesetter {
    layout: RowLayout,
    fonts: Vec<Arc<Shapes>>,
}

/// A character of the row.
struct Piece {
    path: Path,
    /// The height of its font in pixels.
    size: f64,
    colour: Colour,
}

impl Typesetter {
    pub(crate) fn new(
        files: &[Arc<FontFile>],
        style: &Style,
        layout: &RowLayout,
    ) -> Result<Self, RenderError> {
        let mut left = MAX_POINTS;
        let shapes = files.iter().map(|file| {
            Ok(Arc::new(Shapes::new(file, style.alphabet.characters().iter().copied(), &mut left)?))
        });
        Ok(Self { layout: layout.clone(), fonts: shapes.collect::<Result<_, RenderError>>()? })
    }

    /// A typesetter of fonts whose shapes are known.
    pub(crate) fn of_shapes(fonts: Vec<Arc<Shapes>>, layout: &RowLayout) -> Self {
        Self { layout: layout.clone(), fonts }
    }

    /// Draws `text` in `ink` on a canvas of `paper`.
    pub(crate) fn set_text(
        &self,
        style: &Style,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        rng: &mut impl Rng,
    ) -> Result<SetText, RenderError> {
        let layout = &self.layout;
        let (width, height) = (style.width as usize, style.height as usize);
        check_canvas(width, height)?;
        let hollow = seed::unit(rng) < layout.hollow.share;
        let outline = layout.hollow.width.sample(rng);
        let shadow = seed::unit(rng) < layout.shadow.share;
        let fall = (layout.shadow.offset.sample(rng), layout.shadow.offset.sample(rng));
        let fall = if random::index(rng, 2) == 0 { fall } else { (-fall.0, fall.1) };
        let strength = layout.shadow.strength.sample(rng);

        let mut row = self.row(style, text, ink, rng)?;
        if hollow {
            for piece in &mut row {
                piece.path = piece.path.outlined(outline * piece.size);
            }
        }
        let mut canvas = paper(width, height);
        if shadow {
            for piece in &row {
                let mut path = piece.path.clone();
                path.bend(|(x, y)| (x + fall.0 * piece.size, y + fall.1 * piece.size));
                if let Some(coverage) = path.coverage((width, height)) {
                    coverage.faded(strength).paste(&mut canvas, piece.colour);
                }
            }
        }
        let coverages = row.iter().map(|piece| {
            let ink = piece.path.coverage((width, height))?;
            ink.paste(&mut canvas, piece.colour);
            Some(ink)
        });
        Ok(SetText { coverages: coverages.collect(), canvas, resize: Resize::None })
    }

    /// The characters at their places in the image.
    fn row(
        &self,
        style: &Style,
        text: &str,
        ink: Colour,
        rng: &mut impl Rng,
    ) -> Result<Vec<Piece>, RenderError> {
        let layout = &self.layout;
        let height = f64::from(style.height);
        let common = (random::index(rng, self.fonts.len()), layout.size.sample(rng));
        let mut row: Vec<Piece> = Vec::with_capacity(text.len());
        let mut end = End::default();
        for character in text.chars() {
            let own = (random::index(rng, self.fonts.len()), layout.size.sample(rng));
            let (font, size) = if layout.mixed { own } else { common };
            let size = size * height;
            let colour = if layout.coloured { style.ink.sample(rng) } else { ink };
            let mut path = self.fonts[font].shape(character)?.into_owned();
            turn(&mut path, layout, size, rng);
            let down = layout.shift.sample(rng) * height;
            let gap = layout.gap.sample(rng) * size;
            path.bend(|(x, y)| (x, y + down));
            let right = end.place(&path, gap, size);
            path.bend(|(x, y)| (x + right, y));
            end.advance(&path);
            row.push(Piece { path, size, colour });
        }
        for distortion in &layout.distort {
            let Some(extent) = extent(&row) else { break };
            let bend = distortion.sample(height, extent, rng);
            for piece in &mut row {
                piece.path.bend(|point| bend.move_point(point));
            }
        }
        fit(&mut row, style, layout, rng);
        Ok(row)
    }
}

/// Scales a shape in ems to `size`, warps and rotates it around its middle, and moves the middle to the origin.
fn turn(path: &mut Path, layout: &RowLayout, size: f64, rng: &mut impl Rng) {
    /// The least distance from the viewer, as a share of that of the middle.
    const NEAREST: f64 = 0.25;
    let stretch = layout.stretch.sample(rng);
    let shear = layout.shear.sample(rng);
    let (aside, below) = (layout.perspective.sample(rng), layout.perspective.sample(rng));
    let angle = layout.rotate.sample(rng) * (std::f64::consts::PI / 180.0);
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let Some(extent) = path.extent() else { return };
    // Half of a capital's height, the same for all characters: those of one font share a baseline.
    const MIDDLE: f64 = -0.35;
    let centre = ((extent.left + extent.right) / 2.0, MIDDLE);
    path.bend(|(x, y)| {
        let (x, y) = ((x - centre.0) * stretch, y - centre.1);
        let x = x - y * shear;
        let nearness = (1.0 + aside * x + below * y).max(NEAREST);
        let (x, y) = (x / nearness, y / nearness);
        ((cos * x - sin * y) * size, (sin * x + cos * y) * size)
    });
}

/// The right side of the row so far.
#[derive(Default)]
struct End {
    /// The extent of the last character with ink.
    extent: Option<Extent>,
    /// The rightmost ink in each row of pixels from `top` on.
    top: i32,
    right: Vec<f64>,
    /// The width of the spaces since then, in font heights.
    spaces: f64,
}

impl End {
    /// How far to the right `path` has to be moved to be `gap` away.
    fn place(&self, path: &Path, gap: f64, size: f64) -> f64 {
        let (Some(before), Some(extent)) = (self.extent, path.extent()) else { return 0.0 };
        let (top, left) = profile(path, f64::min);
        // Neighbouring rows count too.
        const REACH: i32 = 2;
        let mut closest = f64::MIN;
        for (row, &left) in (top..).zip(&left) {
            for row in row - REACH..=row + REACH {
                if let Some(&right) = usize::try_from(row - self.top).ok().and_then(|row| self.right.get(row))
                {
                    closest = closest.max(right - left);
                }
            }
        }
        let earliest = before.left + (before.right - before.left) * SEEN;
        (closest + gap).max(earliest - extent.left) + self.spaces * size
    }

    fn advance(&mut self, path: &Path) {
        let Some(extent) = path.extent() else {
            self.spaces += SPACE;
            return;
        };
        let (top, right) = profile(path, f64::max);
        let before = self.top + self.right.len() as i32;
        let (first, end) = match self.extent {
            None => (top, top + right.len() as i32),
            Some(_) => (top.min(self.top), before.max(top + right.len() as i32)),
        };
        let at = |rows: &[f64], top: i32, row: i32| {
            usize::try_from(row - top).ok().and_then(|row| rows.get(row)).copied().unwrap_or(f64::MIN)
        };
        let merged = |row| at(&right, top, row).max(at(&self.right, self.top, row));
        *self =
            Self { extent: Some(extent), top: first, right: (first..end).map(merged).collect(), spaces: 0.0 };
    }
}

/// The first pixel row of a shape, and in each row the outermost coordinate of its edges.
fn profile(path: &Path, outer: fn(f64, f64) -> f64) -> (i32, Vec<f64>) {
    let Some(extent) = path.extent() else { return (0, Vec::new()) };
    let (top, bottom) = (extent.top.floor() as i32, extent.bottom.floor() as i32);
    let nothing = -outer(f64::MIN, f64::MAX);
    let mut rows = vec![nothing; (bottom - top) as usize + 1];
    for contour in &path.contours {
        for (i, &(x, y)) in contour.iter().enumerate() {
            let before = contour[(i + contour.len() - 1) % contour.len()];
            let ends = outer(x, before.0);
            // Pieces are short, so the rows between take the outer end.
            let (from, to) = ((y.min(before.1)).floor() as i32 - top, (y.max(before.1)).floor() as i32 - top);
            for row in &mut rows[from as usize..=to as usize] {
                *row = outer(*row, ends);
            }
        }
    }
    (top, rows)
}

fn extent(row: &[Piece]) -> Option<Extent> {
    row.iter().filter_map(|piece| piece.path.extent()).reduce(Extent::union)
}

/// Scales the row down if it is too large, and places it in the image.
fn fit(row: &mut [Piece], style: &Style, layout: &RowLayout, rng: &mut impl Rng) {
    let share = seed::unit(rng);
    let down = layout.height.map_or(0.5, |height| height.sample(rng));
    let Some(extent) = extent(row) else { return };
    let margin = f64::from(layout.margin);
    let (width, height) = (f64::from(style.width) - 2.0 * margin, f64::from(style.height) - 2.0 * margin);
    let (wide, high) = (extent.right - extent.left, extent.bottom - extent.top);
    let scale = (width / wide.max(1.0)).min(height / high.max(1.0)).min(1.0);
    let left = margin + (width - wide * scale).max(0.0) * share;
    let top = margin + (height - high * scale).max(0.0) * down;
    for piece in row {
        piece.size *= scale;
        piece.path.bend(|(x, y)| ((x - extent.left) * scale + left, (y - extent.top) * scale + top));
    }
}
