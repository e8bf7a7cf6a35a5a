//! A map shown large enough to be compared with another one.

use eframe::egui::{Ui, vec2};

use crate::inside::known::planes::Cell;
use crate::inside::known::sum::number;
use crate::inside::paint::map::{MapView, class_names, fitted, show_map};
use crate::inside::paint::scene::Scene;

/// The height of maps that are compared, in points, which leaves room for all maps below them.
pub(crate) fn large_height(ui: &Ui) -> f32 {
    (0.4 * ui.clip_rect().height()).clamp(150.0, 340.0)
}

/// A large map of a level, of limited width, under a title. Returns the cell that was clicked.
pub(crate) fn large_map(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    level: usize,
    map: usize,
    width: f32,
    title: &str,
) -> (MapView, Option<Cell>) {
    ui.vertical(|ui| {
        ui.strong(title);
        let room = vec2(width, large_height(ui));
        let size = fitted(scene.piece.planes(level), room, ui.pixels_per_point());
        let view = show_map(ui, scene, level, map, size, title);
        class_names(ui, scene, level, &view);
        let place = view.response.interact_pointer_pos();
        let clicked = place.filter(|_| view.response.clicked()).and_then(|place| view.cell_at(place));
        if let Some(cell) = view.response.hover_pos().and_then(|place| view.cell_at(place)) {
            view.mark(ui, view.cell(cell));
            let value = number(scene.piece.value(level, cell));
            view.response.show_tooltip_text(format!("{}: {value}", scene.whereabouts(level, cell)));
        }
        (view, clicked)
    })
    .inner
}
