//! Models and images from a formula, which `reference/reference.py` computes too.

use captcha_core::Alphabet;
use captcha_core::ndarray::Array4;
use captcha_infer::{Architecture, InputShape, ModelFile, ModelMetadata, Parameter, Shape, Tensor};

/// What the images start from.
const IMAGE_SEED: u32 = 1000;

/// The model of an architecture with the weights of the formula: `None` if the architecture makes no network with at
/// least one character.
#[must_use]
pub fn formula_model(architecture: &Architecture) -> Option<ModelFile> {
    let classes = match architecture.output().ok()? {
        // Without the blank.
        Shape::Sequence { features, .. } => features - 1,
        shape => shape.len(),
    };
    // Any characters will do: the letters of a script that has thousands.
    let alphabet: String = ('\u{4e00}'..).take(classes).collect();
    let parameters = architecture.parameters().ok()?;
    let tensors = (1..).zip(&parameters).map(|(seed, parameter)| {
        let tensor = Tensor::new(parameter.shape.clone(), values(seed, parameter))?;
        Some((parameter.name.clone(), tensor))
    });
    let metadata = ModelMetadata::new(architecture.clone(), Alphabet::new(&alphabet).ok()?);
    ModelFile::new(metadata, tensors.collect::<Option<_>>()?).ok()
}

/// `count` images `[n, channels, height, width]` with values in `[0, 1)`.
#[must_use]
pub fn formula_images(count: usize, shape: InputShape) -> Array4<f32> {
    let InputShape { channels, height, width } = shape;
    let mut numbers = numbers(IMAGE_SEED);
    Array4::from_shape_simple_fn((count, channels, height, width), || {
        numbers.next().map_or(0.0, |number| ((number + 1.0) / 2.0) as f32)
    })
}

/// He's bound for weights, so that activations keep their size (K. He et al., "Delving deep into rectifiers", ICCV
/// 2015, doi 10.1109/ICCV.2015.123); small numbers for the rest.
fn values(seed: u32, parameter: &Parameter) -> Vec<f32> {
    let shape = &parameter.shape;
    let bound = (6.0 / shape[1..].iter().product::<usize>() as f64).sqrt();
    let (offset, scale) = match parameter.name.rsplit('.').next() {
        Some("weight") if shape.len() > 1 => (0.0, bound),
        Some("weight") => (1.0, 0.25),
        Some("running_var") => (1.0, 0.5),
        _ => (0.0, 0.25),
    };
    numbers(seed).take(shape.iter().product()).map(|number| (offset + scale * number) as f32).collect()
}

/// Numbers in `[-1, 1)` that look random: the integer hash "lowbias32" of C. Wellons
/// (<https://nullprogram.com/blog/2018/07/31/>), its upper 24 bits as a fraction.
fn numbers(seed: u32) -> impl Iterator<Item = f64> {
    (0u32..).map(move |i| {
        let mut h = i.wrapping_add(seed.wrapping_mul(0x9e37_79b9));
        for (shift, factor) in [(16, 0x7feb_352d), (15, 0x846c_a68b)] {
            h = (h ^ (h >> shift)).wrapping_mul(factor);
        }
        f64::from((h ^ (h >> 16)) >> 8) / f64::from(1 << 23) - 1.0
    })
}
