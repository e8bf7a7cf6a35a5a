//! A convolution: the filter of the selected map, and the maps that it is applied to.

use captcha_lab::infer::Layer;
use captcha_report::inside::colour;
use captcha_report::inside::words::Step;
use eframe::egui::{ScrollArea, Ui, vec2};

use crate::inside::known::insight::Piece;
use crate::inside::known::place::Place;
use crate::inside::known::planes::Cell;
use crate::inside::known::sum::{Sum, number, signed_number};
use crate::inside::layer::large_map::{large_height, large_map};
use crate::inside::paint::cells::{Content, grid};
use crate::inside::paint::flow::flow;
use crate::inside::paint::map::{fitted, show_map};
use crate::inside::paint::scene::Scene;

/// Size of the cells of a single filter.
const LARGE_CELL: f32 = 40.0;
/// Gap between maps and filters.
const GAP: f32 = 16.0;
/// Size of the cells of one of many filters.
const SMALL_CELL: f32 = 15.0;

/// Shows how the selected map is computed: the input maps and the filter; returns the place that a click
/// leads to.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, stage: usize, map: usize) -> Option<Place> {
    let Layer::Conv2d { kernel, .. } = scene.piece.layer(stage) else { return None };
    let (weights, bias) = filter(scene.piece, stage, map)?;
    let largest = colour::largest(weights.iter().flatten());
    let mut to = None;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let side = LARGE_CELL * kernel.width as f32;
        let width = match weights.len() {
            1 => (ui.available_width() - side - 2.0 * GAP) / 2.0,
            _ => ui.available_width() * 0.45,
        };
        if weights.len() == 1 {
            let (_, clicked) = large_map(ui, scene, stage, 0, width, "What the filter slides over");
            to = clicked.map(|cell| Place::Sum { stage, cell: Cell { map, ..cell } });
            ui.vertical(|ui| {
                ui.strong(format!("Filter {}", map + 1));
                grid(ui, kernel.width, LARGE_CELL, cells(&weights[0], largest));
                ui.label(format!("bias {}", signed_number(bias)));
            });
        }
        let title = format!("Map {}: click a value to see its sum", map + 1);
        let (_, clicked) = large_map(ui, scene, stage + 1, map, width, &title);
        to = to.or(clicked.map(|cell| Place::Sum { stage, cell }));
        if weights.len() == 1 {
            return;
        }
        ui.vertical(|ui| {
            let title = format!("Filter {}: one table for each of {} maps", map + 1, weights.len());
            ui.strong(title).on_hover_text(Step::Filters.words().text);
            let height = large_height(ui);
            let side = SMALL_CELL * kernel.width as f32;
            ScrollArea::vertical().id_salt("filter").max_height(height).auto_shrink([false, true]).show(
                ui,
                |ui| {
                    ui.add_space(2.0);
                    let room =
                        fitted(scene.piece.planes(stage), vec2(1.5 * side, side), ui.pixels_per_point());
                    flow(ui, weights.len(), side.max(room.x), vec2(8.0, 6.0), |ui, channel| {
                        to = to.or(pair(
                            ui,
                            scene,
                            stage,
                            map,
                            channel,
                            kernel.width,
                            &weights[channel],
                            largest,
                        ));
                    });
                },
            );
            ui.label(format!("bias {}", signed_number(bias)));
        });
    });
    to
}

/// The weights of a filter for each input map, and its bias.
fn filter(piece: &Piece, stage: usize, map: usize) -> Option<(Vec<Vec<f32>>, f32)> {
    let sum = Sum::of(piece, stage, Cell { map, ..Cell::default() })?;
    let Sum::Window { channels, bias, .. } = sum else { return None };
    let tables = channels.iter().map(|channel| channel.taps.iter().map(|tap| tap.weight).collect());
    Some((tables.collect(), bias))
}

/// The width and the weights of a filter for a single input map, as in the first layer.
pub(crate) fn only_filter(piece: &Piece, stage: usize, map: usize) -> Option<(usize, Vec<Content>)> {
    let Layer::Conv2d { kernel, .. } = piece.layer(stage) else { return None };
    if piece.planes(stage).maps != 1 {
        return None;
    }
    let (tables, _) = filter(piece, stage, map)?;
    let largest = colour::largest(tables.iter().flatten());
    Some((kernel.width, cells(tables.first()?, largest).collect()))
}

/// An input map and the weights of the filter for it, one above the other.
#[expect(clippy::too_many_arguments, reason = "it is a part of `show`, which has them all")]
fn pair(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    stage: usize,
    map: usize,
    channel: usize,
    columns: usize,
    weights: &[f32],
    largest: f32,
) -> Option<Place> {
    let side = SMALL_CELL * columns as f32;
    let room = fitted(scene.piece.planes(stage), vec2(1.5 * side, side), ui.pixels_per_point());
    let label = format!("Map {} before the layer", channel + 1);
    let view = show_map(ui, scene, stage, channel, room, &label);
    grid(ui, columns, SMALL_CELL, cells(weights, largest));
    let place = view.response.interact_pointer_pos().filter(|_| view.response.clicked())?;
    let cell = view.cell_at(place)?;
    Some(Place::Sum { stage, cell: Cell { map, ..cell } })
}

fn cells(weights: &[f32], largest: f32) -> impl ExactSizeIterator<Item = Content> {
    weights.iter().map(move |&weight| (colour::signed(weight, largest), number(weight)))
}
