//! A small task: noisy pictures of three letters.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use captcha_core::image::{GrayImage, Luma};
use captcha_core::rand::RngExt;
use captcha_core::{Alphabet, seed};
use captcha_dataset::{LetterEpochs, LetterSet};
use captcha_infer::{Architecture, InputShape, Layer, ModelMetadata};
use captcha_model::{DeviceChoice, ModelError, TrainMonitor, TrainOptions, Trained, train};

/// libtorch's generator, which draws the dropout masks, belongs to the whole process.
pub(crate) fn exclusive() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) const SIDE: u32 = 8;

/// Noisy pictures of `-`, `|` and `O` at random places.
pub(crate) fn letters(count: usize, seed: u64) -> LetterSet {
    let mut rng = seed::rng(seed);
    let alphabet = Alphabet::new("-|O").unwrap();
    let mut set = LetterSet::new(alphabet.clone(), SIDE);
    for index in 0..count {
        let class = index % 3;
        let (dx, dy) = (rng.random_range(0..3i64), rng.random_range(0..3i64));
        let image = GrayImage::from_fn(SIDE, SIDE, |x, y| {
            let (x, y) = (i64::from(x) - dx, i64::from(y) - dy);
            let ring = x.max(y) == 4 && x.min(y) >= 0 || x.min(y) == 0 && x.max(y) <= 4 && x.max(y) >= 0;
            let ink = [y == 2 && (0..5).contains(&x), x == 2 && (0..5).contains(&y), ring][class];
            Luma([if ink { rng.random_range(0..120) } else { rng.random_range(135..=255) }])
        });
        set.push(&image, alphabet.character(class).unwrap()).unwrap();
    }
    set
}

pub(crate) fn data(count: usize, seed: u64) -> LetterEpochs {
    LetterEpochs::new(letters(count, seed), seed)
}

/// Every kind of layer once.
pub(crate) fn metadata() -> ModelMetadata {
    let architecture = Architecture {
        input: InputShape { channels: 1, height: SIDE as usize, width: SIDE as usize },
        layers: vec![
            Layer::Conv2d { channels: 6, kernel: 3.into() },
            Layer::BatchNorm2d,
            Layer::Relu,
            Layer::MaxPool2d { size: 2.into() },
            Layer::Flatten,
            Layer::Dropout { probability: 0.2 },
            Layer::Linear { features: 3 },
        ],
    };
    ModelMetadata::new(architecture, Alphabet::new("-|O").unwrap())
}

pub(crate) fn options() -> TrainOptions {
    TrainOptions::default()
        .with_epochs(4)
        .with_batch(16)
        .with_learning_rate(1e-2)
        .with_device(DeviceChoice::Cpu)
}

pub(crate) fn fit(
    options: &TrainOptions,
    folder: Option<&Path>,
    monitor: &dyn TrainMonitor,
) -> Result<Trained, ModelError> {
    train(&metadata(), &data(300, 1), &data(90, 2), options, folder, monitor)
}
