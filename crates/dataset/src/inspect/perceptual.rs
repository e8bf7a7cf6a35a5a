//! When two images are nearly the same.
//!
//! Two CAPTCHAs of one generator look alike: same paper, same line, same place of the text. So a hash only proposes
//! pairs, and pixels decide. What they have to be like is measured on six sets of CAPTCHAs of others, on up to 730 images of
//! each and their likeliest and some random pairs: the worst part of a picture that is saved again, as JPEG of quality 50 or
//! 80 or at two thirds or one and a half of its size, differs by at most 0.17 of its contrast; that of two different pictures
//! by at least 0.30.

use image::GrayImage;
use image::imageops::{FilterType, resize};

/// The steps of the hash across and down.
const STEPS: [u32; 2] = [16, 4];

/// How much lighter a cell must be than the one before it, in levels: paper is no step, whatever its noise.
const STEP: u8 = 6;

/// Most bits in which hashes of nearly the same image differ.
pub(super) const MAX_BITS: u32 = 7;

/// Width and height that images are compared at, in pixels.
const FINE: [u32; 2] = [144, 48];

/// Pixels of the fine image to one of the coarse one, across and down.
const COARSE: usize = 4;

/// Cells across and down, of which the worst decides.
const CELLS: [usize; 2] = [12, 4];

/// The most that a cell may differ, as a part of the contrast; see above.
const MAX_DIFFERENCE: f32 = 0.2;

/// The least contrast in levels, so that nothing is divided by 0.
const MIN_CONTRAST: f32 = 1.0;

/// How much two widths may differ at one height, as a part.
const MAX_PROPORTION: f32 = 0.1;

/// The difference hash of an image: bit `16 y + x` tells whether cell `x + 1` of row `y` is lighter than cell `x`, of
/// 17 x 4 cells (N. Krawetz, "Kind of Like That", 2013, <https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html>,
/// with cells for lines of text).
pub(super) fn hash(gray: &GrayImage) -> u64 {
    let [across, down] = STEPS;
    let small = resize(gray, across + 1, down, FilterType::Triangle);
    let bit =
        |x, y| u64::from(small.get_pixel(x + 1, y).0[0] > small.get_pixel(x, y).0[0].saturating_add(STEP));
    (0..down)
        .flat_map(|y| (0..across).map(move |x| (x, y)))
        .fold(0, |hash, (x, y)| hash | bit(x, y) << (across * y + x))
}

/// How an image looks, at 36 x 12 pixels: enough to tell most others from it.
#[derive(Debug, Clone)]
pub(super) struct Look {
    coarse: Vec<u8>,
    contrast: f32,
    proportion: f32,
}

/// How an image looks, at 144 x 48 pixels.
#[derive(Debug)]
pub(super) struct FineLook {
    levels: GrayImage,
    contrast: f32,
}

impl FineLook {
    pub(super) fn of(gray: &GrayImage) -> Self {
        let levels = resize(gray, FINE[0], FINE[1], FilterType::Triangle);
        let mut sorted = levels.as_raw().clone();
        sorted.sort_unstable();
        // Between the 2nd and the 98th percentile.
        let [dark, light] =
            [sorted.len() * 2 / 100, sorted.len() * 98 / 100].map(|rank| f32::from(sorted[rank]));
        Self { levels, contrast: light - dark }
    }

    /// Whether both images are nearly the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let most = worst(self.levels.as_raw(), other.levels.as_raw(), FINE[0] as usize);
        most <= MAX_DIFFERENCE * self.contrast.max(other.contrast).max(MIN_CONTRAST)
    }
}

impl Look {
    pub(super) fn of(gray: &GrayImage) -> Self {
        let fine = FineLook::of(gray);
        let width = FINE[0] as usize;
        let means = |(y, x): (usize, usize)| {
            let rows = (y * COARSE..(y + 1) * COARSE).flat_map(|y| {
                let start = y * width + x * COARSE;
                &fine.levels.as_raw()[start..start + COARSE]
            });
            (rows.map(|&level| u32::from(level)).sum::<u32>() / (COARSE * COARSE) as u32) as u8
        };
        let [across, down] = FINE.map(|extent| extent as usize / COARSE);
        let coarse = (0..down).flat_map(|y| (0..across).map(move |x| (y, x))).map(means).collect();
        Self { coarse, contrast: fine.contrast, proportion: gray.width() as f32 / gray.height() as f32 }
    }

    /// Whether both images may be nearly the same: a mean of pixels differs by no more than the pixels do.
    pub(super) fn may_be_like(&self, other: &Self) -> bool {
        let [narrow, wide] = if self.proportion < other.proportion {
            [self.proportion, other.proportion]
        } else {
            [other.proportion, self.proportion]
        };
        wide <= narrow * (1.0 + MAX_PROPORTION) && {
            let most = worst(&self.coarse, &other.coarse, FINE[0] as usize / COARSE);
            // Means are rounded down to whole levels.
            most <= MAX_DIFFERENCE * self.contrast.max(other.contrast).max(MIN_CONTRAST) + 1.0
        }
    }
}

/// The largest mean difference of a cell, in levels.
fn worst(a: &[u8], b: &[u8], width: usize) -> f32 {
    let [across, down] = CELLS;
    let [cell_width, cell_height] = [width / across, a.len() / width / down];
    let mut sums = vec![0u32; across * down];
    for (y, (a, b)) in a.chunks_exact(width).zip(b.chunks_exact(width)).enumerate() {
        for (x, (&a, &b)) in a.iter().zip(b).enumerate() {
            sums[y / cell_height * across + x / cell_width] += u32::from(a.abs_diff(b));
        }
    }
    sums.into_iter().max().unwrap_or(0) as f32 / (cell_width * cell_height) as f32
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// Bars, as many and as wide as the bits of `text`.
    fn picture(text: u32, size: [u32; 2]) -> GrayImage {
        let large = GrayImage::from_fn(400, 100, |x, y| {
            let ink = (20..80).contains(&y) && x % 20 < 9 && text >> (x / 20) & 1 == 1;
            Luma([if ink { 30 } else { 220 }])
        });
        resize(&large, size[0], size[1], FilterType::Triangle)
    }

    #[test]
    fn a_picture_is_known_at_another_size_and_another_one_is_not_it() {
        let original = picture(0b1010_0110_1101_0011_0101, [200, 50]);
        let (look, fine) = (Look::of(&original), FineLook::of(&original));
        let scaled = picture(0b1010_0110_1101_0011_0101, [140, 35]);
        assert!((hash(&original) ^ hash(&scaled)).count_ones() <= MAX_BITS);
        assert!(look.may_be_like(&Look::of(&scaled)) && fine.is_like(&FineLook::of(&scaled)));
        // One bar less.
        let other = picture(0b1010_0110_1101_0011_0100, [200, 50]);
        assert!(!look.may_be_like(&Look::of(&other)) && !fine.is_like(&FineLook::of(&other)));
        // The same picture, stretched.
        let wide = picture(0b1010_0110_1101_0011_0101, [300, 50]);
        assert!(!look.may_be_like(&Look::of(&wide)));
        let tiny = GrayImage::new(1, 1);
        assert!(FineLook::of(&tiny).is_like(&FineLook::of(&tiny)) && hash(&tiny) == 0);
    }
}
