//! A fully connected layer: the strongest evidence for and against each of its values.

use captcha_report::inside::colour;
use eframe::egui::{Grid, Ui};

use crate::inside::known::place::Place;
use crate::inside::known::planes::Cell;
use crate::inside::known::sum::{Sum, by_size, number, signed_number};
use crate::inside::layer::large_map::large_map;
use crate::inside::paint::scene::Scene;
use crate::inside::views::scores::signed_bar;

/// How many products are listed.
const LISTED: usize = 8;

/// Shows the values of the layer and the strongest products of the largest one; returns the place that a
/// click leads to.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, stage: usize) -> Option<Place> {
    let mut to = None;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let width = ui.available_width() * 0.4;
        let (view, clicked) = large_map(ui, scene, stage + 1, 0, width, "Values: click one to see its sum");
        to = clicked.map(|cell| Place::Sum { stage, cell });
        let largest = scene.piece.strongest(stage + 1, 0);
        view.mark(ui, view.cell(largest));
        ui.vertical(|ui| {
            let place = scene.whereabouts(stage + 1, largest);
            ui.strong(format!("What adds most to the strongest value, {place}"));
            strongest(ui, scene, stage, largest);
            if ui.button("The whole sum").clicked() {
                to = Some(Place::Sum { stage, cell: largest });
            }
        });
    });
    to
}

/// The products with the largest absolute values.
pub(crate) fn strongest(ui: &mut Ui, scene: &Scene<'_>, stage: usize, cell: Cell) {
    let Some(Sum::Weighted { products, bias }) = Sum::of(scene.piece, stage, cell) else { return };
    let values: Vec<f32> = products.iter().map(crate::inside::known::sum::Product::value).collect();
    let largest = colour::largest(&values);
    Grid::new("products").num_columns(6).spacing([8.0, 3.0]).striped(true).show(ui, |ui| {
        for heading in ["of", "value", "", "weight", "product", ""] {
            ui.weak(heading);
        }
        ui.end_row();
        let order = by_size(values.iter().copied());
        for &index in order.iter().take(LISTED) {
            let product = products[index];
            ui.label(scene.whereabouts(product.level, product.cell));
            ui.monospace(number(product.input));
            ui.label("\u{d7}");
            ui.monospace(number(product.weight));
            ui.monospace(signed_number(product.value()));
            signed_bar(ui, product.value() / largest, colour::signed(product.value(), largest));
            ui.end_row();
        }
        let rest: f32 = order.iter().skip(LISTED).map(|&index| values[index]).sum();
        ui.label(format!("{} others", order.len().saturating_sub(LISTED)));
        for _ in 0..3 {
            ui.label("");
        }
        ui.monospace(signed_number(rest));
        ui.end_row();
        ui.label("bias");
        for _ in 0..3 {
            ui.label("");
        }
        ui.monospace(signed_number(bias));
        ui.end_row();
    });
}
