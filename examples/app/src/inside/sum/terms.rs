//! The terms of a sum, written out.

use captcha_lab::core::image::Rgb;
use captcha_lab::infer::{Layer, Tap, Window};
use captcha_report::inside::colour;
use eframe::egui::{
    CornerRadius, Label, RichText, Role, ScrollArea, Sense, StrokeKind, Ui, WidgetInfo, vec2,
};

use crate::inside::known::insight::Piece;
use crate::inside::known::sum::{Channel, Product, Sum, number, signed_number};
use crate::inside::paint::cells::{Content, grid};
use crate::inside::paint::flow::flow;
use crate::inside::paint::scene::{Scene, chosen};
use crate::inside::paint::textures::value_colour;

/// Size of cells with numbers, in a window of side three.
const CELL: f32 = 42.0;
/// Size of cells with numbers, in larger windows.
const SMALLER_CELL: f32 = 34.0;
/// Size of cells without numbers.
const TINY_CELL: f32 = 13.0;
/// The colour of a cell in the zero padding.
const PADDING: Rgb<u8> = Rgb([0xcc, 0xcc, 0xcc]);

/// The width that the terms need, in points.
pub(crate) fn width(sum: &Sum) -> f32 {
    match sum {
        Sum::Window { kernel, .. } => 3.0 * cell_size(*kernel) * kernel.width as f32 + 80.0,
        Sum::Weighted { .. } => 480.0,
        Sum::Largest { .. } | Sum::Single { .. } => 380.0,
    }
}

/// The size of a cell with a number, in a window of these sides.
fn cell_size(kernel: Window) -> f32 {
    if kernel.width.max(kernel.height) > 3 { SMALLER_CELL } else { CELL }
}

/// A convolution: all products of the selected input map.
pub(crate) fn window(
    ui: &mut Ui,
    piece: &Piece,
    stage: usize,
    channels: &[Channel],
    kernel: Window,
    shown: usize,
) {
    let Some(channel) = channels.get(shown) else { return };
    let size = cell_size(kernel);
    let height = size * kernel.height as f32;
    let weights = channels.iter().flat_map(|channel| channel.taps.iter().map(|tap| &tap.weight));
    let largest_weight = colour::largest(weights);
    let products: Vec<f32> = channel.taps.iter().map(|tap| tap.input * tap.weight).collect();
    let largest_product = colour::largest(&products);
    ui.horizontal_wrapped(|ui| {
        term(ui, "window", |ui| grid(ui, kernel.width, size, inputs(piece, stage, &channel.taps)));
        sign(ui, "\u{d7}", height);
        term(ui, "filter", |ui| {
            let weights = channel.taps.iter().map(|tap| tap.weight);
            grid(ui, kernel.width, size, weights.map(|w| (colour::signed(w, largest_weight), number(w))))
        });
        sign(ui, "=", height);
        term(ui, "products", |ui| {
            grid(
                ui,
                kernel.width,
                size,
                products.iter().map(|&p| (colour::signed(p, largest_product), number(p))),
            )
        });
    });
    if channels.len() > 1 {
        ui.label(format!("Map {} of {} adds {}.", shown + 1, channels.len(), signed_number(channel.partial)));
    }
}

/// A table under its name.
fn term<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.weak(name);
        add(ui);
    });
}

/// An operator between tables of this height.
fn sign(ui: &mut Ui, text: &str, height: f32) {
    ui.vertical(|ui| {
        ui.add_space(height / 2.0 + 4.0);
        ui.heading(text);
    });
}

/// `sum of products + bias = value`.
pub(crate) fn total(ui: &mut Ui, sum: f32, bias: f32, value: f32) {
    ui.horizontal_wrapped(|ui| {
        ui.label("Sum of all products");
        ui.label(RichText::new(number(sum)).heading());
        ui.label("bias");
        ui.label(RichText::new(signed_number(bias)).heading());
        ui.label(equals(value).strong());
    });
}

/// The numbers of a window, arranged as in its map.
fn inputs<'a>(
    piece: &'a Piece,
    stage: usize,
    taps: &'a [Tap],
) -> impl ExactSizeIterator<Item = Content> + 'a {
    taps.iter().map(move |tap| match tap.place {
        Some(_) => (value_colour(piece, stage, tap.input), number(tap.input)),
        None => (PADDING, "0".to_owned()),
    })
}

/// The window, the filter and the partial sum of every map, side by side. Returns the map that was clicked.
pub(crate) fn partial_sums(
    ui: &mut Ui,
    piece: &Piece,
    stage: usize,
    channels: &[Channel],
    kernel: Window,
    shown: usize,
) -> Option<usize> {
    let largest_weight = colour::largest(channels.iter().flat_map(|c| c.taps.iter().map(|tap| &tap.weight)));
    let largest = colour::largest(channels.iter().map(|channel| &channel.partial));
    let mut clicked = None;
    ui.label(format!(
        "What each of the {} maps adds: the window, the filter's table, and the sum of their products",
        channels.len()
    ));
    ScrollArea::horizontal().id_salt("partial sums").show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 9.0;
            for (i, channel) in channels.iter().enumerate() {
                let tile = ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 3.0;
                    ui.small(format!("map {}", i + 1));
                    let blank = |(fill, _)| (fill, String::new());
                    grid(ui, kernel.width, TINY_CELL, inputs(piece, stage, &channel.taps).map(blank));
                    let weights = channel.taps.iter();
                    grid(
                        ui,
                        kernel.width,
                        TINY_CELL,
                        weights.map(|t| (colour::signed(t.weight, largest_weight), String::new())),
                    );
                    let width = TINY_CELL * kernel.width as f32;
                    let (rect, _) = ui.allocate_exact_size(vec2(width, 5.0), Sense::hover());
                    let fill =
                        crate::inside::paint::textures::on_screen(colour::signed(channel.partial, largest));
                    ui.painter().rect_filled(rect, CornerRadius::ZERO, fill);
                    ui.add(Label::new(RichText::new(signed_number(channel.partial)).small()).extend());
                });
                let rect = tile.response.rect.expand(2.0);
                let response = ui.interact(rect, ui.scope_id().with(("partial", i)), Sense::click());
                let label = format!("Map {} adds {}", i + 1, signed_number(channel.partial));
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
                if i == shown {
                    ui.painter().rect_stroke(rect, CornerRadius::same(3), chosen(), StrokeKind::Outside);
                } else if response.hovered() {
                    let line = ui.visuals().widgets.hovered.bg_stroke;
                    ui.painter().rect_stroke(rect, CornerRadius::same(3), line, StrokeKind::Outside);
                }
                if response.on_hover_text("Write out its products").clicked() {
                    clicked = Some(i);
                }
            }
            ui.add_space(4.0);
        });
    });
    clicked
}

/// All products of a fully connected layer: a table for each input map.
pub(crate) fn products(ui: &mut Ui, scene: &Scene<'_>, products: &[Product]) {
    let values: Vec<f32> = products.iter().map(Product::value).collect();
    let largest = colour::largest(&values);
    ui.vertical(|ui| {
        let Some(first) = products.first() else { return };
        let planes = scene.piece.planes(first.level);
        let maps: Vec<&[Product]> = products.chunk_by(|a, b| a.cell.map == b.cell.map).collect();
        let text = if planes.are_maps() { "All products, a table for each map" } else { "All products" };
        ui.weak(format!("{text}: orange speaks for the value, blue against it"));
        // A column of a sequence is folded, so that it is not taller than the screen.
        let columns = match maps[0] {
            _ if planes.are_columns() => 8,
            map => map.iter().take_while(|product| product.cell.y == map[0].cell.y).count(),
        };
        flow(ui, maps.len(), TINY_CELL * columns as f32, vec2(5.0, 5.0), |ui, map| {
            let products = maps[map].iter().map(Product::value);
            grid(
                ui,
                columns,
                TINY_CELL,
                products.map(|value| (colour::signed(value, largest), String::new())),
            );
        });
    });
}

/// A pool: the window and its largest value.
pub(crate) fn largest(
    ui: &mut Ui,
    piece: &Piece,
    stage: usize,
    taps: &[Tap],
    width: usize,
    kept: usize,
    value: f32,
) {
    ui.horizontal(|ui| {
        term(ui, "window", |ui| {
            let rect = grid(ui, width, CELL, inputs(piece, stage, taps));
            let place = vec2((kept % width.max(1)) as f32, (kept / width.max(1)) as f32) * CELL;
            let cell = eframe::egui::Rect::from_min_size(rect.min + place, vec2(CELL, CELL));
            ui.painter().rect_stroke(cell, CornerRadius::ZERO, chosen(), StrokeKind::Inside);
        });
        ui.vertical(|ui| {
            ui.add_space(CELL / 2.0);
            let values: Vec<String> = taps.iter().map(|tap| number(tap.input)).collect();
            ui.label(RichText::new(format!("the largest of {}", values.join(", "))).heading());
            ui.label(equals(value).strong());
        });
    });
}

/// A value that is scaled and shifted, rectified, or only moved.
pub(crate) fn single(ui: &mut Ui, layer: Layer, tap: &Tap, shift: f32, value: f32) {
    let input = number(tap.input);
    let text = match layer {
        Layer::Relu => format!("max(0, {input})"),
        Layer::BatchNorm2d => format!("{input} \u{d7} {} {}", number(tap.weight), signed_number(shift)),
        _ => format!("{input}, moved"),
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(text).heading());
        ui.label(equals(value).strong());
    });
}

/// The value in words, for a line of its own.
pub(crate) fn equals(value: f32) -> RichText {
    RichText::new(format!("= {}", number(value))).heading()
}
