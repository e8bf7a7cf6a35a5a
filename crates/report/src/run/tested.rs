//! What was read of the test part.

use std::collections::BTreeMap;

use captcha_lab::{Evaluation, Share};

use super::page::{RunReportError, card, cards};
use super::told::{Tested, WorstImage};
use crate::figures::{calibration, confusion_matrix};
use crate::format::{count, percent};
use crate::page::{Page, inline_chart};

/// Characters in the table of the worst.
const WORST_CHARACTERS: usize = 12;

/// Writes the section.
pub(super) fn write(page: &mut Page, tested: &Tested) -> Result<(), RunReportError> {
    let Tested { images, alphabet, evaluation, worst } = tested;
    page.section("test", "What was read");
    let characters = evaluation.characters;
    let mut rows = vec![share_row(
        "whole texts",
        evaluation.whole.value(),
        evaluation.whole,
        evaluation.whole.interval(),
    )];
    rows.push(share_row("characters", characters.value(), characters.share(), characters.interval()));
    rows.extend(evaluation.by_length.iter().filter(|_| evaluation.by_length.len() > 1).map(
        |(length, share)| share_row(&format!("texts of {length}"), share.value(), *share, share.interval()),
    ));
    page.text(&format!("Of {images}; an image that could not be read counts as wrong."));
    page.table(&["", "right", "of", "95 % interval"], &rows);
    failures(page, evaluation);
    worst_characters(page, evaluation);
    if evaluation.images() > 0 {
        page.heading("Which character for which");
        let alt = "Rows are true characters, columns the characters that were read.";
        page.add(inline_chart(&confusion_matrix(alphabet, &evaluation.confusions)?, alt));
        page.heading("Whether confidences are what they say");
        let alt = "Shares of right answers by confidence, and accuracy against coverage.";
        page.add(inline_chart(&calibration(&evaluation.calibration)?, alt));
    }
    worst_images(page, worst)?;
    page.end();
    Ok(())
}

fn share_row(name: &str, value: f64, share: Share, (low, high): (f64, f64)) -> Vec<String> {
    let interval = format!("{} to {}", percent(low), percent(high));
    vec![name.to_owned(), percent(value), count(share.total), interval]
}

/// Why images were not read.
fn failures(page: &mut Page, evaluation: &Evaluation) {
    if !evaluation.failures.is_empty() {
        page.heading("Not read at all");
        let rows = evaluation.failures.iter().map(|(reason, number)| vec![reason.clone(), count(*number)]);
        page.table(&["reason", "images"], &rows.collect::<Vec<_>>());
    }
}

/// The characters that are read wrong most often.
fn worst_characters(page: &mut Page, evaluation: &Evaluation) {
    let mut shares: BTreeMap<char, (Share, Option<(char, u64)>)> = BTreeMap::new();
    for (&(truth, read), &number) in &evaluation.confusions {
        let (share, mistake) = shares.entry(truth).or_default();
        share.hits += if truth == read { number } else { 0 };
        share.total += number;
        if truth != read && mistake.is_none_or(|(_, most)| number > most) {
            *mistake = Some((read, number));
        }
    }
    let mut wrong: Vec<_> = shares
        .into_iter()
        .filter_map(|(truth, (share, mistake))| mistake.map(|mistake| (truth, share, mistake)))
        .collect();
    wrong.sort_by(|(_, a, _), (_, b, _)| a.value().total_cmp(&b.value()));
    if wrong.is_empty() {
        return;
    }
    page.heading("The worst characters");
    let rows = wrong.iter().take(WORST_CHARACTERS).map(|&(truth, share, (read, number))| {
        let (low, high) = share.interval();
        let interval = format!("{} to {}", percent(low), percent(high));
        let mistake = format!("{read} ({})", count(number));
        vec![truth.to_string(), percent(share.value()), count(share.total), interval, mistake]
    });
    page.table(
        &["character", "right", "of", "95 % interval", "most often read as"],
        &rows.collect::<Vec<_>>(),
    );
    page.note("In texts that were read with as many characters as they have.");
}

/// Pictures of the images that were read worst.
fn worst_images(page: &mut Page, worst: &[WorstImage]) -> Result<(), RunReportError> {
    if worst.is_empty() {
        return Ok(());
    }
    page.heading("The worst images");
    let mut pictures = Vec::new();
    for WorstImage { name, image, truth, read } in worst {
        let (read, sure) = match read {
            Ok((text, confidence)) => (format!("read {text}"), format!("{} sure", percent(*confidence))),
            Err(reason) => (format!("not read: {reason}"), String::new()),
        };
        let lines =
            [("truth", format!("is {truth}")), ("wrong", read), ("note", sure), ("note", name.clone())];
        pictures.push(card(image.as_ref(), &format!("The image {name}, which shows {truth}."), &lines)?);
    }
    cards(page, &pictures);
    Ok(())
}
