//! The end of the page: scores, probabilities and the text.

use image::RgbImage;

use crate::explain::draft::{Draft, Said, StoryError};
use crate::explain::preparation;
use crate::inside::ctc::{Collapse, Fate, collapse};
use crate::inside::numbers::{share, tiny, with_decimals};
use crate::inside::scores::{BLANK, bars, heat_map, probabilities};
use crate::inside::words::{Step, Words};
use crate::inside::{Road, Way};
use crate::page::{Page, Size};

/// How many classes a table of scores lists.
const TOLD: usize = 5;

/// Below this confidence, a letter model may have been given segments that are not letters.
const SURE: f32 = 0.9;

/// Writes this part.
pub(crate) fn write(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    if road.trace().is_none() {
        return Ok(());
    }
    match road.way() {
        Way::Letters { followed, .. } => {
            letter_scores(draft, road, followed.as_ref().map_or(0, |(index, _)| *index))?;
        }
        Way::Sequence { scaled, .. } => columns(draft, road, scaled)?,
    }
    let Words { title, text } = Step::Answer.words();
    draft.page.section("answer", &title);
    draft.page.text(&text);
    answer(&mut draft.page, road);
    characters(&mut draft.page, road);
    draft.page.end();
    Ok(())
}

/// The text in large type, its confidence, and whether it is right.
pub(crate) fn answer(page: &mut Page, road: &Road) {
    let prediction = match road.prediction() {
        Ok(prediction) => prediction,
        Err(error) => {
            page.paragraph("answer wrong", "no answer");
            page.text(&format!("The image could not be cut into letters: {error}."));
            return;
        }
    };
    let sure = share(prediction.confidence.value());
    let (class, verdict) = match road.label() {
        Some(label) if label == prediction.text => ("answer right", ", and that is right".to_owned()),
        Some(label) => ("answer wrong", format!(", but the image is named {label}")),
        None => ("answer", String::new()),
    };
    let text = if prediction.text.is_empty() { "no characters" } else { &prediction.text };
    page.paragraph(class, &format!("It reads {text}{verdict}."));
    page.text(&format!("The network is {sure} sure of the whole text."));
    let wrong = road.label().is_some_and(|label| label != prediction.text);
    if matches!(road.way(), Way::Letters { .. }) && (wrong || prediction.confidence.value() < SURE) {
        page.text(&format!(
            "Lines, noise and letters that touch mislead cutting. {}",
            preparation::other_models()
        ));
    }
}

/// Every character with its confidence and the alternatives.
fn characters(page: &mut Page, road: &Road) {
    let Ok(prediction) = road.prediction() else { return };
    let rows = prediction.characters.iter().enumerate().map(|(index, character)| {
        let others = character
            .alternatives
            .iter()
            .take(2)
            .map(|other| format!("{} {}", other.character, share(other.confidence.value())));
        vec![
            (index + 1).to_string(),
            character.character.to_string(),
            share(character.confidence.value()),
            others.collect::<Vec<_>>().join(", "),
        ]
    });
    page.table(&["place", "character", "how sure", "or else"], &rows.collect::<Vec<_>>());
}

/// The scores of a letter and their probabilities.
fn letter_scores(draft: &mut Draft, road: &Road, letter: usize) -> Result<(), StoryError> {
    let Words { title, text } = Step::Softmax.words();
    draft.page.section("scores", &title);
    draft.page.text(&text);
    let Some(logits) = road.logits() else { return Ok(()) };
    let temperature = road.temperature();
    let shares = probabilities(&logits.view(), temperature);
    let alphabet = &road.model().metadata().alphabet;
    let names: Vec<String> = alphabet.characters().iter().map(char::to_string).collect();
    let classes: Vec<(String, f32)> = names.iter().cloned().zip(shares.iter().copied()).collect();
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by(|&a, &b| shares[[0, b]].total_cmp(&shares[[0, a]]));
    let first = order
        .first()
        .map_or(String::new(), |&class| format!("{} has {}", names[class], share(shares[[0, class]])));
    let alt = format!("A bar for each character; {first}.");
    let caption = format!(
        "Letter {}: how probable each character is. The lines are at 25, 50, 75 and 100 %.",
        letter + 1
    );
    draft.picture(&bars(&classes), Size::Half, Said { name: "scores.png", alt: &alt, caption: &caption })?;
    if temperature != 1.0 {
        draft.page.note(&format!(
            "Scores are first divided by {}, a number that was measured so that a network that says 90 % is right in 90 of \
             100 cases.",
            with_decimals(temperature, 3)
        ));
    }
    // Subtracting the largest score changes no probability and avoids overflow.
    let largest = order.first().map_or(0.0, |&class| logits[[0, class]] / temperature);
    let all: f32 = logits.iter().map(|logit| (logit / temperature - largest).exp()).sum();
    let rows = order.iter().take(TOLD).map(|&class| {
        let over = logits[[0, class]] / temperature - largest;
        vec![
            names[class].clone(),
            with_decimals(logits[[0, class]], 2),
            with_decimals(over, 2),
            tiny(over.exp()),
            share(shares[[0, class]]),
        ]
    });
    draft
        .page
        .table(&["character", "score", "less the best", "e to that", "share"], &rows.collect::<Vec<_>>());
    draft.page.note(&format!(
        "The numbers of all {} characters together: {}.",
        names.len(),
        with_decimals(all, 5)
    ));
    draft.page.end();
    Ok(())
}

/// The heat map of a sequence, and how its columns collapse.
fn columns(draft: &mut Draft, road: &Road, scaled: &image::GrayImage) -> Result<(), StoryError> {
    let Words { title, text } = Step::HeatMap.words();
    draft.page.section("scores", &title);
    draft.page.text(&text);
    let Some(logits) = road.logits() else { return Ok(()) };
    let alphabet = &road.model().metadata().alphabet;
    let shares = probabilities(&logits.view(), road.temperature());
    let collapsed = collapse(&logits.view(), alphabet, road.temperature());
    let picture = heat_map(scaled, &shares.view(), alphabet, &collapsed);
    let alt = format!(
        "The probability of each character in each column under the image; they collapse to {}.",
        collapsed.text
    );
    let caption = "Each column under its strip of the image: white is 0 %, dark blue is 100 %. A cross is a repetition, which \
                   is joined with the one before.";
    draft.picture(&picture, Size::Scrolled, Said { name: "columns-scores.png", alt: &alt, caption })?;
    draft.page.end();

    let Words { title, text } = Step::Ctc.words();
    draft.page.section("ctc", &title);
    draft.page.text(&text);
    path(&mut draft.page, &collapsed);
    if let Ok(prediction) = road.prediction()
        && prediction.text != collapsed.text
    {
        draft.page.fact(&format!(
            "The answer is {}, not {}: the best guess of each column is not all that counts. The answer adds up every way \
             through the columns that gives the same text, and keeps to the lengths that the network was made for.",
            prediction.text, collapsed.text
        ));
    }
    draft.page.end();
    Ok(())
}

/// The best path and how it becomes the text, step by step.
fn path(page: &mut Page, collapse: &Collapse) {
    let guess = |character: Option<char>| character.map_or_else(|| BLANK.to_owned(), String::from);
    let all: Vec<String> = collapse.columns.iter().map(|column| guess(column.character)).collect();
    let repeats = collapse.columns.iter().filter(|column| column.fate == Fate::Repeat).count();
    let blanks = collapse.columns.iter().filter(|column| column.fate == Fate::Blank).count();
    let mut joined: Vec<String> = Vec::new();
    for (index, column) in collapse.columns.iter().enumerate() {
        let same = index > 0 && collapse.columns[index - 1].class == column.class;
        if !same {
            joined.push(guess(column.character));
        }
    }
    let rows = [
        (format!("the {} columns say ({BLANK} is the blank)", all.len()), all.join(" ")),
        (
            format!("what repeats is joined ({repeats} columns say the character before them once more)"),
            joined.join(" "),
        ),
        (format!("the blanks, {blanks} columns, are dropped"), collapse.text.clone()),
    ];
    for (what, text) in rows {
        page.note(&what);
        page.sum(&text);
    }
}

/// The last picture of the overview, and its shape in words.
pub(crate) fn small(road: &Road) -> (RgbImage, String) {
    let Some(logits) = road.logits() else { return (RgbImage::new(1, 1), String::new()) };
    let alphabet = &road.model().metadata().alphabet;
    let shares = probabilities(&logits.view(), road.temperature());
    if let Way::Sequence { scaled, .. } = road.way() {
        let collapsed = collapse(&logits.view(), alphabet, road.temperature());
        let text = collapsed.text.clone();
        return (heat_map(scaled, &shares.view(), alphabet, &collapsed), text);
    }
    let classes: Vec<(String, f32)> =
        alphabet.characters().iter().map(char::to_string).zip(shares.iter().copied()).collect();
    let best =
        classes.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(String::new(), |(name, _)| name.clone());
    (bars(&classes), best)
}
