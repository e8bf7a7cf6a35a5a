//! Every kernel against the formula of its documentation.

use proptest::prelude::*;

use super::*;
use crate::Window;

/// [`Kernels::tile`], one product after the other.
fn naive(tile: &mut F32Tile<'_>, width: usize) {
    for (x, p) in (0..tile.columns).flat_map(|x| (0..tile.pixels).map(move |p| (x, p))) {
        for c in 0..tile.channels {
            let at = x * tile.output_column + p * tile.output_stride + c;
            let mut sum = tile.bias.map_or(tile.output[at], |bias| bias[c]);
            for r in 0..tile.rows {
                for i in 0..tile.length {
                    sum += tile.input[x * tile.input_column + p * tile.input_stride + r * tile.input_row + i]
                        * tile.weights[r * tile.weight_row + i * width + c];
                }
            }
            tile.output[at] = if tile.relu { sum.max(0.0) } else { sum };
        }
    }
}

fn values(seed: usize, len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 + seed * 104_729) % 2001) as f32 / 1000.0 - 1.0).collect()
}

/// Numbers for a tile that are no multiples of anything.
#[derive(Debug, Clone)]
struct Sizes {
    columns: usize,
    rows: usize,
    length: usize,
    missing: usize,
    gaps: [usize; 4],
    bias: bool,
    relu: bool,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    (1usize..4, 0usize..4, 0usize..12, 0usize..16, any::<[u8; 4]>(), any::<[bool; 2]>()).prop_map(
        |(columns, rows, length, missing, gaps, [bias, relu])| Sizes {
            columns,
            rows,
            length,
            missing,
            gaps: gaps.map(|gap| usize::from(gap % 4)),
            bias,
            relu,
        },
    )
}

fn check(kernels: Kernels, vectors: usize, pixels: usize, sizes: &Sizes) -> Result<(), TestCaseError> {
    let &Sizes { columns, rows, length, missing, gaps, bias, relu } = sizes;
    let width = vectors * kernels.lanes();
    let channels = width - missing % kernels.lanes();
    let [output_stride, input_stride, input_row, weight_row] =
        [channels + gaps[0], gaps[1], length + gaps[2], length * width + gaps[3]];
    let (output_column, input_column) = (pixels * output_stride + gaps[1], gaps[2]);
    let input = values(1, columns * input_column + pixels * input_stride + rows * input_row + length);
    let weights = values(2, rows * weight_row);
    let bias = bias.then(|| values(3, width));
    let start = values(4, columns * output_column);
    let mut outputs = [start.clone(), start];
    for (i, output) in outputs.iter_mut().enumerate() {
        let mut tile = F32Tile {
            output,
            output_stride,
            output_column,
            input: &input,
            input_stride,
            input_column,
            input_row,
            weights: &weights,
            weight_row,
            bias: bias.as_deref(),
            relu,
            columns,
            pixels,
            vectors,
            channels,
            rows,
            length,
        };
        if i == 0 { kernels.f32_tile(&mut tile) } else { naive(&mut tile, width) }
    }
    let [fast, slow] = outputs;
    for (i, (a, b)) in fast.iter().zip(&slow).enumerate() {
        prop_assert!((a - b).abs() < 1e-5, "{kernels:?} {pixels} x {vectors} value {i}: {a}, expected {b}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_tile_is_the_formula(sizes in sizes()) {
        for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
            for vectors in 1..=kernels.max_vectors() {
                for pixels in 1..=kernels.max_pixels(vectors) {
                    check(kernels, vectors, pixels, &sizes)?;
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn all_dot_products_are_the_formula(
        columns in 1usize..4, rows in 0usize..4, length in 1usize..40, gaps: [u8; 4], relu: bool,
    ) {
        let [output_gap, input_column, row_gap, channel_gap] = gaps.map(|gap| usize::from(gap % 4));
        let (input_row, weight_row) = (length + row_gap, length + output_gap);
        let weight_channel = rows * weight_row + channel_gap;
        for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
            for channels in 1..=kernels.max_dot_products() {
                let output_column = channels + output_gap;
                let input = values(1, columns * input_column + rows * input_row + length);
                let weights = values(2, channels * weight_channel + length);
                let bias = values(3, channels);
                let mut output = vec![f32::NAN; columns * output_column];
                kernels.dot_products(&mut DotProducts {
                    output: &mut output,
                    output_column,
                    input: &input,
                    input_column,
                    input_row,
                    weights: &weights,
                    weight_channel,
                    weight_row,
                    bias: &bias,
                    relu,
                    columns,
                    rows,
                    length,
                });
                for (x, outputs) in output.chunks_exact(output_column).enumerate() {
                    for (c, (&actual, &bias)) in outputs.iter().zip(&bias).enumerate() {
                        let taps = (0..rows).flat_map(|r| (0..length).map(move |i| (r, i)));
                        let sum: f32 = taps.map(|(r, i)| {
                            input[x * input_column + r * input_row + i]
                                * weights[c * weight_channel + r * weight_row + i]
                        }).sum();
                        let expected = if relu { (sum + bias).max(0.0) } else { sum + bias };
                        prop_assert!((actual - expected).abs() < 1e-4, "{kernels:?}: {actual}, expected {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_int8_tile_is_the_formula(sizes in sizes()) {
        for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()).map(Kernels::for_int8_or_portable) {
            for vectors in 1..=kernels.max_vectors() {
                for pixels in 1..=kernels.max_pixels(vectors) {
                    check_int8_tile(kernels, vectors, pixels, &sizes)?;
                }
            }
        }
    }

    #[test]
    fn rounding_to_8_bits_errs_by_half_a_step(
        row in 1usize..40, rows in 1usize..4, gap in 0usize..4, largest in 0.0f32..100.0,
    ) {
        let input: Vec<f32> = values(5, row * rows).iter().map(|value| value * largest).collect();
        for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
            let mut output = vec![7; rows * (row + gap)];
            let scale = kernels.quantise(&input, row, &mut output, row + gap);
            for (bytes, values) in output.chunks(row + gap).zip(input.chunks(row)) {
                for (&byte, &value) in bytes.iter().zip(values) {
                    let error = (f32::from(byte) * scale - value.max(0.0)).abs();
                    prop_assert!(error <= scale * 0.501, "{value} became {byte} steps of {scale}");
                }
                prop_assert!(bytes[row..].iter().all(|&byte| byte == 7));
            }
        }
    }

    #[test]
    fn every_pool_is_the_largest_of_each_window(
        channels in 1usize..40, (height, width) in (1usize..9, 1usize..9), (down, across) in (1usize..4, 1usize..4),
    ) {
        prop_assume!(down <= height && across <= width);
        let input = values(1, height * width * channels);
        let (extent, window) = (Extent { height, width }, Window { height: down, width: across });
        for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
            let columns = width / across;
            let mut output = vec![f32::NAN; height / down * columns * channels];
            kernels.pool(&mut Pool { output: &mut output, input: &input, extent, channels, window });
            for (at, &value) in output.iter().enumerate() {
                let (c, x, y) = (at % channels, at / channels % columns, at / channels / columns);
                let pixels = (0..down * across).map(|i| (y * down + i / across, x * across + i % across));
                let expected = pixels.map(|(y, x)| input[(y * width + x) * channels + c]).fold(f32::MIN, f32::max);
                prop_assert_eq!(value, expected);
            }
        }
    }
}

/// [`Kernels::int8_tile`] against its formula.
fn check_int8_tile(
    kernels: Kernels,
    vectors: usize,
    pixels: usize,
    sizes: &Sizes,
) -> Result<(), TestCaseError> {
    let &Sizes { columns, rows, length, missing, gaps, relu, .. } = sizes;
    let width = vectors * kernels.lanes();
    let channels = width - missing % kernels.lanes();
    let [output_stride, input_stride, input_row, weight_row] =
        [channels + gaps[0], gaps[1], length * INT8_GROUP + gaps[2], length * width * INT8_GROUP + gaps[3]];
    let (output_column, input_column) = (pixels * output_stride + gaps[1], gaps[2]);
    let bytes = columns * input_column + pixels * input_stride + rows * input_row + length * INT8_GROUP;
    let input: Vec<u8> = values(1, bytes).iter().map(|value| (value * 127.0 + 128.0) as u8).collect();
    let weights: Vec<i8> = values(2, rows * weight_row).iter().map(|value| (value * 127.0) as i8).collect();
    let (scales, factors, bias) = (values(3, pixels), values(4, width), values(5, width));
    let mut output = vec![f32::NAN; columns * output_column];
    kernels.int8_tile(&mut Int8Tile {
        output: &mut output,
        output_stride,
        output_column,
        input: &input,
        input_stride,
        input_column,
        input_row,
        weights: &weights,
        weight_row,
        scales: &scales,
        scale_stride: 1,
        factors: &factors,
        bias: &bias,
        relu,
        columns,
        pixels,
        vectors,
        channels,
        rows,
        length,
    });
    for (x, p, c) in
        (0..columns).flat_map(|x| (0..pixels).flat_map(move |p| (0..channels).map(move |c| (x, p, c))))
    {
        let products = (0..rows).flat_map(|r| (0..length * INT8_GROUP).map(move |i| (r, i))).map(|(r, i)| {
            let from = x * input_column + p * input_stride + r * input_row + i;
            let weight = r * weight_row + INT8_GROUP * (i / INT8_GROUP * width + c) + i % INT8_GROUP;
            i32::from(input[from]) * i32::from(weights[weight])
        });
        let sum = bias[c] + factors[c] * scales[p] * products.sum::<i32>() as f32;
        let expected = if relu { sum.max(0.0) } else { sum };
        let actual = output[x * output_column + p * output_stride + c];
        prop_assert!(
            (actual - expected).abs() <= 1e-5 * expected.abs().max(1.0),
            "{actual}, expected {expected}"
        );
    }
    Ok(())
}

#[test]
fn what_is_not_finite_is_not_rounded_to_a_number() {
    for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
        // The NaN that x86 computes has its sign set.
        for value in [f32::NAN, -f32::NAN, f32::INFINITY] {
            let mut input = values(1, 70);
            input[33] = value;
            assert!(kernels.quantise(&input, 70, &mut [0; 70], 70).is_nan(), "{kernels:?} {value}");
        }
    }
}

#[test]
#[should_panic(expected = "assertion")]
fn a_tile_beyond_its_slices_is_refused() {
    let kernels = Kernels::new(Isa::best()).unwrap();
    let weights = vec![0.0; kernels.lanes() * 3];
    kernels.f32_tile(&mut F32Tile {
        output: &mut [0.0; 2],
        output_stride: 1,
        output_column: 0,
        input: &[0.0; 3],
        input_stride: 1,
        input_column: 0,
        input_row: 0,
        weights: &weights,
        weight_row: 0,
        bias: Some(&weights[..kernels.lanes()]),
        relu: false,
        columns: 1,
        pixels: 2,
        vectors: 1,
        channels: kernels.lanes(),
        rows: 1,
        length: 3,
    });
}
