//! The checks.

use captcha_core::ndarray::{Array3, Array4, Axis, Slice};
use captcha_infer::{Architecture, InputShape, Layer, ModelFile, RecognizeError, Recognizer, Shape, Window};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Deserialize;

use super::{formula_images, formula_model, naive_logits};

/// The largest difference of a logit that is allowed.
const TOLERANCE: f64 = 1e-4;

/// Makes the recogniser under test.
pub type Make<'a> = &'a dyn Fn(&ModelFile) -> Box<dyn Recognizer>;

/// A network and what PyTorch computes with the weights and images of the formula.
#[derive(Deserialize)]
struct Reference {
    name: String,
    architecture: Architecture,
    /// The width of the images.
    width: usize,
    /// `[n, steps * classes]`.
    logits: Vec<Vec<f64>>,
}

fn references() -> Vec<Reference> {
    serde_json::from_str(include_str!("../../reference/reference.json"))
        .expect("the reference values are JSON")
}

fn model(architecture: &Architecture) -> ModelFile {
    formula_model(architecture).expect("the architecture is valid")
}

/// The logits of a recogniser.
fn logits(recognizer: &dyn Recognizer, images: &Array4<f32>) -> Array3<f32> {
    recognizer.logits(images.view()).expect("the images are of the right shape")
}

/// Images of the width that an architecture takes in place of its own.
fn images_at(count: usize, architecture: &Architecture, width: usize) -> Array4<f32> {
    formula_images(count, architecture.at_width(width).input)
}

/// The largest difference between two sets of logits.
fn difference(actual: &Array3<f32>, expected: &Array3<f64>) -> f64 {
    assert_eq!(actual.dim(), expected.dim());
    largest(actual.iter().zip(expected).map(|(&a, &b)| f64::from(a) - b))
}

/// The largest absolute value; NaN if there is one, wherever it stands: a NaN must not pass for a small difference.
fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values
        .into_iter()
        .map(f64::abs)
        .fold(0.0, |worst, next| if worst >= next || worst.is_nan() { worst } else { next })
}

/// Checks the logits of the project's networks, and of networks of unusual sizes, against those of PyTorch.
///
/// # Panics
/// If the check fails.
pub fn logits_are_those_of_pytorch(make: Make<'_>) {
    let mut failures = Vec::new();
    for Reference { name, architecture, width, logits: expected } in references() {
        let images = images_at(expected.len(), &architecture, width);
        // The naive network that the other checks rely on, too.
        let naive = naive_logits(&model(&architecture), &images);
        let expected = Array3::from_shape_vec(naive.dim(), expected.concat()).expect("as many values");
        let difference = difference(&logits(&*make(&model(&architecture)), &images), &expected);
        let naive = largest(&naive - &expected);
        if !(difference < TOLERANCE && naive < 1e-5) {
            failures.push(format!(
                "{name}: the backend is off by {difference:e}, the naive network by {naive:e}"
            ));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Networks of any valid layers, up to a size that the naive one can bear, and a width of images for each.
fn architecture() -> impl Strategy<Value = (Architecture, usize)> {
    let side = || 1usize..4;
    let odd = || (0usize..4).prop_map(|radius| 2 * radius + 1);
    let layer = prop_oneof![
        4 => (1usize..70, odd(), odd())
            .prop_map(|(channels, height, width)| Layer::Conv2d { channels, kernel: Window { height, width } }),
        2 => Just(Layer::BatchNorm2d),
        4 => Just(Layer::Relu),
        2 => (side(), side()).prop_map(|(height, width)| Layer::MaxPool2d { size: Window { height, width } }),
        1 => Just(Layer::Dropout { probability: 0.5 }),
    ];
    let vector_layer = prop_oneof![
        2 => (1usize..150).prop_map(|features| Layer::Linear { features }),
        1 => Just(Layer::Relu),
        1 => Just(Layer::Dropout { probability: 0.1 }),
    ];
    let input = (1usize..6, 1usize..14, 1usize..14).prop_map(|(channels, height, width)| InputShape {
        channels,
        height,
        width,
    });
    let between = prop_oneof![Just(Layer::Flatten), Just(Layer::Columns)];
    let layers = (prop::collection::vec(layer, 0..6), between, prop::collection::vec(vector_layer, 0..4));
    (input, layers, 0usize..30).prop_map(|(input, (maps, between, vectors), wider)| {
        let mut architecture = Architecture { input, layers: Vec::new() };
        for layer in maps.into_iter().chain([between]).chain(vectors) {
            architecture.layers.push(layer);
            // A pool that is larger than what is left of the image, or too much work.
            if !architecture.flops().is_ok_and(|flops| flops < 3_000_000) {
                architecture.layers.pop();
            }
        }
        // A class for the blank alone is no alphabet.
        if let Ok(Shape::Sequence { features: 1, .. }) = architecture.output() {
            architecture.layers.push(Layer::Linear { features: 3 });
        }
        let width = match architecture.is_sequence() {
            true => architecture.column_width() + wider,
            false => input.width,
        };
        (architecture, width)
    })
}

/// Checks the logits of random architectures at random widths against the definitions of their layers.
///
/// # Panics
/// If the check fails.
pub fn any_architecture_gives_the_naive_logits(make: Make<'_>) {
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let result = runner.run(&(architecture(), 1usize..4), |((architecture, width), count)| {
        let model = model(&architecture);
        let images = images_at(count, &architecture, width);
        let expected = naive_logits(&model, &images);
        let difference = difference(&logits(&*make(&model), &images), &expected);
        prop_assert!(difference < TOLERANCE, "off by {difference:e}");
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// One recogniser reads images of one width after those of another, and batches give what single images give.
///
/// # Panics
/// If the check fails.
pub fn sequence_networks_take_images_of_any_width(make: Make<'_>) {
    let architecture = Architecture::sequence(10, 64);
    let (model, recognizer) = (model(&architecture), make(&model(&architecture)));
    for (width, count) in [(64, 3), (4, 2), (50, 1), (7, 9), (131, 2), (64, 0)] {
        let images = images_at(count, &architecture, width);
        let actual = logits(&*recognizer, &images);
        assert_eq!(actual.dim(), (count, width / 4, 11));
        if count > 0 {
            let expected = naive_logits(&model, &images.slice_axis(Axis(0), Slice::from(..1)).to_owned());
            let first = actual.slice_axis(Axis(0), Slice::from(..1)).to_owned();
            let difference = difference(&first, &expected);
            assert!(difference < TOLERANCE, "width {width}: off by {difference:e}");
        }
        for (i, image) in images.axis_chunks_iter(Axis(0), 1).enumerate() {
            let alone = logits(&*recognizer, &image.to_owned());
            for (a, b) in alone.iter().zip(actual.index_axis(Axis(0), i)) {
                assert!((a - b).abs() < 1e-5, "width {width}, image {i}: alone {a}, in a batch {b}");
            }
        }
    }
}

/// Checks batches without images, with few, and with more than any buffer holds.
///
/// # Panics
/// If the check fails.
pub fn batches_give_what_single_images_give(make: Make<'_>) {
    let architecture = Architecture::post(26);
    let recognizer = make(&model(&architecture));
    let images = formula_images(150, architecture.input);
    let single: Vec<f32> = images
        .axis_chunks_iter(Axis(0), 1)
        .flat_map(|image| logits(&*recognizer, &image.to_owned()).into_iter())
        .collect();
    for count in [0, 1, 2, 5, 6, 7, 64, 65, 150] {
        let batch = logits(&*recognizer, &images.slice_axis(Axis(0), Slice::from(..count)).to_owned());
        assert_eq!(batch.dim(), (count, 1, 26));
        for (a, b) in batch.iter().zip(&single) {
            assert!((a - b).abs() < 1e-5, "in a batch of {count}: {a}, alone: {b}");
        }
    }
}

/// Checks images that don't lie in memory in the usual order.
///
/// # Panics
/// If the check fails.
pub fn other_layouts_give_the_same_logits(make: Make<'_>) {
    let architecture =
        Architecture { input: InputShape { channels: 2, height: 5, width: 4 }, ..Architecture::post(3) };
    let recognizer = make(&model(&architecture));
    let images = formula_images(6, architecture.input);
    let mut view = images.slice_axis(Axis(0), Slice::new(0, None, 2));
    view.invert_axis(Axis(1));
    let expected = logits(&*recognizer, &view.as_standard_layout().into_owned());
    let actual = recognizer.logits(view).expect("the shape is right");
    assert_eq!(actual, expected);
}

/// Checks that images of other shapes give typed errors that name what would fit.
///
/// # Panics
/// If the check fails.
pub fn wrong_shapes_are_refused(make: Make<'_>) {
    let letters = Architecture::compact(10);
    let sequence = Architecture::sequence(10, 64);
    let cases = [
        (&letters, [(1, 24, 20), (1, 20, 24), (3, 24, 24), (0, 24, 24), (1, 0, 0)]),
        (&sequence, [(1, 47, 64), (3, 48, 64), (0, 48, 64), (1, 64, 48), (1, 0, 0)]),
    ];
    for (architecture, shapes) in cases {
        let recognizer = make(&model(architecture));
        for (channels, height, width) in shapes {
            let images = formula_images(2, InputShape { channels, height, width });
            match recognizer.logits(images.view()) {
                Err(RecognizeError::WrongShape { expected, actual }) => {
                    assert_eq!(expected, architecture.input);
                    assert_eq!(actual, [2, channels, height, width]);
                }
                other => panic!("{channels} x {height} x {width}: {other:?}"),
            }
        }
    }
    let recognizer = make(&model(&sequence));
    for width in [0, 3] {
        match recognizer.logits(images_at(2, &sequence, width).view()) {
            Err(RecognizeError::WrongWidth { widths, actual }) => {
                assert_eq!((*widths.start(), actual), (4, width));
            }
            other => panic!("{width}: {other:?}"),
        }
    }
}

/// Checks the metadata of the recogniser.
///
/// # Panics
/// If the check fails.
pub fn says_what_the_model_file_says(make: Make<'_>) {
    let model = model(&Architecture::compact(10));
    let recognizer = make(&model);
    assert_eq!(recognizer.metadata(), model.metadata());
    assert!(!recognizer.backend().is_empty());
}

/// Calls at the same time give what calls one after the other give.
///
/// # Panics
/// If the check fails.
pub fn can_be_shared_between_threads(make: Make<'_>) {
    let architecture = Architecture::compact(10);
    let recognizer = make(&model(&architecture));
    let images = formula_images(20, architecture.input);
    let expected = logits(&*recognizer, &images);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(logits(&*recognizer, &images), expected);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::ArrayView4;
    use captcha_infer::{ModelMetadata, NativeRecognizer};

    use super::*;

    /// The native backend, with a NaN in place of the first score.
    struct FirstIsNan(NativeRecognizer);

    impl Recognizer for FirstIsNan {
        fn metadata(&self) -> &ModelMetadata {
            self.0.metadata()
        }

        fn backend(&self) -> &'static str {
            "nan"
        }

        fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
            let mut logits = self.0.logits(input)?;
            logits.iter_mut().take(1).for_each(|logit| *logit = f32::NAN);
            Ok(logits)
        }
    }

    #[test]
    fn a_nan_is_the_largest_difference_wherever_it_stands() {
        for values in [[f64::NAN, 0.0, 1.0], [0.0, f64::NAN, 1.0], [0.0, 1.0, f64::NAN]] {
            assert!(largest(values).is_nan(), "{values:?}");
        }
        assert_eq!(largest([0.5, -2.0, 1.0]), 2.0);
    }

    #[test]
    #[should_panic(expected = "off by NaN")]
    fn a_backend_that_gives_nan_fails() {
        logits_are_those_of_pytorch(&|model| {
            Box::new(FirstIsNan(NativeRecognizer::new(model).expect("the model is valid")))
        });
    }
}
