//! Max-pooling.

use super::simd::Simd;

/// Max-pooling of maps `[height, width, channels]` by squares of side `size`; what is left over at the right and at
/// the bottom is dropped.
pub(in super::super) struct Pool<'a> {
    pub(in super::super) output: &'a mut [f32],
    pub(in super::super) input: &'a [f32],
    pub(in super::super) height: usize,
    pub(in super::super) width: usize,
    pub(in super::super) channels: usize,
    pub(in super::super) size: usize,
}

impl Pool<'_> {
    /// # Panics
    /// If it reaches beyond its slices: a mistake of this crate.
    pub(super) fn check(&self) {
        let values = |height: usize, width: usize| height.saturating_mul(width).saturating_mul(self.channels);
        assert!(values(self.height, self.width) <= self.input.len());
        assert!(values(self.height / self.size, self.width / self.size) <= self.output.len());
    }
}

/// The pool for every instruction set.
///
/// # Safety
/// The CPU has the instruction set of `S`; [`Pool::check`] passes.
#[inline(always)]
pub(super) unsafe fn max<S: Simd>(pool: &mut Pool<'_>) {
    // SAFETY: the caller's promise; zero stands for the size that the pool says.
    unsafe {
        match pool.size {
            2 => max_of::<S, 2>(pool),
            _ => max_of::<S, 0>(pool),
        }
    }
}

/// With a side that the compiler knows, or `SIZE` zero.
///
/// # Safety
/// As for [`max`], and `SIZE` is zero or the size of the pool.
#[inline(always)]
unsafe fn max_of<S: Simd, const SIZE: usize>(pool: &mut Pool<'_>) {
    let &mut Pool { height, width, channels, .. } = pool;
    let size = if SIZE == 0 { pool.size } else { SIZE };
    let (rows, columns) = (height / size, width / size);
    for y in 0..rows {
        for x in 0..columns {
            let input = pool.input.as_ptr().wrapping_add((y * width + x) * size * channels);
            let output = pool.output.as_mut_ptr().wrapping_add((y * columns + x) * channels);
            let whole = channels / S::LANES * S::LANES;
            // SAFETY: the caller vouches for the instruction set; the addresses are those of values of this square
            // and of its output.
            unsafe {
                for channel in (0..whole).step_by(S::LANES) {
                    let best = largest::<S>(input.add(channel), size, width * channels, channels, S::LANES);
                    S::store(output.add(channel), best);
                }
                if whole < channels {
                    let rest = channels - whole;
                    let best = largest::<S>(input.add(whole), size, width * channels, channels, rest);
                    S::store_part(output.add(whole), best, rest);
                }
            }
        }
    }
}

/// The largest of each of `count` channels in the square at `from`.
///
/// # Safety
/// As for [`max`]; there are so many channels at every pixel of the square.
#[inline(always)]
unsafe fn largest<S: Simd>(
    from: *const f32,
    size: usize,
    row: usize,
    pixel: usize,
    count: usize,
) -> S::Vector {
    // SAFETY: the caller's promise.
    let load = |from| unsafe { if count == S::LANES { S::load(from) } else { S::load_part(from, count) } };
    // SAFETY: the caller's promise.
    unsafe {
        let mut best = load(from);
        for y in 0..size {
            for x in 0..size {
                best = S::max(best, load(from.add(y * row + x * pixel)));
            }
        }
        best
    }
}
