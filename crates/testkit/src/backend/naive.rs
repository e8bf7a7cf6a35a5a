//! Inference by the definitions, in double precision.

use captcha_core::ndarray::{Array2, Array3, Array4, ArrayView3};
use captcha_infer::{Layer, ModelFile, Shape, Window};

/// The logits `[n, classes]` that the definitions of the layers give, one product after the other.
///
/// # Panics
/// If the images are not of the shape that the model takes.
#[must_use]
pub fn naive_logits(model: &ModelFile, images: &Array4<f32>) -> Array2<f64> {
    let classes = model.metadata().alphabet.len();
    let logits = images.outer_iter().flat_map(|image| naive_image(model, &image)).collect();
    Array2::from_shape_vec((images.shape()[0], classes), logits).expect("one score for each class and image")
}

/// The logits of one image.
fn naive_image(model: &ModelFile, image: &ArrayView3<'_, f32>) -> Vec<f64> {
    let architecture = &model.metadata().architecture;
    let shapes = architecture.shapes().expect("a model file holds a valid architecture");
    let mut maps = image.mapv(f64::from);
    for (index, (layer, shape)) in architecture.layers.iter().zip(shapes).enumerate() {
        let tensor = |name: &str| model.tensors()[&format!("{index}.{name}")].data();
        let dim = match shape {
            Shape::Maps { channels, height, width } => (channels, height, width),
            other => (other.len(), 1, 1),
        };
        maps = match *layer {
            Layer::Conv2d { kernel, .. } => convolve(&maps, dim, kernel, tensor("weight"), tensor("bias")),
            Layer::BatchNorm2d => {
                let [weight, bias] = [tensor("weight"), tensor("bias")];
                let [mean, variance] = [tensor("running_mean"), tensor("running_var")];
                Array3::from_shape_fn(dim, |(c, y, x)| {
                    let normal =
                        (maps[[c, y, x]] - f64::from(mean[c])) / (f64::from(variance[c]) + 1e-5).sqrt();
                    normal * f64::from(weight[c]) + f64::from(bias[c])
                })
            }
            Layer::Relu => maps.mapv(|value| value.max(0.0)),
            Layer::MaxPool2d { size } => Array3::from_shape_fn(dim, |(c, y, x)| {
                let Window { height, width } = size;
                let window =
                    (0..height * width).map(|i| maps[[c, y * height + i / width, x * width + i % width]]);
                window.fold(f64::NEG_INFINITY, f64::max)
            }),
            Layer::Flatten => maps.into_shape_with_order(dim).expect("as many values as before"),
            Layer::Linear { .. } => {
                let (weight, bias) = (tensor("weight"), tensor("bias"));
                Array3::from_shape_fn(dim, |(output, ..)| {
                    let products = maps.iter().zip(&weight[output * maps.len()..]);
                    f64::from(bias[output]) + products.map(|(&a, &b)| a * f64::from(b)).sum::<f64>()
                })
            }
            // Dropout does nothing at inference.
            _ => maps,
        };
    }
    maps.into_iter().collect()
}

fn convolve(
    maps: &Array3<f64>,
    dim: (usize, usize, usize),
    kernel: usize,
    weight: &[f32],
    bias: &[f32],
) -> Array3<f64> {
    let (inputs, height, width) = maps.dim();
    let radius = kernel / 2;
    Array3::from_shape_fn(dim, |(output, y, x)| {
        let mut sum = f64::from(bias[output]);
        for tap in 0..inputs * kernel * kernel {
            let (input, ky, kx) = (tap / (kernel * kernel), tap / kernel % kernel, tap % kernel);
            // Beyond the upper or left edge this wraps to a huge number, which is outside too.
            let [row, column] = [(y + ky).wrapping_sub(radius), (x + kx).wrapping_sub(radius)];
            if row < height && column < width {
                sum +=
                    maps[[input, row, column]] * f64::from(weight[output * inputs * kernel * kernel + tap]);
            }
        }
        sum
    })
}
