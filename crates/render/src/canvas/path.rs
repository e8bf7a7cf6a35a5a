//! Shapes with straight edges, in pixels: filled, outlined, bent and drawn with exact coverage.

use crate::canvas::coverage::Coverage;
use crate::canvas::rasteriser::Outline;

/// A point in pixels from the upper left corner of the picture, x to the right, y down.
pub(crate) type Point = (f64, f64);

/// Closed contours. The shape is what they enclose by the non-zero winding rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Path {
    pub(crate) contours: Vec<Vec<Point>>,
}

/// The smallest rectangle around some points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Extent {
    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl Path {
    /// An ellipse with the semi-axes `(a, b)`.
    pub(crate) fn ellipse((x, y): Point, (a, b): Point) -> Self {
        Self { contours: vec![elliptic_arc((x, y), (a, b), (0.0, 360.0))] }
    }

    /// A line `width` wide through `points`, or around them if they are a closed contour. Its ends are cut straight.
    pub(crate) fn stroke(points: &[Point], closed: bool, width: f64) -> Self {
        let mut points = points.to_vec();
        points.dedup();
        if closed && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 2 {
            return Self::default();
        }
        let mut one = beside(&points, closed, &|_| width / 2.0);
        let mut other = beside(&points, closed, &|_| -width / 2.0);
        other.reverse();
        if closed {
            return Self { contours: vec![one, other] };
        }
        one.extend(other);
        Self { contours: vec![one] }
    }

    /// A line through `points` whose width goes evenly from one number to another, point by point.
    pub(crate) fn tapered(points: &[Point], (start, end): (f64, f64)) -> Self {
        let mut points = points.to_vec();
        points.dedup();
        if points.len() < 2 {
            return Self::default();
        }
        let last = points.len() as f64 - 1.0;
        let half = |i: usize| (start + (end - start) * (i as f64 / last)) / 2.0;
        let mut outline = beside(&points, false, &half);
        let other = beside(&points, false, &|i| -half(i));
        outline.extend(other.into_iter().rev());
        Self { contours: vec![outline] }
    }

    /// The outline of the shape, `width` wide.
    pub(crate) fn outlined(&self, width: f64) -> Self {
        let strokes = self.contours.iter().map(|contour| Self::stroke(contour, true, width));
        Self { contours: strokes.flat_map(|stroke| stroke.contours).collect() }
    }

    /// Moves every point.
    pub(crate) fn bend(&mut self, mut to: impl FnMut(Point) -> Point) {
        for point in self.contours.iter_mut().flatten() {
            *point = to(*point);
        }
    }

    /// The smallest rectangle around the shape, or `None` if it has no points.
    pub(crate) fn extent(&self) -> Option<Extent> {
        let points = self.contours.iter().flatten();
        points.map(|&(x, y)| Extent { left: x, top: y, right: x, bottom: y }).reduce(Extent::union)
    }

    /// What the shape covers of a picture of `width x height` pixels.
    pub(crate) fn coverage(&self, (width, height): (usize, usize)) -> Option<Coverage> {
        let mut outline = Outline::default();
        for contour in &self.contours {
            outline.polygon(&clipped(contour, (width as f64, height as f64)));
        }
        let place = outline.pixel_box();
        let stride = (place.right - place.left) as usize;
        if stride == 0 || place.top == place.bottom {
            return None;
        }
        Coverage::clipped(outline.rasterise(), stride, (place.left, -place.top), (width, height))
    }
}

/// The part of an ellipse around `(x, y)` from one angle to another, clockwise in degrees.
pub(crate) fn elliptic_arc((x, y): Point, (a, b): Point, (from, to): (f64, f64)) -> Vec<Point> {
    // A chord of angle t is r (1 - cos(t / 2)), about r t^2 / 8, beside the curve: here a 64th of a pixel.
    let turn = (to - from) * (std::f64::consts::PI / 180.0);
    let steps = ((turn * (8.0 * a.max(b)).sqrt()) as usize).clamp(8, 512);
    let angle = |step: usize| from * (std::f64::consts::PI / 180.0) + turn * (step as f64 / steps as f64);
    (0..=steps).map(|step| (x + a * libm::cos(angle(step)), y + b * libm::sin(angle(step)))).collect()
}

/// A cubic Bezier curve as straight pieces.
pub(crate) fn bezier([p0, p1, p2, p3]: [Point; 4], pieces: usize) -> Vec<Point> {
    let at = |a: f64, b: f64, c: f64, d: f64, t: f64| {
        let u = 1.0 - t;
        u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
    };
    let shares = (0..=pieces).map(|piece| piece as f64 / pieces as f64);
    shares.map(|t| (at(p0.0, p1.0, p2.0, p3.0, t), at(p0.1, p1.1, p2.1, p3.1, t))).collect()
}

/// The points beside a line through `points`, each `distance` of its index to the left; corners are mitred, sharp ones cut short.
fn beside(points: &[Point], closed: bool, distance: &dyn Fn(usize) -> f64) -> Vec<Point> {
    /// The longest mitre, as a multiple of the distance.
    const MITRE: f64 = 1.8;
    let count = points.len();
    let normal = |i: usize| {
        let ((x0, y0), (x1, y1)) = (points[i % count], points[(i + 1) % count]);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let length = (dx * dx + dy * dy).sqrt();
        (dy / length, -dx / length)
    };
    let corner = |i: usize| {
        let before = if i > 0 || closed { normal((i + count - 1) % count) } else { normal(i) };
        let after = if i + 1 < count || closed { normal(i) } else { before };
        let (x, y) = (before.0 + after.0, before.1 + after.1);
        let scale = 1.0 / (1.0 + before.0 * after.0 + before.1 * after.1).max(1e-3);
        let length = (x * x + y * y).sqrt() * scale;
        let scale = if length > MITRE { scale * MITRE / length } else { scale };
        let distance = distance(i);
        (points[i].0 + x * scale * distance, points[i].1 + y * scale * distance)
    };
    (0..count).map(corner).collect()
}

/// The part of a contour within a picture of `width x height` pixels and a pixel around it.
///
/// Source: I. E. Sutherland, G. W. Hodgman, "Reentrant polygon clipping", CACM 17 (1), 1974,
/// doi 10.1145/360767.360802.
fn clipped(contour: &[Point], (width, height): (f64, f64)) -> Vec<Point> {
    let inside = |&(x, y): &Point| x >= -1.0 && y >= -1.0 && x <= width + 1.0 && y <= height + 1.0;
    if contour.iter().all(inside) {
        return contour.to_vec();
    }
    let sides: [fn(Point, f64) -> f64; 4] = [
        |(x, _), _| x + 1.0,
        |(x, _), width| width + 1.0 - x,
        |(_, y), _| y + 1.0,
        |(_, y), height| height + 1.0 - y,
    ];
    let mut points = contour.to_vec();
    for (side, size) in sides.into_iter().zip([width, width, height, height]) {
        let mut kept = Vec::with_capacity(points.len() + 2);
        for (i, &point) in points.iter().enumerate() {
            let before = points[(i + points.len() - 1) % points.len()];
            let (from, to) = (side(before, size), side(point, size));
            if (from < 0.0) != (to < 0.0) {
                let share = from / (from - to);
                kept.push((before.0 + (point.0 - before.0) * share, before.1 + (point.1 - before.1) * share));
            }
            if to >= 0.0 {
                kept.push(point);
            }
        }
        points = kept;
    }
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn area(path: &Path, room: (usize, usize)) -> f64 {
        let Some(ink) = path.coverage(room) else { return 0.0 };
        ink.mask().1.iter().map(|&level| f64::from(level)).sum::<f64>() / 255.0
    }

    #[test]
    fn shapes_cover_their_area() {
        let circle = Path::ellipse((30.0, 20.0), (10.0, 10.0));
        assert!((area(&circle, (60, 40)) - std::f64::consts::PI * 100.0).abs() < 1.5);
        let line = Path::stroke(&[(5.0, 5.0), (35.0, 25.0), (50.0, 5.0)], false, 3.0);
        let length = 1300.0f64.sqrt() + 625.0f64.sqrt();
        assert!((area(&line, (60, 40)) - 3.0 * length).abs() < 2.0, "{}", area(&line, (60, 40)));
        let ring = circle.outlined(2.0);
        assert!(
            (area(&ring, (60, 40)) - std::f64::consts::PI * 40.0).abs() < 2.0,
            "{}",
            area(&ring, (60, 40))
        );
        assert_eq!(Path::stroke(&[(5.0, 5.0), (5.0, 5.0)], false, 3.0), Path::default());
        // Along its middle three pixels wide, at a middle that need not be half way.
        let wedge = Path::tapered(&[(5.0, 20.0), (30.0, 20.0), (55.0, 20.0)], (6.0, 0.0));
        assert!((area(&wedge, (60, 40)) - 150.0).abs() < 1.0, "{}", area(&wedge, (60, 40)));
        assert_eq!(Path::default().coverage((60, 40)), None);
    }

    #[test]
    fn a_bezier_curve_starts_and_ends_where_it_should() {
        let points = bezier([(0.0, 0.0), (10.0, 40.0), (20.0, -40.0), (30.0, 0.0)], 16);
        assert_eq!((points[0], points[8], points[16]), ((0.0, 0.0), (15.0, 0.0), (30.0, 0.0)));
    }

    proptest! {
        #[test]
        fn what_is_outside_does_not_matter(
            points in proptest::collection::vec((-60.0f64..120.0, -60.0f64..120.0), 3..9),
        ) {
            let path = Path { contours: vec![points] };
            // The same drawn in a picture large enough, of which the part is taken.
            let mut moved = path.clone();
            moved.bend(|(x, y)| (x + 64.0, y + 64.0));
            let mut whole = vec![0; 256 * 256];
            if let Some(ink) = moved.coverage((256, 256)) {
                let (place, mask) = ink.mask();
                for (x, y, pixel) in mask.enumerate_pixels() {
                    whole[((place.y() + y) * 256 + place.x() + x) as usize] = pixel.0[0];
                }
            }
            let mut part = vec![0; 40 * 50];
            if let Some(ink) = path.coverage((40, 50)) {
                let (place, mask) = ink.mask();
                for (x, y, pixel) in mask.enumerate_pixels() {
                    part[((place.y() + y) * 40 + place.x() + x) as usize] = pixel.0[0];
                }
            }
            for (i, &level) in part.iter().enumerate() {
                let expected = whole[(i / 40 + 64) * 256 + i % 40 + 64];
                // Places are rounded to 1/256 pixel, also where an edge is cut.
                prop_assert!(level.abs_diff(expected) <= 6, "{} {level} {expected}", i);
            }
        }
    }
}
