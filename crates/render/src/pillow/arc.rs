//! An arc of an ellipse, one pixel wide, as the pixels that Pillow's `ImageDraw.arc` sets (`Draw.c` since 8.0).

/// The runs of pixels, `(y, first, last)`, of the part from `start` to `end` (degrees clockwise from three o'clock,
/// `start` in 0 to 360 and `end` beyond it by less than 360) of the ellipse in the box from `(x0, y0)` to `(x1, y1)`.
pub(crate) fn arc_runs(
    (x0, y0): (i32, i32),
    (x1, y1): (i32, i32),
    (start, end): (f64, f64),
) -> Vec<(i32, i32, i32)> {
    let (a, b) = (x1 - x0, y1 - y0);
    if a < 0 || b < 0 {
        return Vec::new();
    }
    let wanted = if a < b {
        Sector::new(b, a, 90.0 - end, 90.0 - start).mirrored()
    } else {
        Sector::new(a, b, start, end)
    };
    let mut runs = Vec::new();
    for (y, first, last) in ellipse(a, b) {
        wanted.clip(y, first, last, &mut |first, last| {
            runs.push((y0 + (y + b) / 2, x0 + (first + a) / 2, x0 + (last + a) / 2));
        });
    }
    runs
}

/// The runs of an ellipse with the half axes `a` and `b` around the origin, on a grid of half pixels: places have the
/// parity of `a` and `b`.
fn ellipse(a: i32, b: i32) -> Vec<(i32, i32, i32)> {
    let mut runs = Vec::new();
    let mut row: Option<(i32, i32, i32)> = None;
    let mut finish = |(y, inner, outer): (i32, i32, i32)| {
        for y in if y > 0 { vec![y, -y] } else { vec![y] } {
            runs.push((y, -outer, -inner));
            if inner > 0 || inner < outer {
                runs.push((y, if inner == 0 { 2 } else { inner }, outer));
            }
        }
    };
    for (x, y) in quarter(a, b) {
        row = match row {
            Some((row, _, outer)) if row == y => Some((row, x, outer)),
            before => {
                before.into_iter().for_each(&mut finish);
                Some((y, x, x))
            }
        };
    }
    row.into_iter().for_each(&mut finish);
    runs
}

/// The upper right quarter of the ellipse from `(a, 0)` or `(a, 1)` on: of the three next points the one that is
/// closest to the curve.
fn quarter(a: i32, b: i32) -> Vec<(i32, i32)> {
    let (a2, b2) = (i64::from(a) * i64::from(a), i64::from(b) * i64::from(b));
    let deviation = |(x, y): (i32, i32)| {
        (a2 * i64::from(y) * i64::from(y) + b2 * i64::from(x) * i64::from(x) - a2 * b2).abs()
    };
    let end = (a % 2, b);
    let mut points = vec![(a, b % 2)];
    while let Some(&(x, y)) = points.last().filter(|&&point| point != end) {
        let mut next = (x, y + 2);
        if x > 1 {
            for candidate in [(x - 2, y + 2), (x - 2, y)] {
                if deviation(candidate) < deviation(next) {
                    next = candidate;
                }
            }
        }
        points.push(next);
    }
    points
}

/// A half plane `a x + b y + c >= 0`.
#[derive(Debug, Clone, Copy)]
struct HalfPlane {
    a: f64,
    b: f64,
    c: f64,
}

/// The part of the plane between two lines across the curve of an ellipse: a union of intersections.
struct Sector(Vec<Vec<HalfPlane>>);

impl Sector {
    /// The part from angle `start` to `end` for the half axes `a >= b`.
    fn new(a: i32, b: i32, start: f64, end: f64) -> Self {
        let (start, end) = normalised(start, end);
        let (a, b) = (f64::from(a), f64::from(b));
        let radians = |degrees: f64| degrees * std::f64::consts::PI / 180.0;
        let twice = |degrees: f64| libm::sin(degrees * std::f64::consts::PI / 90.0);
        let from = HalfPlane {
            a: -a * libm::sin(radians(start)),
            b: b * libm::cos(radians(start)),
            c: (a * a - b * b) * twice(start) / 2.0,
        };
        let to = HalfPlane {
            a: a * libm::sin(radians(end)),
            b: -b * libm::cos(radians(end)),
            c: (b * b - a * a) * twice(end) / 2.0,
        };
        let half = |upper: bool| HalfPlane { a: 0.0, b: if upper { 1.0 } else { -1.0 }, c: 0.0 };
        let turns = |angle: f64| (angle / 180.0) as i32;
        let small = end - start < 180.0;
        if start % 180.0 == 0.0 || end % 180.0 == 0.0 {
            return Self(if small { vec![vec![from, to]] } else { vec![vec![from], vec![to]] });
        }
        if (turns(start) + turns(end)) % 2 == 1 {
            let side = |angle| half(turns(angle) % 2 == 0);
            return Self(vec![vec![side(start), from], vec![side(end), to]]);
        }
        let third = half(!(180.0..=540.0).contains(&end));
        Self(if small { vec![vec![from, to, third]] } else { vec![vec![from], vec![to], vec![third]] })
    }

    /// Mirrored at `y = x`.
    fn mirrored(self) -> Self {
        let mirror = |plane: HalfPlane| HalfPlane { a: plane.b, b: plane.a, c: plane.c };
        Self(self.0.into_iter().map(|planes| planes.into_iter().map(mirror).collect()).collect())
    }

    /// Gives `put` what is in the sector of the run from `first` to `last`, possibly in overlapping parts.
    fn clip(&self, y: i32, first: i32, last: i32, put: &mut impl FnMut(i32, i32)) {
        for planes in &self.0 {
            // Each plane clips the whole run, and the rounded ends are intersected.
            let (low, high) = planes.iter().fold((first, last), |(low, high), plane| {
                let (left, right) = plane.clip(y, first, last);
                (low.max(left), high.min(right))
            });
            if low <= high {
                put(low, high);
            }
        }
    }
}

impl HalfPlane {
    /// The run from `first` to `last` in this half plane; its last is before its first if nothing is left.
    fn clip(&self, y: i32, mut first: i32, mut last: i32) -> (i32, i32) {
        const NOTHING: f64 = 1e-9;
        let beside = self.b * f64::from(y);
        if self.a.abs() < NOTHING {
            return if beside + self.c < -NOTHING { (1, 0) } else { (first, last) };
        }
        let crossing = -(beside + self.c) / self.a;
        let outside = |x: i32| self.a * f64::from(x) + beside + self.c < NOTHING;
        let (left, right) = (f64::from(first), f64::from(last));
        if outside(first) {
            first = left.max(crossing).round() as i32;
        }
        if outside(last) {
            last = right.min(crossing).round() as i32;
        }
        (first, last)
    }
}

/// `start` in 0 to 360, `end` beyond it by 0 to 360.
fn normalised(start: f64, end: f64) -> (f64, f64) {
    let from = start.rem_euclid(360.0);
    (from, from + (end - start).rem_euclid(360.0))
}
