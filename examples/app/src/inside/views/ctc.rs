//! From the class scores of every column to the text, aligned under the image.

use std::ops::Range;

use captcha_lab::core::image::{DynamicImage, RgbImage};
use captcha_lab::infer::softmax;
use captcha_report::inside::colour;
use captcha_report::inside::ctc::{Collapse, Column, Fate, collapse};
use captcha_report::inside::words::Step;
use eframe::egui::{
    Align2, Color32, CornerRadius, FontId, Rect, Role, ScrollArea, Sense, Stroke, TextStyle, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::inside::known::insight::Piece;
use crate::inside::known::place::Place;
use crate::inside::paint::map::{frame, is_used};
use crate::inside::paint::scene::{ACCENT, Scene, chosen};
use crate::inside::paint::textures::{Picture, paint};
use crate::inside::views::scores;

/// What is shown, and how large.
#[derive(Clone, Copy)]
struct Extent {
    /// The greatest height of the image, in points.
    image: f32,
    /// Whether the heat map has all classes, or only those that are likely in some column.
    all_classes: bool,
}

/// The greatest height of the image in the overview.
const COMPACT_IMAGE: f32 = 140.0;
/// Height of a class in the heat map.
const CLASS: f32 = 12.0;
/// The compact heat map omits classes that have this probability in no column.
const LIKELY: f32 = 0.01;
const COMPACT: Extent = Extent { image: COMPACT_IMAGE, all_classes: false };
/// Space to the left of the image for the names of classes.
const GUTTER: f32 = 22.0;
/// Height of the best path.
const PATH: f32 = 18.0;
/// Height of the gap between the path and the text.
const FALL: f32 = 16.0;
/// Height of the text.
const TEXT: f32 = 26.0;
/// Gap between image, heat map and path.
const GAP: f32 = 4.0;

/// Adjacent columns that become one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The columns.
    pub(crate) columns: Range<usize>,
    /// The character.
    pub(crate) character: char,
}

/// The runs of columns that become a character, from left to right.
pub(crate) fn runs(columns: &[Column]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        match (column.fate, column.character) {
            (Fate::Kept, Some(character)) => runs.push(Run { columns: i..i + 1, character }),
            (Fate::Repeat, _) => {
                if let Some(run) = runs.last_mut() {
                    run.columns.end = i + 1;
                }
            }
            _ => {}
        }
    }
    runs
}

fn collapsed(scene: &Scene<'_>) -> Collapse {
    collapse(&scene.piece.scores(), &scene.metadata.alphabet, scene.temperature())
}

/// The classes in the heat map, the blank last.
fn classes(scene: &Scene<'_>, extent: Extent) -> Vec<usize> {
    let (mut likely, blank) =
        (vec![extent.all_classes; scene.piece.scores().ncols()], scene.metadata.alphabet.len());
    for row in probabilities(scene.piece, scene.temperature()) {
        for (likely, probability) in likely.iter_mut().zip(row) {
            *likely |= probability >= LIKELY;
        }
    }
    (0..likely.len()).filter(|&class| likely[class] || class == blank).collect()
}

/// The class probabilities, column by column.
fn probabilities(piece: &Piece, temperature: f32) -> impl Iterator<Item = Vec<f32>> {
    piece.scores().into_outer_iter().map(move |row| {
        let mut row: Vec<f32> = row.iter().map(|score| score / temperature).collect();
        softmax(&mut row);
        row
    })
}

/// The size of everything that is aligned under the image.
fn size(scene: &Scene<'_>, extent: Extent, room: f32) -> Vec2 {
    let (width, height) = scene.piece.image.dimensions();
    let ratio = width as f32 / height.max(1) as f32;
    let wide = (extent.image * ratio).min(room - GUTTER).max(60.0);
    let classes = classes(scene, extent).len() as f32;
    vec2(GUTTER + wide, wide / ratio + classes * CLASS + PATH + FALL + TEXT + 2.0 * GAP)
}

/// The height of [`compact`].
pub(crate) fn compact_height(scene: &Scene<'_>) -> f32 {
    size(scene, COMPACT, f32::INFINITY).y + 30.0
}

/// The reading of the image by the network, as a part of the overview.
pub(crate) fn compact(ui: &mut Ui, scene: &mut Scene<'_>) -> Option<Place> {
    let mut to = None;
    ui.separator();
    ui.horizontal_top(|ui| {
        let (column, clicked) = aligned(ui, scene, COMPACT, None);
        if clicked {
            to = Some(Place::Reading { column: column.unwrap_or(0) });
        }
        ui.add_space(12.0);
        ui.vertical(|ui| {
            for step in [Step::HeatMap, Step::Ctc] {
                let words = step.words();
                ui.strong(words.title);
                ui.label(words.text);
                ui.add_space(6.0);
            }
            told(ui, scene);
        });
    });
    to
}

/// The reading of the image by the network, column by column, with the scores of the selected column.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, column: usize) -> Option<Place> {
    let mut to = None;
    let words = Step::Ctc.words();
    ui.label(words.text);
    told(ui, scene);
    let full = Extent { image: (0.3 * ui.available_height()).clamp(110.0, 260.0), all_classes: true };
    ScrollArea::both().id_salt("reading").auto_shrink(false).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let (pointed, _) = aligned(ui, scene, full, Some(column));
            if let Some(pointed) = pointed {
                to = Some(Place::Reading { column: pointed });
            }
            ui.add_space(12.0);
            ui.vertical(|ui| {
                ui.strong(format!("Column {} of {}", column + 1, scene.piece.scores().nrows()));
                to = to.or(scores::table(ui, scene, column));
            });
        });
    });
    to
}

/// The text, and why the answer of the solver may differ from it.
fn told(ui: &mut Ui, scene: &Scene<'_>) {
    let text = collapsed(scene).text;
    ui.label(format!("The best path collapses to {text}."));
    let answer = scene.insight.prediction.as_ref().map(|prediction| prediction.text.as_str());
    if let Some(answer) = answer.filter(|answer| **answer != text) {
        ui.label(format!(
            "The answer is {answer}: it adds up all paths of each text, and knows how long texts are."
        ));
    }
}

/// The image, the heat map, the best path and the text, one below the other. Returns the column under the
/// pointer, and whether it was clicked.
fn aligned(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    extent: Extent,
    column: Option<usize>,
) -> (Option<usize>, bool) {
    let collapse = collapsed(scene);
    let steps = collapse.columns.len().max(1);
    let size = size(scene, extent, ui.available_width());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let label = format!("Class scores over {steps} columns");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let left = rect.left() + GUTTER;
    let wide = size.x - GUTTER;
    let step = wide / steps as f32;
    let (width, height) = scene.piece.image.dimensions();
    let image =
        Rect::from_min_size(pos2(left, rect.top()), vec2(wide, wide * height as f32 / width.max(1) as f32));
    let classes = classes(scene, extent);
    let heat = vec2(wide, classes.len() as f32 * CLASS);
    let heat = Rect::from_min_size(pos2(left, image.bottom() + GAP), heat);
    let path = Rect::from_min_size(pos2(left, heat.bottom() + GAP), vec2(wide, PATH));
    if ui.is_rect_visible(rect) {
        let index = scene.index;
        let (piece, temperature) = (scene.piece, scene.temperature());
        let picture = Picture::HeatMap { all_classes: extent.all_classes };
        let texture = scene.textures.get(ui.ctx(), Picture::Piece { piece: index }, || {
            DynamicImage::ImageLuma8(piece.image.clone()).into_rgb8()
        });
        paint(ui.painter(), texture, image);
        let texture = scene.textures.get(ui.ctx(), picture, || heat_map(piece, temperature, &classes));
        paint(ui.painter(), texture, heat);
        frame(ui, heat, &response, false);
        frame(ui, image, &response, false);
        names(ui, scene, &collapse, &classes, heat);
        best_path(ui, &collapse.columns, path);
        text(ui, &collapse.columns, path);
        if let Some(column) = column {
            let lit = Rect::from_min_max(
                pos2(left + column as f32 * step, image.top()),
                pos2(left + (column + 1) as f32 * step, path.bottom()),
            );
            ui.painter().rect_stroke(lit, CornerRadius::ZERO, chosen(), eframe::egui::StrokeKind::Outside);
        }
    }
    let counts = response.clicked() || is_used(ui, false);
    let place = response.interact_pointer_pos().or(response.hover_pos()).filter(|_| counts);
    let pointed = place.map(|place| (((place.x - left) / step).max(0.0) as usize).min(steps - 1));
    (pointed, response.clicked())
}

/// The probabilities of `classes`, one pixel for each class and column.
fn heat_map(piece: &Piece, temperature: f32, classes: &[usize]) -> RgbImage {
    let columns: Vec<Vec<f32>> = probabilities(piece, temperature).collect();
    RgbImage::from_fn(columns.len() as u32, classes.len() as u32, |x, y| {
        colour::probability(columns[x as usize][classes[y as usize]])
    })
}

/// The names of the classes beside the heat map.
fn names(ui: &Ui, scene: &Scene<'_>, collapse: &Collapse, classes: &[usize], heat: Rect) {
    for (row, &class) in classes.iter().enumerate() {
        let read = collapse.columns.iter().any(|column| column.class == class);
        let colour = if read { ui.visuals().strong_text_color() } else { ui.visuals().weak_text_color() };
        let place = pos2(heat.left() - 6.0, heat.top() + (row as f32 + 0.5) * CLASS);
        let font = FontId::monospace(CLASS);
        ui.painter().text(place, Align2::RIGHT_CENTER, scene.class(class), font, colour);
    }
}

/// The best class of each column and what happens to it: kept, a repeat, or a blank.
fn best_path(ui: &Ui, columns: &[Column], rect: Rect) {
    let step = rect.width() / columns.len().max(1) as f32;
    let font = FontId::monospace((step * 1.4).clamp(7.0, 13.0));
    for (i, column) in columns.iter().enumerate() {
        let cell =
            Rect::from_min_size(pos2(rect.left() + i as f32 * step, rect.top()), vec2(step, rect.height()));
        let (fill, colour) = match column.fate {
            Fate::Kept => (ACCENT, Color32::WHITE),
            Fate::Repeat => (ACCENT.gamma_multiply(0.35), ui.visuals().text_color()),
            Fate::Blank => (Color32::TRANSPARENT, ui.visuals().weak_text_color()),
        };
        ui.painter().rect_filled(cell.shrink2(vec2(0.5, 1.0)), CornerRadius::same(2), fill);
        let text = column.character.map_or_else(|| "\u{b7}".to_owned(), String::from);
        ui.painter().text(cell.center(), Align2::CENTER_CENTER, text, font.clone(), colour);
    }
}

/// The characters of the text, each under its columns.
fn text(ui: &Ui, columns: &[Column], path: Rect) {
    let step = path.width() / columns.len().max(1) as f32;
    let size = TextStyle::Heading.resolve(ui.style()).size;
    let line = Stroke::new(1.0, ACCENT);
    for Run { columns, character } in runs(columns) {
        let [start, end] = [columns.start, columns.end].map(|column| path.left() + column as f32 * step);
        let middle = (start + end) / 2.0;
        let bottom = path.bottom() + FALL - 4.0;
        for side in [start + 1.0, end - 1.0] {
            ui.painter().line_segment([pos2(side, path.bottom()), pos2(middle, bottom)], line);
        }
        let place = pos2(middle, path.bottom() + FALL);
        let colour = ui.visuals().strong_text_color();
        ui.painter().text(place, Align2::CENTER_TOP, character, FontId::monospace(size), colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_what_becomes_a_character() {
        use Fate::{Blank, Kept, Repeat};
        let column = |character: char, fate| Column {
            class: 0,
            character: Some(character).filter(|_| fate != Blank),
            probability: 1.0,
            fate,
        };
        let columns = [
            column('-', Blank),
            column('A', Kept),
            column('A', Repeat),
            column('-', Blank),
            column('A', Kept),
            column('B', Kept),
            column('B', Repeat),
        ];
        let run = |columns, character| Run { columns, character };
        assert_eq!(runs(&columns), [run(1..3, 'A'), run(4..5, 'A'), run(5..7, 'B')]);
    }
}
