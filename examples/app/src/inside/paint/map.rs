//! A picture of values whose cells can be pointed at.

use eframe::egui::{
    Align2, CornerRadius, Event, FontId, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::inside::known::planes::{Cell, Planes};
use crate::inside::paint::scene::{Scene, chosen};
use crate::inside::paint::textures::paint;

/// The least height of a row that is labelled, in points.
const LOWEST_NAME: f32 = 7.0;
/// The largest font size of labels.
const LARGEST_NAME: f32 = 13.0;

/// A map on screen.
pub(crate) struct MapView {
    /// The response to the pointer.
    pub(crate) response: Response,
    /// Where it is.
    pub(crate) rect: Rect,
    planes: Planes,
    map: usize,
}

/// The size in points of `planes` fitted into `room`, with each value an integer number of pixels if
/// possible.
pub(crate) fn fitted(planes: Planes, room: Vec2, pixels_per_point: f32) -> Vec2 {
    let cells = vec2(planes.width as f32, planes.height as f32);
    let scale = (room / cells).min_elem() * pixels_per_point;
    let scale = if scale >= 1.0 { scale.floor() } else { scale };
    cells * scale / pixels_per_point
}

/// Shows a map of a level at `size` points; `label` is its description for screen readers.
pub(crate) fn show_map(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    level: usize,
    map: usize,
    size: Vec2,
    label: &str,
) -> MapView {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let texture = scene.map(ui.ctx(), level, map);
    if ui.is_rect_visible(rect) {
        paint(ui.painter(), texture, rect);
        frame(ui, rect, &response, false);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    MapView { response, rect, planes: scene.piece.planes(level), map }
}

/// The frame of a picture: selected, hovered or neither.
pub(crate) fn frame(ui: &Ui, rect: Rect, response: &Response, is_chosen: bool) {
    let stroke = if is_chosen || response.has_focus() {
        chosen()
    } else if response.hovered() {
        ui.visuals().widgets.hovered.fg_stroke
    } else {
        Stroke::new(1.0, ui.visuals().weak_text_color().gamma_multiply(0.5))
    };
    ui.painter().rect_stroke(rect, CornerRadius::ZERO, stroke, StrokeKind::Outside);
}

/// Whether the user presses the pointer or, unless `only_pressed` is set, moves it; a resting pointer leaves
/// control to the keys.
pub(crate) fn is_used(ui: &Ui, only_pressed: bool) -> bool {
    ui.input(|input| {
        let moved = input.events.iter().any(|event| matches!(event, Event::PointerMoved(_)));
        input.pointer.any_down() || !only_pressed && moved
    })
}

/// The class labels beside the last level, where there is room for them.
pub(crate) fn class_names(ui: &mut Ui, scene: &Scene<'_>, level: usize, view: &MapView) {
    let row = view.rect.height() / view.planes.height.max(1) as f32;
    if level != scene.piece.layers() || view.planes.are_maps() || row < LOWEST_NAME {
        return;
    }
    let font = FontId::monospace(row.min(LARGEST_NAME));
    for class in 0..view.planes.height {
        let place = pos2(view.rect.right() + 5.0, view.rect.top() + (class as f32 + 0.5) * row);
        let colour = ui.visuals().text_color();
        ui.painter().text(place, Align2::LEFT_CENTER, scene.class(class), font.clone(), colour);
    }
    // What follows is placed beside the labels.
    ui.expand_to_include_x(view.rect.right() + 5.0 + LARGEST_NAME);
}

impl MapView {
    /// The cell at a position on screen.
    pub(crate) fn cell_at(&self, place: Pos2) -> Option<Cell> {
        if !self.rect.contains(place) || self.rect.area() <= 0.0 {
            return None;
        }
        let part = (place - self.rect.min) / self.rect.size();
        let [x, y] = [part.x * self.planes.width as f32, part.y * self.planes.height as f32];
        Some(self.planes.nearest(Cell { map: self.map, y: y as usize, x: x as usize }))
    }

    /// The area of the cells from `first`, as many as `size` says, on screen; negative ones lie outside the
    /// map.
    pub(crate) fn cells(&self, [x, y]: [f32; 2], [columns, rows]: [f32; 2]) -> Rect {
        let cell = self.rect.size() / vec2(self.planes.width as f32, self.planes.height as f32);
        let min = self.rect.min + vec2(x, y) * cell;
        Rect::from_min_max(min, min + vec2(columns, rows) * cell)
    }

    /// The area of a cell on screen.
    pub(crate) fn cell(&self, cell: Cell) -> Rect {
        self.cells([cell.x as f32, cell.y as f32], [1.0, 1.0])
    }

    /// The cell that the pointer presses or, unless `only_pressed` is set, moves over.
    pub(crate) fn pointed(&self, ui: &Ui, only_pressed: bool) -> Option<Cell> {
        let place = self.response.interact_pointer_pos().or(self.response.hover_pos())?;
        if is_used(ui, only_pressed) { self.cell_at(place) } else { None }
    }

    /// Marks cells.
    pub(crate) fn mark(&self, ui: &Ui, rect: Rect) {
        ui.painter().rect_stroke(rect, CornerRadius::ZERO, chosen(), StrokeKind::Outside);
    }

    /// Dims everything except `lit`, as a flashlight would.
    pub(crate) fn dim_around(&self, ui: &Ui, lit: Rect) {
        let shade = eframe::egui::Color32::from_black_alpha(110);
        let (all, lit) = (self.rect, lit.intersect(self.rect));
        let painter = ui.painter();
        for rect in [
            Rect::from_min_max(all.min, pos2(all.max.x, lit.min.y)),
            Rect::from_min_max(pos2(all.min.x, lit.max.y), all.max),
            Rect::from_min_max(pos2(all.min.x, lit.min.y), pos2(lit.min.x, lit.max.y)),
            Rect::from_min_max(pos2(lit.max.x, lit.min.y), pos2(all.max.x, lit.max.y)),
        ] {
            if rect.is_positive() {
                painter.rect_filled(rect, CornerRadius::ZERO, shade);
            }
        }
    }
}
