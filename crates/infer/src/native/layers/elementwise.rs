//! The layers that are no sum of products.

use crate::Window;
use crate::native::kernel::{Extent, Kernels, Pool};

/// A max-pool of maps `[height, width, channels]`.
#[derive(Debug, Clone, Copy)]
pub(in crate::native) struct MaxPool {
    pub(in crate::native) kernels: Kernels,
    pub(in crate::native) channels: usize,
    pub(in crate::native) window: Window,
}

impl MaxPool {
    /// The size of its output for maps of this size.
    pub(in crate::native) fn output(self, Extent { height, width }: Extent) -> Extent {
        Extent { height: height / self.window.height, width: width / self.window.width }
    }

    /// One image.
    pub(in crate::native) fn run(self, extent: Extent, input: &[f32], output: &mut [f32]) {
        let Self { kernels, channels, window } = self;
        kernels.pool(&mut Pool { output, input, extent, channels, window });
    }
}

/// `max(x, 0)` of each value.
pub(in crate::native) fn relu(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = if *value < 0.0 { 0.0 } else { *value });
}

/// A factor and a summand for each channel: batch normalisation that no convolution could take in.
#[derive(Debug)]
pub(in crate::native) struct Affine {
    pub(in crate::native) scale: Vec<f32>,
    pub(in crate::native) shift: Vec<f32>,
}

impl Affine {
    /// One image, `[height, width, channels]`.
    pub(in crate::native) fn run(&self, values: &mut [f32]) {
        for pixel in values.chunks_exact_mut(self.scale.len()) {
            for ((value, scale), shift) in pixel.iter_mut().zip(&self.scale).zip(&self.shift) {
                *value = *value * scale + shift;
            }
        }
    }
}

/// `[rows, columns]` to `[columns, rows]`: between channels first and channels last.
pub(in crate::native) fn transpose(rows: usize, columns: usize, input: &[f32], output: &mut [f32]) {
    if rows == 1 || columns == 1 {
        return output[..rows * columns].copy_from_slice(&input[..rows * columns]);
    }
    for (row, values) in input[..rows * columns].chunks_exact(columns).enumerate() {
        for (column, &value) in values.iter().enumerate() {
            output[column * rows + row] = value;
        }
    }
}

/// Maps `[height, width, channels]` to one vector a column, `[width, height * channels]`.
pub(in crate::native) fn gather_columns(extent: Extent, channels: usize, input: &[f32], output: &mut [f32]) {
    let Extent { height, width } = extent;
    for (y, row) in input[..extent.area() * channels].chunks_exact(width * channels).enumerate() {
        let columns = output.chunks_exact_mut(height * channels);
        for (pixel, column) in row.chunks_exact(channels).zip(columns) {
            column[y * channels..][..channels].copy_from_slice(pixel);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn transposing_twice_changes_nothing(rows in 1usize..9, columns in 1usize..9) {
            let values: Vec<f32> = (0..rows * columns).map(|i| i as f32).collect();
            let (mut once, mut twice) = (values.clone(), values.clone());
            transpose(rows, columns, &values, &mut once);
            transpose(columns, rows, &once, &mut twice);
            prop_assert_eq!(values, twice);
        }
    }

    #[test]
    fn columns_by_hand() {
        let maps = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0, 5.0, 50.0, 6.0, 60.0];
        let mut columns = [0.0; 12];
        gather_columns(Extent { height: 2, width: 3 }, 2, &maps, &mut columns);
        assert_eq!(columns, [1.0, 10.0, 4.0, 40.0, 2.0, 20.0, 5.0, 50.0, 3.0, 30.0, 6.0, 60.0]);
    }

    #[test]
    fn relu_and_affine_by_hand() {
        let mut values = [-1.0, 2.0, 3.0, -4.0];
        Affine { scale: vec![2.0, 0.5], shift: vec![1.0, -1.0] }.run(&mut values);
        assert_eq!(values, [-1.0, 0.0, 7.0, -3.0]);
        relu(&mut values);
        assert_eq!(values, [0.0, 0.0, 7.0, 0.0]);
        let mut channels_last = [0.0; 6];
        transpose(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &mut channels_last);
        assert_eq!(channels_last, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
