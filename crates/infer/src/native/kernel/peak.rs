//! Multiplications and additions in registers alone.

use super::simd::Simd;

/// Runs `rounds` times as many independent multiplications with additions as `SUMS` says, none of which touches
/// memory; the result depends on all of them.
///
/// # Safety
/// The CPU has the instruction set of `S`.
#[inline(always)]
pub(super) unsafe fn multiply<S: Simd, const SUMS: usize>(rounds: usize, factor: f32, summand: f32) -> f32 {
    // SAFETY: the caller vouches for the instruction set.
    unsafe {
        // Different sums, or the compiler may see that one would do.
        let mut sums: [_; SUMS] = std::array::from_fn(|i| S::splat(i as f32));
        let (factor, summand) = (S::splat(factor), S::splat(summand));
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = S::multiply_add(*sum, factor, summand);
            }
        }
        sums.into_iter().map(|sum| S::sum(sum)).sum()
    }
}
