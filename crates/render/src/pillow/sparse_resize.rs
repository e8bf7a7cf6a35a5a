//! Pillow's `resize`, for pictures that are mostly empty.

use std::ops::Range;

use image::GrayImage;

use crate::pillow::resample::{Axis, Output, PRECISION_BITS, whole};

/// Resizes `image`, which is mostly white: columns first, then rows, rounding between the two, bit for bit as
/// Pillow does.
pub(crate) fn resize(image: &GrayImage, columns: &Axis, rows: &Axis) -> GrayImage {
    let width = image.width() as usize;
    let mut resizing = SparseResize::new(Ground::White, columns, 0..width, image.height() as usize);
    let mut ink = Vec::with_capacity(width);
    for line in image.as_raw().chunks_exact(width) {
        ink.clear();
        ink.extend(line.iter().map(|&level| 255 - level));
        let inked = inked(&ink);
        resizing.push(&ink[inked.clone()], inked, 0..0);
    }
    let mut resized = GrayImage::from_pixel(columns.len() as u32, rows.len() as u32, image::Luma([255]));
    resizing.resize(rows, |x, y, levels| {
        let start = y * columns.len() + x;
        resized.as_mut()[start..start + levels.len()].copy_from_slice(levels);
    });
    resized
}

/// Rounds a sum of levels times weights to a level.
fn to_level(sum: i32) -> u8 {
    let level = (sum + (1 << (PRECISION_BITS - 1))) >> PRECISION_BITS;
    // The overshoot of a cubic kernel fits into 16 bits, in which all processors can clamp.
    (level as i16).clamp(0, 255) as u8
}

/// What a picture is where nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// 0: masks.
    Empty,
    /// 255: pictures. Their ink is what they lack to 255.
    White,
}

impl Ground {
    /// The level under ink whose weighted sum is `sum`.
    ///
    /// With weights `w` and levels `255 - ink`, the weighted sum of the levels is `full` less that of the ink: so
    /// empty paper costs nothing and the rounding is that of the levels.
    fn level(self, sum: i32, full: i32) -> u8 {
        match self {
            Self::Empty => to_level(sum),
            Self::White => to_level(full - sum),
        }
    }

    /// From level to ink and back.
    fn ink(self, level: u8) -> u8 {
        match self {
            Self::Empty => level,
            Self::White => 255 - level,
        }
    }
}

/// How many rows are resized together.
const LANES: usize = 4;

/// A picture whose columns are resized as it is filled, and whose rows are resized at the end. Only pixels with ink
/// cost time.
pub(crate) struct SparseResize<'a> {
    paper: Ground,
    columns: &'a Axis,
    /// For each resized row: the columns that can hold ink, and where it is.
    spans: Vec<(Range<usize>, usize)>,
    ink: Vec<u8>,
    /// The columns that can hold ink in any row.
    room: Range<usize>,
    /// Up to four rows of these columns that wait to be resized, pixel by pixel.
    pending: Vec<[f64; LANES]>,
    /// What any of them holds.
    mark: Vec<u8>,
    count: usize,
    inked: Range<usize>,
    solid: Range<usize>,
}

impl<'a> SparseResize<'a> {
    /// A picture on `paper` that will have `height` rows with ink at the columns `room`, resized by `columns`.
    pub(crate) fn new(paper: Ground, columns: &'a Axis, room: Range<usize>, height: usize) -> Self {
        Self {
            paper,
            columns,
            spans: Vec::with_capacity(height + LANES),
            ink: Vec::new(),
            pending: vec![[0.0; LANES]; room.len()],
            mark: vec![0; room.len()],
            room,
            count: 0,
            inked: 0..0,
            solid: 0..0,
        }
    }

    /// Starts with `count` rows without ink.
    pub(crate) fn skip(&mut self, count: usize) {
        self.spans.extend(std::iter::repeat_n((0..0, 0), count));
    }

    /// Adds a row with `ink` at the columns `inked`, which is 255 at the columns `solid`, a part of `inked`.
    pub(crate) fn push(&mut self, ink: &[u8], inked: Range<usize>, solid: Range<usize>) {
        let place = self.place(&inked);
        for (pixel, &ink) in self.pending[place.clone()].iter_mut().zip(ink) {
            pixel[self.count] = f64::from(ink);
        }
        for (mark, &ink) in self.mark[place].iter_mut().zip(ink) {
            *mark |= ink;
        }
        self.solid = match self.count {
            0 => solid,
            _ => self.solid.start.max(solid.start)..self.solid.end.min(solid.end),
        };
        self.inked = union(&self.inked, &inked);
        self.count += 1;
        if self.count == LANES {
            self.flush();
        }
    }

    /// Where `columns` are among the pending ones.
    fn place(&self, columns: &Range<usize>) -> Range<usize> {
        columns.start.saturating_sub(self.room.start)..columns.end.saturating_sub(self.room.start)
    }

    /// Resizes the pending rows.
    fn flush(&mut self) {
        let touched = self.columns.touched(&self.inked);
        let offset = self.ink.len();
        for lane in 0..self.count {
            self.spans.push((touched.clone(), offset + lane * touched.len()));
        }
        self.ink.resize(offset + self.count * touched.len(), 0);
        let mut next = touched.start;
        let pending = self.place(&self.inked);
        for run in runs(&self.mark[pending.clone()]) {
            let run = run.start + self.inked.start..run.end + self.inked.start;
            let outputs = &self.columns.outputs[next..touched.end];
            let skipped = outputs.iter().take_while(|output| output.window.end <= run.start).count();
            for output in &outputs[skipped..] {
                if output.window.start >= run.end {
                    break;
                }
                let ink = self.sums(output).map(|sum| self.paper.ink(self.paper.level(sum, output.full)));
                let place = offset + next + skipped - touched.start;
                for (lane, &ink) in ink.iter().enumerate().take(self.count) {
                    self.ink[place + lane * touched.len()] = ink;
                }
                next += 1;
            }
            next += skipped;
        }
        self.pending[pending.clone()].fill([0.0; LANES]);
        self.mark[pending].fill(0);
        (self.count, self.inked) = (0, 0..0);
    }

    /// The weighted sums of the pending rows at one output pixel.
    fn sums(&self, output: &Output) -> [i32; LANES] {
        if self.solid.start <= output.window.start && output.window.end <= self.solid.end {
            return [output.full; LANES];
        }
        let first = output.window.start.max(self.room.start);
        let pixels = &self.pending[self.place(&(first..output.window.end.min(self.room.end)))];
        let weights = &self.columns.weights(output)[first - output.window.start..];
        let mut sums = [0.0; LANES];
        for (pixel, &weight) in pixels.iter().zip(weights) {
            for lane in 0..LANES {
                sums[lane] += pixel[lane] * weight;
            }
        }
        sums.map(whole)
    }

    /// Resizes by `rows`; gives `put` the first column, the row and the levels of what can hold ink.
    pub(crate) fn resize(mut self, rows: &Axis, mut put: impl FnMut(usize, usize, &[u8])) {
        self.flush();
        let mut sums: Vec<i32> = Vec::new();
        let mut levels = Vec::with_capacity(self.columns.len());
        for (row, output) in rows.outputs.iter().enumerate() {
            let count = self.spans.len();
            let spans = &self.spans[output.window.start.min(count)..output.window.end.min(count)];
            let inked = spans.iter().fold(0..0, |all, (span, _)| union(&all, span));
            if inked.start == inked.end {
                continue;
            }
            sums.clear();
            sums.resize(inked.len(), 0);
            for ((span, offset), &weight) in spans.iter().zip(rows.weights(output)) {
                let line = &self.ink[*offset..*offset + span.len()];
                let weight = whole(weight);
                for (sum, &ink) in sums[span.start.max(inked.start) - inked.start..].iter_mut().zip(line) {
                    *sum += i32::from(ink) * weight;
                }
            }
            levels.clear();
            levels.extend(sums.iter().map(|&sum| self.paper.level(sum, output.full)));
            put(inked.start, row, &levels);
        }
    }
}

/// The smallest range that holds both; an empty range adds nothing.
fn union(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.clone(),
        (_, true) => a.clone(),
        _ => a.start.min(b.start)..a.end.max(b.end),
    }
}

/// The columns from the first to the last that is not 0.
pub(crate) fn inked(row: &[u8]) -> Range<usize> {
    const STEP: usize = 16;
    let Some(first) = row.chunks(STEP).position(holds_ink) else { return 0..0 };
    let first = first * STEP + row[first * STEP..].iter().take_while(|&&level| level == 0).count();
    let last = row.rchunks(STEP).position(holds_ink).unwrap_or(0);
    let end = row.len() - last * STEP;
    first..end - row[..end].iter().rev().take_while(|&&level| level == 0).count()
}

/// The parts of `line` with ink, in steps of a few columns.
fn runs(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    const STEP: usize = 8;
    let mut place = 0;
    std::iter::from_fn(move || {
        let start = place + line[place..].chunks(STEP).position(holds_ink)? * STEP;
        let steps = line[start..].chunks(STEP).position(|chunk| !holds_ink(chunk));
        place = steps.map_or(line.len(), |steps| start + steps * STEP);
        Some(start..place)
    })
}

fn holds_ink(levels: &[u8]) -> bool {
    levels.iter().fold(0, |all, &level| all | level) != 0
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;
    use crate::pillow::resample::Resampling;

    /// Pillow's `Resample.c` as it is written: dense, one pixel at a time.
    fn naive(image: &GrayImage, columns: &Axis, rows: &Axis) -> GrayImage {
        let level = |axis: &Axis, output: &Output, at: &dyn Fn(u32) -> u8| {
            let taps = output.window.clone().zip(axis.weights(output));
            to_level(taps.map(|(place, &weight)| i32::from(at(place as u32)) * weight as i32).sum())
        };
        let resizing = GrayImage::from_fn(columns.len() as u32, image.height(), |x, y| {
            Luma([level(columns, &columns.outputs[x as usize], &|x| image.get_pixel(x, y).0[0])])
        });
        GrayImage::from_fn(columns.len() as u32, rows.len() as u32, |x, y| {
            Luma([level(rows, &rows.outputs[y as usize], &|y| resizing.get_pixel(x, y).0[0])])
        })
    }

    fn pictures() -> impl Strategy<Value = GrayImage> {
        let level = prop_oneof![4 => Just(255u8), 3 => Just(0u8), 2 => any::<u8>()];
        (1u32..60, 1u32..20).prop_flat_map(move |(width, height)| {
            proptest::collection::vec(level.clone(), (width * height) as usize)
                .prop_map(move |levels| GrayImage::from_raw(width, height, levels).expect("a level a pixel"))
        })
    }

    fn filters() -> impl Strategy<Value = Resampling> {
        prop_oneof![Just(Resampling::Nearest), Just(Resampling::Bilinear), Just(Resampling::Bicubic)]
    }

    proptest! {
        #[test]
        fn sparse_rows_are_resized_as_dense_ones(
            picture in pictures(), width in 1usize..80, height in 1usize..40, filter in filters(),
        ) {
            let columns = Axis::new(picture.width() as usize, width, filter);
            let rows = Axis::new(picture.height() as usize, height, filter);
            prop_assert_eq!(resize(&picture, &columns, &rows), naive(&picture, &columns, &rows));
        }

        #[test]
        fn a_patch_is_resized_as_the_picture_that_holds_nothing_else(
            patch in pictures(), (x, y) in (0usize..30, 0usize..30), width in 1usize..80, height in 1usize..40,
            filter in filters(),
        ) {
            let (w, h) = (patch.width() as usize, patch.height() as usize);
            let mut picture = GrayImage::new((w + x + 3) as u32, (h + y + 2) as u32);
            image::imageops::replace(&mut picture, &patch, x as i64, y as i64);
            let columns = Axis::new(w + x + 3, width, filter);
            let rows = Axis::new(h + y + 2, height, filter);

            let mut resizing = SparseResize::new(Ground::Empty, &columns, x..x + w, y + h);
            resizing.skip(y);
            for line in patch.chunks_exact(w) {
                resizing.push(line, x..x + w, 0..0);
            }
            let mut resized = GrayImage::new(width as u32, height as u32);
            resizing.resize(&rows, |x, y, levels| {
                resized.as_mut()[y * width + x..][..levels.len()].copy_from_slice(levels);
            });
            prop_assert_eq!(resized, naive(&picture, &columns, &rows));
        }
    }

    #[test]
    fn ink_is_found_wherever_it_is() {
        for (first, last) in [(0, 0), (0, 40), (3, 17), (15, 16), (40, 40)] {
            let mut row = [0; 41];
            (row[first], row[last]) = (1, 200);
            assert_eq!(inked(&row), first..last + 1);
            assert!(runs(&row).any(|run| run.contains(&first)) && runs(&row).any(|run| run.contains(&last)));
        }
        assert_eq!(inked(&[0; 41]), 0..0);
        assert_eq!(runs(&[0; 41]).count(), 0);
    }
}
