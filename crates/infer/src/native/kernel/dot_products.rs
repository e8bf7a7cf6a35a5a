//! Scalar products along the inputs, for channels that are too few for a vector.

use super::reach;
use super::simd::Simd;

/// Computes `channels` outputs, `columns` times, each as one scalar product.
///
/// For every column `x` and channel `c`:
///
/// ```text
/// output[x * output_column + c]
///     = bias[c] + sum over r < rows, i < length of
///       input[x * input_column + r * input_row + i]
///       * weights[c * weight_channel + r * weight_row + i]
/// ```
pub(in super::super) struct DotProducts<'a> {
    pub(in super::super) output: &'a mut [f32],
    /// Between the outputs of two columns.
    pub(in super::super) output_column: usize,
    pub(in super::super) input: &'a [f32],
    /// Between the inputs of two columns.
    pub(in super::super) input_column: usize,
    /// Between two rows of the input.
    pub(in super::super) input_row: usize,
    pub(in super::super) weights: &'a [f32],
    /// Between the weights of two channels.
    pub(in super::super) weight_channel: usize,
    /// Between two rows of the weights.
    pub(in super::super) weight_row: usize,
    /// One value for each channel.
    pub(in super::super) bias: &'a [f32],
    /// Whether negative sums are stored as zero.
    pub(in super::super) relu: bool,
    pub(in super::super) columns: usize,
    pub(in super::super) rows: usize,
    pub(in super::super) length: usize,
}

impl DotProducts<'_> {
    /// # Panics
    /// If it reaches beyond its slices: a mistake of this crate.
    pub(super) fn check(&self) {
        let channels = self.bias.len();
        let (Some(column), Some(channel)) = (self.columns.checked_sub(1), channels.checked_sub(1)) else {
            return;
        };
        assert!(reach(&[(column, self.output_column)], channels) <= self.output.len());
        if let Some(row) = self.rows.checked_sub(1) {
            let steps = [(column, self.input_column), (row, self.input_row)];
            assert!(reach(&steps, self.length) <= self.input.len());
            let steps = [(channel, self.weight_channel), (row, self.weight_row)];
            assert!(reach(&steps, self.length) <= self.weights.len());
        }
    }
}

/// Columns side by side, so that there are enough sums under way to hide how long an addition takes.
const COLUMNS: usize = 3;

/// The scalar products for every instruction set.
///
/// # Safety
/// The CPU has the instruction set of `S`; [`DotProducts::check`] passes; `CHANNELS` is the length of the bias.
#[inline(always)]
pub(super) unsafe fn multiply<S: Simd, const CHANNELS: usize>(dots: &mut DotProducts<'_>) {
    let side_by_side = dots.columns / COLUMNS * COLUMNS;
    // SAFETY: the caller's promise; the columns are those of the operation.
    unsafe {
        for column in (0..side_by_side).step_by(COLUMNS) {
            multiply_columns::<S, CHANNELS, COLUMNS>(dots, column);
        }
        for column in side_by_side..dots.columns {
            multiply_columns::<S, CHANNELS, 1>(dots, column);
        }
    }
}

/// `COUNT` columns from `first` on.
///
/// # Safety
/// As for [`multiply`], and there are at least `first + COUNT` columns.
#[inline(always)]
unsafe fn multiply_columns<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    dots: &mut DotProducts<'_>,
    first: usize,
) {
    let (whole, tail) = (dots.length / S::LANES * S::LANES, dots.length % S::LANES);
    let input = dots.input.as_ptr().wrapping_add(first * dots.input_column);
    // SAFETY: the caller vouches for the instruction set and for every address that is read or written.
    unsafe {
        let mut sums = [[S::splat(0.0); CHANNELS]; COUNT];
        let mut add = |row: usize, i: usize, count: usize| {
            let load = |from| if count == S::LANES { S::load(from) } else { S::load_part(from, count) };
            let weights = dots.weights.as_ptr().add(row * dots.weight_row + i);
            let input = input.add(row * dots.input_row + i);
            let weights: [_; CHANNELS] = std::array::from_fn(|c| load(weights.add(c * dots.weight_channel)));
            for (column, sums) in sums.iter_mut().enumerate() {
                let values = load(input.add(column * dots.input_column));
                for (sum, &weights) in sums.iter_mut().zip(&weights) {
                    *sum = S::multiply_add(values, weights, *sum);
                }
            }
        };
        for row in 0..dots.rows {
            for i in (0..whole).step_by(S::LANES) {
                add(row, i, S::LANES);
            }
            if tail > 0 {
                add(row, whole, tail);
            }
        }
        for (column, sums) in (first..).zip(sums) {
            for (c, sum) in sums.into_iter().enumerate() {
                let sum = dots.bias[c] + S::sum(sum);
                dots.output[column * dots.output_column + c] = if dots.relu { sum.max(0.0) } else { sum };
            }
        }
    }
}
