//! The panel on the left: what is drawn.

use captcha_lab::render::{BUILT_IN_FONTS, Style};
use eframe::egui::{
    Button, ComboBox, DragValue, Grid, Id, RangeSlider, RichText, ScrollArea, TextEdit, Ui, vec2,
};

use crate::data::recipe::Recipe;
use crate::panels::dialogs::{Dialogs, Purpose};
use crate::panels::shortcuts::{Action, key};
use crate::panels::style;

/// Height of the two large buttons.
const LARGE: f32 = 40.0;

/// Shows the two main buttons; returns the one that was clicked.
pub(crate) fn large_buttons(ui: &mut Ui) -> Option<Action> {
    let size = vec2((ui.available_width() - ui.spacing().item_spacing.x) / 2.0, LARGE);
    let mut clicked = None;
    ui.horizontal(|ui| {
        for (name, action, meaning) in [
            ("Generate", Action::Generate, "Draw another image: a new seed"),
            ("Predict", Action::Predict, "Let the model read the image"),
        ] {
            let text = RichText::new(name).size(18.0).color(ui.visuals().selection.stroke.color);
            let button = Button::new(text).fill(ui.visuals().selection.bg_fill).min_size(size);
            let meaning = format!("{meaning} ({})", key(ui.ctx(), action));
            if ui.add(button).on_hover_text(meaning).clicked() {
                clicked = Some(action);
            }
        }
    });
    clicked
}

/// Shows all settings that an image is drawn from.
pub(crate) fn show(ui: &mut Ui, recipe: &mut Recipe, dialogs: &mut Dialogs) {
    Grid::new("recipe").num_columns(2).show(ui, |ui| {
        line(ui, "Style", |ui, label| style(ui, recipe, dialogs, label));
        line(ui, "Text", |ui, label| text(ui, recipe, label));
        line(ui, "Length", |ui, _| length(ui, recipe));
        line(ui, "Font", |ui, label| font(ui, recipe, dialogs, label));
        line(ui, "Seed", |ui, label| {
            ui.add(DragValue::new(&mut recipe.seed).speed(1.0))
                .labelled_by(label)
                .on_hover_text("What everything random comes from: the same seed gives the same image");
            if ui.button("🎲").on_hover_text("A new seed (G)").clicked() {
                recipe.next_seed();
            }
        });
    });
    ui.separator();
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        style::show(ui, &mut recipe.style);
    });
}

/// A line of the form: a name and its controls.
fn line(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui, Id)) {
    let label = ui.label(name);
    ui.horizontal(|ui| add(ui, label.id));
    ui.end_row();
}

fn style(ui: &mut Ui, recipe: &mut Recipe, dialogs: &mut Dialogs, label: Id) {
    let changed = recipe.style != recipe.original || recipe.font.is_some();
    let name = if changed { format!("{} (changed)", recipe.name) } else { recipe.name.clone() };
    let mut chosen = None;
    let styles = ComboBox::from_id_salt("style").width(138.0).selected_text(name).show_ui(ui, |ui| {
        for &preset in Style::PRESETS {
            if ui.selectable_label(recipe.name == preset && !changed, preset).clicked() {
                chosen = Style::preset(preset).ok().map(|style| (preset, style));
            }
        }
        if ui.selectable_label(false, "Open a TOML file...").clicked() {
            dialogs.ask(Purpose::OpenStyle, "");
        }
    });
    styles.response.labelled_by(label);
    if let Some((name, style)) = chosen {
        recipe.set_style(name, style);
    }
    let reset = ui.add_enabled(changed, Button::new("Reset"));
    if reset.on_hover_text("Every slider back to what the style says").clicked() {
        recipe.set_style(recipe.name.clone(), recipe.original.clone());
    }
    if ui.button("Save style").on_hover_text("Save the style as TOML, for generate --style").clicked() {
        dialogs.ask(Purpose::SaveStyle, &format!("{}.toml", recipe.name));
    }
}

fn text(ui: &mut Ui, recipe: &mut Recipe, label: Id) {
    ui.radio_value(&mut recipe.own_text, false, "random");
    ui.radio_value(&mut recipe.own_text, true, "my own");
    let field = TextEdit::singleline(&mut recipe.text).hint_text("HELLO").desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label);
    let field = field.on_hover_text("Your own text, of any characters that the font has");
    if field.changed() {
        recipe.own_text = !recipe.text.is_empty();
    }
}

fn length(ui: &mut Ui, recipe: &mut Recipe) {
    ui.add_enabled_ui(!recipe.own_text, |ui| {
        let lengths = &mut recipe.style.lengths;
        ui.add(RangeSlider::new(&mut lengths.min, &mut lengths.max, 1..=12).text("characters"))
            .on_hover_text("How many characters a random text has");
    });
}

fn font(ui: &mut Ui, recipe: &mut Recipe, dialogs: &mut Dialogs, label: Id) {
    let own = match &*recipe.style.fonts {
        [font] => font.clone(),
        fonts => format!("the style's {}", fonts.len()),
    };
    let shown = recipe.font.as_ref().unwrap_or(&own);
    let fonts = ComboBox::from_id_salt("font").width(220.0).selected_text(shown).show_ui(ui, |ui| {
        ui.selectable_value(&mut recipe.font, None, format!("as the style says: {own}"));
        for &font in BUILT_IN_FONTS {
            ui.selectable_value(&mut recipe.font, Some(font.to_owned()), font);
        }
        if ui.selectable_label(false, "Open a font file...").clicked() {
            dialogs.ask(Purpose::OpenFont, "");
        }
    });
    fonts.response.labelled_by(label);
}
