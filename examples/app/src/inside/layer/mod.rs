//! One layer: its description, its effect on the selected map, and all its maps.
//!
//! | file | what it holds |
//! |---|---|
//! | `change` | elementwise layers: before and after |
//! | `filters` | convolutions: the filter and its input maps |
//! | `large_map` | a map that is compared with another |
//! | `weights` | linear layers: the strongest weights of each class |

mod change;
mod filters;
mod large_map;
pub(crate) mod weights;

use captcha_lab::infer::Layer;
use captcha_report::inside::words;
use eframe::egui::{CollapsingHeader, RichText, ScrollArea, Ui, Vec2, vec2};

use crate::inside::known::place::Place;
use crate::inside::paint::cells::grid;
use crate::inside::paint::flow::flow;
use crate::inside::paint::map::{fitted, frame, show_map};
use crate::inside::paint::scene::Scene;

/// Size of each map in the list of all maps, in points.
const SMALL: Vec2 = vec2(108.0, 84.0);
/// Width of the caption below a map.
const CAPTION: f32 = 84.0;
/// Size of the cells of a filter below its map.
const FILTER_CELL: f32 = 8.0;

/// Shows a layer; returns the place that a click leads to.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, stage: usize, map: usize) -> Option<Place> {
    let mut to = heading(ui, scene, stage, map);
    ScrollArea::vertical().id_salt("layer").auto_shrink(false).show(ui, |ui| {
        let detail = match scene.piece.layer(stage) {
            Layer::Conv2d { .. } => filters::show(ui, scene, stage, map),
            Layer::Linear { .. } => weights::show(ui, scene, stage),
            _ => change::show(ui, scene, stage, map),
        };
        to = to.or(detail);
        if scene.piece.planes(stage + 1).maps > 1 {
            ui.add_space(8.0);
            to = to.or(all_maps(ui, scene, stage, map));
        }
    });
    to
}

/// The name and the description of the layer, with links to the layers before and after it.
fn heading(ui: &mut Ui, scene: &Scene<'_>, stage: usize, map: usize) -> Option<Place> {
    let mut to = None;
    let layers = scene.piece.layers();
    let words = scene.words(stage);
    ui.horizontal_wrapped(|ui| {
        let neighbour = |ui: &mut Ui, text: &str, other: Option<usize>, hint: &str| {
            let button = ui.add_enabled(other.is_some(), eframe::egui::Button::new(text)).on_hover_text(hint);
            other.filter(|_| button.clicked()).map(|stage| Place::Layer { stage, map })
        };
        let before = stage.checked_sub(1);
        let after = Some(stage + 1).filter(|&after| after < layers);
        to = neighbour(ui, "Previous", before, "The layer before (arrow left)");
        to = to.or(neighbour(ui, "Next", after, "The next layer (arrow right)"));
        ui.heading(format!("Layer {} of {layers}: {}", stage + 1, words.title));
        let (input, output) = (scene.piece.shape(stage), scene.piece.shape(stage + 1));
        ui.weak(if input == output {
            words::shape(output)
        } else {
            format!("{} to {}", words::shape(input), words::shape(output))
        });
    });
    ui.label(words.text);
    to
}

/// All maps of a layer. A click selects a map; a second click opens the sum for the clicked cell.
fn all_maps(ui: &mut Ui, scene: &mut Scene<'_>, stage: usize, chosen: usize) -> Option<Place> {
    let planes = scene.piece.planes(stage + 1);
    let size = fitted(planes, SMALL, ui.pixels_per_point());
    let mut to = None;
    let title = format!("All {} maps", planes.maps);
    CollapsingHeader::new(RichText::new(title).strong()).default_open(true).show(ui, |ui| {
        flow(ui, planes.maps, size.x.max(CAPTION), vec2(10.0, 8.0), |ui, map| {
            let label = format!("Map {}", map + 1);
            let view = show_map(ui, scene, stage + 1, map, size, &label);
            frame(ui, view.rect, &view.response, map == chosen);
            ui.small(caption(scene, stage, map));
            if let Some((columns, cells)) = filters::only_filter(scene.piece, stage, map) {
                grid(ui, columns, FILTER_CELL, cells.into_iter());
            }
            let place = view.response.interact_pointer_pos();
            if view.response.clicked() {
                let cell = place.and_then(|place| view.cell_at(place)).filter(|_| map == chosen);
                to = Some(match cell {
                    Some(cell) => Place::Sum { stage, cell },
                    None => Place::Layer { stage, map },
                });
            }
        });
    });
    to
}

/// The number of a map, and a short note on the effect of the layer.
fn caption(scene: &Scene<'_>, stage: usize, map: usize) -> String {
    match scene.piece.layer(stage) {
        Layer::Relu => {
            format!("{}: {:.0} % removed", map + 1, 100.0 * change::removed(scene.piece, stage, map))
        }
        Layer::BatchNorm2d => match change::scale(scene.piece, stage, map) {
            Some((scale, shift)) => {
                let [scale, shift] = [
                    crate::inside::known::sum::number(scale),
                    crate::inside::known::sum::signed_number(shift),
                ];
                format!("{}: \u{d7}{scale} {shift}", map + 1)
            }
            None => format!("{}", map + 1),
        },
        _ => format!("{}", map + 1),
    }
}
