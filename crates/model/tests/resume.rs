//! A run knows its data: what is resumed, what is refused, and what is extended.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use captcha_core::seed;
use captcha_dataset::{Augmentation, TrainingData};
use captcha_infer::{Architecture, ModelFile};
use captcha_model::{ModelError, Schedule, Stop, TrainOptions, Trained, train};
use common::StopAfter;
use common::letters::{data, exclusive, fit, metadata, options};

/// Everything in a folder: contents and when they were written.
fn contents(folder: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let modified = entry.metadata().unwrap().modified().unwrap();
        (entry.file_name().into_string().unwrap(), (fs::read(entry.path()).unwrap(), modified))
    });
    entries.collect()
}

fn short() -> TrainOptions {
    options().with_epochs(1)
}

/// Trains on `training` and `validation` in a folder that holds a finished run of one epoch; the names of what
/// differs.
fn differences(
    folder: &Path,
    training: &dyn TrainingData,
    validation: &dyn TrainingData,
    options: &TrainOptions,
) -> Vec<String> {
    let before = contents(folder);
    let mut metadata = metadata();
    metadata.training.insert("command".to_owned(), "another".to_owned());
    let error = train(&metadata, training, validation, options, Some(folder), &()).unwrap_err();
    assert!(contents(folder) == before, "a refused run changed something");
    match error {
        ModelError::OtherRun { differences, .. } => {
            differences.into_iter().map(|difference| difference.option).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn other_data_or_options_are_refused_with_all_that_differs() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fit(&short(), Some(folder), &()).unwrap();
    let (training, validation) = (data(300, 1), data(90, 2));

    // As many letters, and all options the same: only the pixels are others.
    let others = common::letters::letters(300, 9);
    let others = captcha_dataset::LetterEpochs::new(others, 1);
    assert_eq!(differences(folder, &others, &validation, &short()), ["training.letters.contents"]);
    assert_eq!(
        differences(folder, &training, &data(90, 3), &short()),
        ["validation.letters.contents", "validation.seed"]
    );
    let augmented = data(300, 1).with_augmentation(Augmentation::light()).unwrap();
    assert_eq!(differences(folder, &augmented, &validation, &short()), ["training.augmentation"]);
    assert_eq!(
        differences(folder, &training, &validation, &short().with_seed(2).with_clip(Some(1.0))),
        ["clip", "seed"]
    );

    let error = train(&metadata(), &training, &validation, &short().with_seed(2), Some(folder), &());
    let message = error.unwrap_err().to_string();
    assert!(
        message.ends_with(
            "checkpoint.safetensors: was begun with other data or options (there and now): seed is 1 and 2; \
             choose another folder, or remove this one"
        ),
        "{message}"
    );
}

#[test]
fn a_finished_run_stays_as_it_is_whatever_a_second_command_says() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    let said = |command: &str| {
        let mut metadata = metadata();
        metadata.training.insert("command".to_owned(), command.to_owned());
        train(&metadata, &data(300, 1), &data(90, 2), &short().with_threads(1), Some(folder.path()), &())
    };
    let first = said("first").unwrap();
    let before = contents(folder.path());
    let second = said("second").unwrap();
    assert_eq!(second.model.metadata().training["command"], "first");
    assert!(second == first);
    assert!(contents(folder.path()) == before, "a finished run was written again");

    // What somebody has removed is there again.
    fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    said("third").unwrap();
    assert_eq!(ModelFile::open(folder.path().join("model.safetensors")).unwrap(), first.model);
}

#[test]
fn a_run_continues_with_another_number_of_threads() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    fit(&options(), Some(folder.path()), &StopAfter::new(25)).unwrap_err();
    let trained = fit(&options().with_threads(2), Some(folder.path()), &()).unwrap();
    assert_eq!((trained.history.len(), trained.stop), (4, Stop::Finished));
    let options = &trained.model.metadata().training["options"];
    assert!(options.contains("\"threads\":2"), "{options}");
}

/// Trains 2 epochs and makes it 4, interrupted in between or not.
fn extended(schedule: Schedule, interrupted: bool) -> Trained {
    let folder = tempfile::tempdir().unwrap();
    let options = options().with_schedule(schedule);
    fit(&options.clone().with_epochs(2), Some(folder.path()), &()).unwrap();
    if interrupted {
        // 19 steps an epoch: in the last.
        let error = fit(&options, Some(folder.path()), &StopAfter::new(25)).unwrap_err();
        assert!(matches!(error, ModelError::Interrupted { finished: 3, epochs: 4 }), "{error}");
    }
    let trained = fit(&options, Some(folder.path()), &()).unwrap();
    assert_eq!(ModelFile::open(folder.path().join("model.safetensors")).unwrap(), trained.model);
    let error = fit(&options.clone().with_epochs(2), Some(folder.path()), &()).unwrap_err();
    assert!(error.to_string().contains("epochs is 4 and 2"), "{error}");
    trained
}

#[test]
fn an_extended_run_goes_on_as_the_longer_schedule_does() {
    let _guard = exclusive();
    // With a schedule that does not depend on the length, it is the longer run.
    let constant = extended(Schedule::Constant, false);
    let whole = fit(&options().with_schedule(Schedule::Constant), None, &()).unwrap();
    assert_eq!(constant.model.tensors(), whole.model.tensors());
    assert_eq!(constant.model.metadata().training["extended"], "epochs 1 to 2 of 2, epochs 3 to 4 of 4");
    assert!(!whole.model.metadata().training.contains_key("extended"));

    // With a cosine, each epoch has the learning rates of the length that was asked for when it was trained.
    let cosine = extended(Schedule::Cosine, false);
    let short = fit(&options().with_epochs(2), None, &()).unwrap();
    let long = fit(&options(), None, &()).unwrap();
    let rates = |trained: &Trained| trained.history.iter().map(|row| row.learning_rate).collect::<Vec<_>>();
    assert_eq!(rates(&cosine), [&rates(&short)[..], &rates(&long)[2..]].concat());
    assert_eq!(cosine.history[1].validation_loss, short.history[1].validation_loss);
    assert!(extended(Schedule::Cosine, true).model == cosine.model, "an interruption changed the weights");
}

#[test]
fn two_trainings_do_not_write_into_one_folder() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    let lock = File::open(folder.path()).unwrap();
    lock.lock().unwrap();
    let error = fit(&short(), Some(folder.path()), &()).unwrap_err();
    assert!(matches!(error, ModelError::Busy { .. }), "{error}");
    assert_eq!(contents(folder.path()).len(), 0);
    drop(lock);
    fit(&short(), Some(folder.path()), &()).unwrap();
}

/// What is wrong with the checkpoint, the reason included.
fn refused(folder: &Path) -> String {
    let error = fit(&short(), Some(folder), &()).unwrap_err();
    assert!(matches!(error, ModelError::Checkpoint { .. }), "{error}");
    error.source().unwrap().to_string()
}

#[test]
fn a_damaged_checkpoint_is_told() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    fit(&short(), Some(folder.path()), &()).unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let bytes = fs::read(&path).unwrap();
    for length in [0, 7, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        refused(folder.path());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_checkpoint_without_an_end_is_not_read() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_eq!(refused(folder.path()), "expected a regular file, this is a device");
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert_eq!(refused(folder.path()), "expected a regular file, this is a named pipe");
    fs::remove_file(&path).unwrap();
    // A terabyte of zeros that takes no room on the disk.
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let refusal = refused(folder.path());
    assert!(refusal.starts_with("the file has more than"), "{refusal}");
}

#[test]
fn the_checkpoint_of_another_network_is_another_run() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    fit(&short(), Some(folder.path()), &()).unwrap();
    let mut larger = metadata();
    larger.architecture = Architecture::compact(3);
    let side = captcha_dataset::LetterSet::new(larger.alphabet.clone(), 24);
    let mut letters = side;
    let image = captcha_core::image::GrayImage::new(24, 24);
    letters.push(&image, 'O').unwrap();
    let letters = captcha_dataset::LetterEpochs::new(letters, seed::derive(1, 1));
    let before = contents(folder.path());
    let error = train(&larger, &letters, &letters, &short(), Some(folder.path()), &()).unwrap_err();
    let ModelError::OtherRun { differences, .. } = error else { panic!("{error}") };
    assert!(differences.iter().any(|difference| difference.option == "architecture.layers"));
    assert!(contents(folder.path()) == before);
}

#[test]
fn weights_that_the_last_step_spoiled_are_not_kept() {
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    // One step an epoch: its loss is that of the first weights, its update leaves none that is finite.
    let options = short().with_batch(300).with_learning_rate(1e39).with_schedule(Schedule::Constant);
    let error = fit(&options, Some(folder.path()), &()).unwrap_err();
    assert!(matches!(error, ModelError::Diverged { epoch: 1, .. }), "{error}");
    assert_eq!(contents(folder.path()).len(), 0, "something was kept");
}
