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
    let &mut Pool { height, width, channels, size, .. } = pool;
    let (rows, columns) = (height / size, width / size);
    for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
        let input = pool.input.as_ptr().wrapping_add((y * width + x) * size * channels);
        let output = pool.output.as_mut_ptr().wrapping_add((y * columns + x) * channels);
        for channel in (0..channels).step_by(S::LANES) {
            let count = S::LANES.min(channels - channel);
            // SAFETY: the caller vouches for the instruction set; the addresses are those of values of this square
            // and of its output, and `count` values of each are left.
            unsafe {
                let load = |dy: usize, dx: usize| {
                    let at = input.add((dy * width + dx) * channels + channel);
                    if count == S::LANES { S::load(at) } else { S::load_part(at, count) }
                };
                let mut best = load(0, 0);
                for (dy, dx) in (0..size).flat_map(|dy| (0..size).map(move |dx| (dy, dx))) {
                    best = S::max(best, load(dy, dx));
                }
                let at = output.add(channel);
                if count == S::LANES { S::store(at, best) } else { S::store_part(at, best, count) }
            }
        }
    }
}
