//! Four 8-bit products at once.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::reach;
#[cfg(target_arch = "x86_64")]
use super::simd::{Avx2, Avx512};
use super::simd::{Portable, Simd};

/// Inputs that one instruction multiplies and adds up.
pub(in super::super) const INT8_GROUP: usize = 4;

/// As [`F32Tile`](super::F32Tile), with inputs and weights of 8 bits, four of them at a time.
///
/// With `width = vectors * lanes`, for every column `x`, pixel `p` and channel `c`:
///
/// ```text
/// output[x * output_column + p * output_stride + c]
///     = bias[c] + factors[c] * scales[p * scale_stride] * sum over r < rows, i < length, j < 4 of
///       input[x * input_column + p * input_stride + r * input_row + 4 i + j]
///       * weights[r * weight_row + 4 (i * width + c) + j]
/// ```
///
/// where the sum is exact, as long as it has fewer than 2^31 / (255 * 128) products.
pub(in super::super) struct Int8Tile<'a> {
    pub(in super::super) output: &'a mut [f32],
    /// Between the outputs of two pixels.
    pub(in super::super) output_stride: usize,
    /// Between the outputs of two columns.
    pub(in super::super) output_column: usize,
    pub(in super::super) input: &'a [u8],
    /// Between the inputs of two pixels.
    pub(in super::super) input_stride: usize,
    /// Between the inputs of two columns.
    pub(in super::super) input_column: usize,
    /// Between two rows of the input.
    pub(in super::super) input_row: usize,
    pub(in super::super) weights: &'a [i8],
    /// Between two rows of the weights.
    pub(in super::super) weight_row: usize,
    /// What one step of the input stands for, for each pixel.
    pub(in super::super) scales: &'a [f32],
    /// Between the scales of two pixels.
    pub(in super::super) scale_stride: usize,
    /// What one step of a weight stands for, `width` values.
    pub(in super::super) factors: &'a [f32],
    /// `width` values.
    pub(in super::super) bias: &'a [f32],
    /// Whether negative sums are stored as zero.
    pub(in super::super) relu: bool,
    pub(in super::super) columns: usize,
    pub(in super::super) pixels: usize,
    pub(in super::super) vectors: usize,
    pub(in super::super) channels: usize,
    pub(in super::super) rows: usize,
    /// Int8Tile in a row.
    pub(in super::super) length: usize,
}

impl Int8Tile<'_> {
    /// # Panics
    /// If it reaches beyond its slices: a mistake of this crate.
    pub(super) fn check(&self, lanes: usize) {
        let (Some(column), Some(pixel)) = (self.columns.checked_sub(1), self.pixels.checked_sub(1)) else {
            return;
        };
        let width = self.vectors * lanes;
        assert!(self.channels <= width && self.channels + lanes > width);
        assert!(self.bias.len() == width && self.factors.len() == width);
        assert!(reach(&[(pixel, self.scale_stride)], 1) <= self.scales.len());
        let steps = [(column, self.output_column), (pixel, self.output_stride)];
        assert!(reach(&steps, self.channels) <= self.output.len());
        if let (Some(row), 1..) = (self.rows.checked_sub(1), self.length) {
            let steps = [(column, self.input_column), (pixel, self.input_stride), (row, self.input_row)];
            assert!(reach(&steps, self.length.saturating_mul(INT8_GROUP)) <= self.input.len());
            let steps = [(row, self.weight_row), (self.length, width.saturating_mul(INT8_GROUP))];
            assert!(reach(&steps, 0) <= self.weights.len());
        }
    }
}

/// A vector of as many 32-bit sums as there are floats in [`Simd::Vector`].
///
/// # Safety
/// As for [`Simd`]; the CPU also has the instruction that the implementation names.
pub(super) trait Int8Simd: Simd {
    type Sums: Copy;

    unsafe fn zero() -> Self::Sums;
    /// Four weights for every lane, all of which must be valid.
    unsafe fn weights(from: *const i8) -> Self::Sums;
    /// The same four inputs, which must be valid, in every lane.
    unsafe fn inputs(from: *const u8) -> Self::Sums;
    /// Adds to each lane the products of its four inputs and weights.
    unsafe fn add_products(sums: Self::Sums, inputs: Self::Sums, weights: Self::Sums) -> Self::Sums;
    unsafe fn floats(sums: Self::Sums) -> Self::Vector;
}

impl Int8Simd for Portable {
    type Sums = [i32; 4];

    #[inline(always)]
    unsafe fn zero() -> [i32; 4] {
        [0; 4]
    }

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> [i32; 4] {
        // SAFETY: four weights for each of four lanes are valid.
        unsafe { from.cast::<[i32; 4]>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn inputs(from: *const u8) -> [i32; 4] {
        // SAFETY: four inputs are valid.
        [unsafe { from.cast::<i32>().read_unaligned() }; 4]
    }

    #[inline(always)]
    unsafe fn add_products(sums: [i32; 4], inputs: [i32; 4], weights: [i32; 4]) -> [i32; 4] {
        std::array::from_fn(|lane| {
            let pairs = inputs[lane].to_ne_bytes().into_iter().zip(weights[lane].to_ne_bytes());
            let products = pairs.map(|(input, weight)| i32::from(input) * i32::from(weight as i8));
            sums[lane] + products.sum::<i32>()
        })
    }

    #[inline(always)]
    unsafe fn floats(sums: [i32; 4]) -> [f32; 4] {
        sums.map(|sum| sum as f32)
    }
}

// SAFETY of every block: the CPU has AVX2 and AVX-VNNI and the addresses are valid, as the trait demands of the caller.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Int8Simd for Avx2 {
    type Sums = __m256i;

    #[inline(always)]
    unsafe fn zero() -> __m256i {
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> __m256i {
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn inputs(from: *const u8) -> __m256i {
        unsafe { _mm256_set1_epi32(from.cast::<i32>().read_unaligned()) }
    }

    #[inline(always)]
    unsafe fn add_products(sums: __m256i, inputs: __m256i, weights: __m256i) -> __m256i {
        unsafe { _mm256_dpbusd_avx_epi32(sums, inputs, weights) }
    }

    #[inline(always)]
    unsafe fn floats(sums: __m256i) -> __m256 {
        unsafe { _mm256_cvtepi32_ps(sums) }
    }
}

// SAFETY of every block: the CPU has AVX-512F and AVX-512 VNNI and the addresses are valid, as the trait demands of the
// caller.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Int8Simd for Avx512 {
    type Sums = __m512i;

    #[inline(always)]
    unsafe fn zero() -> __m512i {
        unsafe { _mm512_setzero_si512() }
    }

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> __m512i {
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline(always)]
    unsafe fn inputs(from: *const u8) -> __m512i {
        unsafe { _mm512_set1_epi32(from.cast::<i32>().read_unaligned()) }
    }

    #[inline(always)]
    unsafe fn add_products(sums: __m512i, inputs: __m512i, weights: __m512i) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sums, inputs, weights) }
    }

    #[inline(always)]
    unsafe fn floats(sums: __m512i) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(sums) }
    }
}

/// The tile for every instruction set.
///
/// # Safety
/// The CPU has the instructions of `S`; [`Int8Tile::check`] passes; `PIXELS`, `VECTORS` are those of the operation.
#[inline(always)]
pub(super) unsafe fn accumulate<S: Int8Simd, const PIXELS: usize, const VECTORS: usize>(
    t: &mut Int8Tile<'_>,
) {
    let tail = t.channels - (VECTORS - 1) * S::LANES;
    let input = t.input.as_ptr();
    let pixels: [_; PIXELS] = std::array::from_fn(|p| S::pin(input.wrapping_add(p * t.input_stride)));
    for column in 0..t.columns {
        let output = t.output.as_mut_ptr().wrapping_add(column * t.output_column);
        // SAFETY: the caller vouches for the instructions and for every address that is read or written.
        unsafe {
            let mut sums = [[S::zero(); VECTORS]; PIXELS];
            for row in 0..t.rows {
                let mut weights = t.weights.as_ptr().wrapping_add(row * t.weight_row);
                let start = column * t.input_column + row * t.input_row;
                for i in 0..t.length {
                    let mut vectors = [S::zero(); VECTORS];
                    for (v, vector) in vectors.iter_mut().enumerate() {
                        *vector = S::weights(weights.add(v * S::LANES * INT8_GROUP));
                    }
                    for (pixel, sums) in pixels.iter().zip(&mut sums) {
                        let inputs = S::inputs(pixel.add(start + i * INT8_GROUP));
                        for (sum, &vector) in sums.iter_mut().zip(&vectors) {
                            *sum = S::add_products(*sum, inputs, vector);
                        }
                    }
                    weights = weights.add(VECTORS * S::LANES * INT8_GROUP);
                }
            }
            for (p, sums) in sums.iter().enumerate() {
                let scale = S::splat(t.scales[p * t.scale_stride]);
                for (v, &sum) in sums.iter().enumerate() {
                    let load = |from: &[f32]| S::load(from.as_ptr().add(v * S::LANES));
                    let factor = S::multiply_add(scale, load(t.factors), S::splat(0.0));
                    let sum = S::multiply_add(S::floats(sum), factor, load(t.bias));
                    let sum = if t.relu { S::max(S::splat(0.0), sum) } else { sum };
                    let at = output.add(p * t.output_stride + v * S::LANES);
                    if v + 1 == VECTORS { S::store_part(at, sum, tail) } else { S::store(at, sum) }
                }
            }
        }
    }
}

/// Rounds numbers to 8 bits: `round(value / scale)`, where the scale, which is given back, makes the largest one 255.
/// A negative number becomes 0. If one is infinite or NaN, so is the scale: NaN, and with it everything that is made of
/// these numbers. Each `row` of the input goes to the start of the next `stride` of the output.
#[inline(always)]
pub(super) fn quantise(input: &[f32], row: usize, output: &mut [u8], stride: usize) -> f32 {
    // Without their signs floats are in the order of their bits, NaN above all. That way the compiler can compare many at
    // once.
    let largest =
        input.iter().fold(0, |largest, value| largest.max((value.to_bits() & i32::MAX as u32) as i32));
    let largest = f32::from_bits(largest as u32);
    let scale = match largest {
        largest if largest.is_normal() => largest / 255.0,
        largest if largest.is_finite() => 1.0,
        _ => f32::NAN,
    };
    let steps = 1.0 / scale;
    for (bytes, values) in output.chunks_mut(stride).zip(input.chunks(row)) {
        for (byte, &value) in bytes.iter_mut().zip(values) {
            let value = value * steps + 0.5;
            let value = if value > 0.0 { value } else { 0.0 };
            let value = if value < 255.5 { value } else { 255.0 };
            // SAFETY: the number is between 0 and 255.5. A cast that need not be safe can be done many at once.
            *byte = unsafe { value.to_int_unchecked::<i32>() } as u8;
        }
    }
    scale
}
