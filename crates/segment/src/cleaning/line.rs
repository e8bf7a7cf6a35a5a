//! The line across an image, found and removed.

use std::ops::Range;

use image::GrayImage;

use crate::ink::Threshold;

/// The smallest share of the columns in which a line must be visible. In the others it may be covered by letters.
const VISIBLE: f64 = 0.25;

/// The largest distance of the line from its curve, in pixels.
const REACH: i32 = 2;

/// The steps of the first search: of the curve in rows, and of the columns that are looked at.
const COARSE: (i32, usize) = (3, 4);

/// The largest number of rows in which the first search tries all curves. The number of curves grows with the cube of the
/// rows and is 180,000 at 256 rows. The rows of a higher image are therefore merged in pairs, and the merged rows again,
/// until there are no more than this.
const MAX_ROWS: usize = 256;

/// About the largest number of columns that the search in merged rows and the first search look at.
const MAX_COLUMNS: usize = 256;

/// About the largest number of columns that the last search looks at.
const MAX_LAST_COLUMNS: usize = 4096;

/// The search after rows were split again into the two of which they were merged: how far the curve may move, in which
/// steps. Before, it was known to within 3 merged rows, which are 6 of these.
const SPLIT: (i32, i32) = (6, 2);

/// The largest distance of the middle of the curve from the straight line, as a share of the height.
const BEND: f64 = 0.15;

/// A parabola through three heights: at the left edge, in the middle, at the right edge.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Curve {
    left: i32,
    right: i32,
    /// The distance below the straight line in the middle.
    bend: i32,
}

impl Curve {
    /// The row at `t`, from 0 at the left edge to 1 at the right edge.
    fn row(self, t: f32) -> i32 {
        let straight = self.left as f32 * (1.0 - t) + self.right as f32 * t;
        (straight + 4.0 * self.bend as f32 * t * (1.0 - t)).round() as i32
    }

    /// The same curve in an image with twice as many rows.
    fn doubled(self) -> Self {
        Self { left: 2 * self.left, right: 2 * self.right, bend: 2 * self.bend }
    }
}

/// The vertical runs of ink of an image.
struct Columns {
    height: usize,
    /// For each pixel, column by column, the length of its vertical run of ink; 0 on paper.
    runs: Vec<u8>,
}

impl Columns {
    fn of(image: &GrayImage, level: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut runs = vec![0; width * height];
        // Row by row, as the pixels lie in memory: for each column the row in which its current run starts.
        let mut starts = vec![0; width];
        let below = vec![u8::MAX; width];
        let rows = image.as_raw().chunks_exact(width.max(1)).chain([&below[..]]);
        for (y, row) in rows.enumerate() {
            for (x, (start, &pixel)) in starts.iter_mut().zip(row).enumerate() {
                if y < height && pixel <= level {
                    continue;
                }
                if *start < y {
                    let length = (y - *start).min(usize::from(u8::MAX)) as u8;
                    runs[x * height + *start..x * height + y].fill(length);
                }
                *start = y + 1;
            }
        }
        Self { height, runs }
    }

    fn width(&self) -> usize {
        self.runs.len() / self.height.max(1)
    }

    /// The rows of the run of ink that is nearest to `row` in the column `x`, if one is within [`REACH`].
    fn run_at(&self, x: usize, row: i32) -> Option<Range<usize>> {
        let column = &self.runs[x * self.height..(x + 1) * self.height];
        let nearest = (0..=REACH).flat_map(|d| [row - d, row + d]).find_map(|row| {
            let row = usize::try_from(row).ok()?;
            column.get(row).is_some_and(|&run| run > 0).then_some(row)
        })?;
        let start = column[..nearest].iter().rposition(|&run| run == 0).map_or(0, |paper| paper + 1);
        let end =
            column[nearest..].iter().position(|&run| run == 0).map_or(self.height, |paper| nearest + paper);
        Some(start..end)
    }
}

/// Which pixels can belong to a line, because their vertical run of ink is short.
struct ThinInk {
    height: usize,
    /// Column by column, whether the pixel, or one of the pixels that were merged, is thin ink.
    thin: Vec<bool>,
}

impl ThinInk {
    /// The pixels in vertical runs of at most `most` pixels.
    fn of(columns: &Columns, most: u8) -> Self {
        let thin = columns.runs.iter().map(|run| (1..=most).contains(run)).collect();
        Self { height: columns.height, thin }
    }

    /// Every two rows merged to one.
    fn merged(&self) -> Self {
        let columns = self.thin.chunks_exact(self.height.max(1));
        let thin = columns.flat_map(|column| column.chunks(2).map(|pair| pair.contains(&true))).collect();
        Self { height: self.height.div_ceil(2), thin }
    }

    fn width(&self) -> usize {
        self.thin.len() / self.height.max(1)
    }

    /// The curve within `reach` of `around`, in steps of `step` rows, that runs through thin ink in the most columns, of
    /// which every `column_step`-th is looked at; and their number. If several do, the first one.
    fn best(&self, around: Curve, reach: [i32; 3], (step, column_step): (i32, usize)) -> (usize, Curve) {
        let last = (self.width().max(2) - 1) as f32;
        let columns = self.thin.chunks_exact(self.height.max(1)).enumerate().step_by(column_step);
        let columns: Vec<(f32, &[bool])> = columns.map(|(x, column)| (x as f32 / last, column)).collect();
        let steps = |middle: i32, reach: i32| (-reach / step..=reach / step).map(move |i| middle + i * step);
        let mut best = (0, around);
        for left in steps(around.left, reach[0]) {
            for right in steps(around.right, reach[1]) {
                for bend in steps(around.bend, reach[2]) {
                    let curve = Curve { left, right, bend };
                    let score = score(&columns, curve, best.0);
                    if score > best.0 {
                        best = (score, curve);
                    }
                }
            }
        }
        best
    }

    /// The best curve to within a few rows.
    fn rough(&self) -> Curve {
        let column_step = COARSE.1.max(self.width().div_ceil(MAX_COLUMNS));
        if self.height > MAX_ROWS {
            let around = self.merged().rough().doubled();
            return self.best(around, [SPLIT.0; 3], (SPLIT.1, column_step)).1;
        }
        let middle = self.height as i32 / 2;
        let bend = (self.height as f64 * BEND) as i32;
        let anywhere = Curve { left: middle, right: middle, bend: 0 };
        self.best(anywhere, [middle, middle, bend], (COARSE.0, column_step)).1
    }

    /// The best curve, or `None` if it is visible in too few columns to be a line.
    fn line(&self) -> Option<Curve> {
        let column_step = self.width().div_ceil(MAX_LAST_COLUMNS).max(1);
        let (score, curve) = self.best(self.rough(), [COARSE.0; 3], (1, column_step));
        let columns = self.width().div_ceil(column_step);
        (score as f64 >= VISIBLE * columns as f64).then_some(curve)
    }
}

/// The number of `columns`, each with its place from 0 to 1, in which the curve runs through thin ink. Counting stops, with
/// a smaller number, as soon as it can't exceed `to_exceed`.
fn score(columns: &[(f32, &[bool])], curve: Curve, to_exceed: usize) -> usize {
    let mut score = 0;
    for (i, &(t, column)) in columns.iter().enumerate() {
        if score + columns.len() - i <= to_exceed {
            break;
        }
        let row = usize::try_from(curve.row(t)).ok();
        score += usize::from(row.and_then(|row| column.get(row)) == Some(&true));
    }
    score
}

/// Removes the line across `image`, dark ink on light paper, where it is at most `width` pixels high. An image without a
/// line stays as it is.
pub(crate) fn remove(image: &mut GrayImage, width: usize) {
    let Some(level) = Threshold::Otsu.level(image) else { return };
    let columns = Columns::of(image, level);
    let most = width.min(usize::from(u8::MAX)) as u8;
    let Some(curve) = ThinInk::of(&columns, most).line() else { return };
    let paper = image.iter().copied().max().unwrap_or(u8::MAX);
    let last = (columns.width().max(2) - 1) as f32;
    let (image_width, height) = (columns.width(), columns.height);
    for x in 0..image_width {
        let run = columns.run_at(x, curve.row(x as f32 / last)).filter(|run| run.len() <= width);
        // Together with the anti-aliased edges above and below.
        for y in run.map_or(0..0, |run| run.start.saturating_sub(1)..(run.end + 1).min(height)) {
            image.as_mut()[y * image_width + x] = paper;
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    /// Strokes across which a line of `thickness` runs from `left` to `right`.
    fn picture(left: i32, right: i32, bend: i32, thickness: i32) -> (GrayImage, GrayImage) {
        let curve = Curve { left, right, bend };
        let stroke = |x: u32, y: u32| x % 40 >= 28 && (20..80).contains(&y);
        let lined = |x: u32, y: u32| {
            let above = y as i32 - (curve.row(x as f32 / 199.0) - thickness / 2);
            (0..thickness).contains(&above)
        };
        let strokes = GrayImage::from_fn(200, 100, |x, y| Luma([if stroke(x, y) { 0 } else { 255 }]));
        let both =
            GrayImage::from_fn(200, 100, |x, y| Luma([if stroke(x, y) || lined(x, y) { 0 } else { 255 }]));
        (strokes, both)
    }

    proptest! {
        #[test]
        fn a_line_goes_and_strokes_stay(
            left in 30i32..70, right in 30i32..70, bend in -8i32..=8, thickness in 2i32..6,
        ) {
            let (strokes, mut image) = picture(left, right, bend, thickness);
            remove(&mut image, thickness as usize + 2);
            let wrong = image.iter().zip(strokes.iter()).filter(|(found, expected)| found != expected).count();
            // Where it runs along the end of a stroke a few pixels may go with it.
            prop_assert!(wrong <= 40, "{wrong} pixels");
        }

        #[test]
        fn ink_is_never_added(pixels in prop::collection::vec(any::<u8>(), 40 * 30), width in 1usize..10) {
            let image = GrayImage::from_raw(40, 30, pixels).unwrap();
            let mut cleaned = image.clone();
            remove(&mut cleaned, width);
            prop_assert!(cleaned.iter().zip(image.iter()).all(|(cleaned, pixel)| cleaned >= pixel));
        }
    }

    #[test]
    fn a_line_across_a_large_image_goes_too() {
        let curve = Curve { left: 1500, right: 2400, bend: 200 };
        let rows: Vec<i32> = (0..1024u16).map(|x| curve.row(f32::from(x) / 1023.0)).collect();
        let line = |x: u32, y: u32| (y as i32).abs_diff(rows[x as usize]) <= 3;
        let stroke = |x: u32, y: u32| x % 128 < 50 && (800..3200).contains(&y);
        let mut image =
            GrayImage::from_fn(1024, 4096, |x, y| Luma([if stroke(x, y) || line(x, y) { 0 } else { 255 }]));
        remove(&mut image, 12);
        let left = image.enumerate_pixels().filter(|&(x, y, pixel)| pixel.0[0] == 0 && !stroke(x, y)).count();
        // The line has 7 rows in 624 columns without a stroke.
        assert!(left <= 7 * 50, "{left} of {} pixels are left", 7 * 624);
        assert!(image.enumerate_pixels().all(|(x, y, pixel)| pixel.0[0] == 0 || !stroke(x, y) || line(x, y)));
    }

    #[test]
    fn an_image_without_a_line_is_left_alone() {
        let (strokes, _) = picture(50, 50, 0, 3);
        let mut image = strokes.clone();
        remove(&mut image, 5);
        assert_eq!(image, strokes);
        for (width, height) in [(0, 0), (1, 1), (1, 40), (40, 1)] {
            remove(&mut GrayImage::new(width, height), 5);
        }
    }
}
