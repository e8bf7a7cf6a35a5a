//! Training of networks that read whole images, on images that are drawn while it trains.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod common;

use std::error::Error;

use captcha_core::image::DynamicImage;
use captcha_core::{Alphabet, Fingerprint, to_gray};
use captcha_dataset::{Batch, CaptchaSource, CaptchaStream, DatasetError, StreamOptions, TrainingData};
use captcha_infer::{
    Architecture, InputShape, Layer, ModelFile, ModelMetadata, Polarity, Preparation, Recognizer, Window,
    softmax,
};
use captcha_model::{
    DeviceChoice, ModelError, SequenceTraining, TorchRecognizer, TrainMonitor, TrainOptions, Trained, train,
};
use captcha_render::{Renderer, Style};
use common::StopAfter;

fn style() -> Style {
    let alphabet = Alphabet::new("AXT").unwrap();
    Style::seed().with_alphabet(alphabet).with_lengths(1..=3).with_size(64, 32).with_margin(4, 4)
}

fn architecture() -> Architecture {
    let block = |channels| [Layer::Conv2d { channels, kernel: 3.into() }, Layer::BatchNorm2d, Layer::Relu];
    let mut layers = Vec::from(block(8));
    layers.push(Layer::MaxPool2d { size: 2.into() });
    layers.extend(block(16));
    layers.push(Layer::MaxPool2d { size: Window { height: 2, width: 1 } });
    layers.extend(block(24));
    layers.extend([Layer::Columns, Layer::Linear { features: 4 }]);
    Architecture { input: InputShape { channels: 1, height: 16, width: 32 }, layers }
}

fn metadata() -> ModelMetadata {
    ModelMetadata::new(architecture(), style().alphabet)
}

fn data(images: usize, seed: u64) -> CaptchaStream {
    let options = StreamOptions::new(images).with_seed(seed).with_threads(1);
    let stream = CaptchaStream::new(Renderer::new(style()).unwrap(), options).unwrap();
    stream.with_prepare("architecture", |image| metadata().prepare(&to_gray(image)))
}

fn options() -> TrainOptions {
    TrainOptions::sequence()
        .with_epochs(3)
        .with_batch(16)
        .with_learning_rate(1e-2)
        .with_averaging(0.9)
        .with_device(DeviceChoice::Cpu)
}

fn fit(
    options: &TrainOptions,
    folder: Option<&std::path::Path>,
    monitor: &dyn TrainMonitor,
) -> Result<Trained, ModelError> {
    train(&metadata(), &data(640, 1), &data(100, 2), options, folder, monitor)
}

#[test]
fn it_learns_to_read_texts_of_any_length() {
    for mixed_precision in [false, true] {
        let trained =
            fit(&options().with_epochs(5).with_mixed_precision(mixed_precision), None, &()).unwrap();
        let last = trained.history.last().unwrap();
        assert!(last.validation_accuracy > 0.8, "mixed precision {mixed_precision}: {last:?}");
    }
}

#[test]
fn an_interrupted_run_with_averaged_weights_resumes_to_the_same_bytes() {
    let whole = fit(&options(), None, &()).unwrap().model.to_bytes().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // 40 steps an epoch.
    let error = fit(&options(), Some(folder.path()), &StopAfter::new(50)).unwrap_err();
    assert!(matches!(error, ModelError::Interrupted { finished: 1, epochs: 3 }), "{error}");
    let resumed = fit(&options(), Some(folder.path()), &()).unwrap();
    assert!(resumed.model.to_bytes().unwrap() == whole, "the resumed run gave other weights");
}

#[test]
fn averaging_changes_the_model_and_not_the_training() {
    let averaged = fit(&options().with_epochs(1), None, &()).unwrap();
    let plain = fit(&options().with_epochs(1).with_averaging(0.0), None, &()).unwrap();
    assert_eq!(averaged.history[0].train_loss, plain.history[0].train_loss);
    assert!(averaged.history[0].validation_loss != plain.history[0].validation_loss);
}

/// One batch, as it is.
struct One(Batch, Alphabet);

impl TrainingData for One {
    fn alphabet(&self) -> &Alphabet {
        &self.1
    }

    fn samples_per_epoch(&self) -> usize {
        self.0.len()
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new()
    }

    fn epoch(&self, _: u64, _: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        Box::new(std::iter::once(Ok(self.0.clone())))
    }
}

#[test]
fn labels_that_do_not_fit_are_named() {
    let batch = TrainingData::epoch(&data(4, 1), 0, 4).next().unwrap().unwrap();
    let message = |batch: Batch| {
        let training = One(batch, style().alphabet);
        train(&metadata(), &training, &data(4, 2), &options(), None, &()).unwrap_err().to_string()
    };
    let with = |labels: Vec<usize>, lengths: Vec<usize>| {
        message(Batch::of_texts(batch.images().clone(), labels, lengths).unwrap())
    };
    assert_eq!(
        with(vec![3, 0, 0, 0], vec![1; 4]),
        "a label is class 3, the network has 3 classes, counted from 0"
    );
    let letters = Batch::of_letters(batch.images().clone(), vec![0; 4]).unwrap();
    assert_eq!(message(letters), "the data has letters, the network reads whole texts");
    // 16 steps hold 8 equal characters with the blanks between them, not 9.
    let long = with(vec![1; 36], vec![9; 4]);
    assert_eq!(long, "an image gives 16 steps, its text needs 17; wider images or fewer pools are needed");
}

/// Data that fails after a batch.
struct Torn(Batch, Alphabet);

impl TrainingData for Torn {
    fn alphabet(&self) -> &Alphabet {
        &self.1
    }

    fn samples_per_epoch(&self) -> usize {
        8
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new()
    }

    fn epoch(&self, _: u64, _: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        Box::new([Ok(self.0.clone()), Err(DatasetError::source("the disk is gone"))].into_iter())
    }
}

#[test]
fn why_the_data_failed_is_passed_on() {
    let batch = TrainingData::epoch(&data(4, 1), 0, 4).next().unwrap().unwrap();
    let torn = Torn(batch, style().alphabet);
    for (training, validation, part) in [
        (&torn as &dyn TrainingData, &data(4, 2) as &dyn TrainingData, "training"),
        (&data(4, 2), &torn, "validation"),
    ] {
        let error = train(&metadata(), training, validation, &options(), None, &()).unwrap_err();
        assert_eq!(error.to_string(), format!("the {part} data failed"));
        let reason = error.source().map(ToString::to_string);
        assert_eq!(reason.as_deref(), Some("the disk is gone"));
    }
}

#[test]
fn label_smoothing_keeps_a_sequence_network_from_being_too_sure() {
    let confidence = |smoothing| {
        let trained = fit(&options().with_epochs(4).with_label_smoothing(smoothing), None, &()).unwrap();
        assert!(trained.history.last().unwrap().validation_accuracy > 0.6, "{:?}", trained.history);
        let recognizer = TorchRecognizer::new(&trained.model).unwrap();
        let batch = TrainingData::epoch(&data(50, 2), 0, 50).next().unwrap().unwrap();
        let logits = recognizer.logits(batch.images().view()).unwrap();
        let sure = logits.rows().into_iter().map(|row| {
            let mut row = row.to_vec();
            softmax(&mut row);
            row.into_iter().fold(0.0, f32::max)
        });
        sure.sum::<f32>() / (logits.len() / 4) as f32
    };
    let (plain, smoothed) = (confidence(0.0), confidence(0.1));
    assert!(smoothed < plain - 0.02, "{smoothed}, without smoothing {plain}");
}

#[test]
fn a_training_in_one_call_takes_what_it_needs_from_the_source() {
    let source = Renderer::new(style()).unwrap();
    let training = SequenceTraining::new(source)
        .with_architecture(architecture().at_width(400))
        .with_images(640)
        .with_validation(100)
        .with_drawing_threads(1)
        .with_options(options().with_epochs(1));
    let trained = training.run(&()).unwrap();
    let made = trained.model.metadata();
    assert_eq!((made.alphabet.to_string().as_str(), made.lengths), ("AXT", Some((1, 3))));
    // Images of 64 x 32 at a height of 16.
    assert_eq!(made.architecture.input.width, 32);
    let drawn = trained.drawn.unwrap();
    assert_eq!((drawn.stats.drawn, drawn.failures.is_empty()), (640, true));
    // It is the training of the function below it.
    let same = fit(&options().with_epochs(1), None, &()).unwrap();
    assert_eq!(trained.history[0].train_loss, same.history[0].train_loss);
}

/// The negatives of the images of another source.
struct Negatives<S>(S);

impl<S: CaptchaSource> CaptchaSource for Negatives<S> {
    fn alphabet(&self) -> &Alphabet {
        self.0.alphabet()
    }

    fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint()
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        let (mut image, text) = self.0.image(seed)?;
        image.invert();
        Ok((image, text))
    }
}

#[test]
fn images_are_prepared_in_training_as_the_model_says() {
    fn train(source: impl CaptchaSource + 'static, preparation: Preparation) -> ModelFile {
        let training = SequenceTraining::new(source)
            .with_architecture(architecture())
            .with_preparation(preparation)
            .with_images(64)
            .with_validation(16)
            .with_drawing_threads(1)
            .with_options(options().with_epochs(1));
        training.run(&()).unwrap().model
    }
    let source = || Renderer::new(style()).unwrap();
    let by_image = Preparation::default().with_polarity(Polarity::ByImage);
    let negatives = train(Negatives(source()), by_image);
    assert_eq!(negatives.metadata().preparation, by_image);
    // What the network is trained on is the same, so it becomes the same network.
    let plain = train(source(), Preparation::default());
    assert!(negatives.tensors() == plain.tensors());
    // 64 x 32 pixels at a height of 16, and half as wide again.
    let wide = train(source(), Preparation::default().with_stretch(1.5));
    assert_eq!(wide.metadata().architecture.input.width, 48);
}
