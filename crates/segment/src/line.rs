//! The line across an image, found and removed.

use std::ops::Range;

use image::GrayImage;

use crate::Threshold;

/// The share of the columns in which a line must be seen: the rest may be letters.
const SEEN: f64 = 0.25;

/// How far a line may be from where its curve runs, in pixels.
const REACH: i32 = 2;

/// Steps of the first search, in pixels: the curve, the columns.
const COARSE: (i32, usize) = (3, 4);

/// How far the middle of the curve may be from the straight line, in shares of the height.
const BEND: f64 = 0.15;

/// A parabola through three heights: at the left edge, in the middle, at the right edge.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Curve {
    left: i32,
    right: i32,
    /// How far below the straight line it is in the middle.
    bend: i32,
}

impl Curve {
    /// The row at the share `t` of the width.
    fn row(self, t: f32) -> i32 {
        let straight = self.left as f32 * (1.0 - t) + self.right as f32 * t;
        (straight + 4.0 * self.bend as f32 * t * (1.0 - t)).round() as i32
    }
}

/// The ink of an image by columns.
struct Columns {
    height: usize,
    /// For each pixel, column by column, the number of pixels of the vertical run of ink that it is part of; 0 on paper.
    runs: Vec<u8>,
}

impl Columns {
    fn of(image: &GrayImage, level: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut runs = vec![0; width * height];
        for (x, column) in runs.chunks_exact_mut(height.max(1)).enumerate() {
            let mut start = 0;
            for y in 0..=height {
                if y < height && image.as_raw()[y * width + x] <= level {
                    continue;
                }
                column[start..y].fill((y - start).min(usize::from(u8::MAX)) as u8);
                start = y + 1;
            }
        }
        Self { height, runs }
    }

    fn width(&self) -> usize {
        self.runs.len() / self.height.max(1)
    }

    /// In how many of every `step`-th column the curve runs through ink of at most `most` pixels.
    fn score(&self, curve: Curve, step: usize, most: u8) -> usize {
        let columns = self.runs.chunks_exact(self.height).enumerate().step_by(step);
        let last = (self.width().max(2) - 1) as f32;
        let thin = columns.filter(|(x, column)| {
            let row = usize::try_from(curve.row(*x as f32 / last)).ok();
            row.and_then(|row| column.get(row)).is_some_and(|&run| (1..=most).contains(&run))
        });
        thin.count()
    }

    /// The best of the curves within `reach` of `around`, in steps of `step` pixels.
    fn best(
        &self,
        around: Curve,
        reach: [i32; 3],
        (step, columns): (i32, usize),
        most: u8,
    ) -> (usize, Curve) {
        let steps = |middle: i32, reach: i32| (-reach / step..=reach / step).map(move |i| middle + i * step);
        let curves = steps(around.left, reach[0]).flat_map(|left| {
            steps(around.right, reach[1]).flat_map(move |right| {
                steps(around.bend, reach[2]).map(move |bend| Curve { left, right, bend })
            })
        });
        // Of several the first: the search is the same on every machine.
        let scored = curves.map(|curve| (self.score(curve, columns, most), curve));
        scored.fold((0, around), |best, next| if next.0 > best.0 { next } else { best })
    }

    /// The run of ink nearest to `row` in the column `x`, if it is within reach.
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

/// Removes the line across `image`, dark ink on light paper, where it is at most `width` pixels high; leaves an image
/// alone in which there is none.
pub(crate) fn remove(image: &mut GrayImage, width: usize) {
    let Some(level) = Threshold::Otsu.level(image) else { return };
    let columns = Columns::of(image, level);
    let most = width.min(usize::from(u8::MAX)) as u8;
    let middle = columns.height as i32 / 2;
    let bend = (columns.height as f64 * BEND) as i32;
    let anywhere = Curve { left: middle, right: middle, bend: 0 };
    let (_, rough) = columns.best(anywhere, [middle, middle, bend], COARSE, most);
    let (score, curve) = columns.best(rough, [COARSE.0; 3], (1, 1), most);
    if (score as f64) < SEEN * columns.width() as f64 {
        return;
    }
    let paper = image.iter().copied().max().unwrap_or(u8::MAX);
    let last = (columns.width().max(2) - 1) as f32;
    let (image_width, height) = (columns.width(), columns.height);
    for x in 0..image_width {
        let run = columns.run_at(x, curve.row(x as f32 / last)).filter(|run| run.len() <= width);
        // With the soft edges above and below.
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
