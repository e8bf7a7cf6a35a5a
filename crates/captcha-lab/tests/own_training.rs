//! A network for one's own images: from a folder to a model, cut off and continued, and in folds.

#![cfg(all(feature = "torch", feature = "render"))]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use captcha_lab::core::Monitor;
use captcha_lab::dataset::{DatasetError, FolderOptions, LabelledFolder};
use captcha_lab::infer::{Architecture, InputShape, Layer, Window};
use captcha_lab::model::{DeviceChoice, ModelError, TrainMonitor};
use captcha_lab::own::{FineTuneOptions, OwnError, OwnMonitor, Part, Stage, cross_validate, fine_tune};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{Alphabet, ModelFile};

/// libtorch's generator belongs to the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A folder of drawn images, some of them twice, one that can't be read, one of another size.
fn folder(path: &Path) {
    let style = Style::seed().with_alphabet(Alphabet::new("ABX").unwrap()).with_lengths(2..=3);
    let renderer = Renderer::new(style).unwrap();
    for seed in 0..60 {
        let captcha = renderer.random(seed).unwrap();
        let image =
            captcha.image.resize_exact(96, 32, captcha_lab::core::image::imageops::FilterType::Triangle);
        image.save(path.join(format!("{}-{seed}.png", captcha.text))).unwrap();
        if seed < 10 {
            image.save(path.join(format!("{}-{seed}b.bmp", captcha.text))).unwrap();
        }
        if seed == 20 {
            let large = image.resize(400, 200, captcha_lab::core::image::imageops::FilterType::Triangle);
            large.save(path.join(format!("{}-large.png", captcha.text))).unwrap();
        }
    }
    std::fs::write(path.join("AB-broken.png"), "no image").unwrap();
}

fn options() -> FineTuneOptions {
    let architecture = Architecture {
        input: InputShape { channels: 1, height: 16, width: 48 },
        layers: vec![
            Layer::Conv2d { channels: 6, kernel: 3.into() },
            Layer::BatchNorm2d,
            Layer::Relu,
            Layer::MaxPool2d { size: Window { height: 4, width: 4 } },
            Layer::Columns,
            Layer::Linear { features: 8 },
            Layer::Relu,
            Layer::Linear { features: 1 },
        ],
    };
    let mut options = FineTuneOptions::default()
        .with_architecture(Some(architecture))
        .with_images_per_epoch(64)
        .with_epochs(Some(3))
        .with_rehearsal(None)
        .with_fractions([0.5, 0.2, 0.1, 0.2]);
    options.training = options.training.with_batch(16).with_device(DeviceChoice::Cpu);
    options
}

fn open(path: &Path) -> LabelledFolder {
    LabelledFolder::open(path, &FolderOptions::default()).unwrap()
}

/// Interrupts after so many reports of the training.
struct StopAfter(u64, AtomicU64, Mutex<Option<Stage>>);

impl Monitor for StopAfter {
    fn progress(&self, _: u64, _: u64) {
        if *self.2.lock().unwrap() != Some(Stage::Looking) && *self.2.lock().unwrap() != Some(Stage::Reading)
        {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn interrupted(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

impl TrainMonitor for StopAfter {}

impl OwnMonitor for StopAfter {
    fn stage(&self, stage: Stage) {
        *self.2.lock().unwrap() = Some(stage);
    }
}

fn stop_after(reports: u64) -> StopAfter {
    StopAfter(reports, AtomicU64::new(0), Mutex::default())
}

#[test]
fn a_folder_becomes_a_model_and_a_run_that_was_cut_off_the_same_one() {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let images = tempfile::tempdir().unwrap();
    folder(images.path());
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = fine_tune(&open(images.path()), &options(), Some(first.path()), &()).unwrap();

    // The parts have every image once, and equal images are on one side, whatever their files.
    assert_eq!(whole.split.len(), 71);
    assert_eq!(whole.skipped.total(), 1);
    for seed in 0..10 {
        let of: BTreeSet<Part> = (whole.split.iter())
            .filter(|(name, _)| {
                name.ends_with(&format!("-{seed}.png")) || name.ends_with(&format!("-{seed}b.bmp"))
            })
            .map(|(_, part)| *part)
            .collect();
        assert_eq!(of.len(), 1, "{seed}");
    }
    assert_eq!(whole.answers.len(), whole.images_of(Part::Test));
    let metadata = whole.model.metadata();
    assert_eq!((metadata.alphabet.to_string().as_str(), metadata.lengths), ("ABX", Some((2, 3))));
    assert!(metadata.temperature.is_some() && metadata.scores.contains_key("test_accuracy"));
    let list = std::fs::read_to_string(first.path().join("split.csv")).unwrap();
    assert_eq!(list.lines().count(), 72);
    for file in ["config.json", "test.csv", "metrics.jsonl", "events.out.tfevents.captcha-lab"] {
        assert!(first.path().join(file).exists(), "{file}");
    }

    for reports in [3, 4, 6] {
        let error = fine_tune(&open(images.path()), &options(), Some(second.path()), &stop_after(reports));
        let error = error.unwrap_err();
        assert!(matches!(error, OwnError::Model(ModelError::Interrupted { .. })), "{error}");
    }
    fine_tune(&open(images.path()), &options(), Some(second.path()), &()).unwrap();
    let model = |run: &Path| std::fs::read(run.join("model.safetensors")).unwrap();
    assert!(model(first.path()) == model(second.path()), "another model");
    assert_eq!(ModelFile::open(first.path().join("model.safetensors")).unwrap(), whole.model);

    // Other images are another run.
    std::fs::remove_file(images.path().join("AB-broken.png")).unwrap();
    let gone = whole.split.keys().find(|name| name.contains("-30.")).unwrap();
    std::fs::remove_file(images.path().join(gone)).unwrap();
    let error = fine_tune(&open(images.path()), &options(), Some(second.path()), &()).unwrap_err();
    let OwnError::Changed { source, changes } = error else { panic!("{error}") };
    assert!(matches!(*source, ModelError::OtherRun { .. }), "{source}");
    assert_eq!(changes, [format!("gone: {gone}")]);
    assert!(model(first.path()) == model(second.path()), "a refused run changed the model");
}

#[test]
fn a_training_from_a_model_takes_another_alphabet() {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let images = tempfile::tempdir().unwrap();
    folder(images.path());
    let first = fine_tune(&open(images.path()), &options(), None, &()).unwrap();
    for entry in std::fs::read_dir(images.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if let Some(rest) = name.strip_prefix('X') {
            std::fs::rename(&path, path.with_file_name(format!("Z{rest}"))).unwrap();
        }
    }
    let mut options = FineTuneOptions::from_model(first.model.clone()).with_epochs(Some(1));
    options.rehearsal = None;
    options.training = options.training.with_device(DeviceChoice::Cpu);
    let second = fine_tune(&open(images.path()), &options, None, &()).unwrap();
    let start = second.trained.start.unwrap();
    assert_eq!((&*start.characters, &*start.new_characters), ("ABX", "Z"));
    assert_eq!(start.is_cold, start.validation_accuracy < 0.05);
    let cold = second.options.cold_start.unwrap();
    assert_eq!(
        (second.options.learning_rate, second.options.flat_start, cold.learning_rate),
        (1e-3, 0, 3e-3)
    );
    assert_eq!(second.model.metadata().architecture.input.height, 16);
}

#[test]
fn folds_read_every_image_once_and_go_on_where_they_were() {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let images = tempfile::tempdir().unwrap();
    folder(images.path());
    let options = options().with_epochs(Some(1));
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = cross_validate(&open(images.path()), &options, 3, first.path(), true, &()).unwrap();
    let names: BTreeSet<&str> =
        whole.folds.iter().flat_map(|fold| &fold.answers).map(|answer| &*answer.name).collect();
    assert_eq!((names.len(), whole.evaluation.images()), (71, 71));
    assert!(first.path().join("fold-3/model.safetensors").exists());
    assert!(first.path().join("label-errors.csv").exists());

    // Every fold has one epoch, and is reported once more when it is finished.
    let stopped = cross_validate(&open(images.path()), &options, 3, second.path(), false, &stop_after(3));
    assert!(stopped.is_err());
    let finished = (1..=3).filter(|fold| second.path().join(format!("fold-{fold}.json")).exists()).count();
    assert!(finished < 3, "{finished}");
    let again = cross_validate(&open(images.path()), &options, 3, second.path(), false, &()).unwrap();
    assert_eq!(again.evaluation, whole.evaluation);
    assert!(!second.path().join("fold-3").exists());
    let refused = |folds, options: &FineTuneOptions, out: &Path| {
        let error = cross_validate(&open(images.path()), options, folds, out, false, &()).unwrap_err();
        assert!(matches!(error, OwnError::Model(ModelError::OtherRun { .. })), "{error}");
    };
    refused(4, &options, second.path());
    let longer = options.clone().with_images_per_epoch(options.images_per_epoch + 1);
    refused(3, &longer, second.path());

    // Images of another style that are mixed in are other data, too.
    let mixed = |style: Style| {
        let style = style.with_alphabet(Alphabet::new("ABX").unwrap()).with_lengths(2..=3);
        options.clone().with_mix(Some((Arc::new(Renderer::new(style).unwrap()), 0.5)))
    };
    let third = tempfile::tempdir().unwrap();
    cross_validate(&open(images.path()), &mixed(Style::seed()), 2, third.path(), false, &()).unwrap();
    refused(2, &mixed(Style::claptcha()), third.path());
}

#[test]
fn what_can_not_be_trained_is_told() {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let images = tempfile::tempdir().unwrap();
    std::fs::write(images.path().join("AB-1.png"), "no image").unwrap();
    let error = fine_tune(&open(images.path()), &options(), None, &()).unwrap_err();
    assert!(matches!(error, OwnError::Dataset(DatasetError::NothingUsable { .. })), "{error}");
    std::fs::remove_file(images.path().join("AB-1.png")).unwrap();
    let white =
        captcha_lab::core::image::GrayImage::from_pixel(96, 32, captcha_lab::core::image::Luma([255]));
    white.save(images.path().join("AB-1.png")).unwrap();
    let error = fine_tune(&open(images.path()), &options(), None, &()).unwrap_err();
    assert!(matches!(error, OwnError::Check { .. }), "{error}");
    let error = fine_tune(&open(images.path()), &options().with_checks(false), None, &()).unwrap_err();
    assert!(matches!(error, OwnError::TooFew { images: 1, .. }), "{error}");
}
