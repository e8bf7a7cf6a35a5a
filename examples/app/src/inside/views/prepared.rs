//! How an image becomes the input of the network: segmented into letters, or scaled to the height of the
//! network.

use captcha_lab::core::GlyphBox;
use captcha_lab::core::image::{DynamicImage, GrayImage};
use captcha_lab::segment::Steps;
use captcha_report::inside::words::{Step, Words};
use eframe::egui::{CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, vec2};

use crate::inside::known::insight::Insight;
use crate::inside::paint::flow::flow;
use crate::inside::paint::scene::ACCENT;
use crate::inside::paint::textures::{Picture, Textures, paint};

/// The largest size of a step, in points.
const LARGEST: Vec2 = vec2(420.0, 210.0);
/// The largest size of an image pixel, in points.
const LARGEST_PIXEL: f32 = 8.0;
/// Gap between pictures.
const GAP: Vec2 = vec2(14.0, 8.0);
/// Size of a pixel of a letter, in points.
const LETTER_PIXEL: f32 = 4.0;

/// Shows the steps, one after the other.
pub(crate) fn show(ui: &mut Ui, insight: &Insight, textures: &mut Textures) {
    ScrollArea::vertical().id_salt("prepared").auto_shrink(false).show(ui, |ui| {
        if let Some(problem) = &insight.problem {
            ui.colored_label(ui.visuals().error_fg_color, problem);
        }
        if let Some(prepared) = &insight.prepared {
            step(ui, Step::Prepared, |ui| _ = image(ui, textures, Picture::Prepared, prepared));
        }
        match &insight.steps {
            Some(steps) => cutting(ui, insight, steps, textures),
            None => {
                step(ui, Step::Scaled, |_| {});
                pieces(ui, insight, textures);
            }
        }
    });
}

/// A heading and the description of the step.
fn step<R>(ui: &mut Ui, step: Step, add: impl FnOnce(&mut Ui) -> R) -> R {
    let Words { title, text } = step.words();
    ui.strong(title);
    ui.label(text);
    let inner = add(ui);
    ui.add_space(10.0);
    inner
}

fn cutting(ui: &mut Ui, insight: &Insight, steps: &Steps, textures: &mut Textures) {
    step(ui, Step::Threshold, |ui| {
        match steps.level {
            Some(level) => ui.label(format!("Here, levels up to {level} are ink.")),
            None => ui.label("Here, nothing stands out from the paper."),
        };
        let pictures = [(Picture::Grey, &insight.grey), (Picture::Binary, &steps.binary)];
        flow(ui, pictures.len(), size(&insight.grey).x, GAP, |ui, i| {
            let (picture, pixels) = pictures[i];
            image(ui, textures, picture, pixels);
        });
    });
    step(ui, Step::Boxes, |ui| {
        let letters = steps.result.as_ref().map_or(&[][..], |cut| &cut.letters);
        let letters: Vec<GlyphBox> = letters.iter().map(|letter| letter.bounds).collect();
        let found = [("found", &steps.found), ("joined", &steps.pieces), ("letters", &letters)];
        flow(ui, found.len(), size(&steps.binary).x, GAP, |ui, i| {
            let (title, boxes) = found[i];
            ui.weak(format!("{title}: {}", boxes.len()));
            let rect = image(ui, textures, Picture::Binary, &steps.binary);
            draw_boxes(ui, rect, &steps.binary, boxes);
        });
    });
    if !insight.pieces.is_empty() {
        step(ui, Step::Letters, |ui| pieces(ui, insight, textures));
    }
}

/// The inputs of the network.
fn pieces(ui: &mut Ui, insight: &Insight, textures: &mut Textures) {
    let Some(first) = insight.pieces.first() else { return };
    let pixels = extent(&first.image);
    let scale = (ui.available_width() / pixels.x).min(LETTER_PIXEL);
    flow(ui, insight.pieces.len(), pixels.x * scale, GAP, |ui, index| {
        let image = &insight.pieces[index].image;
        let (rect, _) = ui.allocate_exact_size(extent(image) * scale, Sense::hover());
        let make = || DynamicImage::ImageLuma8(image.clone()).into_rgb8();
        paint(ui.painter(), textures.get(ui.ctx(), Picture::Piece { piece: index }, make), rect);
        outline(ui, rect);
        ui.weak(format!("{} x {}", image.width(), image.height()));
    });
}

fn extent(image: &GrayImage) -> Vec2 {
    vec2(image.width() as f32, image.height() as f32)
}

/// The size in points of a picture of the whole image.
fn size(image: &GrayImage) -> Vec2 {
    let pixels = extent(image);
    pixels * (LARGEST / pixels).min_elem().min(LARGEST_PIXEL)
}

/// A picture of the whole image.
fn image(ui: &mut Ui, textures: &mut Textures, picture: Picture, pixels: &GrayImage) -> Rect {
    let (rect, _) = ui.allocate_exact_size(size(pixels), Sense::hover());
    let make = || DynamicImage::ImageLuma8(pixels.clone()).into_rgb8();
    paint(ui.painter(), textures.get(ui.ctx(), picture, make), rect);
    outline(ui, rect);
    rect
}

fn outline(ui: &Ui, rect: Rect) {
    let line = Stroke::new(1.0, ui.visuals().weak_text_color().gamma_multiply(0.5));
    ui.painter().rect_stroke(rect, CornerRadius::ZERO, line, StrokeKind::Outside);
}

/// Frames around the boxes that were found; `rect` is the area of the image.
pub(crate) fn draw_boxes(ui: &Ui, rect: Rect, image: &GrayImage, boxes: &[GlyphBox]) {
    let scale = rect.size() / vec2(image.width().max(1) as f32, image.height().max(1) as f32);
    for bounds in boxes {
        let min = rect.min + vec2(bounds.x() as f32, bounds.y() as f32) * scale;
        let size = vec2(bounds.width() as f32, bounds.height() as f32) * scale;
        let stroke = Stroke::new(1.5, ACCENT);
        ui.painter().rect_stroke(
            Rect::from_min_size(min, size),
            CornerRadius::ZERO,
            stroke,
            StrokeKind::Outside,
        );
    }
}
