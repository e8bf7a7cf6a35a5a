//! Every kernel against the formula of [`Tile`].

use proptest::prelude::*;

use super::*;

/// [`Kernels::tile`], one product after the other.
fn naive(tile: &mut Tile<'_>, width: usize) {
    for p in 0..tile.pixels {
        for c in 0..tile.channels {
            let at = p * tile.output_stride + c;
            let mut sum = tile.bias.map_or(tile.output[at], |bias| bias[c]);
            for r in 0..tile.rows {
                for i in 0..tile.length {
                    sum += tile.input[p * tile.input_stride + r * tile.input_row + i]
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
    rows: usize,
    length: usize,
    missing: usize,
    gaps: [usize; 4],
    bias: bool,
    relu: bool,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    (0usize..4, 0usize..12, 0usize..16, [0usize..4, 0usize..4, 0usize..4, 0usize..4], any::<[bool; 2]>())
        .prop_map(|(rows, length, missing, gaps, [bias, relu])| Sizes {
            rows,
            length,
            missing,
            gaps,
            bias,
            relu,
        })
}

fn check(kernels: Kernels, vectors: usize, pixels: usize, sizes: &Sizes) -> Result<(), TestCaseError> {
    let &Sizes { rows, length, missing, gaps, bias, relu } = sizes;
    let width = vectors * kernels.lanes();
    let channels = width - missing % kernels.lanes();
    let [output_stride, input_stride, input_row, weight_row] =
        [channels + gaps[0], gaps[1], length + gaps[2], length * width + gaps[3]];
    let input = values(1, pixels * input_stride + rows * input_row + length);
    let weights = values(2, rows * weight_row);
    let bias = bias.then(|| values(3, width));
    let start = values(4, (pixels - 1) * output_stride + channels);
    let mut outputs = [start.clone(), start];
    for (i, output) in outputs.iter_mut().enumerate() {
        let mut tile = Tile {
            output,
            output_stride,
            input: &input,
            input_stride,
            input_row,
            weights: &weights,
            weight_row,
            bias: bias.as_deref(),
            relu,
            pixels,
            vectors,
            channels,
            rows,
            length,
        };
        if i == 0 { kernels.tile(&mut tile) } else { naive(&mut tile, width) }
    }
    let [fast, slow] = outputs;
    for (i, (a, b)) in fast.iter().zip(&slow).enumerate() {
        prop_assert!((a - b).abs() < 1e-5, "{kernels:?} {pixels} x {vectors} value {i}: {a}, expected {b}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_kernel_is_the_formula(sizes in sizes()) {
        for kernels in Isa::ALL.into_iter().filter_map(|isa| Kernels::new(isa).ok()) {
            for vectors in 1..=kernels.max_vectors() {
                for pixels in 1..=kernels.max_pixels(vectors) {
                    check(kernels, vectors, pixels, &sizes)?;
                }
            }
        }
    }
}

#[test]
#[should_panic(expected = "assertion")]
fn a_tile_beyond_its_slices_is_refused() {
    let kernels = Kernels::new(Isa::best()).unwrap();
    let weights = vec![0.0; kernels.lanes() * 3];
    kernels.tile(&mut Tile {
        output: &mut [0.0; 2],
        output_stride: 1,
        input: &[0.0; 3],
        input_stride: 1,
        input_row: 0,
        weights: &weights,
        weight_row: 0,
        bias: Some(&weights[..kernels.lanes()]),
        relu: false,
        pixels: 2,
        vectors: 1,
        channels: kernels.lanes(),
        rows: 1,
        length: 3,
    });
}
