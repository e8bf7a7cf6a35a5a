//! Trainings that start from a model: they begin where it was, freeze what they are told to, and resume.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use captcha_core::Monitor;
use captcha_infer::ModelFile;
use captcha_model::{
    ColdStart, ModelError, Schedule, Start, StartReport, Stop, TrainMonitor, TrainOptions, Trained, Watched,
    train_from,
};
use common::StopAfter;
use common::letters::{data, exclusive, fit, metadata, options};

fn from(
    model: &ModelFile,
    options: &TrainOptions,
    folder: Option<&Path>,
    monitor: &dyn TrainMonitor,
) -> Result<Trained, ModelError> {
    let start = Start::from_model(model.clone());
    train_from(&start, &metadata(), &data(300, 1), &data(90, 2), options, folder, monitor)
}

#[test]
fn a_training_from_a_model_begins_where_it_was_and_freezes_what_it_is_told() {
    let _guard = exclusive();
    struct Seen(Mutex<Option<StartReport>>);
    impl Monitor for Seen {}
    impl TrainMonitor for Seen {
        fn started(&self, start: &StartReport) {
            *self.0.lock().unwrap() = Some(start.clone());
        }
    }
    let first = fit(&options(), None, &()).unwrap();
    let seen = Seen(Mutex::default());
    let one = options().with_epochs(1).with_frozen_epochs(1);
    let second = from(&first.model, &one, None, &seen).unwrap();
    let report = seen.0.into_inner().unwrap().unwrap();
    assert_eq!(second.start.as_ref(), Some(&report));
    assert_eq!(report.validation_accuracy, first.best().unwrap().validation_accuracy);
    assert_eq!(report.characters, "-|O");
    assert_eq!(second.model.metadata().training["start"], "6 of 6 tensors and 3 characters");
    let moved: BTreeSet<&str> = (first.model.tensors().iter())
        .filter(|(name, values)| second.model.tensors()[*name] != **values)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(moved, BTreeSet::from(["6.weight", "6.bias"]));

    // After that, everything moves.
    let two = options().with_epochs(2).with_frozen_epochs(1).with_schedule(Schedule::Constant);
    let third = from(&first.model, &two.with_patience(None), None, &()).unwrap();
    if third.best().unwrap().epoch == 2 {
        assert!(third.model.tensors()["0.weight"] != first.model.tensors()["0.weight"]);
    }
}

#[test]
fn it_resumes_to_the_same_bytes_and_another_start_is_another_run() {
    let _guard = exclusive();
    let first = fit(&options().with_epochs(1), None, &()).unwrap();
    let options = options().with_frozen_epochs(2).with_averaging(0.9).with_schedule(Schedule::Constant);
    let whole = from(&first.model, &options, None, &()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for steps in [25, 10, 20] {
        let error = from(&first.model, &options, Some(folder.path()), &StopAfter::new(steps)).unwrap_err();
        assert!(matches!(error, ModelError::Interrupted { .. }), "{error}");
    }
    let resumed = from(&first.model, &options, Some(folder.path()), &()).unwrap();
    assert!(resumed.model.to_bytes().unwrap() == whole.model.to_bytes().unwrap());
    assert_eq!(resumed.start, whole.start);

    let error = fit(&options, Some(folder.path()), &()).unwrap_err();
    let ModelError::OtherRun { differences, .. } = error else { panic!("{error}") };
    assert_eq!(differences[0].option, "start");
}

#[test]
fn a_model_that_reads_nothing_is_trained_as_from_nothing() {
    let _guard = exclusive();
    let untrained = fit(&options().with_epochs(1).with_learning_rate(1e-9), None, &()).unwrap().model;
    let options = options().with_epochs(2).with_patience(None);
    let cold = ColdStart::default().with_learning_rate(1e-2);
    let below = |share| options.clone().with_cold_start(Some(cold.with_below(share)));
    let weights = |options: &TrainOptions| {
        let trained = from(&untrained, options, None, &()).unwrap();
        (trained.model.tensors().clone(), trained.start.unwrap().is_cold)
    };
    let (gentle, fast) = (weights(&options), weights(&options.clone().with_learning_rate(1e-2)));
    assert!(weights(&below(0.0)) == gentle, "it reads some, and goes on as ever");
    let (cold_weights, is_cold) = weights(&below(1.0));
    assert!(is_cold && !fast.1 && cold_weights == fast.0);

    let folder = tempfile::tempdir().unwrap();
    from(&untrained, &below(1.0), Some(folder.path()), &StopAfter::new(15)).unwrap_err();
    let resumed = from(&untrained, &below(1.0), Some(folder.path()), &()).unwrap();
    assert!(*resumed.model.tensors() == cold_weights, "what was decided is kept");
}

#[test]
fn the_validation_loss_can_be_what_stops() {
    let _guard = exclusive();
    let options = options().with_epochs(60).with_schedule(Schedule::Constant).with_learning_rate(3e-2);
    let options = options.with_patience(Some(3)).with_watched(Watched::Loss);
    let trained = fit(&options, None, &()).unwrap();
    assert_eq!(trained.stop, Stop::Early);
    let losses: Vec<f64> = trained.history.iter().map(|row| row.validation_loss).collect();
    let least = (0..losses.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b])).unwrap();
    assert_eq!(least + 1 + 3, losses.len(), "{losses:?}");
}
