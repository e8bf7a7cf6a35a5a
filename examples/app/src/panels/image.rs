//! The image on screen, with the reading drawn over it.

use captcha_lab::core::GlyphBox;
use captcha_lab::{Confidence, Prediction};
use eframe::egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind,
    TextureHandle, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::Picture;

/// The overlays of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overlays {
    /// The boxes of the characters that were read.
    pub(crate) boxes: bool,
    /// The true boxes of the characters' ink.
    pub(crate) truth: bool,
}

/// Space above the image for the characters over their boxes.
const HEADROOM: f32 = 24.0;

/// The largest magnification of an image.
const MOST_ENLARGED: f32 = 6.0;

/// The colour of the true boxes: a blue that differs from the colours of [`sure`] for any colour vision.
const TRUTH: Color32 = Color32::from_rgb(0x4a, 0xb4, 0xff);

/// The confidence of a character as a colour: orange, yellow, green.
pub(crate) fn sure(confidence: Confidence, dark: bool) -> Color32 {
    let [unsure, fair, sure] = if dark {
        [[0xff, 0x8a, 0x50], [0xe6, 0xc2, 0x4a], [0x5a, 0xc8, 0x8c]]
    } else {
        [[0xc8, 0x4a, 0x10], [0x8f, 0x6a, 0x00], [0x0a, 0x7d, 0x45]]
    };
    let [r, g, b] = match confidence.value() {
        value if value < 0.5 => unsure,
        value if value < 0.9 => fair,
        _ => sure,
    };
    Color32::from_rgb(r, g, b)
}

/// Shows `picture` as large as `room` allows, with its overlays.
pub(crate) fn show(
    ui: &mut Ui,
    picture: &Picture,
    texture: &TextureHandle,
    prediction: Option<&Prediction>,
    overlays: Overlays,
    room: Vec2,
) {
    let size = vec2(picture.image.width() as f32, picture.image.height() as f32);
    let scale = (room.x / size.x).min((room.y - HEADROOM) / size.y).min(MOST_ENLARGED);
    // Image pixels look equal in size if each covers an integer number of screen pixels.
    let scale = if scale > 1.0 { (scale * 2.0).floor() / 2.0 } else { scale };
    let (outer, response) = ui.allocate_exact_size(vec2(room.x, size.y * scale + HEADROOM), Sense::hover());
    let corner = pos2(outer.center().x - size.x * scale / 2.0, outer.min.y + HEADROOM);
    let image = Rect::from_min_size(corner, size * scale);
    let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    // Transparent areas are shown as white paper, as the models see them.
    ui.painter().rect_filled(image, 0.0, Color32::WHITE);
    ui.painter().image(texture.id(), image, whole, Color32::WHITE);
    let frame = ui.visuals().widgets.noninteractive.bg_stroke;
    ui.painter().rect_stroke(image, CornerRadius::ZERO, frame, StrokeKind::Outside);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, picture.name()));
    let place = |bounds: &GlyphBox| {
        let min = corner + vec2(bounds.x() as f32, bounds.y() as f32) * scale;
        Rect::from_min_size(min, vec2(bounds.width() as f32, bounds.height() as f32) * scale)
    };
    if overlays.truth {
        for bounds in &picture.glyphs {
            outline(ui.painter(), place(bounds), TRUTH);
        }
    }
    if let Some(prediction) = prediction.filter(|_| overlays.boxes) {
        for character in &prediction.characters {
            let Some(bounds) = &character.bounds else { continue };
            let (bounds, on_image) = (place(bounds), sure(character.confidence, true));
            ui.painter().rect_filled(bounds, 2.0, on_image.gamma_multiply(0.12));
            outline(ui.painter(), bounds, on_image);
            let colour = sure(character.confidence, ui.visuals().dark_mode);
            let above = pos2(bounds.center().x, image.min.y - 3.0);
            let font = FontId::proportional(18.0);
            ui.painter().text(above, Align2::CENTER_BOTTOM, character.character, font, colour);
        }
    }
}

/// A box that is visible on light and dark images.
fn outline(painter: &Painter, bounds: Rect, colour: Color32) {
    for stroke in [Stroke::new(4.0, Color32::from_black_alpha(150)), Stroke::new(2.0, colour)] {
        painter.rect_stroke(bounds, 2.0, stroke, StrokeKind::Middle);
    }
}
