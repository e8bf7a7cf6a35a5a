//! A wide straight line as the pixels that Pillow's `ImageDraw.line` sets.
//!
//! Pillow draws a line as a filled quadrilateral with whole-numbered corners (`ImagingDrawWideLine` and
//! `polygon_generic` of `Draw.c`). Being convex, it covers at most one run of pixels in each row; being a rectangle
//! but for rounding, it has none of the sharp corners that Pillow fills in its own way.

use std::ops::Range;

/// A wide straight line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WideLine {
    /// The first two lie along one side of the line, the last two along the other.
    pub(crate) corners: [(i32, i32); 4],
}

impl WideLine {
    /// The line from `(x0, y0)` to `(x1, y1)`, `thickness` pixels wide.
    pub(crate) fn new((x0, y0): (i32, i32), (x1, y1): (i32, i32), thickness: f64) -> Self {
        let (dx, dy) = (f64::from(x1 - x0), f64::from(y1 - y0));
        let length = (dx * dx + dy * dy).sqrt();
        let half = (thickness - 1.0) / 2.0;
        let (wide, narrow) = (round_half_away(half) / length, round_half_in(half) / length);
        let shift = |ratio: f64, by: f64| round_half_in(ratio * by) as i32;
        let (dx_min, dx_max) = (shift(narrow, dy), shift(wide, dy));
        let (dy_min, dy_max) = (shift(narrow, dx), shift(wide, dx));
        let corners = [
            (x0 - dx_min, y0 + dy_max),
            (x1 - dx_min, y1 + dy_max),
            (x1 + dx_max, y1 - dy_min),
            (x0 + dx_max, y0 - dy_min),
        ];
        Self { corners }
    }

    /// The columns that the line sets in each row of an image of `width x height`.
    pub(crate) fn runs(self, width: usize, height: usize) -> Vec<Range<usize>> {
        let mut runs = Runs { rows: vec![0..0; height] };
        runs.fill(self.corners, width as i32);
        runs.rows
    }
}

/// The columns that are set, row by row.
struct Runs {
    rows: Vec<Range<usize>>,
}

/// An edge between two corners, as `add_edge` makes it.
struct Edge {
    start: (i32, i32),
    top: i32,
    bottom: i32,
    /// How far it moves sideways from one row to the next.
    slope: f32,
}

impl Edge {
    fn new(from: (i32, i32), to: (i32, i32)) -> Self {
        let height = to.1 - from.1;
        let slope = if height == 0 { 0.0 } else { (to.0 - from.0) as f32 / height as f32 };
        Self { start: from, top: from.1.min(to.1), bottom: from.1.max(to.1), slope }
    }

    fn at(&self, row: i32) -> f32 {
        (row - self.start.1) as f32 * self.slope + self.start.0 as f32
    }
}

impl Runs {
    fn fill(&mut self, corners: [(i32, i32); 4], width: i32) {
        let all: [Edge; 4] = std::array::from_fn(|i| Edge::new(corners[i], corners[(i + 1) % 4]));
        for (i, edge) in all.iter().enumerate().filter(|(_, edge)| edge.top == edge.bottom) {
            let (a, b) = (corners[i].0, corners[(i + 1) % 4].0);
            self.set(edge.top, a.min(b), a.max(b), width);
        }
        let bottom = all.iter().map(|edge| edge.bottom).max().unwrap_or(0).min(self.rows.len() as i32);
        let top = all.iter().map(|edge| edge.top).min().unwrap_or(0).max(0);
        let edges: Vec<&Edge> = all.iter().filter(|edge| edge.top != edge.bottom).collect();
        for row in top..=bottom {
            let mut crossings = crossings(&edges, row, bottom);
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let first = round_half_away(f64::from(pair[0])) as i32;
                let last = round_half_in(f64::from(pair[1])) as i32;
                self.set(row, first, last, width);
            }
        }
    }

    fn set(&mut self, row: i32, first: i32, last: i32, width: i32) {
        let (first, last) = (first.max(0), last.min(width - 1));
        if first > last {
            return;
        }
        let Some(run) = usize::try_from(row).ok().and_then(|row| self.rows.get_mut(row)) else { return };
        let (first, end) = (first as usize, last as usize + 1);
        *run = if run.start == run.end { first..end } else { run.start.min(first)..run.end.max(end) };
    }
}

/// Where the edges cross `row`, an even number of places.
fn crossings(edges: &[&Edge], row: i32, bottom: i32) -> Vec<f32> {
    let mut found: Vec<f32> = Vec::with_capacity(2 * edges.len());
    for edge in edges {
        if row < edge.top || row > edge.bottom {
            continue;
        }
        let x = edge.at(row);
        found.push(x);
        if row == edge.bottom && row < bottom {
            // The edge that goes on from here counts once more.
            found.push(x);
        }
    }
    found
}

/// Rounds half away from zero: Pillow's `ROUND_UP`.
fn round_half_away(value: f64) -> f64 {
    value.round()
}

/// Rounds half towards zero: Pillow's `ROUND_DOWN`.
fn round_half_in(value: f64) -> f64 {
    (value.abs() - 0.5).ceil().copysign(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_line_has_its_thickness_in_rows() {
        for thickness in 2..30 {
            let runs = WideLine::new((5, 40), (90, 40), f64::from(thickness)).runs(100, 80);
            let set: Vec<usize> = (0..80).filter(|&row| runs[row] == (5..91)).collect();
            assert_eq!(set.len(), thickness as usize);
            assert!(set.is_sorted_by(|a, b| a + 1 == *b) && set.contains(&40));
        }
    }

    #[test]
    fn what_is_outside_is_cut_off() {
        let runs = WideLine::new((-20, -10), (30, 15), 4.0).runs(20, 10);
        assert_eq!(runs[0].start, 0);
        assert!(runs.iter().all(|run| run.end <= 20));
        assert!(WideLine::new((0, 50), (20, 60), 4.0).runs(20, 10).iter().all(|run| run.start == run.end));
    }
}
