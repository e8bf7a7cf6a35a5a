//! Inference by the definitions.

use captcha_core::ndarray::{Array3, Array4};
use captcha_infer::{ModelFile, Shape, Trace};

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
    let logits = images.outer_iter().flat_map(|image| {
        let trace = Trace::new(model, &image).expect("the network takes images of this shape");
        trace.input_of(trace.stages().len()).mapv(f64::from).into_iter()
    });
    Array3::from_shape_vec((count, steps, classes), logits.collect())
        .expect("one score for each class, step and image")
}
