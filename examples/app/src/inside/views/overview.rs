//! All layers of the network at once, as columns of feature maps from left to right.

use captcha_lab::infer::Layer;
use captcha_report::inside::words;
use eframe::egui::emath::GuiRounding;
use eframe::egui::{
    Align2, Pos2, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke, TextStyle, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::inside::known::place::Place;
use crate::inside::paint::map::frame;
use crate::inside::paint::scene::{ACCENT, Scene, chosen, short_name, short_shape};
use crate::inside::paint::textures::paint;
use crate::inside::views::columns::{
    Arrangement, BAND_GAP, COLUMN_GAP, Column, FOOTER, HEADER, MAP_GAP, What,
};
use crate::inside::views::{ctc, scores};

/// Space to the right of each band for the arrow to the next one.
const MARGIN: f32 = COLUMN_GAP + 8.0;
/// The largest gap between columns.
const WIDEST_GAP: f32 = 56.0;

/// A column on screen.
struct Placed {
    level: usize,
    thumbs: Vec<Rect>,
    /// The map under the pointer.
    hovered: Option<usize>,
    what: What,
}

/// The layer that Enter opens.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    pub(crate) stage: usize,
    /// Whether a key has just moved it; it is then scrolled into view.
    pub(crate) moved: bool,
}

/// Shows all layers; returns the place that a click leads to.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, cursor: Cursor) -> Option<Place> {
    let mut to = None;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let below = if scene.is_sequence() { ctc::compact_height(scene) } else { 0.0 };
        let Arrangement { columns, bands, height } =
            Arrangement::new(scene, ui.available_size() - vec2(MARGIN, 0.0), below);
        for band in bands {
            to = to.or(show_band(ui, scene, &columns[band], height, cursor));
            ui.add_space(BAND_GAP - ui.spacing().item_spacing.y);
        }
        if scene.is_sequence() {
            to = to.or(ctc::compact(ui, scene));
        }
    });
    to
}

fn show_band(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    columns: &[Column],
    height: f32,
    cursor: Cursor,
) -> Option<Place> {
    let widths: f32 = columns.iter().map(|column| column.width).sum();
    let gaps = columns.len().saturating_sub(1).max(1) as f32;
    let gap = ((ui.available_width() - MARGIN - widths) / gaps).clamp(COLUMN_GAP, WIDEST_GAP);
    let width = widths + gaps * gap;
    let (band, _) = ui.allocate_exact_size(vec2(width, HEADER + height + FOOTER), Sense::hover());
    if !ui.is_rect_visible(band) {
        return None;
    }
    let below = ui.painter().add(Shape::Noop);
    let (mut to, mut left) = (None, band.left());
    let mut placed: Vec<Placed> = Vec::new();
    for column in columns {
        let header = Rect::from_min_size(pos2(left, band.top()), vec2(column.width, HEADER - 4.0));
        let body = Rect::from_min_size(pos2(left, band.top() + HEADER), vec2(column.width, height));
        to = to.or(show_header(ui, scene, column.level, header, cursor));
        let (at, clicked) = show_column(ui, scene, column, body);
        to = to.or(clicked);
        placed.push(at);
        left += column.width + gap;
    }
    let lines = placed.windows(2).flat_map(|pair| lines(ui, &pair[0], &pair[1], scene));
    ui.painter().set(below, Shape::Vec(lines.collect()));
    if columns.last().is_some_and(|last| last.level < scene.piece.layers()) {
        // The arrow to the next band.
        let start = pos2(left - gap + 4.0, band.top() + HEADER + height / 2.0);
        ui.painter().arrow(start, vec2(COLUMN_GAP, 0.0), (1.5, ui.visuals().weak_text_color()));
    }
    to
}

/// The name and the shape of a level; a click opens its layer.
fn show_header(ui: &mut Ui, scene: &Scene<'_>, level: usize, rect: Rect, cursor: Cursor) -> Option<Place> {
    let stage = level.checked_sub(1);
    let response = ui.interact(
        rect.expand2(vec2(COLUMN_GAP / 2.0 - 2.0, 2.0)),
        ui.scope_id().with(("header", level)),
        Sense::click(),
    );
    let shape = scene.piece.shape(level);
    let (name, label) = match stage {
        Some(stage) => {
            let label = format!("Layer {}: {}, {}", stage + 1, scene.words(stage).title, words::shape(shape));
            (short_name(scene.piece.layer(stage)), label)
        }
        None => ("input".to_owned(), format!("Input, {}", words::shape(shape))),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let is_here = stage == Some(cursor.stage);
    if is_here || response.hovered() || response.has_focus() {
        let stroke = if is_here { chosen() } else { ui.visuals().widgets.hovered.fg_stroke };
        ui.painter().hline(rect.x_range(), rect.bottom() + 1.0, stroke);
    }
    if is_here && cursor.moved {
        ui.scroll_to_rect(rect, None);
    }
    let shape = short_shape(shape);
    let font = TextStyle::Small.resolve(ui.style());
    let strong = ui.visuals().strong_text_color();
    let weak = ui.visuals().text_color();
    let lines = std::iter::once((name, strong)).chain(shape.into_iter().map(|line| (line, weak)));
    for (line, (text, colour)) in lines.enumerate() {
        let place = pos2(rect.center().x, rect.top() + 13.0 * line as f32);
        ui.painter().text(place, Align2::CENTER_TOP, text, font.clone(), colour);
    }
    let clicked = response.on_hover_text(label).clicked();
    match stage {
        Some(stage) if clicked => Some(Place::Layer { stage, map: 0 }),
        None if clicked => Some(Place::Prepared),
        _ => None,
    }
}

fn show_column(ui: &mut Ui, scene: &mut Scene<'_>, column: &Column, body: Rect) -> (Placed, Option<Place>) {
    let level = column.level;
    let mut placed = Placed { level, thumbs: Vec::new(), hovered: None, what: column.what };
    let mut to = None;
    if column.what == What::Scores {
        let (rows, clicked) = scores::compact(ui, scene, body);
        placed.thumbs = rows;
        return (placed, clicked);
    }
    let thumb = match column.what {
        What::List => vec2(column.thumb.x, body.height()),
        _ => vec2(column.thumb.x, column.thumb.y.min(body.height())),
    };
    let fit = ((body.height() + MAP_GAP) / (thumb.y + MAP_GAP)).floor().max(1.0) as usize;
    let shown = column.maps.min(fit);
    let used = shown as f32 * (thumb.y + MAP_GAP) - MAP_GAP;
    let mut top = body.top() + (body.height() - used) / 2.0;
    for map in 0..shown {
        let at = pos2(body.center().x - thumb.x / 2.0, top);
        let rect = Rect::from_min_size(at, thumb).round_to_pixels(ui.pixels_per_point());
        let response = show_thumb(ui, scene, level, map, rect);
        if response.hovered() {
            placed.hovered = Some(map);
        }
        if response.clicked() {
            to = Some(level.checked_sub(1).map_or(Place::Prepared, |stage| Place::Layer { stage, map }));
        }
        placed.thumbs.push(rect);
        top += thumb.y + MAP_GAP;
    }
    if shown < column.maps {
        let font = TextStyle::Small.resolve(ui.style());
        let place = pos2(body.center().x, (top + 1.0).min(body.bottom()));
        let text = format!("+{} more", column.maps - shown);
        ui.painter().text(place, Align2::CENTER_TOP, text, font, ui.visuals().text_color());
    }
    (placed, to)
}

fn show_thumb(ui: &Ui, scene: &mut Scene<'_>, level: usize, map: usize, rect: Rect) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("map", level, map)), Sense::click());
    let texture = scene.map(ui.ctx(), level, map);
    paint(ui.painter(), texture, rect);
    frame(ui, rect, &response, false);
    let label = match level.checked_sub(1) {
        Some(stage) => format!("Layer {}, map {}", stage + 1, map + 1),
        None => "What the network reads".to_owned(),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    response.on_hover_ui(|ui| {
        ui.label(label.as_str());
        let strongest = scene.piece.strongest(level, map);
        let value = crate::inside::known::sum::number(scene.piece.value(level, strongest));
        ui.weak(format!("strongest value {value}"));
    })
}

/// The lines between two columns: from every map to every map for layers that sum over all maps, else from
/// each map to its own.
fn lines(ui: &Ui, from: &Placed, to: &Placed, scene: &Scene<'_>) -> Vec<Shape> {
    // The more lines, the fainter they are.
    let count = (from.thumbs.len() * to.thumbs.len()).max(1) as f32;
    let faint =
        Stroke::new(1.0, ui.visuals().weak_text_color().gamma_multiply((1.5 / count.sqrt()).min(0.3)));
    let plain = Stroke::new(1.0, ui.visuals().weak_text_color().gamma_multiply(0.6));
    let strong = Stroke::new(1.5, ACCENT);
    let sums = to
        .level
        .checked_sub(1)
        .is_some_and(|stage| matches!(scene.piece.layer(stage), Layer::Conv2d { .. } | Layer::Linear { .. }));
    let mut shapes = Vec::new();
    if from.what == What::List || to.what == What::List {
        shapes.extend(list_lines(from, to, faint));
        return shapes;
    }
    for (i, start) in from.thumbs.iter().enumerate() {
        for (j, end) in to.thumbs.iter().enumerate() {
            if !sums && i != j {
                continue;
            }
            let stroke = match (to.hovered == Some(j), sums) {
                (true, _) => strong,
                (false, true) => faint,
                (false, false) => plain,
            };
            shapes.push(Shape::line_segment([start.right_center(), end.left_center()], stroke));
        }
    }
    // Lines of the hovered map are drawn on top.
    shapes.sort_by_key(|shape| matches!(shape, Shape::LineSegment { stroke, .. } if stroke.color == ACCENT));
    shapes
}

/// The lines between a list of values and the pictures before or after it, with the position on the list for
/// each.
fn list_lines(from: &Placed, to: &Placed, stroke: Stroke) -> Vec<Shape> {
    let along = |rects: &[Rect], count: usize, side: fn(&Rect) -> f32| -> Vec<Pos2> {
        let (Some(first), Some(last)) = (rects.first(), rects.last()) else { return Vec::new() };
        let all = Rect::from_min_max(first.min, last.max);
        let place = |i: usize| all.top() + all.height() * (i as f32 + 0.5) / count as f32;
        (0..count).map(|i| pos2(side(first), place(i))).collect()
    };
    let count = from.thumbs.len().max(to.thumbs.len()).max(12);
    let starts = along(&from.thumbs, count, Rect::right);
    let ends = along(&to.thumbs, count, Rect::left);
    starts.into_iter().zip(ends).map(|(a, b)| Shape::line_segment([a, b], stroke)).collect()
}
