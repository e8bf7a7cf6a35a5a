//! The ink of an image as runs: consecutive ink pixels of a row.

use captcha_core::GlyphBox;
use image::GrayImage;

/// Consecutive ink pixels: columns `start..end` of row `y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) y: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Run {
    /// The box around it.
    pub(crate) fn bounds(self) -> GlyphBox {
        GlyphBox::new(self.start, self.y, self.end - self.start, 1).expect("a run holds a pixel of the image")
    }
}

/// The number of pixels that are compared at once, each one bit of a `u64`.
const BLOCK: usize = 64;

/// All runs of pixels of at most `level`, row by row, left to right.
pub(crate) fn ink_runs(image: &GrayImage, level: u8) -> Vec<Run> {
    let width = image.width() as usize;
    let mut runs = Vec::new();
    for (y, row) in image.as_raw().chunks_exact(width.max(1)).enumerate() {
        let mut start = None;
        let mut before = 0;
        // One block more than fits the width, so that the last block ends with paper, which ends the last run.
        for x in (0..=width).step_by(BLOCK) {
            let ink = ink_bits(&row[x..width.min(x + BLOCK)], level);
            // The bits where paper changes to ink or ink to paper: every other one starts a run.
            let mut edges = ink ^ (ink << 1 | before);
            before = ink >> (BLOCK - 1);
            while edges != 0 {
                let edge = x as u32 + edges.trailing_zeros();
                edges &= edges - 1;
                match start.take() {
                    None => start = Some(edge),
                    Some(start) => runs.push(Run { y: y as u32, start, end: edge }),
                }
            }
        }
    }
    runs
}

/// Bit `i` says whether `pixels[i]` is at most `level`; bits from `pixels.len()` on are 0.
fn ink_bits(pixels: &[u8], level: u8) -> u64 {
    let (words, rest) = pixels.as_chunks::<8>();
    let mut bits = 0;
    for (i, &word) in words.iter().enumerate() {
        bits |= u64::from(ink_bits_of_8(word, level)) << (8 * i);
    }
    for (i, &pixel) in rest.iter().enumerate() {
        bits |= u64::from(pixel <= level) << (8 * words.len() + i);
    }
    bits
}

/// [`ink_bits`] of eight pixels, compared at once in the eight bytes of a `u64`.
///
/// Source of the comparison and of the gathering of bits: S. E. Anderson, "Bit twiddling hacks", sections
/// "Determine if a word has a byte less than n" and "Reverse the bits in a byte" (by multiplication).
fn ink_bits_of_8(pixels: [u8; 8], level: u8) -> u8 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    /// Moves bit 0 of byte `i` to bit `56 + i`.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let pixels = u64::from_le_bytes(pixels);
    let level = u64::from_le_bytes([level; 8]);
    // The high bit of each byte: whether the low seven bits of the pixel are at most those of the level. No
    // byte borrows from the next, since its high bit is set first.
    let low = (level | HIGH) - (pixels & !HIGH);
    let at_most = (!pixels & level) | (!(pixels ^ level) & low);
    (((at_most & HIGH) >> 7).wrapping_mul(GATHER) >> 56) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eight_pixels_are_compared_like_one() {
        for level in 0..=255 {
            for pixel in 0..=255u8 {
                let pixels = [pixel, 255, 0, level, pixel.wrapping_add(1), 127, 128, !pixel];
                let expected =
                    pixels.iter().enumerate().fold(0, |bits, (i, &p)| bits | (u8::from(p <= level) << i));
                assert_eq!(ink_bits_of_8(pixels, level), expected, "{pixels:?} at most {level}");
            }
        }
    }

    proptest! {
        #[test]
        fn runs_are_the_pixels_at_most_the_level(
            (width, pixels) in (0usize..200).prop_flat_map(|width| {
                (Just(width), proptest::collection::vec(prop_oneof![Just(0u8), Just(255), 0u8..=255], width * 3))
            }),
            level in 0u8..=254,
        ) {
            let image = GrayImage::from_raw(width as u32, 3, pixels).unwrap();
            let mut drawn = GrayImage::from_pixel(width as u32, 3, image::Luma([0]));
            let mut last = None;
            for run in ink_runs(&image, level) {
                prop_assert!(run.start < run.end);
                prop_assert!(last < Some((run.y, run.start)), "in order, with paper between");
                last = Some((run.y, run.end));
                for x in run.start..run.end {
                    drawn.put_pixel(x, run.y, image::Luma([1]));
                }
            }
            let expected: Vec<u8> = image.iter().map(|&pixel| u8::from(pixel <= level)).collect();
            prop_assert_eq!(drawn.into_raw(), expected);
        }
    }
}
