//! Numbers in coloured cells.

use captcha_lab::core::image::Rgb;
use captcha_report::inside::colour;
use eframe::egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Rect, Sense, Stroke, StrokeKind, Ui, vec2,
};

use crate::inside::paint::textures::on_screen;

/// The colour of a cell, and its text.
pub(crate) type Content = (Rgb<u8>, String);

/// The smallest cell that has room for a number, in points.
const ROOM_FOR_NUMBER: f32 = 24.0;

/// A table of coloured cells, `columns` in each row, with numbers in them where there is room.
pub(crate) fn grid(
    ui: &mut Ui,
    columns: usize,
    side: f32,
    cells: impl ExactSizeIterator<Item = Content>,
) -> Rect {
    let rows = cells.len().div_ceil(columns.max(1));
    let size = vec2(columns as f32, rows as f32) * side;
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    if ui.is_rect_visible(rect) {
        for (i, (fill, text)) in cells.enumerate() {
            let place = vec2((i % columns) as f32, (i / columns) as f32) * side;
            cell(ui.painter(), Rect::from_min_size(rect.min + place, vec2(side, side)), fill, &text);
        }
        let line = Stroke::new(1.0, ui.visuals().weak_text_color().gamma_multiply(0.5));
        ui.painter().rect_stroke(rect, CornerRadius::ZERO, line, StrokeKind::Outside);
    }
    rect
}

/// One cell.
pub(crate) fn cell(painter: &Painter, rect: Rect, fill: Rgb<u8>, text: &str) {
    painter.rect_filled(rect, CornerRadius::ZERO, on_screen(fill));
    if rect.width() >= ROOM_FOR_NUMBER {
        let line = Stroke::new(0.5, Color32::from_gray(160));
        painter.rect_stroke(rect, CornerRadius::ZERO, line, StrokeKind::Inside);
        let font = FontId::monospace((rect.width() * 0.29).clamp(8.0, 13.0));
        painter.text(rect.center(), Align2::CENTER_CENTER, text, font, on_screen(colour::text_on(fill)));
    }
}
