//! Class scores as bars.

use captcha_lab::infer::softmax;
use captcha_report::inside::colour;
use captcha_report::inside::words::Step;
use eframe::egui::{
    Align2, CornerRadius, FontId, Grid, Rect, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::inside::known::place::Place;
use crate::inside::known::planes::Cell;
use crate::inside::known::sum::number;
use crate::inside::paint::scene::{ACCENT, Scene};
use crate::inside::paint::textures::on_screen;

/// A class with its score and probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Score {
    /// The class.
    pub(crate) class: usize,
    /// Before the softmax.
    pub(crate) score: f32,
    /// After it.
    pub(crate) probability: f32,
}

/// Height of a bar including its gap.
const ROW: f32 = 15.0;

/// The scores of one step, in the order of the classes.
pub(crate) fn scores(scene: &Scene<'_>, step: usize) -> Vec<Score> {
    let logits = scene.piece.scores();
    let row: Vec<f32> = logits.row(step.min(logits.nrows().saturating_sub(1))).to_vec();
    let mut probabilities: Vec<f32> = row.iter().map(|score| score / scene.temperature()).collect();
    softmax(&mut probabilities);
    let scores = row.into_iter().zip(probabilities).enumerate();
    scores.map(|(class, (score, probability))| Score { class, score, probability }).collect()
}

/// The classes, by descending score.
fn highest(scores: &[Score]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].score.total_cmp(&scores[a].score));
    order
}

/// The most probable classes as bars in `body`; returns the areas of the bars, and the place that a click
/// leads to.
pub(crate) fn compact(ui: &mut Ui, scene: &Scene<'_>, body: Rect) -> (Vec<Rect>, Option<Place>) {
    let scores = scores(scene, 0);
    let response = ui.interact(body, ui.scope_id().with("scores"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Class scores"));
    let rows = ((body.height() / ROW) as usize).clamp(1, scores.len().max(1));
    let top = body.top() + (body.height() - rows as f32 * ROW) / 2.0;
    let bars = highest(&scores).into_iter().take(rows).enumerate().map(|(row, class)| {
        let place = pos2(body.left(), top + row as f32 * ROW);
        let rect = Rect::from_min_size(place, vec2(body.width(), ROW - 2.0));
        bar(ui, scene, rect, &scores[class]);
        rect
    });
    let bars = bars.collect();
    let words = Step::Softmax.words();
    let clicked = response.on_hover_text(words.text).clicked();
    (bars, clicked.then_some(Place::Reading { column: 0 }))
}

/// A class, its bar and its percentage, side by side.
fn bar(ui: &Ui, scene: &Scene<'_>, rect: Rect, score: &Score) {
    let small = TextStyle::Small.resolve(ui.style());
    let (text, strong) = (ui.visuals().text_color(), ui.visuals().strong_text_color());
    let likely = score.probability >= 0.5;
    let colour = if likely { strong } else { text };
    let painter = ui.painter();
    let letter = FontId::monospace(rect.height().min(12.0));
    painter.text(rect.left_center(), Align2::LEFT_CENTER, scene.class(score.class), letter, colour);
    let percent = format!("{:.1} %", 100.0 * score.probability);
    painter.text(rect.right_center(), Align2::RIGHT_CENTER, percent, small, colour);
    let room = Rect::from_min_max(rect.min + vec2(13.0, 1.0), rect.max - vec2(44.0, 1.0));
    painter.rect_filled(room, CornerRadius::ZERO, ui.visuals().faint_bg_color);
    let filled = Rect::from_min_size(room.min, vec2(room.width() * score.probability, room.height()));
    painter.rect_filled(
        filled,
        CornerRadius::ZERO,
        if likely { ACCENT } else { ui.visuals().weak_text_color() },
    );
}

/// The scores of a letter and their softmax; a click on a class leads to its sum.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>) -> Option<Place> {
    let words = Step::Softmax.words();
    ui.label(words.text);
    table(ui, scene, 0)
}

/// All classes of a step with score and probability.
pub(crate) fn table(ui: &mut Ui, scene: &Scene<'_>, step: usize) -> Option<Place> {
    let scores = scores(scene, step);
    let largest = colour::largest(&scores.iter().map(|score| score.score).collect::<Vec<_>>());
    let mut to = None;
    ScrollArea::vertical().id_salt("scores").auto_shrink([true, false]).show(ui, |ui| {
        Grid::new("scores").num_columns(4).spacing([10.0, 3.0]).striped(true).show(ui, |ui| {
            for heading in ["class", "score", "", "probability"] {
                ui.weak(heading);
            }
            ui.end_row();
            for index in highest(&scores) {
                let score = scores[index];
                let name = scene.class(score.class);
                let button = ui.button(name.as_str()).on_hover_text("How this score is summed up");
                if button.clicked() {
                    let stage = scene.piece.layers() - 1;
                    let index = [if scene.is_sequence() { step } else { 0 }, score.class, 0];
                    let cell: Cell = scene.piece.planes(stage + 1).cell(index);
                    to = Some(Place::Sum { stage, cell });
                }
                ui.monospace(number(score.score));
                signed_bar(ui, score.score / largest, colour::signed(score.score, largest));
                let (rect, _) = ui.allocate_exact_size(vec2(180.0, ROW), Sense::hover());
                bar(ui, scene, rect, &score);
                ui.end_row();
            }
        });
    });
    to
}

/// A bar to the left or to the right of zero; `share` is in `[-1, 1]`.
pub(crate) fn signed_bar(ui: &mut Ui, share: f32, fill: captcha_lab::core::image::Rgb<u8>) {
    let (rect, _) = ui.allocate_exact_size(vec2(100.0, ROW - 3.0), Sense::hover());
    let zero = rect.center().x;
    let end = zero + share.clamp(-1.0, 1.0) * rect.width() / 2.0;
    let filled = Rect::from_x_y_ranges(zero.min(end)..=zero.max(end), rect.y_range());
    ui.painter().rect_filled(rect, CornerRadius::ZERO, ui.visuals().faint_bg_color);
    ui.painter().rect_filled(filled, CornerRadius::ZERO, on_screen(fill));
    ui.painter().vline(zero, rect.y_range(), (1.0, ui.visuals().weak_text_color()));
}
