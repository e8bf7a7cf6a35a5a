//! Elementwise layers, layers that only move values, and pools: before and after.

use captcha_lab::infer::{Layer, Origin, Window};
use eframe::egui::{Color32, CornerRadius, Stroke, StrokeKind, Ui, vec2};

use crate::inside::known::insight::Piece;
use crate::inside::known::place::Place;
use crate::inside::known::planes::Cell;
use crate::inside::known::sum::{number, signed_number};
use crate::inside::layer::large_map::{large_height, large_map};
use crate::inside::paint::map::{MapView, fitted};
use crate::inside::paint::scene::{ACCENT, Scene};
use crate::inside::paint::textures::paint;

/// Gap between pictures, in points.
const GAP: f32 = 16.0;
/// Width of the column with the scale and shift of a normalisation, in points.
const SCALE: f32 = 84.0;

/// Shows the effect of the layer on a map; returns the place that a click leads to.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, stage: usize, map: usize) -> Option<Place> {
    let mut to = None;
    let layer = scene.piece.layer(stage);
    // Layers that move values can have an input with another number of maps.
    let before = map.min(scene.piece.planes(stage).maps - 1);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let pictures = if layer == Layer::Relu { 3.0 } else { 2.0 };
        let words = if layer == Layer::BatchNorm2d { SCALE + GAP } else { 0.0 };
        let width = ((ui.available_width() - words - (pictures - 1.0) * GAP) / pictures).max(60.0);
        let (view, clicked) =
            large_map(ui, scene, stage, before, width, &format!("Map {} before", before + 1));
        if scene.piece.planes(stage) == scene.piece.planes(stage + 1) {
            to = clicked.map(|cell| Place::Sum { stage, cell });
        }
        if let Layer::MaxPool2d { size } = layer {
            chosen_cells(ui, scene.piece, stage, map, size, &view);
            if let Some(cell) = clicked {
                let cell = Cell { map, y: cell.y / size.height, x: cell.x / size.width };
                to = Some(Place::Sum { stage, cell: scene.piece.planes(stage + 1).nearest(cell) });
            }
        }
        if layer == Layer::Relu {
            removed_map(ui, scene, stage, map, width);
        }
        if let Some((scale, shift)) = scale(scene.piece, stage, map).filter(|_| layer == Layer::BatchNorm2d) {
            ui.vertical(|ui| {
                ui.set_width(SCALE);
                ui.add_space(large_height(ui) / 3.0);
                ui.heading(format!("\u{d7} {}", number(scale)));
                ui.heading(signed_number(shift));
            });
        }
        let (_, clicked) = large_map(ui, scene, stage + 1, map, width, &after(layer, map));
        to = to.or(clicked.map(|cell| Place::Sum { stage, cell }));
    });
    to
}

fn after(layer: Layer, map: usize) -> String {
    match layer {
        Layer::Flatten => "The list, folded row by row".to_owned(),
        Layer::Columns => "Columns: each a strip of the image".to_owned(),
        _ => format!("Map {} after", map + 1),
    }
}

/// The share of a map's values that a ReLU sets to zero.
pub(crate) fn removed(piece: &Piece, stage: usize, map: usize) -> f32 {
    let planes = piece.planes(stage);
    let cells = planes.height * planes.width;
    let start = Cell { map, ..Cell::default() };
    let below = (0..cells).filter(|&i| piece.value(stage, planes.after(start, i)) < 0.0).count();
    below as f32 / cells.max(1) as f32
}

/// The factor and the offset that a layer applies to the values of a map.
pub(crate) fn scale(piece: &Piece, stage: usize, map: usize) -> Option<(f32, f32)> {
    match piece.origin(stage, Cell { map, ..Cell::default() })? {
        Origin::Single { tap, shift } => Some((tap.weight, shift)),
        _ => None,
    }
}

/// The values of a map that a ReLU sets to zero.
fn removed_map(ui: &mut Ui, scene: &mut Scene<'_>, stage: usize, map: usize, width: f32) {
    ui.vertical(|ui| {
        let share = removed(scene.piece, stage, map);
        ui.strong(format!("Removed: {:.0} %", 100.0 * share));
        let room = vec2(width, large_height(ui));
        let size = fitted(scene.piece.planes(stage), room, ui.pixels_per_point());
        let (rect, _) = ui.allocate_exact_size(size, eframe::egui::Sense::hover());
        let texture = scene.textures.removed(ui.ctx(), scene.index, scene.piece, stage, map);
        paint(ui.painter(), texture, rect);
        let line = Stroke::new(1.0, ui.visuals().weak_text_color());
        ui.painter().rect_stroke(rect, CornerRadius::ZERO, line, StrokeKind::Outside);
    });
}

/// Marks the windows of a pool, and the value kept in each.
fn chosen_cells(ui: &Ui, piece: &Piece, stage: usize, map: usize, window: Window, view: &MapView) {
    let planes = piece.planes(stage + 1);
    let line = Stroke::new(1.0, Color32::from_gray(128).gamma_multiply(0.5));
    for i in 0..planes.height * planes.width {
        let cell = planes.after(Cell { map, ..Cell::default() }, i);
        let first = [(cell.x * window.width) as f32, (cell.y * window.height) as f32];
        let rect = view.cells(first, [window.width as f32, window.height as f32]);
        ui.painter().rect_stroke(rect, CornerRadius::ZERO, line, StrokeKind::Middle);
        // If all values are equal, there is nothing to mark.
        if let Some(Origin::Largest { taps, chosen }) = piece.origin(stage, cell)
            && taps.iter().any(|tap| tap.input != taps[chosen].input)
            && let Some(place) = taps[chosen].place
        {
            let kept = view.cell(piece.planes(stage).cell(place));
            let radius = (kept.size().min_elem() * 0.3).max(1.0);
            ui.painter().circle_filled(kept.center(), radius, ACCENT);
        }
    }
}
