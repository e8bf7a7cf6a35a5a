//! Outlines to coverage, as FreeType's smooth rasteriser does it.
//!
//! Source: D. Turner, R. Wilhelm, W. Lemberg, A. Popov, FreeType `src/smooth/ftgrays.c`: in every pixel that an
//! edge crosses, its signed height (cover) and the area to its left are added up; a sweep from left to right gives
//! the exact share of each pixel that the outline covers. All arithmetic is in integers.

use skrifa::outline::OutlinePen;

/// Bits of a coordinate behind the binary point.
const PIXEL_BITS: u32 = 8;
/// One pixel in the units of a coordinate.
const ONE_PIXEL: i64 = 1 << PIXEL_BITS;

/// The largest coordinate of a glyph's outline in pixels: beyond any real one, and small enough for the arithmetic of
/// curves.
const FARTHEST: f64 = 32768.0;

/// The largest coordinate of a polygon in pixels: beyond any canvas, and small enough for the arithmetic of straight
/// edges.
const FARTHEST_EDGE: f64 = (1u32 << 28) as f64;

/// The most edges of a glyph. Intricate real glyphs have some ten thousand.
pub(crate) const MAX_EDGES: usize = 1 << 20;

/// The units of a coordinate in 1/64 pixel.
const PER_64TH: i64 = ONE_PIXEL / 64;

/// A point in 1/256 pixel, y upwards.
type Point = (i64, i64);

/// A closed outline in 1/256 pixel, y upwards, as straight edges.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    edges: Vec<(Point, Point)>,
    start: Point,
    at: Point,
    /// A quadratic curve (control point, end) whose end may still move.
    pending: Option<(Point, Point)>,
    /// Whether edges were left out because there were too many.
    cut_short: bool,
    /// Smallest and largest coordinates of all points, control points too: FreeType's control box.
    bounds: Option<(Point, Point)>,
}

/// Whole pixels that hold an outline: `left..right`, `bottom..top`, y upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PixelBox {
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) bottom: i32,
    pub(crate) top: i32,
}

impl Outline {
    /// The whole pixels that hold all points. Zeros for an outline without points.
    pub(crate) fn pixel_box(&self) -> PixelBox {
        let Some((low, high)) = self.bounds else { return PixelBox::default() };
        let ceil = |value: i64| -((-value) >> PIXEL_BITS) as i32;
        PixelBox {
            left: (low.0 >> PIXEL_BITS) as i32,
            right: ceil(high.0),
            bottom: (low.1 >> PIXEL_BITS) as i32,
            top: ceil(high.1),
        }
    }

    /// Whether a pen drew more edges than any glyph has: those beyond are missing.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.cut_short
    }

    /// The share of each pixel of the pixel box that the outline covers (non-zero winding rule), row by row from the
    /// top, 0 to 255.
    pub(crate) fn rasterise(&self) -> Vec<u8> {
        let bounds = self.pixel_box();
        let width = (bounds.right - bounds.left) as usize;
        let height = (bounds.top - bounds.bottom) as usize;
        let mut cells = Cells {
            origin: (i64::from(bounds.left) << PIXEL_BITS, i64::from(bounds.bottom) << PIXEL_BITS),
            stride: width + 1,
            cells: vec![(0, 0); (width + 1) * height],
        };
        for &(from, to) in &self.edges {
            cells.add(from, to);
        }
        let mut coverage = Vec::with_capacity(width * height);
        for row in cells.cells.chunks_exact(width + 1).rev() {
            let mut cover = 0i64;
            coverage.extend(row[..width].iter().map(|&(cell_cover, area)| {
                cover += i64::from(cell_cover);
                level(cover * (2 * ONE_PIXEL) - i64::from(area))
            }));
        }
        coverage
    }

    /// Adds a closed contour through `points` in pixels, y down.
    pub(crate) fn polygon(&mut self, points: &[(f64, f64)]) {
        let fixed = |value: f64| {
            (value.clamp(-FARTHEST_EDGE, FARTHEST_EDGE) * ONE_PIXEL as f64).round_ties_even() as i64
        };
        let place = |&(x, y): &(f64, f64)| (fixed(x), fixed(-y));
        let [first, .., last] = points else { return };
        let mut from = self.hold(place(last));
        for to in std::iter::once(first).chain(&points[1..]).map(place) {
            self.edges.push((from, to));
            from = self.hold(to);
        }
    }

    fn point(&mut self, x: f32, y: f32) -> Point {
        // Hinted outlines come in 1/64 pixel.
        let fixed = |value: f32| (f64::from(value).clamp(-FARTHEST, FARTHEST) * 64.0) as i64 * PER_64TH;
        self.hold((fixed(x), fixed(y)))
    }

    /// Widens the bounds.
    fn hold(&mut self, point: Point) -> Point {
        let (low, high) = self.bounds.unwrap_or((point, point));
        self.bounds =
            Some(((low.0.min(point.0), low.1.min(point.1)), (high.0.max(point.0), high.1.max(point.1))));
        point
    }

    /// Adds the pending curve.
    ///
    /// Between two curves TrueType leaves out the point in the middle of their control points. The outline that
    /// comes here has it rounded towards the origin; FreeType moves the outline to positive coordinates before,
    /// which rounds it down.
    fn flush(&mut self, next_control: Option<Point>) {
        let Some((control, mut to)) = self.pending.take() else { return };
        if let Some(next) = next_control {
            let (x, y) = ((control.0 + next.0) / PER_64TH, (control.1 + next.1) / PER_64TH);
            if to == (x / 2 * PER_64TH, y / 2 * PER_64TH) {
                to = ((x >> 1) * PER_64TH, (y >> 1) * PER_64TH);
            }
        }
        self.conic_to(control, to);
    }

    fn edge_to(&mut self, to: Point) {
        if self.edges.len() < MAX_EDGES {
            self.edges.push((self.at, to));
        } else {
            self.cut_short = true;
        }
        self.at = to;
    }

    /// Cuts a quadratic Bézier curve into 2^n edges; each doubling brings them four times closer to the curve.
    fn conic_to(&mut self, control: Point, to: Point) {
        let from = self.at;
        let (bx, by) = (control.0 - from.0, control.1 - from.1);
        let (ax, ay) = (to.0 - control.0 - bx, to.1 - control.1 - by);
        let mut deviation = ax.abs().max(ay.abs());
        if deviation <= ONE_PIXEL / 4 {
            return self.edge_to(to);
        }
        let mut shift = 0;
        while deviation > ONE_PIXEL / 4 {
            deviation >>= 2;
            shift += 1;
        }
        // Forward differences with 32 bits behind the point.
        let second = (times_power(ax, 33 - 2 * shift), times_power(ay, 33 - 2 * shift));
        let mut first = (
            times_power(bx, 33 - shift) + times_power(ax, 32 - 2 * shift),
            times_power(by, 33 - shift) + times_power(ay, 32 - 2 * shift),
        );
        let mut position = (from.0 << 32, from.1 << 32);
        for _ in 0..1u32 << shift {
            position = (position.0 + first.0, position.1 + first.1);
            first = (first.0 + second.0, first.1 + second.1);
            self.edge_to((position.0 >> 32, position.1 >> 32));
        }
    }

    /// Halves a cubic Bézier curve until its control points are within half a pixel of the thirds of its chord.
    fn cubic_to(&mut self, c1: Point, c2: Point, to: Point, depth: u32) {
        /// A bound for degenerate curves: 2^16 edges.
        const MAX_DEPTH: u32 = 16;
        let from = self.at;
        let far = |a: i64, b: i64, c: i64, d: i64| {
            (2 * a - 3 * b + d).abs() > ONE_PIXEL / 2 || (a - 3 * c + 2 * d).abs() > ONE_PIXEL / 2
        };
        if depth == MAX_DEPTH || !(far(from.0, c1.0, c2.0, to.0) || far(from.1, c1.1, c2.1, to.1)) {
            return self.edge_to(to);
        }
        let halve = |p: i64, q: i64, r: i64, s: i64| {
            let (a, b, c) = (p + q, q + r, r + s);
            let (d, e) = (a + b, b + c);
            [a >> 1, d >> 2, (d + e) >> 3, e >> 2, c >> 1]
        };
        let x = halve(from.0, c1.0, c2.0, to.0);
        let y = halve(from.1, c1.1, c2.1, to.1);
        self.cubic_to((x[0], y[0]), (x[1], y[1]), (x[2], y[2]), depth + 1);
        self.cubic_to((x[3], y[3]), (x[4], y[4]), to, depth + 1);
    }
}

/// `value * 2^power`, rounded down if `power` is negative.
fn times_power(value: i64, power: i32) -> i64 {
    if power >= 0 { value << power } else { value >> -power }
}

/// The 8-bit coverage of a doubled area in square 1/256 pixels.
fn level(area: i64) -> u8 {
    let coverage = area >> (2 * PIXEL_BITS + 1 - 8);
    let coverage = if coverage < 0 { !coverage } else { coverage };
    coverage.min(255) as u8
}

impl OutlinePen for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.close();
        self.start = self.point(x, y);
        self.at = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.flush(None);
        let to = self.point(x, y);
        self.edge_to(to);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (control, to) = (self.point(cx, cy), self.point(x, y));
        self.flush(Some(control));
        self.pending = Some((control, to));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.flush(None);
        let (c1, c2, to) = (self.point(ax, ay), self.point(bx, by), self.point(x, y));
        self.cubic_to(c1, c2, to, 0);
    }

    fn close(&mut self) {
        self.flush(None);
        if self.at != self.start {
            self.edge_to(self.start);
        }
    }
}

/// `a / b` for `0 <= a <= 256 b`, by multiplication with the truncated inverse, as FreeType divides: an exact
/// quotient comes out one too small.
fn divide(a: i64, b: i64) -> i64 {
    let inverse = (u64::MAX >> PIXEL_BITS) / b as u64;
    ((a as u64 * inverse) >> (64 - PIXEL_BITS)) as i64
}

/// Cover and area of every pixel, rows from the bottom.
struct Cells {
    origin: Point,
    /// One more than the width: an edge on the right border lies in the pixel beyond.
    stride: usize,
    cells: Vec<(i32, i32)>,
}

impl Cells {
    /// Adds an edge, cell by cell.
    fn add(&mut self, from: Point, to: Point) {
        let (mut x, mut y) = (from.0 - self.origin.0, from.1 - self.origin.1);
        let (end_x, end_y) = (to.0 - self.origin.0, to.1 - self.origin.1);
        let (dx, dy) = (end_x - x, end_y - y);
        if dy == 0 {
            return;
        }
        let (mut column, mut row) = (x >> PIXEL_BITS, y >> PIXEL_BITS);
        let (end_column, end_row) = (end_x >> PIXEL_BITS, end_y >> PIXEL_BITS);
        // From here on relative to the cell.
        (x, y) = (x & (ONE_PIXEL - 1), y & (ONE_PIXEL - 1));
        // Twice the area between the edge and the cell's origin: its sign says on which side a corner is.
        let mut product = dx * y - dy * x;
        while (column, row) != (end_column, end_row) {
            let (out_x, out_y, next, step);
            if dx < 0 && product - dx * ONE_PIXEL > 0 && product <= 0 {
                (out_x, out_y) = (0, divide(-product, -dx));
                (next, step) = ((ONE_PIXEL, out_y), (-1, 0));
                product -= dy * ONE_PIXEL;
            } else if dy > 0 && product - (dx - dy) * ONE_PIXEL > 0 && product - dx * ONE_PIXEL <= 0 {
                product -= dx * ONE_PIXEL;
                (out_x, out_y) = (if dx == 0 { x } else { divide(-product, dy) }, ONE_PIXEL);
                (next, step) = ((out_x, 0), (0, 1));
            } else if dx > 0 && product + dy * ONE_PIXEL >= 0 && product - (dx - dy) * ONE_PIXEL <= 0 {
                product += dy * ONE_PIXEL;
                (out_x, out_y) = (ONE_PIXEL, divide(product, dx));
                (next, step) = ((0, out_y), (1, 0));
            } else {
                (out_x, out_y) = (if dx == 0 { x } else { divide(product, -dy) }, 0);
                (next, step) = ((out_x, ONE_PIXEL), (0, -1));
                product += dx * ONE_PIXEL;
            }
            self.put(column, row, (x, y), (out_x, out_y));
            (x, y) = next;
            column += step.0;
            row += step.1;
        }
        self.put(column, row, (x, y), (end_x - (column << PIXEL_BITS), end_y - (row << PIXEL_BITS)));
    }

    /// Adds the part of an edge that lies in one cell.
    fn put(&mut self, column: i64, row: i64, from: Point, to: Point) {
        let height = to.1 - from.1;
        if height == 0 {
            return;
        }
        let (cover, area) = &mut self.cells[row as usize * self.stride + column as usize];
        // Only a malicious outline overflows this: it takes tens of thousands of edges in one pixel.
        *cover = cover.wrapping_add(height as i32);
        *area = area.wrapping_add((height * (from.0 + to.0)) as i32);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn polygon(points: &[(f32, f32)]) -> Outline {
        let mut outline = Outline::default();
        outline.move_to(points[0].0, points[0].1);
        for &(x, y) in &points[1..] {
            outline.line_to(x, y);
        }
        outline.close();
        outline
    }

    #[test]
    fn coverage_is_the_share_of_the_pixel() {
        // Clockwise, as TrueType's outlines are; the other way round comes out one level lower.
        let rectangle = |left, bottom, right, top| {
            polygon(&[(left, bottom), (left, top), (right, top), (right, bottom)]).rasterise()
        };
        assert_eq!(rectangle(0.0, 0.0, 2.0, 1.0), [255, 255]);
        assert_eq!(rectangle(0.5, 0.0, 1.25, 1.0), [128, 64]);
        // Rows from the top; the box reaches below the baseline.
        assert_eq!(rectangle(0.0, -0.25, 1.0, 0.5), [128, 64]);
        assert_eq!(polygon(&[(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)]).rasterise(), [128]);
        let outline = Outline::default();
        assert_eq!((outline.pixel_box(), outline.rasterise()), (PixelBox::default(), vec![]));
    }

    #[test]
    fn curves_enclose_their_area() {
        let ink = |outline: &Outline| {
            outline.rasterise().iter().map(|&level| f64::from(level)).sum::<f64>() / 255.0
        };
        let mut parabola = Outline::default();
        parabola.move_to(0.0, 0.0);
        parabola.quad_to(20.0, 60.0, 40.0, 0.0);
        parabola.close();
        // Two thirds of the triangle of its control points.
        assert!((ink(&parabola) - 800.0).abs() < 2.0, "{}", ink(&parabola));

        // How far the control points of a circle's quarters are along its tangents: 4/3 (sqrt(2) - 1) radii.
        let (r, k) = (20.0, 20.0 * 0.552_284_8);
        let mut circle = Outline::default();
        circle.move_to(r, 0.0);
        circle.curve_to(r, k, k, r, 0.0, r);
        circle.curve_to(-k, r, -r, k, -r, 0.0);
        circle.curve_to(-r, -k, -k, -r, 0.0, -r);
        circle.curve_to(k, -r, r, -k, r, 0.0);
        circle.close();
        // FreeType's edges may cut a cubic short by an eighth of a pixel or so.
        let missing = std::f64::consts::PI * 400.0 - ink(&circle);
        assert!((0.0..std::f64::consts::PI * 40.0 / 8.0).contains(&missing), "{missing}");
    }

    proptest! {
        #[test]
        fn the_direction_does_not_matter(
            mut points in proptest::collection::vec((-30.0f32..30.0, -30.0f32..30.0), 3..9),
        ) {
            let forth = polygon(&points).rasterise();
            points.reverse();
            let back = polygon(&points).rasterise();
            // Divisions are truncated towards one side of an edge.
            prop_assert!(forth.iter().zip(&back).all(|(a, b)| a.abs_diff(*b) <= 4));
        }
    }
}
