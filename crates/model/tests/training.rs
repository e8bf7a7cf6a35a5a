//! Training end to end on a small problem: it learns, it can be stopped and resumed, and it says what is wrong.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod common;

use std::sync::Mutex;

use captcha_core::{Alphabet, Monitor};
use captcha_dataset::{LetterEpochs, LetterSet};
use captcha_infer::{Layer, ModelFile, ModelFileError, ModelMetadata};
use captcha_model::{EpochMetrics, LetterTraining, ModelError, Schedule, Stop, TrainMonitor, train};
use captcha_segment::SegmentOptions;
use common::StopAfter;
use common::letters::{SIDE, data, exclusive, fit, letters, metadata, options};

#[test]
fn it_learns() {
    let _guard = exclusive();
    let trained = fit(&options().with_epochs(6), None, &()).unwrap();
    assert_eq!(trained.stop, Stop::Finished);
    let (first, last) = (trained.history[0], trained.history[5]);
    assert!(last.train_loss < first.train_loss / 2.0, "{first:?} {last:?}");
    assert!(last.validation_accuracy > 0.95, "{last:?}");
    assert_eq!(trained.model.metadata().scores.len(), 1);
}

#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    let _guard = exclusive();
    let whole = fit(&options(), None, &()).unwrap().model.to_bytes().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // 300 letters in batches of 16 are 19 steps an epoch: stop in epochs 1, 2 and 4.
    for (steps, finished) in [(5, 0), (25, 1), (50, 3)] {
        let error = fit(&options(), Some(folder.path()), &StopAfter::new(steps)).unwrap_err();
        assert!(
            matches!(error, ModelError::Interrupted { finished: f, epochs: 4 } if f == finished),
            "{error}"
        );
    }
    let resumed = fit(&options(), Some(folder.path()), &()).unwrap();
    assert_eq!(resumed.history.len(), 4);
    assert!(resumed.model.to_bytes().unwrap() == whole, "the resumed run gave other weights");

    let saved = ModelFile::open(folder.path().join("model.safetensors")).unwrap();
    assert_eq!(saved, resumed.model);
    let csv = std::fs::read_to_string(folder.path().join("metrics.csv")).unwrap();
    assert!(csv.starts_with("epoch,train_loss,train_accuracy,validation_loss,validation_accuracy"), "{csv}");
    assert_eq!(csv.lines().count(), 5);
    let lines = std::fs::read_to_string(folder.path().join("metrics.jsonl")).unwrap();
    let rows: Vec<EpochMetrics> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows, resumed.history);

    // A finished run is not trained again, and nothing is written.
    let again = fit(&options(), Some(folder.path()), &StopAfter::new(0)).unwrap();
    assert!(again == resumed, "a finished run changed");
}

#[test]
fn early_stopping_keeps_the_best_epoch() {
    let _guard = exclusive();
    struct Rows(Mutex<Vec<EpochMetrics>>);
    impl Monitor for Rows {}
    impl TrainMonitor for Rows {
        fn epoch(&self, metrics: &EpochMetrics) {
            self.0.lock().unwrap().push(*metrics);
        }
    }
    let rows = Rows(Mutex::default());
    let options = options().with_epochs(60).with_schedule(Schedule::Constant).with_patience(Some(3));
    let trained = fit(&options, None, &rows).unwrap();
    assert_eq!(trained.stop, Stop::Early);
    let rows = rows.0.into_inner().unwrap();
    assert_eq!(rows, trained.history);
    let accuracies: Vec<f64> = rows.iter().map(|row| row.validation_accuracy).collect();
    let best = accuracies.iter().copied().fold(0.0, f64::max);
    assert!(accuracies[rows.len() - 3..].iter().all(|&a| a <= best));
    let epoch = &trained.model.metadata().training["epoch"];
    assert_eq!(epoch, &format!("{} of 60", rows.len() - 3), "{accuracies:?}");
}

#[test]
fn what_does_not_fit_is_named() {
    let _guard = exclusive();
    let other = ModelMetadata::new(metadata().architecture, Alphabet::new("-|X").unwrap());
    let error = train(&other, &data(30, 1), &data(30, 2), &options(), None, &()).unwrap_err();
    assert_eq!(error.to_string(), "the training data has the alphabet \"-|O\", the network reads \"-|X\"");

    let empty = LetterEpochs::new(LetterSet::new(metadata().alphabet, SIDE), 1);
    let error = train(&metadata(), &data(30, 1), &empty, &options(), None, &()).unwrap_err();
    assert_eq!(error.to_string(), "the validation data is empty, expected at least one sample");

    let mut wide = metadata();
    wide.architecture.input.width = 10;
    let error = train(&wide, &data(30, 1), &data(30, 2), &options(), None, &()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the images have shape [1, 8, 8], the network takes [1, 8, 10] (channels, height, width)"
    );
}

#[test]
fn divergence_is_an_error_not_a_model() {
    let _guard = exclusive();
    let error =
        fit(&options().with_learning_rate(1e30).with_schedule(Schedule::Constant), None, &()).unwrap_err();
    // The first step makes weights that are not finite, the second has a loss that is not.
    assert!(matches!(error, ModelError::Diverged { epoch: 1, step: 2, .. }), "{error}");
}

#[test]
fn a_model_cuts_as_its_letters_were_cut() {
    let _guard = exclusive();
    let cut = SegmentOptions::default().with_letter_size(SIDE).with_letter_margin(3);
    let letters = letters(60, 1).with_segmentation(Some(cut.clone()));
    let short = options().with_epochs(1);
    let training = LetterTraining::new(letters.clone())
        .with_architecture(metadata().architecture)
        .with_lengths(2..=3)
        .with_note("command", "train")
        .with_options(short.clone());
    let trained = training.run(&()).unwrap();
    let made = trained.model.metadata();
    let read: SegmentOptions = serde_json::from_value(made.segmentation.clone().unwrap()).unwrap();
    assert_eq!((read, made.lengths), (cut, Some((2, 3))));
    assert_eq!(made.training["command"], "train");
    assert_eq!(made.scores["validation_accuracy"].split(" of ").last(), Some("6"));

    // The function below the builder sees to it as well.
    let data = LetterEpochs::new(letters, 1);
    let trained = train(&metadata(), &data, &data, &short, None, &()).unwrap();
    assert_eq!(trained.model.metadata().segmentation, made.segmentation);
    let mut other = metadata();
    let options = SegmentOptions::default().with_letter_size(SIDE);
    other.segmentation = Some(serde_json::to_value(options).unwrap());
    let error = train(&other, &data, &data, &short, None, &()).unwrap_err();
    let ModelError::Segmentation { differences } = error else { panic!("{error}") };
    assert_eq!(differences[0].option, "letter_margin");

    // Of letters whose cutting is not known, the size is.
    let unknown = LetterTraining::new(common::letters::letters(60, 1))
        .with_architecture(metadata().architecture)
        .with_options(short);
    let trained = unknown.run(&()).unwrap();
    assert_eq!(trained.model.metadata().segmentation.as_ref().unwrap()["letter_size"], SIDE);
}

#[test]
fn letters_that_can_not_be_split_are_told() {
    let _guard = exclusive();
    let error = LetterTraining::new(letters(30, 1)).with_validation(1.5).run(&()).unwrap_err();
    assert!(matches!(error, ModelError::Letters(_)), "{error}");
}

#[test]
fn a_network_with_other_classes_is_told_before_it_is_trained() {
    let _guard = exclusive();
    let mut other = metadata();
    other.architecture.layers[6] = Layer::Linear { features: 4 };
    let error = train(&other, &data(30, 1), &data(30, 2), &options(), None, &StopAfter::new(0)).unwrap_err();
    assert!(matches!(error, ModelError::ModelFile(ModelFileError::Classes { .. })), "{error}");
}
