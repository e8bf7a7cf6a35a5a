//! Outlines of glyphs as short straight pieces, so that bending them point by point is exact enough.

use skrifa::outline::OutlinePen;

use crate::canvas::path::{Path, Point, bezier};
use crate::canvas::rasteriser::MAX_EDGES;

/// The number of pieces of a curve.
const PIECES: usize = 8;

/// The most pieces of a straight line. Only broken fonts reach it.
const MOST_PIECES: f64 = 256.0;

/// The longest straight piece in ems: two or three pixels in a CAPTCHA.
const LONGEST: f64 = 1.0 / 16.0;

/// Takes an outline in font units and makes a path in ems, y down.
pub(crate) struct Flattener {
    per_unit: f64,
    path: Path,
    contour: Vec<Point>,
    /// How many points may still be added.
    left: usize,
    cut_short: bool,
}

impl Flattener {
    pub(crate) fn new(units_per_em: f64) -> Self {
        Self {
            per_unit: 1.0 / units_per_em,
            path: Path::default(),
            contour: Vec::new(),
            left: MAX_EDGES,
            cut_short: false,
        }
    }

    /// The path, or `None` if it has more points than any glyph.
    pub(crate) fn path(mut self) -> Option<Path> {
        self.close();
        (!self.cut_short).then_some(self.path)
    }

    fn push(&mut self, points: impl IntoIterator<Item = Point>) {
        let before = self.contour.len();
        self.contour.extend(points.into_iter().take(self.left + 1));
        let added = self.contour.len() - before;
        self.cut_short |= added > self.left;
        self.left = self.left.saturating_sub(added);
    }

    fn point(&self, x: f32, y: f32) -> Point {
        (f64::from(x) * self.per_unit, -f64::from(y) * self.per_unit)
    }

    fn at(&self) -> Point {
        self.contour.last().copied().unwrap_or((0.0, 0.0))
    }

    fn straight_to(&mut self, to: Point) {
        let from = self.at();
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let pieces = ((dx * dx + dy * dy).sqrt() / LONGEST).ceil().clamp(1.0, MOST_PIECES);
        self.push((1..=pieces as usize).map(|piece| {
            let share = piece as f64 / pieces;
            (from.0 + dx * share, from.1 + dy * share)
        }));
    }
}

impl OutlinePen for Flattener {
    fn move_to(&mut self, x: f32, y: f32) {
        self.close();
        self.push([self.point(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.straight_to(self.point(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (from, control, to) = (self.at(), self.point(cx, cy), self.point(x, y));
        let third = |end: Point| {
            (end.0 + (control.0 - end.0) * (2.0 / 3.0), end.1 + (control.1 - end.1) * (2.0 / 3.0))
        };
        self.push(bezier([from, third(from), third(to), to], PIECES).into_iter().skip(1));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let curve = [self.at(), self.point(ax, ay), self.point(bx, by), self.point(x, y)];
        self.push(bezier(curve, PIECES).into_iter().skip(1));
    }

    fn close(&mut self) {
        let Some(&start) = self.contour.first() else { return };
        self.straight_to(start);
        self.path.contours.push(std::mem::take(&mut self.contour));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::rasteriser::Outline;

    #[test]
    fn an_outline_that_never_ends_is_cut_short() {
        /// Draws `edges` edges, each short enough to be one piece.
        fn draw(pen: &mut impl OutlinePen, edges: usize) {
            pen.move_to(0.0, 0.0);
            (1..=edges).for_each(|edge| pen.line_to((edge % 2) as f32, 0.0));
        }
        for (edges, fits) in [(MAX_EDGES - 9, true), (MAX_EDGES + 9, false)] {
            let (mut flattener, mut outline) = (Flattener::new(1000.0), Outline::default());
            draw(&mut flattener, edges);
            draw(&mut outline, edges);
            assert_eq!((flattener.path().is_some(), !outline.is_cut_short()), (fits, fits), "{edges}");
        }
    }
}
