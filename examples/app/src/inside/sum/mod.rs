//! The sum that gives one value: the window that slides over the input, and the terms below it.
//!
//! | file | what it holds |
//! |---|---|
//! | `play` | the automatic sliding of the window |
//! | `terms` | the terms of the sum, and their total |

mod play;
mod terms;

use captcha_lab::infer::Layer;
use captcha_report::inside::words::Step;
use eframe::egui::{Button, Color32, CornerRadius, Rect, ScrollArea, Slider, Ui, Vec2, pos2, vec2};

use crate::inside::known::place::Place;
use crate::inside::known::planes::Cell;
use crate::inside::known::sum::{Product, Sum};
use crate::inside::layer::weights;
use crate::inside::paint::map::{MapView, class_names, fitted, show_map};
use crate::inside::paint::scene::Scene;
use crate::inside::sum::play::Play;

/// The least width of both maps, in points, with the terms beside them and tables below.
const MAPS: f32 = 480.0;
/// The least width if the maps are much wider than high, or nothing is below them: then larger maps are
/// better.
const WIDE_MAPS: f32 = 800.0;
/// Gap between the maps and the terms.
const GAP: f32 = 20.0;

/// The state of the view, apart from its place.
#[derive(Debug, Default)]
pub(crate) struct SumState {
    /// The automatic sliding of the window.
    pub(crate) play: Play,
    /// The selected input map, whose numbers are written out, with the layer and the map for which it was
    /// selected.
    channel: Option<([usize; 2], usize)>,
}

/// Shows the sum of a value; returns the place that a click, the pointer or the automatic sliding leads to.
pub(crate) fn show(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    stage: usize,
    cell: Cell,
    state: &mut SumState,
) -> Option<Place> {
    let Some(sum) = Sum::of(scene.piece, stage, cell) else {
        ui.label("There is no such value.");
        return None;
    };
    heading(ui, scene, stage, &mut state.play);
    let mut to = None;
    let value = scene.piece.value(stage + 1, cell);
    let channel = state.channel(stage, cell, &sum);
    ScrollArea::vertical().id_salt("sum").auto_shrink(false).show(ui, |ui| {
        let for_terms = terms::width(&sum);
        let for_maps = ui.available_width() - for_terms - GAP;
        let planes = scene.piece.planes(stage + 1);
        let are_wide = planes.width > 3 * planes.height / 2;
        let least = if are_wide || !has_tables(&sum) { WIDE_MAPS } else { MAPS };
        let side_by_side = for_maps >= least;
        let width = if side_by_side { for_maps } else { ui.available_width() };
        let room = vec2(width, ui.clip_rect().height());
        let show_maps = |ui: &mut Ui, scene: &mut Scene<'_>| {
            maps(ui, scene, stage, cell, channel, room, state.play.running)
        };
        if side_by_side {
            ui.horizontal_top(|ui| {
                to = show_maps(ui, scene);
                ui.add_space(GAP);
                ui.vertical(|ui| written_out(ui, scene, stage, cell, &sum, channel, value));
            });
        } else {
            to = show_maps(ui, scene);
            ui.add_space(6.0);
            written_out(ui, scene, stage, cell, &sum, channel, value);
        }
        match &sum {
            Sum::Window { channels, kernel, .. } if channels.len() > 1 => {
                ui.add_space(8.0);
                if let Some(chosen) = terms::partial_sums(ui, scene.piece, stage, channels, *kernel, channel)
                {
                    state.channel = Some(([stage, cell.map], chosen));
                }
            }
            Sum::Weighted { products, .. } => terms::products(ui, scene, products),
            _ => {}
        }
    });
    let steps = state.play.steps(ui.input(|input| input.stable_dt.min(0.1)));
    if state.play.running {
        ui.ctx().request_repaint();
    }
    if to.is_some() {
        state.play.running = false;
    } else if steps > 0 {
        to = Some(Place::Sum { stage, cell: scene.piece.planes(stage + 1).after(cell, steps) });
    }
    to
}

/// Whether the sum has too many terms to be shown beside the maps; they are then in tables below.
fn has_tables(sum: &Sum) -> bool {
    match sum {
        Sum::Window { channels, .. } => channels.len() > 1,
        Sum::Weighted { .. } => true,
        Sum::Largest { .. } | Sum::Single { .. } => false,
    }
}

/// The terms of the sum in numbers.
fn written_out(
    ui: &mut Ui,
    scene: &Scene<'_>,
    stage: usize,
    cell: Cell,
    sum: &Sum,
    channel: usize,
    value: f32,
) {
    match sum {
        Sum::Window { channels, kernel, bias } => {
            terms::window(ui, scene.piece, stage, channels, *kernel, channel);
            terms::total(ui, channels.iter().map(|channel| channel.partial).sum(), *bias, value);
        }
        Sum::Weighted { products, bias } => {
            weights::strongest(ui, scene, stage, cell);
            terms::total(ui, products.iter().map(Product::value).sum(), *bias, value);
        }
        Sum::Largest { taps, width, chosen } => {
            terms::largest(ui, scene.piece, stage, taps, *width, *chosen, value);
        }
        Sum::Single { tap, shift } => terms::single(ui, scene.piece.layer(stage), tap, *shift, value),
    }
}

impl SumState {
    /// The input map whose numbers are written out: the selected one, or else the one with the largest
    /// contribution.
    fn channel(&mut self, stage: usize, cell: Cell, sum: &Sum) -> usize {
        let Sum::Window { channels, .. } = sum else { return cell.map };
        let of = [stage, cell.map];
        if let Some((_, channel)) = self.channel.filter(|(chosen_for, _)| *chosen_for == of) {
            return channel.min(channels.len().saturating_sub(1));
        }
        let strongest = crate::inside::known::sum::by_size(channels.iter().map(|channel| channel.partial))
            .first()
            .copied();
        let channel = strongest.unwrap_or(0);
        self.channel = Some((of, channel));
        channel
    }
}

/// The controls of the sliding window, and a description of the layer.
fn heading(ui: &mut Ui, scene: &Scene<'_>, stage: usize, play: &mut Play) {
    ui.horizontal_wrapped(|ui| {
        let (button, hint) = if play.running { ("Pause", "Stop (space)") } else { ("Play", "Slide (space)") };
        if ui.add(Button::new(button).min_size(vec2(76.0, 0.0))).on_hover_text(hint).clicked() {
            play.running = !play.running;
        }
        let slider = Slider::new(&mut play.speed, Play::SPEEDS).logarithmic(true).max_decimals(0);
        ui.add(slider.suffix(" values/s")).on_hover_text("How fast it slides");
    });
    let text = match scene.piece.layer(stage) {
        Layer::Conv2d { .. } => Step::Flashlight.words().text,
        _ => scene.words(stage).text,
    };
    ui.label(text);
}

/// The input map with the window and the output map with the value. The pointer moves both.
fn maps(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    stage: usize,
    cell: Cell,
    channel: usize,
    room: Vec2,
    playing: bool,
) -> Option<Place> {
    let mut to = None;
    let input = scene.piece.planes(stage);
    let output = scene.piece.planes(stage + 1);
    let channel = channel.min(input.maps.saturating_sub(1));
    ui.horizontal_top(|ui| {
        let gap = 40.0;
        let room = vec2((room.x - gap - 12.0) / 2.0, (0.5 * room.y).clamp(150.0, 440.0));
        ui.spacing_mut().item_spacing.x = 0.0;
        let before = map_under(ui, scene, stage, channel, room, &before_title(scene, stage, channel));
        ui.add_space(gap);
        let after_title = match scene.piece.planes(stage + 1).maps {
            1 => "After the layer".to_owned(),
            _ => format!("Map {} after the layer", cell.map + 1),
        };
        let after = map_under(ui, scene, stage + 1, cell.map, room, &after_title);
        if let Some(window) = window(scene, stage, cell, &before) {
            before.dim_around(ui, window);
            before.mark(ui, window);
            let here = after.cell(cell);
            let line = crate::inside::paint::scene::ACCENT.gamma_multiply(0.6);
            for [from, to] in
                [[window.right_top(), here.left_top()], [window.right_bottom(), here.left_bottom()]]
            {
                ui.painter().line_segment([from, to], (1.0, line));
            }
        } else {
            let start = pos2(before.rect.right() + gap * 0.2, before.rect.center().y);
            ui.painter().arrow(start, vec2(gap * 0.6, 0.0), (1.5, ui.visuals().weak_text_color()));
        }
        if playing {
            hide_after(ui, &after, cell);
        }
        after.mark(ui, after.cell(cell));
        if let Some(pointed) = after.pointed(ui, playing) {
            to = Some(pointed);
        } else if let Some(pointed) = before.pointed(ui, playing) {
            to = under(scene, stage, cell.map, pointed);
        }
    });
    let to = to.map(|to| Cell { map: cell.map, ..output.nearest(to) });
    to.filter(|to| *to != cell).map(|cell| Place::Sum { stage, cell })
}

fn before_title(scene: &Scene<'_>, stage: usize, channel: usize) -> String {
    match (stage, scene.piece.planes(stage).maps) {
        (0, _) => "What the network reads".to_owned(),
        (_, 1) => "Before the layer".to_owned(),
        (_, maps) => format!("Map {} of {maps} before the layer", channel + 1),
    }
}

/// A map with its title above it.
fn map_under(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    level: usize,
    map: usize,
    room: Vec2,
    title: &str,
) -> MapView {
    ui.vertical(|ui| {
        ui.label(title);
        let size = fitted(scene.piece.planes(level), room, ui.pixels_per_point());
        let view = show_map(ui, scene, level, map, size, title);
        class_names(ui, scene, level, &view);
        view
    })
    .inner
}

/// The area of the input map from which a cell is computed.
fn window(scene: &Scene<'_>, stage: usize, cell: Cell, before: &MapView) -> Option<Rect> {
    let [x, y] = [cell.x as f32, cell.y as f32];
    match scene.piece.layer(stage) {
        Layer::Conv2d { kernel, .. } => {
            let [across, down] = [kernel.width, kernel.height].map(|side| (side / 2) as f32);
            let size = [kernel.width as f32, kernel.height as f32];
            Some(before.cells([x - across, y - down], size))
        }
        Layer::MaxPool2d { size } => {
            let [columns, rows] = [size.width as f32, size.height as f32];
            Some(before.cells([x * columns, y * rows], [columns, rows]))
        }
        Layer::Linear { .. } if scene.piece.planes(stage).are_columns() => {
            Some(before.cells([x, 0.0], [1.0, scene.piece.planes(stage).height as f32]))
        }
        Layer::Linear { .. } => None,
        _ => match Sum::of(scene.piece, stage, cell)? {
            Sum::Single { tap, .. } => Some(before.cell(scene.piece.planes(stage).cell(tap.place?))),
            _ => None,
        },
    }
}

/// The cell of the layer that is computed from the area around a cell of the input map; `None` if there is
/// none.
fn under(scene: &Scene<'_>, stage: usize, map: usize, before: Cell) -> Option<Cell> {
    let planes = scene.piece.planes(stage + 1);
    match scene.piece.layer(stage) {
        Layer::MaxPool2d { size } => {
            let cell = Cell { map, y: before.y / size.height, x: before.x / size.width };
            Some(planes.nearest(cell)).filter(|nearest| *nearest == cell)
        }
        _ if planes == scene.piece.planes(stage)
            || scene.piece.planes(stage).are_maps() && planes.are_maps() =>
        {
            Some(Cell { map, ..before })
        }
        _ => None,
    }
}

/// Hides the values that have not been computed yet while the window slides.
fn hide_after(ui: &Ui, after: &MapView, cell: Cell) {
    let fill =
        if ui.visuals().dark_mode { Color32::from_black_alpha(190) } else { Color32::from_white_alpha(215) };
    let here = after.cell(cell);
    let row = Rect::from_min_max(here.right_top(), pos2(after.rect.right(), here.bottom()));
    let below = Rect::from_min_max(pos2(after.rect.left(), here.bottom()), after.rect.max);
    for rect in [row, below] {
        if rect.is_positive() {
            ui.painter().rect_filled(rect, CornerRadius::ZERO, fill);
        }
    }
}
