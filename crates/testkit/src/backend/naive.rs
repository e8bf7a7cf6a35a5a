//! Inference by the definitions, in double precision.

use captcha_core::ndarray::{Array3, Array4, ArrayView3};
use captcha_infer::{Layer, ModelFile, Shape, Window};

/// The logits `[n, steps, classes]` that the definitions of the layers give, one product after the other.
///
/// # Panics
/// If the images are not of a shape that the model takes.
#[must_use]
pub fn naive_logits(model: &ModelFile, images: &Array4<f32>) -> Array3<f64> {
    let (count, width) = (images.shape()[0], images.shape()[3]);
    let (steps, classes) = match model.metadata().architecture.at_width(width).output() {
        Ok(Shape::Sequence { steps, features }) => (steps, features),
        Ok(shape) => (1, shape.len()),
        Err(error) => panic!("{error}"),
    };
    let logits = images.outer_iter().flat_map(|image| naive_image(model, &image)).collect();
    Array3::from_shape_vec((count, steps, classes), logits).expect("one score for each class, step and image")
}

/// The logits of one image.
fn naive_image(model: &ModelFile, image: &ArrayView3<'_, f32>) -> Vec<f64> {
    let architecture = model.metadata().architecture.at_width(image.shape()[2]);
    let shapes = architecture.shapes().expect("the network takes images of this width");
    // Maps are `[channels, height, width]`, sequences `[steps, features, 1]`, and a vector is a sequence of one step.
    let mut maps = image.mapv(f64::from);
    for (index, (layer, shape)) in architecture.layers.iter().zip(shapes).enumerate() {
        let tensor = |name: &str| model.tensors()[&format!("{index}.{name}")].data();
        let dim = match shape {
            Shape::Maps { channels, height, width } => (channels, height, width),
            Shape::Sequence { steps, features } => (steps, features, 1),
            other => (1, other.len(), 1),
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
            Layer::Columns => {
                let height = maps.shape()[1];
                Array3::from_shape_fn(dim, |(x, feature, _)| maps[[feature / height, feature % height, x]])
            }
            Layer::Linear { .. } => {
                let (weight, bias) = (tensor("weight"), tensor("bias"));
                Array3::from_shape_fn(dim, |(step, output, _)| {
                    let inputs = maps.shape()[1];
                    let weights = &weight[output * inputs..][..inputs];
                    let products =
                        weights.iter().enumerate().map(|(i, &w)| maps[[step, i, 0]] * f64::from(w));
                    f64::from(bias[output]) + products.sum::<f64>()
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
