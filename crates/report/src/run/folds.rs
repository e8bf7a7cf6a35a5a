//! A cross-validation: its folds, and labels that are probably wrong.

use captcha_lab::Share;

use super::page::{RunReportError, card, cards};
use super::told::{FoldRow, LabelError};
use crate::format::{count, duration, percent};
use crate::page::Page;

/// Writes the table of the folds, with their mean and spread.
pub(super) fn write(page: &mut Page, folds: &[FoldRow]) {
    page.section("folds", &format!("{} folds", folds.len()));
    page.text("Each was trained without some of the images and then read those; together they have read every image.");
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut all = Share::default();
    for (number, FoldRow { whole, epochs, best_epoch, time }) in folds.iter().enumerate() {
        all.hits += whole.hits;
        all.total += whole.total;
        rows.push(vec![
            (number + 1).to_string(),
            percent(whole.value()),
            count(whole.total),
            format!("{best_epoch} of {epochs}"),
            duration(*time),
        ]);
    }
    page.table(&["fold", "right", "of", "best epoch", "time"], &rows);
    let (mean, spread) = Share::mean_and_spread(folds.iter().map(|fold| fold.whole));
    let (low, high) = all.interval();
    page.text(&format!(
        "Mean of the folds {}, standard deviation {}. All images: {} of {} right, 95 % interval {} to {}.",
        percent(mean),
        percent(spread),
        count(all.hits),
        count(all.total),
        percent(low),
        percent(high)
    ));
    page.end();
}

/// Writes the labels that are probably wrong, with pictures.
pub(super) fn label_errors(
    page: &mut Page,
    errors: &[LabelError],
    file: Option<&str>,
) -> Result<(), RunReportError> {
    page.section("labels", "Labels that are probably wrong");
    page.text(
        "A network that has not seen these images in its training is sure of another text than their label. Look at them: \
         either the label is wrong, or the network is.",
    );
    if let Some(file) = file {
        page.fact(&format!("They are in {file}: correct that file and give it back with --labels {file}."));
    }
    let mut pictures = Vec::new();
    for LabelError { name, image, label, read, confidence } in errors {
        let lines = [
            ("truth", format!("label {label}")),
            ("wrong", format!("read {read}")),
            ("note", format!("{} sure", percent(*confidence))),
            ("note", name.clone()),
        ];
        pictures.push(card(image.as_ref(), &format!("The image {name}, labelled {label}."), &lines)?);
    }
    cards(page, &pictures);
    page.end();
    Ok(())
}
