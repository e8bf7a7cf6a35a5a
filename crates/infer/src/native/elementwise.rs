//! The layers that are no sum of products.

/// Max-pooling of maps `[height, width, channels]`; what is left over at the right and at the bottom is dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct MaxPool {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Side of the square.
    pub(super) size: usize,
}

impl MaxPool {
    /// Values in one output.
    pub(super) fn output_len(self) -> usize {
        (self.height / self.size) * (self.width / self.size) * self.channels
    }

    /// One image.
    pub(super) fn run(self, input: &[f32], output: &mut [f32]) {
        let Self { channels, width, size, .. } = self;
        let columns = width / size;
        for (y, row) in output.chunks_exact_mut(columns * channels).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                for dy in 0..size {
                    let from = ((y * size + dy) * width + x * size) * channels;
                    let values = input[from..from + size * channels].chunks_exact(channels);
                    for (dx, values) in values.enumerate() {
                        if dy == 0 && dx == 0 {
                            pixel.copy_from_slice(values);
                        } else {
                            pixel
                                .iter_mut()
                                .zip(values)
                                .for_each(|(best, &value)| *best = larger(*best, value));
                        }
                    }
                }
            }
        }
    }
}

/// The larger one, in the form that compiles to one instruction.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// `max(x, 0)` of each value.
pub(super) fn relu(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = larger(0.0, *value));
}

/// A factor and a summand for each channel: batch normalisation that no convolution could take in.
#[derive(Debug)]
pub(super) struct Affine {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
}

impl Affine {
    /// One image, `[height, width, channels]`.
    pub(super) fn run(&self, values: &mut [f32]) {
        for pixel in values.chunks_exact_mut(self.scale.len()) {
            for ((value, scale), shift) in pixel.iter_mut().zip(&self.scale).zip(&self.shift) {
                *value = *value * scale + shift;
            }
        }
    }
}

/// `[rows, columns]` to `[columns, rows]`: between channels first and channels last.
pub(super) fn transpose(rows: usize, columns: usize, input: &[f32], output: &mut [f32]) {
    if rows == 1 || columns == 1 {
        return output[..rows * columns].copy_from_slice(&input[..rows * columns]);
    }
    for (row, values) in input[..rows * columns].chunks_exact(columns).enumerate() {
        for (column, &value) in values.iter().enumerate() {
            output[column * rows + row] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pool_is_the_largest_of_each_square(
            channels in 1usize..5, height in 1usize..9, width in 1usize..9, size in 1usize..4,
        ) {
            prop_assume!(size <= height && size <= width);
            let pool = MaxPool { channels, height, width, size };
            let input: Vec<f32> = (0..height * width * channels).map(|i| ((i * 7919) % 101) as f32 - 50.0).collect();
            let mut output = vec![0.0; pool.output_len()];
            pool.run(&input, &mut output);
            for (at, &value) in output.iter().enumerate() {
                let (c, x, y) = (at % channels, at / channels % (width / size), at / channels / (width / size));
                let square = (0..size * size).map(|i| (y * size + i / size, x * size + i % size));
                let expected = square.map(|(y, x)| input[(y * width + x) * channels + c]).fold(f32::MIN, f32::max);
                prop_assert_eq!(value, expected);
            }
        }

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
