//! One batch by heart: what can be learnt is, and of what can't be it is said why.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod common;

use captcha_core::ndarray::Array4;
use captcha_dataset::{Batch, TrainingData};
use captcha_model::{ModelError, RehearsalOptions, Start, Suspicion, rehearse};
use common::letters::{data, exclusive, fit, metadata, options};

fn rehearsed(batch: &Batch) -> Result<captcha_model::Rehearsal, ModelError> {
    rehearse(&Start::Random, &metadata(), batch, &options(), &RehearsalOptions::default(), &())
}

fn batch() -> Batch {
    data(24, 1).epoch(0, 24).next().unwrap().unwrap()
}

#[test]
fn a_batch_is_learnt_by_heart_and_changes_nothing_of_the_training() {
    let _guard = exclusive();
    let short = options().with_epochs(1);
    let before = fit(&short, None, &()).unwrap();
    let rehearsal = rehearsed(&batch()).unwrap();
    assert!(rehearsal.learnt && rehearsal.loss < 0.2 && rehearsal.steps < 400, "{rehearsal:?}");
    assert!(fit(&short, None, &()).unwrap().model == before.model);
}

#[test]
fn what_can_not_be_learnt_is_told_with_the_reason() {
    let _guard = exclusive();
    // Three times the same images, each with another label.
    let eight = data(8, 1).epoch(0, 8).next().unwrap().unwrap();
    let views = [eight.images().view(), eight.images().view(), eight.images().view()];
    let images = captcha_core::ndarray::concatenate(captcha_core::ndarray::Axis(0), &views).unwrap();
    let labels: Vec<usize> = (0..24).map(|index| index / 8).collect();
    let error = rehearsed(&Batch::of_letters(images, labels.clone()).unwrap()).unwrap_err();
    let ModelError::NotLearnt { wrong, suspicion, images, .. } = &error else { panic!("{error}") };
    assert_eq!((*suspicion, *images), (Suspicion::Labels, 24));
    assert!(wrong.len() >= 16 && wrong[0].label != wrong[0].read, "{wrong:?}");
    let message = error.to_string();
    assert!(message.ends_with("do the labels belong to the images?"), "{message}");

    let white = Batch::of_letters(Array4::zeros((24, 1, 8, 8)), labels.clone()).unwrap();
    let error = rehearsed(&white).unwrap_err();
    assert!(matches!(error, ModelError::NotLearnt { suspicion: Suspicion::Empty, .. }), "{error}");

    let dark = Array4::from_shape_fn((24, 1, 8, 8), |(_, _, y, x)| if x + y == 7 { 0.0 } else { 1.0 });
    let error = rehearsed(&Batch::of_letters(dark, labels).unwrap()).unwrap_err();
    assert!(matches!(error, ModelError::NotLearnt { suspicion: Suspicion::Polarity, .. }), "{error}");
}
