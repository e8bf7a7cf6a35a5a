//! Reading an image allocates for the image and its text, and nothing for the network's layers.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use captcha_lab::core::image::{DynamicImage, GrayImage, Luma};
use captcha_lab::core::ndarray::{Array3, ArrayView4};
use captcha_lab::infer::{Architecture, NativeRecognizer, RecognizeError};
use captcha_lab::{ModelFile, ModelMetadata, Recognizer, Solver};
use captcha_testkit::CountingAllocator;
use captcha_testkit::backend::formula_model;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Gives what another gave, with one allocation.
struct Replay {
    metadata: ModelMetadata,
    logits: Array3<f32>,
}

impl Recognizer for Replay {
    fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    fn backend(&self) -> &'static str {
        "replay"
    }

    fn logits(&self, _: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        Ok(self.logits.clone())
    }
}

/// Passes the input on, and keeps what came back.
struct Record(NativeRecognizer, std::sync::Mutex<Option<Array3<f32>>>);

impl Recognizer for &Record {
    fn metadata(&self) -> &ModelMetadata {
        self.0.metadata()
    }

    fn backend(&self) -> &'static str {
        "record"
    }

    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        let logits = self.0.logits(input)?;
        *self.1.lock().unwrap() = Some(logits.clone());
        Ok(logits)
    }
}

/// The logits that the model gives for the image.
fn logits(model: &ModelFile, image: &DynamicImage) -> Array3<f32> {
    let record: &'static Record =
        Box::leak(Box::new(Record(NativeRecognizer::new(model).unwrap(), Default::default())));
    Solver::with_recognizer(Box::new(record)).unwrap().solve(image).unwrap();
    record.1.lock().unwrap().take().unwrap()
}

/// Allocations of one more reading of the image.
fn allocations(solver: &Solver, image: &DynamicImage) -> usize {
    for _ in 0..2 {
        solver.solve(image).unwrap();
    }
    let before = ALLOCATOR.count();
    solver.solve(image).unwrap();
    ALLOCATOR.count() - before
}

// One test: others at the same time would be counted too.
#[test]
fn a_solver_allocates_nothing_for_the_layers() {
    let bars = |x: u32, y: u32| x % 20 >= 8 && x / 20 < 6 && (10..40).contains(&y);
    let image = |width, height| -> DynamicImage {
        GrayImage::from_fn(width, height, |x, y| Luma([if bars(x, y) { 0u8 } else { 255 }])).into()
    };
    for (architecture, image) in [
        (Architecture::sequence(26, 96), image(300, 150)),
        (Architecture::fine_sequence(26, 160), image(160, 60)),
        (Architecture::compact(26), image(300, 50)),
    ] {
        let model = formula_model(&architecture).unwrap();
        let replay = Replay { metadata: model.metadata().clone(), logits: logits(&model, &image) };
        let replayed = Solver::with_recognizer(Box::new(replay)).unwrap();
        let native = Solver::new(&model).unwrap();
        // The logits, and no more.
        let (expected, actual) = (allocations(&replayed, &image), allocations(&native, &image));
        assert_eq!(actual, expected, "{:?}", architecture.input);
    }
}
