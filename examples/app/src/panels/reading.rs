//! The view `Read`: the image and its reading.

use captcha_lab::infer::edit_distance;
use captcha_lab::{Alternative, Character, Pretrained};
use captcha_report::format;
use eframe::egui::{
    Align, Button, Checkbox, Color32, ComboBox, Frame, Key, KeyboardShortcut, Layout, Modifiers, RichText,
    ScrollArea, Sense, Ui, vec2,
};

use crate::data::reader::{ModelChoice, Reader, Reading};
use crate::panels::dialogs::{Dialogs, Purpose};
use crate::panels::image;
use crate::panels::image::{Overlays, sure};
use crate::panels::shortcuts::{Action, key};
use crate::panels::textures::Textures;
use crate::session::{Session, Verdict};

/// Height that is reserved for the reading, below the image.
const RESULT_HEIGHT: f32 = 280.0;

/// How many alternatives of a character are shown.
const ALTERNATIVES: usize = 3;

/// The largest and the least width of a character's card.
const CARD_WIDTH: (f32, f32) = (110.0, 76.0);

/// The least probability of an alternative that is shown.
const LEAST_SHOWN: f32 = 0.001;

/// The height of a confidence bar.
const BAR_HEIGHT: f32 = 5.0;

/// The button that was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clicked {
    Open,
    Paste,
    Copy,
    Save,
}

/// Shows the image with the buttons above it and the reading below; returns the button that was clicked.
pub(crate) fn show(
    ui: &mut Ui,
    session: &mut Session,
    overlays: &mut Overlays,
    textures: &mut Textures,
    dialogs: &mut Dialogs,
) -> Option<Clicked> {
    let clicked = toolbar(ui, session, overlays);
    ui.add_space(6.0);
    let room = vec2(ui.available_width(), (ui.available_height() - RESULT_HEIGHT).max(120.0));
    match session.shown() {
        Some(picture) => {
            let texture = textures.of(ui.ctx(), picture);
            let prediction = session.reading().and_then(|reading| reading.outcome.as_deref().ok());
            image::show(ui, picture, &texture, prediction, *overlays, room);
        }
        None => {
            ui.add_space(room.y / 2.0);
            ui.vertical_centered(|ui| ui.label("Generate an image, open one, drop one here, or paste one."));
        }
    }
    ui.add_space(8.0);
    model(ui, session, dialogs);
    ui.separator();
    ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| result(ui, session));
    clicked
}

fn toolbar(ui: &mut Ui, session: &Session, overlays: &mut Overlays) -> Option<Clicked> {
    let mut clicked = None;
    ui.horizontal(|ui| {
        let has_image = session.shown().is_some();
        let context = ui.ctx().clone();
        let command = |letter| context.format_shortcut(&KeyboardShortcut::new(Modifiers::COMMAND, letter));
        for (name, what, enabled, meaning) in [
            ("Open", Clicked::Open, true, format!("Open a file, or drop one here ({})", command(Key::O))),
            ("Paste", Clicked::Paste, true, format!("Paste an image ({})", command(Key::V))),
            ("Copy", Clicked::Copy, has_image, format!("Copy the image ({})", command(Key::C))),
            ("Save", Clicked::Save, has_image, format!("Save the image as PNG ({})", command(Key::S))),
        ] {
            if ui.add_enabled(enabled, Button::new(name)).on_hover_text(meaning).clicked() {
                clicked = Some(what);
            }
        }
        ui.separator();
        let boxes = format!("Where each character was read ({})", key(&context, Action::Boxes));
        ui.checkbox(&mut overlays.boxes, "What was read").on_hover_text(boxes);
        let known = session.shown().is_some_and(|picture| !picture.glyphs.is_empty());
        let truth = Checkbox::new(&mut overlays.truth, "Where the ink is");
        ui.add_enabled(known, truth).on_hover_text("The box around each character's ink: the ground truth");
    });
    clicked
}

fn model(ui: &mut Ui, session: &mut Session, dialogs: &mut Dialogs) {
    ui.horizontal(|ui| {
        let reads = session.choice.for_style(&session.recipe.style).name();
        let fits = session.choice == ModelChoice::Fitting;
        let shown = if fits { format!("{reads} (fits the style)") } else { reads };
        let label = ui.label("Model");
        let models = ComboBox::from_id_salt("model").width(240.0).selected_text(shown).show_ui(ui, |ui| {
            ui.selectable_value(&mut session.choice, ModelChoice::Fitting, ModelChoice::Fitting.name());
            for &model in Pretrained::ALL {
                ui.selectable_value(&mut session.choice, ModelChoice::Pretrained(model), model.name());
            }
            if ui.selectable_label(false, "Open a model file...").clicked() {
                dialogs.ask(Purpose::OpenModel, "");
            }
        });
        let models = models.response.labelled_by(label.id);
        if let Some(reader) = session.reader() {
            models.on_hover_text(abilities(reader));
        }
        let mut any_length = session.any_length();
        let meaning = "Without it, texts are as long as those that the model was trained on";
        if ui.checkbox(&mut any_length, "Any length").on_hover_text(meaning).changed() {
            session.set_any_length(any_length);
        }
        let mut at_once = session.read_at_once();
        let meaning = "Every new image is read without a click, also while a slider moves";
        if ui.checkbox(&mut at_once, "Read at once").on_hover_text(meaning).changed() {
            session.set_read_at_once(at_once);
        }
    });
}

fn result(ui: &mut Ui, session: &Session) {
    let Some(reading) = session.reading() else {
        let text = session.shown().and_then(|picture| picture.text.as_deref());
        if let Some(text) = text {
            ui.label(format!("The image shows {text}. Predict tells what the model reads."));
        }
        return;
    };
    let known = session.shown().and_then(|picture| picture.text.as_deref());
    match &reading.outcome {
        Err(error) => {
            ui.label(RichText::new(error).color(ui.visuals().error_fg_color));
            facts(ui, session, reading, known);
        }
        Ok(prediction) => {
            ui.horizontal(|ui| {
                ui.label(RichText::new(&prediction.text).monospace().size(40.0).strong());
                ui.add_space(12.0);
                ui.vertical(|ui| facts(ui, session, reading, known));
            });
            ui.add_space(6.0);
            let count = prediction.characters.len().max(1) as f32;
            let width = ui.available_width() / count - ui.spacing().item_spacing.x;
            let width = width.min(CARD_WIDTH.0).max(CARD_WIDTH.1);
            ui.horizontal_top(|ui| {
                let mut expected =
                    known.map_or_else(Vec::new, |known| misread(known, &prediction.text)).into_iter();
                for character in &prediction.characters {
                    card(ui, character, expected.next().flatten(), width);
                }
            });
        }
    }
}

/// Whether the reading is right, its confidence, and how long it took.
fn facts(ui: &mut Ui, session: &Session, reading: &Reading, known: Option<&str>) {
    let (text, colour) = match (session.verdict(), known) {
        (Some(Verdict::Right), _) => ("✔ right".to_owned(), right(ui)),
        (Some(Verdict::Wrong), Some(known)) => {
            (format!("✖ wrong: it shows {known}"), ui.visuals().error_fg_color)
        }
        _ => ("the text of this image is not known".to_owned(), ui.visuals().text_color()),
    };
    ui.label(RichText::new(text).size(16.0).strong().color(colour));
    let milliseconds = reading.took.as_secs_f64() * 1000.0;
    let sure = reading.outcome.as_ref().map(|prediction| prediction.confidence.value());
    ui.label(match sure {
        Ok(sure) => format!("{} sure, read in {milliseconds:.1} ms", format::percent(sure.into())),
        Err(_) => format!("given up after {milliseconds:.1} ms"),
    });
    let inability = session
        .reader()
        .zip(known)
        .and_then(|(reader, known)| inability(reader, session.any_length(), known));
    if let Some(why) = inability.filter(|_| session.verdict() == Some(Verdict::Wrong)) {
        ui.label(why);
    }
}

/// What a model can read.
fn abilities(reader: &Reader) -> String {
    let metadata = reader.model.metadata();
    let alphabet = &metadata.alphabet;
    match metadata.lengths {
        Some(lengths) => format!("Trained on {} of {alphabet}", characters(lengths)),
        None => format!("Trained on {alphabet}"),
    }
}

/// Why a model can't read `text`, if it can't.
fn inability(reader: &Reader, any_length: bool, text: &str) -> Option<String> {
    let metadata = reader.model.metadata();
    if let Err(error) = metadata.alphabet.encode(text) {
        return Some(format!("the model can't read it: {error}"));
    }
    let (fewest, most) = metadata.lengths.filter(|_| !any_length)?;
    let fits = (fewest..=most).contains(&text.chars().count());
    (!fits).then(|| format!("the model reads {} unless any length is allowed", characters((fewest, most))))
}

/// How many characters a text has, in words.
fn characters((fewest, most): (usize, usize)) -> String {
    if fewest == most { format!("{fewest} characters") } else { format!("{fewest} to {most} characters") }
}

/// For each character of `read` the true one at its position in `text`, if it differs; none if the lengths
/// differ, because positions then say nothing.
fn misread(text: &str, read: &str) -> Vec<Option<char>> {
    let (text, read): (Vec<char>, Vec<char>) = (text.chars().collect(), read.chars().collect());
    let others = text.iter().zip(&read).map(|(text, read)| (text != read).then_some(*text));
    let others: Vec<_> = others.collect();
    let fits = text.len() == read.len() && edit_distance(&text, &read) == others.iter().flatten().count();
    if fits { others } else { Vec::new() }
}

/// The colour of right answers.
pub(crate) fn right(ui: &Ui) -> Color32 {
    sure(captcha_lab::Confidence::CERTAIN, ui.visuals().dark_mode)
}

/// One character: its confidence, and the alternatives.
fn card(ui: &mut Ui, character: &Character, expected: Option<char>, width: f32) {
    let frame = Frame::group(ui.style());
    let inner = width - frame.total_margin().sum().x;
    frame.show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_width(inner);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.vertical_centered(|ui| {
                ui.label(RichText::new(character.character).monospace().size(28.0).strong());
            });
            let Character { character: read, confidence, .. } = *character;
            let colour = sure(confidence, ui.visuals().dark_mode);
            bar(ui, Alternative { character: read, confidence }, colour);
            ui.add_space(4.0);
            let weak = ui.visuals().weak_text_color();
            for alternative in character.alternatives.iter().take(ALTERNATIVES) {
                bar(ui, *alternative, weak);
            }
            if let Some(expected) = expected {
                let wrong = RichText::new(format!("✖ it is {expected}")).color(ui.visuals().error_fg_color);
                ui.vertical_centered(|ui| ui.label(wrong));
            }
        });
    });
}

/// A character with its confidence, as a number and as a bar.
fn bar(ui: &mut Ui, alternative: Alternative, colour: Color32) {
    let share = alternative.confidence.value();
    ui.horizontal(|ui| {
        ui.label(RichText::new(alternative.character).monospace());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let percent = match share {
                share if share < LEAST_SHOWN => "< 0.1 %".to_owned(),
                share => format::percent_with(share.into(), 1),
            };
            ui.label(RichText::new(percent).size(12.0));
        });
    });
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BAR_HEIGHT), Sense::hover());
    let filled = rect.with_max_x(rect.min.x + rect.width() * share);
    ui.painter().rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
    ui.painter().rect_filled(filled, 2.0, colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_misread_is_told_where_places_fit() {
        assert_eq!(misread("WC3P", "WCJP"), [None, None, Some('3'), None]);
        assert_eq!(misread("WC3P", "WC3P"), [None; 4]);
        for (text, read) in [("YTMYWX6", "Y7TMYWG"), ("WC3P", "WCP"), ("", "W")] {
            assert!(misread(text, read).is_empty(), "{text} {read}");
        }
    }
}
