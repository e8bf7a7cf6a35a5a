//! What the page tells of a cross-validation on one's own images.

use std::time::Duration;

use captcha_lab::dataset::LabelledFolder;
use captcha_lab::own::{CrossValidated, OwnAnswer};

use super::of_own::{WORST, worst};
use super::told::{FoldRow, LabelError, RunReport, Tested};
use crate::format::count;

/// Label errors that are shown; all of them are in the label file.
const ERRORS: usize = 60;

impl RunReport {
    /// Everything that there is to tell of a cross-validation on the images of `folder`, with the pictures of the worst
    /// images and of those whose label is probably wrong.
    #[must_use]
    pub fn of_folds(title: impl Into<String>, validated: &CrossValidated, folder: &LabelledFolder) -> Self {
        let mut report = Self::new(title);
        report.data = data(validated, folder);
        let folds = validated.folds.iter().map(|fold| FoldRow {
            whole: fold.whole(),
            epochs: fold.epochs,
            best_epoch: fold.best_epoch,
            time: Duration::try_from_secs_f64(fold.seconds).unwrap_or_default(),
        });
        report.folds = folds.collect();
        let answers = validated.folds.iter().flat_map(|fold| &fold.answers);
        let mut wrong: Vec<&OwnAnswer> = answers.filter(|answer| !answer.right).collect();
        wrong.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        report.tested = Some(Tested {
            images: "all images, each by a network that was not trained on it".to_owned(),
            alphabet: folder.alphabet().clone(),
            evaluation: validated.evaluation.clone(),
            worst: wrong.into_iter().take(WORST).map(|answer| worst(answer, folder)).collect(),
        });
        let errors = validated.label_errors().into_iter().take(ERRORS).map(|answer| LabelError {
            name: answer.name.clone(),
            image: folder.sample(answer.index).and_then(|sample| sample.load().ok()),
            label: answer.label.clone(),
            read: answer.read.clone().unwrap_or_default(),
            confidence: answer.confidence,
        });
        report.label_errors = errors.collect();
        report
    }
}

/// What is known of the images.
fn data(validated: &CrossValidated, folder: &LabelledFolder) -> Vec<(String, String)> {
    let known = &validated.report;
    let lengths: Vec<String> =
        known.counts.lengths.iter().map(|(length, images)| format!("{length} ({images})")).collect();
    let rows = [
        ("images", count(folder.len() as u64)),
        ("labels from", folder.source().to_string()),
        ("alphabet", folder.alphabet().to_string()),
        ("characters of a text (images)", lengths.join(", ")),
        ("unreadable", known.unreadable.len().to_string()),
        ("groups of equal images", known.duplicates.len().to_string()),
        ("groups of nearly equal images", known.near_duplicates.len().to_string()),
    ];
    rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
