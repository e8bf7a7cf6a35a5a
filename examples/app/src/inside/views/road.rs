//! The steps from the image to the network, and the position of the user among them.

use captcha_lab::core::GlyphBox;
use captcha_lab::core::image::{DynamicImage, RgbImage};
use captcha_report::inside::colour;
use eframe::egui::{
    Align, Align2, Button, Color32, CornerRadius, FontId, Layout, Rect, Response, Role, ScrollArea, Sense,
    StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::inside::known::insight::Insight;
use crate::inside::known::place::Place;
use crate::inside::paint::map::frame;
use crate::inside::paint::scene::{ACCENT, Scene};
use crate::inside::paint::textures::{Picture, Textures, on_screen, paint};
use crate::inside::views::numbers::colours;
use crate::inside::views::prepared::draw_boxes;

/// Height of the pictures in points.
const HEIGHT: f32 = 44.0;
/// Height of the line below them.
const LINE: f32 = 15.0;

/// The place of the user, with all places above it; returns the place that was clicked.
pub(crate) fn breadcrumb(ui: &mut Ui, place: Place, scene: Option<&Scene<'_>>) -> Option<Place> {
    let mut places = vec![place];
    while let Some(above) = places.last().copied().and_then(Place::above) {
        places.push(above);
    }
    let mut to = None;
    ui.horizontal_wrapped(|ui| {
        let above = place.above();
        let back = ui.add_enabled(above.is_some(), Button::new("Back"));
        if back.on_hover_text("One step up (Esc)").clicked() {
            to = above;
        }
        for (depth, &step) in places.iter().rev().enumerate() {
            if depth > 0 {
                ui.weak("\u{203a}");
            }
            let name = name(step, scene);
            if step == place {
                ui.strong(name);
            } else if ui.link(name).clicked() {
                to = Some(step);
            }
        }
        legend(ui);
    });
    to
}

/// The meaning of the colours of maps, at the end of the line.
fn legend(ui: &mut Ui) {
    const STEPS: u8 = 48;
    let (bar, words) = (vec2(f32::from(STEPS) * 2.0, 10.0), 130.0);
    if ui.available_size_before_wrap().x < bar.x + words {
        return;
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.small("positive");
        let (rect, _) = ui.allocate_exact_size(bar, Sense::hover());
        for step in 0..STEPS {
            let share = 2.0 * f32::from(step) / f32::from(STEPS - 1) - 1.0;
            let place = rect.min + vec2(f32::from(step) * 2.0, 0.0);
            let cell = Rect::from_min_size(place, vec2(2.0, bar.y));
            let fill = on_screen(colour::signed(share, 1.0));
            ui.painter().rect_filled(cell, CornerRadius::ZERO, fill);
        }
        ui.small("negative");
    });
}

/// The name of a place.
fn name(place: Place, scene: Option<&Scene<'_>>) -> String {
    match (place, scene) {
        (Place::Overview { .. }, _) => "All layers".to_owned(),
        (Place::Image { .. }, _) => "The image as numbers".to_owned(),
        (Place::Prepared, _) => "What the network reads".to_owned(),
        (Place::Reading { .. }, _) => "From scores to text".to_owned(),
        (Place::Layer { stage, .. }, Some(scene)) => format!("{} {}", stage + 1, scene.words(stage).title),
        (Place::Sum { stage, cell }, Some(scene)) => scene.whereabouts(stage + 1, cell),
        (Place::Layer { .. } | Place::Sum { .. }, None) => String::new(),
    }
}

/// The image, its preparation, the letters and the reading. Returns the place that was clicked, and the
/// letter.
pub(crate) fn show(
    ui: &mut Ui,
    insight: &Insight,
    textures: &mut Textures,
    image: &DynamicImage,
    chosen: usize,
    place: Place,
) -> (Option<Place>, Option<usize>) {
    let (mut to, mut letter) = (None, None);
    ScrollArea::horizontal().id_salt("road").show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let is_here = matches!(place, Place::Image { .. });
            let make = || colours(image);
            let (_, response) =
                stop(ui, textures, Picture::Colour, make, ("image", "Image as numbers"), is_here);
            if response.clicked() {
                let middle = [image.width() / 2, image.height() / 2];
                to = Some(Place::Image { x: middle[0] as usize, y: middle[1] as usize });
            }
            arrow(ui);
            if let Some(steps) = &insight.steps {
                let is_here = place == Place::Prepared;
                let make = || DynamicImage::ImageLuma8(steps.binary.clone()).into_rgb8();
                let (rect, response) = stop(ui, textures, Picture::Binary, make, ("cut", "Cutting"), is_here);
                let letters = steps.result.as_ref().map_or(&[][..], |cut| &cut.letters);
                let boxes: Vec<GlyphBox> = letters.iter().map(|letter| letter.bounds).collect();
                draw_boxes(ui, rect, &steps.binary, &boxes);
                if response.clicked() {
                    to = Some(Place::Prepared);
                }
                arrow(ui);
            }
            for (index, piece) in insight.pieces.iter().enumerate() {
                let make = || DynamicImage::ImageLuma8(piece.image.clone()).into_rgb8();
                let read = piece.character.as_ref().map_or(String::new(), |read| read.character.to_string());
                let is_letter = piece.character.is_some();
                let (below, label) = match is_letter {
                    true => (read.as_str(), format!("Letter {}", index + 1)),
                    false => ("scaled", "What the network reads".to_owned()),
                };
                let is_here = if is_letter { index == chosen } else { place == Place::Prepared };
                let picture = Picture::Piece { piece: index };
                let (_, response) = stop(ui, textures, picture, make, (below, &label), is_here);
                if response.clicked() && is_letter {
                    letter = Some(index);
                } else if response.clicked() {
                    to = Some(Place::Prepared);
                }
            }
            if let Some(prediction) = &insight.prediction {
                arrow(ui);
                to = to.or(answer(ui, &prediction.text, prediction.confidence.value(), place));
            }
        });
    });
    (to, letter)
}

/// A picture of a step with a label below it.
fn stop(
    ui: &mut Ui,
    textures: &mut Textures,
    picture: Picture,
    make: impl Fn() -> RgbImage,
    (below, label): (&str, &str),
    is_here: bool,
) -> (Rect, Response) {
    let texture = textures.sized(ui.ctx(), picture, make);
    let ratio = texture.size.x / texture.size.y.max(1.0);
    let width = (HEIGHT * ratio).min(6.0 * HEIGHT);
    let (all, response) = ui.allocate_exact_size(vec2(width, HEIGHT + LINE), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let rect = Rect::from_min_size(all.min, vec2(width, HEIGHT)).shrink(1.5);
    paint(ui.painter(), texture.id, rect);
    frame(ui, rect, &response, is_here);
    let (font, colour) = if is_here {
        (TextStyle::Button.resolve(ui.style()), ui.visuals().strong_text_color())
    } else {
        let style = if below.chars().count() > 1 { TextStyle::Small } else { TextStyle::Button };
        (style.resolve(ui.style()), ui.visuals().text_color())
    };
    ui.painter().text(all.center_bottom(), Align2::CENTER_BOTTOM, below, font, colour);
    (rect, response.on_hover_text(label))
}

/// The text that was read; a click shows how it follows from the scores.
fn answer(ui: &mut Ui, text: &str, confidence: f32, place: Place) -> Option<Place> {
    let font = FontId::monospace(24.0);
    let is_here = matches!(place, Place::Reading { .. });
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, ui.visuals().strong_text_color());
    let size = vec2(galley.size().x.max(60.0) + 8.0, HEIGHT + LINE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Class scores and text"));
    let place =
        Align2::CENTER_CENTER.anchor_size(pos2(rect.center().x, rect.top() + HEIGHT / 2.0), galley.size());
    ui.painter().galley(place.min, galley, Color32::PLACEHOLDER);
    let small = TextStyle::Small.resolve(ui.style());
    let sure = format!("{:.1} % sure", 100.0 * confidence);
    ui.painter().text(rect.center_bottom(), Align2::CENTER_BOTTOM, sure, small, ui.visuals().text_color());
    if is_here || response.hovered() || response.has_focus() {
        ui.painter().rect_stroke(rect.shrink(1.0), CornerRadius::same(3), (1.5, ACCENT), StrokeKind::Inside);
    }
    response.on_hover_text("From scores to text").clicked().then_some(Place::Reading { column: 0 })
}

fn arrow(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, HEIGHT), Sense::hover());
    let start = rect.left_center();
    ui.painter().arrow(start, vec2(rect.width(), 0.0), (1.5, ui.visuals().weak_text_color()));
}
