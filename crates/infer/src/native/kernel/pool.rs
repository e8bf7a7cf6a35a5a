//! Max-pooling.

use super::Extent;
use super::simd::Simd;
use crate::Window;

/// Max-pooling of maps `[height, width, channels]` by windows side by side; what is left over at the right and at the
/// bottom is dropped.
pub(in super::super) struct Pool<'a> {
    pub(in super::super) output: &'a mut [f32],
    pub(in super::super) input: &'a [f32],
    /// The size of the input.
    pub(in super::super) extent: Extent,
    pub(in super::super) channels: usize,
    pub(in super::super) window: Window,
}

impl Pool<'_> {
    /// # Panics
    /// If it reaches beyond its slices: a mistake of this crate.
    pub(super) fn check(&self) {
        let Extent { height, width } = self.extent;
        let values = |height: usize, width: usize| height.saturating_mul(width).saturating_mul(self.channels);
        assert!(values(height, width) <= self.input.len());
        assert!(values(height / self.window.height, width / self.window.width) <= self.output.len());
    }
}

/// The pool for every instruction set.
///
/// # Safety
/// The CPU has the instruction set of `S`; [`Pool::check`] passes.
#[inline(always)]
pub(super) unsafe fn max<S: Simd>(pool: &mut Pool<'_>) {
    // SAFETY: the caller's promise; zeros stand for the window that the pool says.
    unsafe {
        match (pool.window.height, pool.window.width) {
            (2, 2) => max_of::<S, 2, 2>(pool),
            (2, 1) => max_of::<S, 2, 1>(pool),
            _ => max_of::<S, 0, 0>(pool),
        }
    }
}

/// With a window that the compiler knows, or `HEIGHT` and `WIDTH` zero.
///
/// # Safety
/// As for [`max`], and `HEIGHT` and `WIDTH` are zero or the window of the pool.
#[inline(always)]
unsafe fn max_of<S: Simd, const HEIGHT: usize, const WIDTH: usize>(pool: &mut Pool<'_>) {
    let &mut Pool { extent, channels, .. } = pool;
    let window = if HEIGHT == 0 { pool.window } else { Window { height: HEIGHT, width: WIDTH } };
    let (rows, columns) = (extent.height / window.height, extent.width / window.width);
    for y in 0..rows {
        for x in 0..columns {
            let pixel = y * window.height * extent.width + x * window.width;
            let input = pool.input.as_ptr().wrapping_add(pixel * channels);
            let output = pool.output.as_mut_ptr().wrapping_add((y * columns + x) * channels);
            let whole = channels / S::LANES * S::LANES;
            // SAFETY: the caller vouches for the instruction set; the addresses are those of values of this window
            // and of its output.
            unsafe {
                let row = extent.width * channels;
                for channel in (0..whole).step_by(S::LANES) {
                    let best = largest::<S>(input.add(channel), window, row, channels, S::LANES);
                    S::store(output.add(channel), best);
                }
                if whole < channels {
                    let rest = channels - whole;
                    let best = largest::<S>(input.add(whole), window, row, channels, rest);
                    S::store_part(output.add(whole), best, rest);
                }
            }
        }
    }
}

/// The largest of each of `count` channels in the window at `from`.
///
/// # Safety
/// As for [`max`]; every pixel of the window has at least `count` channels.
#[inline(always)]
unsafe fn largest<S: Simd>(
    from: *const f32,
    window: Window,
    row: usize,
    pixel: usize,
    count: usize,
) -> S::Vector {
    // SAFETY: the caller's promise.
    let load = |from| unsafe { if count == S::LANES { S::load(from) } else { S::load_part(from, count) } };
    // SAFETY: the caller's promise.
    unsafe {
        let mut best = load(from);
        for x in 1..window.width {
            best = S::max(best, load(from.add(x * pixel)));
        }
        for y in 1..window.height {
            for x in 0..window.width {
                best = S::max(best, load(from.add(y * row + x * pixel)));
            }
        }
        best
    }
}
