//! The one place with `unsafe`: register tiles in SIMD.
//!
//! Everything that a network does in time is one operation, a [`Tile`]: a few output pixels times a few vectors of
//! output channels, accumulated in registers over a list of input values. A convolution is many tiles, a linear
//! layer is a convolution whose pixels are images.
//!
//! The safety argument, in one place. [`Kernels`] exists for an instruction set only if the CPU has it
//! ([`Kernels::new`]), so that calling a function compiled for that set is sound. [`Kernels::tile`] checks, before
//! any pointer is made, that every address of the tile lies in the slices it was given; the kernels read and
//! write those addresses only. Nothing is kept after the call.
#![allow(unsafe_code)]

mod simd;
#[cfg(test)]
mod tests;

use self::simd::Simd;
use super::{Isa, IsaError};

/// Adds products of inputs and weights to a block of `pixels` x `channels` outputs.
///
/// With `width = vectors * lanes`, for every pixel `p` and channel `c`:
///
/// ```text
/// output[p * output_stride + c]
///     = start + sum over r < rows, i < length of
///       input[p * input_stride + r * input_row + i] * weights[r * weight_row + i * width + c]
/// ```
///
/// summed in the order of `r`, then `i`. The channels from `channels` to `width` are computed and not stored.
pub(super) struct Tile<'a> {
    pub(super) output: &'a mut [f32],
    /// Between the outputs of two pixels.
    pub(super) output_stride: usize,
    pub(super) input: &'a [f32],
    /// Between the inputs of two pixels.
    pub(super) input_stride: usize,
    /// Between two rows of the input.
    pub(super) input_row: usize,
    pub(super) weights: &'a [f32],
    /// Between two rows of the weights.
    pub(super) weight_row: usize,
    /// What the sum starts with, `width` values; `None` to go on from what the output holds.
    pub(super) bias: Option<&'a [f32]>,
    /// Whether negative sums are stored as zero.
    pub(super) relu: bool,
    pub(super) pixels: usize,
    pub(super) vectors: usize,
    pub(super) channels: usize,
    pub(super) rows: usize,
    pub(super) length: usize,
}

/// The kernels of one instruction set that this CPU has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernels {
    isa: Isa,
}

impl Kernels {
    /// The kernels of `isa`.
    pub(super) fn new(isa: Isa) -> Result<Self, IsaError> {
        isa.available().map(|isa| Self { isa })
    }

    /// The instruction set.
    pub(super) fn isa(self) -> Isa {
        self.isa
    }

    /// Floats in one vector.
    pub(super) fn lanes(self) -> usize {
        match self.isa {
            Isa::Portable => simd::Portable::LANES,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => simd::Avx2::LANES,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => simd::Avx512::LANES,
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx2 | Isa::Avx512 => unreachable!("not available"),
        }
    }

    /// The most vectors that a tile may be wide.
    pub(super) fn max_vectors(self) -> usize {
        self.heights().len()
    }

    /// The most pixels that a tile `vectors` wide may have.
    pub(super) fn max_pixels(self, vectors: usize) -> usize {
        self.heights()[vectors - 1]
    }

    /// Runs one tile.
    ///
    /// # Panics
    /// If the tile reaches beyond its slices or has no kernel: a mistake of this crate.
    pub(super) fn tile(self, tile: &mut Tile<'_>) {
        if tile.pixels == 0 {
            return;
        }
        let width = tile.vectors * self.lanes();
        let last = tile.pixels - 1;
        assert!(tile.channels <= width && tile.channels + self.lanes() > width);
        let reach = |steps: &[(usize, usize)], length: usize| {
            steps.iter().fold(length, |sum, &(a, b)| sum.saturating_add(a.saturating_mul(b)))
        };
        assert!(reach(&[(last, tile.output_stride)], tile.channels) <= tile.output.len());
        assert!(tile.bias.is_none_or(|bias| bias.len() == width));
        if let (Some(last_row), 1..) = (tile.rows.checked_sub(1), tile.length) {
            let steps = [(last, tile.input_stride), (last_row, tile.input_row)];
            assert!(reach(&steps, tile.length) <= tile.input.len());
            assert!(reach(&[(last_row, tile.weight_row), (tile.length, width)], 0) <= tile.weights.len());
        }
        // SAFETY: `self` exists only if the CPU has the instruction set, and the bounds were just checked.
        unsafe {
            match self.isa {
                Isa::Portable => portable::run(tile),
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2 => avx2::run(tile),
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512 => avx512::run(tile),
                #[cfg(not(target_arch = "x86_64"))]
                Isa::Avx2 | Isa::Avx512 => unreachable!("not available"),
            }
        }
    }
}

/// The tile for every instruction set: `PIXELS * VECTORS` accumulators that stay in registers.
///
/// # Safety
/// The CPU has the instruction set of `S`; every address of the tile, as [`Tile`] says, lies in its slices;
/// `PIXELS`, `VECTORS` are those of the tile.
#[inline(always)]
unsafe fn accumulate<S: Simd, const PIXELS: usize, const VECTORS: usize>(tile: &mut Tile<'_>) {
    let tail = tile.channels - (VECTORS - 1) * S::LANES;
    let output = tile.output.as_mut_ptr();
    // SAFETY: the caller vouches for the instruction set and for every address.
    unsafe {
        let mut sums = [[S::splat(0.0); VECTORS]; PIXELS];
        for (p, sums) in sums.iter_mut().enumerate() {
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = match tile.bias {
                    Some(bias) => S::load(bias.as_ptr().add(v * S::LANES)),
                    None if v + 1 == VECTORS => {
                        S::load_part(output.add(p * tile.output_stride + v * S::LANES), tail)
                    }
                    None => S::load(output.add(p * tile.output_stride + v * S::LANES)),
                };
            }
        }
        for row in 0..tile.rows {
            let mut input = tile.input.as_ptr().wrapping_add(row * tile.input_row);
            let mut weights = tile.weights.as_ptr().wrapping_add(row * tile.weight_row);
            for _ in 0..tile.length {
                let mut column = [S::splat(0.0); VECTORS];
                for (v, column) in column.iter_mut().enumerate() {
                    *column = S::load(weights.add(v * S::LANES));
                }
                for (p, sums) in sums.iter_mut().enumerate() {
                    let value = S::splat(*input.add(p * tile.input_stride));
                    for (sum, &column) in sums.iter_mut().zip(&column) {
                        *sum = S::multiply_add(value, column, *sum);
                    }
                }
                input = input.add(1);
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

/// A module with `run`, which picks the kernel compiled for the size of a tile, for one instruction set: for each
/// number of vectors the numbers of pixels that there are kernels for.
macro_rules! kernels {
    ($(#[$attribute:meta])* $module:ident, $simd:ident $(, $features:literal)?;
        $($vectors:literal x [$($pixels:literal)+])+) => {
        $(#[$attribute])*
        mod $module {
            use super::{Tile, accumulate, simd::$simd};

            /// The most pixels, by vectors less one.
            pub(super) const HEIGHTS: &[usize] = &[$([$($pixels),+].len()),+];

            /// # Safety
            /// As for [`accumulate`].
            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn tile<const PIXELS: usize, const VECTORS: usize>(tile: &mut Tile<'_>) {
                // SAFETY: the caller keeps the same promise.
                unsafe { accumulate::<$simd, PIXELS, VECTORS>(tile) }
            }

            /// # Safety
            /// The CPU has the instruction set; every address of the tile lies in its slices.
            pub(super) unsafe fn run(t: &mut Tile<'_>) {
                match (t.vectors, t.pixels) {
                    // SAFETY: the caller's promise, and the sizes are those of the tile.
                    $($(($vectors, $pixels) => unsafe { tile::<$pixels, $vectors>(t) },)+)+
                    (vectors, pixels) => unreachable!("no kernel for {pixels} x {vectors}"),
                }
            }
        }
    };
}

kernels! { portable, Portable; 1 x [1 2 3 4 5 6 7 8] 2 x [1 2 3 4 5 6] }

kernels! {
    #[cfg(target_arch = "x86_64")]
    avx2, Avx2, "avx2,fma"; 1 x [1 2 3 4 5 6 7 8 9 10] 2 x [1 2 3 4 5 6] 3 x [1 2 3 4]
}

kernels! {
    #[cfg(target_arch = "x86_64")]
    avx512, Avx512, "avx512f";
    1 x [1 2 3 4 5 6 7 8 9 10 11 12]
    2 x [1 2 3 4 5 6 7 8 9 10 11 12]
    3 x [1 2 3 4 5 6 7 8]
    4 x [1 2 3 4 5 6]
}

impl Kernels {
    fn heights(self) -> &'static [usize] {
        match self.isa {
            Isa::Portable => portable::HEIGHTS,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2::HEIGHTS,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => avx512::HEIGHTS,
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx2 | Isa::Avx512 => unreachable!("not available"),
        }
    }
}
