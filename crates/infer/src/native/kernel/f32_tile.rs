//! Vectors of channels times broadcast inputs.

use super::reach;
use super::simd::Simd;

/// Adds products of inputs and weights to a block of `pixels` x `channels` outputs, `columns` times.
///
/// With `width = vectors * lanes`, for every column `x`, pixel `p` and channel `c`:
///
/// ```text
/// output[x * output_column + p * output_stride + c]
///     = start + sum over r < rows, i < length of
///       input[x * input_column + p * input_stride + r * input_row + i]
///       * weights[r * weight_row + i * width + c]
/// ```
///
/// summed in the order of `r`, then `i`. The channels from `channels` to `width` are computed and not stored.
pub(in super::super) struct F32Tile<'a> {
    pub(in super::super) output: &'a mut [f32],
    /// Between the outputs of two pixels.
    pub(in super::super) output_stride: usize,
    /// Between the outputs of two columns.
    pub(in super::super) output_column: usize,
    pub(in super::super) input: &'a [f32],
    /// Between the inputs of two pixels.
    pub(in super::super) input_stride: usize,
    /// Between the inputs of two columns.
    pub(in super::super) input_column: usize,
    /// Between two rows of the input.
    pub(in super::super) input_row: usize,
    pub(in super::super) weights: &'a [f32],
    /// Between two rows of the weights.
    pub(in super::super) weight_row: usize,
    /// What the sum starts with, `width` values; `None` to go on from what the output holds.
    pub(in super::super) bias: Option<&'a [f32]>,
    /// Whether negative sums are stored as zero.
    pub(in super::super) relu: bool,
    pub(in super::super) columns: usize,
    pub(in super::super) pixels: usize,
    pub(in super::super) vectors: usize,
    pub(in super::super) channels: usize,
    pub(in super::super) rows: usize,
    pub(in super::super) length: usize,
}

impl F32Tile<'_> {
    /// # Panics
    /// If the tile reaches beyond its slices: a mistake of this crate.
    pub(super) fn check(&self, lanes: usize) {
        let (Some(column), Some(pixel)) = (self.columns.checked_sub(1), self.pixels.checked_sub(1)) else {
            return;
        };
        let width = self.vectors * lanes;
        assert!(self.channels <= width && self.channels + lanes > width);
        assert!(self.bias.is_none_or(|bias| bias.len() == width));
        let steps = [(column, self.output_column), (pixel, self.output_stride)];
        assert!(reach(&steps, self.channels) <= self.output.len());
        if let (Some(row), 1..) = (self.rows.checked_sub(1), self.length) {
            let steps = [(column, self.input_column), (pixel, self.input_stride), (row, self.input_row)];
            assert!(reach(&steps, self.length) <= self.input.len());
            assert!(reach(&[(row, self.weight_row), (self.length, width)], 0) <= self.weights.len());
        }
    }
}

/// How many floats ahead weights are fetched for a tile of few pixels, which uses them faster than the CPU's own
/// prefetcher brings them: one page, where that prefetcher stops. Measured on Sapphire Rapids with the post's first
/// fully connected layer, 2.5 MB of weights: 10 % faster with 6 images, no difference with one or with many.
const PREFETCH_AHEAD: usize = 1024;

/// The most pixels of a tile that fetches ahead.
const PREFETCH_PIXELS: usize = 6;

/// The tile for every instruction set: `PIXELS * VECTORS` accumulators that stay in registers.
///
/// # Safety
/// The CPU has the instruction set of `S`; every address of the tile, as [`F32Tile`] says, lies in its slices;
/// `PIXELS`, `VECTORS` are those of the tile.
#[inline(always)]
pub(super) unsafe fn accumulate<S: Simd, const PIXELS: usize, const VECTORS: usize>(tile: &mut F32Tile<'_>) {
    let tail = tile.channels - (VECTORS - 1) * S::LANES;
    let input = tile.input.as_ptr();
    let pixels: [_; PIXELS] = std::array::from_fn(|p| S::pin(input.wrapping_add(p * tile.input_stride)));
    for column in 0..tile.columns {
        let output = tile.output.as_mut_ptr().wrapping_add(column * tile.output_column);
        // SAFETY: the caller vouches for the instruction set and for every address that is read or written.
        unsafe {
            let mut sums = [[S::splat(0.0); VECTORS]; PIXELS];
            for (p, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    let at = output.add(p * tile.output_stride + v * S::LANES);
                    *sum = match tile.bias {
                        Some(bias) => S::load(bias.as_ptr().add(v * S::LANES)),
                        None if v + 1 == VECTORS => S::load_part(at, tail),
                        None => S::load(at),
                    };
                }
            }
            for row in 0..tile.rows {
                let mut weights = tile.weights.as_ptr().wrapping_add(row * tile.weight_row);
                let start = column * tile.input_column + row * tile.input_row;
                for i in start..start + tile.length {
                    if PIXELS <= PREFETCH_PIXELS {
                        for line in (0..VECTORS * S::LANES).step_by(16) {
                            S::prefetch(weights.wrapping_add(PREFETCH_AHEAD + line));
                        }
                    }
                    let mut vectors = [S::splat(0.0); VECTORS];
                    for (v, vector) in vectors.iter_mut().enumerate() {
                        *vector = S::load(weights.add(v * S::LANES));
                    }
                    for (pixel, sums) in pixels.iter().zip(&mut sums) {
                        let value = S::splat(*pixel.add(i));
                        for (sum, &vector) in sums.iter_mut().zip(&vectors) {
                            *sum = S::multiply_add(value, vector, *sum);
                        }
                    }
                    weights = weights.add(VECTORS * S::LANES);
                }
            }
            for (p, sums) in sums.iter().enumerate() {
                for (v, &sum) in sums.iter().enumerate() {
                    let sum = if tile.relu { S::max(S::splat(0.0), sum) } else { sum };
                    let at = output.add(p * tile.output_stride + v * S::LANES);
                    if v + 1 == VECTORS { S::store_part(at, sum, tail) } else { S::store(at, sum) }
                }
            }
        }
    }
}
