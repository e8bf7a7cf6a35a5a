//! The one place with `unsafe`: the inner loops in SIMD.
//!
//! Nearly all of a network's time goes into one operation, a [`F32Tile`]: a few output pixels times a few vectors of
//! output channels, accumulated in registers over a list of input values. A convolution is many tiles, a linear
//! layer is a convolution whose pixels are images. [`DotProducts`] computes the few channels that would leave most of a
//! vector empty, [`Pool`] is max-pooling.
//!
//! The safety argument, in one place. [`Kernels`] exists for an instruction set only if the CPU has it
//! ([`Kernels::new`]), so that calling a function compiled for that set is sound. Its methods check, before any
//! pointer is used, that every address of the operation lies in the slices it was given (`check`); the kernels read
//! and write those addresses only. Nothing is kept after the call.
#![allow(unsafe_code)]

mod dot_products;
mod f32_tile;
mod int8_tile;
mod measure_peak;
mod peak;
mod pool;
mod simd;
#[cfg(test)]
mod tests;

mod extent;

pub(super) use self::dot_products::DotProducts;
pub(super) use self::extent::Extent;
pub(super) use self::f32_tile::F32Tile;
pub(super) use self::int8_tile::{INT8_GROUP, Int8Tile};
pub(super) use self::pool::Pool;

use super::cpu::{Isa, IsaError};

/// The kernels of one instruction set that this CPU has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernels {
    isa: Isa,
}

/// Evaluates an expression with `$module` as the module of the kernels of `$isa`.
macro_rules! dispatch {
    ($isa:expr, $module:ident => $call:expr) => {
        match $isa {
            Isa::Portable => {
                use portable as $module;
                $call
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => {
                use avx2 as $module;
                $call
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                use avx512 as $module;
                $call
            }
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx2 | Isa::Avx512 => unreachable!("Kernels::new refuses what the CPU lacks"),
        }
    };
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
        dispatch!(self.isa, module => module::LANES)
    }

    /// The most vectors that a tile may be wide.
    pub(super) fn max_vectors(self) -> usize {
        dispatch!(self.isa, module => module::HEIGHTS.len())
    }

    /// The most pixels that a tile `vectors` wide may have.
    pub(super) fn max_pixels(self, vectors: usize) -> usize {
        dispatch!(self.isa, module => module::HEIGHTS[vectors - 1])
    }

    /// The most channels of [`DotProducts`].
    pub(super) fn max_dot_products(self) -> usize {
        dispatch!(self.isa, module => module::MAX_DOT_PRODUCTS)
    }

    /// Runs one tile.
    pub(super) fn f32_tile(self, f32_tile: &mut F32Tile<'_>) {
        f32_tile.check(self.lanes());
        // SAFETY: `self` exists only if the CPU has the instruction set, and the bounds were just checked.
        dispatch!(self.isa, module => unsafe { module::f32_tile(f32_tile) });
    }

    /// Computes scalar products.
    pub(super) fn dot_products(self, dot_products: &mut DotProducts<'_>) {
        dot_products.check();
        // SAFETY: as for the tile.
        dispatch!(self.isa, module => unsafe { module::dot_products(dot_products) });
    }

    /// Runs `rounds` of multiplications and additions in registers; gives their number and a result of all of them.
    pub(super) fn peak(self, rounds: usize, factor: f32, summand: f32) -> (usize, f32) {
        // SAFETY: `self` exists only if the CPU has the instruction set.
        let result = dispatch!(self.isa, module => unsafe { module::peak(rounds, factor, summand) });
        (2 * rounds * self.lanes() * dispatch!(self.isa, module => module::SUMS), result)
    }

    /// The kernels for operations with 8 bits: these, if the CPU has the instructions that make it worth while.
    pub(super) fn for_int8(self) -> Option<Self> {
        self.isa.has_int8().then_some(self)
    }

    /// As [`for_int8`](Self::for_int8), or else the portable ones, which give the same numbers far more slowly than
    /// floats do: what the others are tested against.
    #[cfg(test)]
    pub(super) fn for_int8_or_portable(self) -> Self {
        self.for_int8().unwrap_or(Self { isa: Isa::Portable })
    }

    /// Runs one tile of 8-bit products. Only for kernels that [`for_int8`](Self::for_int8) gave, or the portable ones.
    pub(super) fn int8_tile(self, int8_tile: &mut Int8Tile<'_>) {
        assert!(self.isa == Isa::Portable || self.isa.has_int8());
        int8_tile.check(self.lanes());
        // SAFETY: the CPU has the instructions, as was just asserted, and the bounds were checked.
        dispatch!(self.isa, module => unsafe { module::int8_tile(int8_tile) });
    }

    /// Rounds numbers to 8 bits: every `row` of the input to the start of the next `stride` of the output. Gives what
    /// one step stands for; see [`int8_tile::quantise`].
    pub(super) fn quantise(self, input: &[f32], row: usize, output: &mut [u8], stride: usize) -> f32 {
        // SAFETY: `self` exists only if the CPU has the instruction set.
        dispatch!(self.isa, module => unsafe { module::quantise(input, row, output, stride) })
    }

    /// Runs one max-pool.
    pub(super) fn pool(self, pool: &mut Pool<'_>) {
        pool.check();
        // SAFETY: as for the tile.
        dispatch!(self.isa, module => unsafe { module::pool(pool) });
    }
}

/// The end of a block of `length` that stands after `count` times `stride` for each of `steps`.
fn reach(steps: &[(usize, usize)], length: usize) -> usize {
    steps.iter().fold(length, |sum, &(count, stride)| sum.saturating_add(count.saturating_mul(stride)))
}

/// A module with the kernels compiled for one instruction set: `tile` for each number of vectors and the numbers of
/// pixels given, `dots` for the numbers of channels given, `pool`, and `peak` with as many sums as the registers hold.
///
/// Every function is unsafe for the same reason: the CPU must have the instruction set and the operation must have
/// passed its check.
macro_rules! kernels {
    ($(#[$attribute:meta])* $module:ident, $simd:ident $(, $features:literal, $int8_features:literal)?;
        $(tiles $vectors:literal x [$($pixels:literal)+];)+ dots [$($channels:literal)+]; sums $sums:literal) => {
        $(#[$attribute])*
        mod $module {
            use super::simd::{$simd, Simd};
            use super::{DotProducts, Pool, Int8Tile, F32Tile, dot_products, peak, pool, int8_tile, f32_tile};

            pub(super) const LANES: usize = $simd::LANES;
            /// The most pixels of a tile, indexed by its number of vectors minus 1.
            pub(super) const HEIGHTS: &[usize] = &[$([$($pixels),+].len()),+];
            pub(super) const MAX_DOT_PRODUCTS: usize = [$($channels),+].len();
            pub(super) const SUMS: usize = $sums;

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn f32_tile_of<const PIXELS: usize, const VECTORS: usize>(t: &mut F32Tile<'_>) {
                // SAFETY: the caller's promise; the sizes are those of the tile.
                unsafe { f32_tile::accumulate::<$simd, PIXELS, VECTORS>(t) }
            }

            $(#[target_feature(enable = $features, enable = $int8_features)])?
            #[inline(never)]
            unsafe fn int8_tile_of<const PIXELS: usize, const VECTORS: usize>(q: &mut Int8Tile<'_>) {
                // SAFETY: the caller's promise; the sizes are those of the operation.
                unsafe { int8_tile::accumulate::<$simd, PIXELS, VECTORS>(q) }
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn dot_products_of<const CHANNELS: usize>(d: &mut DotProducts<'_>) {
                // SAFETY: the caller's promise; the number of channels is that of the operation.
                unsafe { dot_products::multiply::<$simd, CHANNELS>(d) }
            }

            pub(super) unsafe fn f32_tile(t: &mut F32Tile<'_>) {
                match (t.vectors, t.pixels) {
                    (_, 0) => {}
                    // SAFETY: the caller's promise.
                    $($(($vectors, $pixels) => unsafe { f32_tile_of::<$pixels, $vectors>(t) },)+)+
                    (vectors, pixels) => unreachable!("no kernel for {pixels} x {vectors}"),
                }
            }

            pub(super) unsafe fn int8_tile(q: &mut Int8Tile<'_>) {
                match (q.vectors, q.pixels) {
                    (_, 0) => {}
                    // SAFETY: the caller's promise.
                    $($(($vectors, $pixels) => unsafe { int8_tile_of::<$pixels, $vectors>(q) },)+)+
                    (vectors, pixels) => unreachable!("no kernel for {pixels} x {vectors}"),
                }
            }

            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn quantise(input: &[f32], row: usize, output: &mut [u8], stride: usize) -> f32 {
                int8_tile::quantise(input, row, output, stride)
            }

            pub(super) unsafe fn dot_products(d: &mut DotProducts<'_>) {
                match d.bias.len() {
                    0 => {}
                    // SAFETY: the caller's promise.
                    $($channels => unsafe { dot_products_of::<$channels>(d) },)+
                    channels => unreachable!("no kernel for {channels} channels"),
                }
            }

            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn peak(rounds: usize, factor: f32, summand: f32) -> f32 {
                // SAFETY: the caller's promise.
                unsafe { peak::multiply::<$simd, SUMS>(rounds, factor, summand) }
            }

            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn pool(p: &mut Pool<'_>) {
                // SAFETY: the caller's promise.
                unsafe { pool::max::<$simd>(p) }
            }
        }
    };
}

kernels! {
    portable, Portable;
    tiles 1 x [1 2 3 4 5 6 7 8];
    tiles 2 x [1 2 3 4 5 6];
    dots [1];
    sums 12
}

// Of 16 registers, 12 hold sums, 2 weights and 1 an input. With 3 x 4 all 16 are taken, and the compiler spills.
kernels! {
    #[cfg(target_arch = "x86_64")]
    avx2, Avx2, "avx2,fma", "avxvnni";
    tiles 1 x [1 2 3 4 5 6 7 8 9 10];
    tiles 2 x [1 2 3 4 5 6];
    dots [1 2 3];
    sums 12
}

// Of 32 registers, 24 hold sums. Two vectors times twelve pixels read half as many weights as four times six. Without
// AVX-512VL the compiler could add up the lanes of the lower 16 registers only, and would move everything there.
kernels! {
    #[cfg(target_arch = "x86_64")]
    avx512, Avx512, "avx512f,avx512vl", "avx512vnni";
    tiles 1 x [1 2 3 4 5 6 7 8 9 10 11 12];
    tiles 2 x [1 2 3 4 5 6 7 8 9 10 11 12];
    tiles 3 x [1 2 3 4 5 6 7 8];
    dots [1 2 3 4];
    sums 24
}
