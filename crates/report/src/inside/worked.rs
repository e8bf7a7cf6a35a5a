//! One value of a layer worked out with the numbers of the image.

use captcha_lab::core::ndarray::{Array3, Axis};
use captcha_lab::infer::{Layer, Origin, Shape, Tap, Trace};

use super::html::{Page, escape};
use super::numbers::{plus, short, with_decimals};
use super::trace::input_shape_of;

/// The most products that are all written out: a filter of 5 x 5.
const MOST: usize = 25;
/// How many of more products are.
const STRONGEST: usize = 8;

/// The place of the largest value of a stage; the first of equals.
pub(super) fn strongest(values: &Array3<f32>) -> [usize; 3] {
    let mut best = ([0; 3], f32::NEG_INFINITY);
    for ((a, b, c), &value) in values.indexed_iter() {
        if value > best.1 {
            best = ([a, b, c], value);
        }
    }
    best.0
}

/// The map whose values differ most: the one that shows something.
pub(super) fn striking(values: &Array3<f32>) -> usize {
    let range = |map: usize| {
        let map = values.index_axis(Axis(0), map);
        map.fold(f32::NEG_INFINITY, |a, &b| a.max(b)) - map.fold(f32::INFINITY, |a, &b| a.min(b))
    };
    (0..values.len_of(Axis(0))).max_by(|&a, &b| range(a).total_cmp(&range(b))).unwrap_or(0)
}

/// Writes how the value of a stage at `place`, which is called `name`, came to be, with the network's own numbers.
pub(super) fn write(page: &mut Page, trace: &Trace, stage: usize, place: [usize; 3], name: &str) {
    let (Some(origin), Some(at)) = (trace.origin(stage, place), trace.stages().get(stage)) else { return };
    let value = at.values[place];
    let how = format!("How {name} came to be {}:", short(value));
    match origin {
        Origin::Sum { taps, bias } if is_window(at.layer, &taps) => {
            page.text(&format!(
                "{how} each number under the window times the weight of the filter at its place."
            ));
            window(page, &taps);
            page.tagged("p", "sum", &sum(&taps, bias, value));
        }
        Origin::Sum { taps, bias } => {
            page.text(&format!("{how} it is a sum of {} products. Those that say most:", taps.len()));
            products(page, trace, stage, &taps);
            page.tagged("p", "sum", &sum(&taps, bias, value));
        }
        Origin::Largest { taps, .. } => {
            let inputs: Vec<String> = taps.iter().map(|tap| short(tap.input)).collect();
            page.text(&how);
            page.tagged("p", "sum", &format!("the largest of {} is {}", inputs.join(", "), short(value)));
        }
        Origin::Single { tap, shift } => {
            let worked = match at.layer {
                Layer::BatchNorm2d => {
                    let factor = with_decimals(tap.weight, 3);
                    format!("{} \u{d7} {factor} {} = {}", short(tap.input), plus(shift), short(value))
                }
                Layer::Relu => {
                    format!("the larger of {} and 0 is {}", short(tap.input), short(value))
                }
                _ => return,
            };
            page.text(&how);
            page.tagged("p", "sum", &worked);
        }
        _ => {}
    }
}

/// Whether the products stand in a square of one map, small enough to be all written out.
fn is_window(layer: Layer, taps: &[Tap]) -> bool {
    matches!(layer, Layer::Conv2d { kernel, .. } if taps.len() == kernel * kernel && taps.len() <= MOST)
}

/// The products of a window in their places.
fn window(page: &mut Page, taps: &[Tap]) {
    let side = (taps.len() as f64).sqrt().round().max(1.0) as usize;
    page.raw("<div class=\"wide\" tabindex=\"0\"><table class=\"window\"><tbody>\n");
    for row in taps.chunks(side) {
        page.raw("<tr>");
        for tap in row {
            let factors = format!("{} \u{d7} {}", short(tap.input), short(tap.weight));
            let product = short(tap.input * tap.weight);
            page.raw(&format!("<td><small>{}</small><br/>{}</td>", escape(&factors), escape(&product)));
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody></table></div>\n");
}

/// The strongest products with what their inputs are, and the others together.
fn products(page: &mut Page, trace: &Trace, stage: usize, taps: &[Tap]) {
    let mut order: Vec<&Tap> = taps.iter().collect();
    order.sort_by(|a, b| (b.input * b.weight).abs().total_cmp(&(a.input * a.weight).abs()));
    let (told, others) = order.split_at(STRONGEST.min(order.len()));
    let mut rows: Vec<Vec<String>> = told
        .iter()
        .map(|tap| {
            let input = tap.place.map_or_else(
                || "the border".to_owned(),
                |place| {
                    let (shape, place) = source(trace, stage, place);
                    self::name(shape, place)
                },
            );
            vec![input, short(tap.input), short(tap.weight), short(tap.input * tap.weight)]
        })
        .collect();
    if !others.is_empty() {
        let rest: f32 = others.iter().map(|tap| tap.input * tap.weight).sum();
        let name = format!("the other {} together", others.len());
        rows.push(vec![name, String::new(), String::new(), short(rest)]);
    }
    page.table(&["input", "its value", "\u{d7} weight", "= product"], &rows);
}

/// The sum in one line.
pub(super) fn sum(taps: &[Tap], bias: f32, value: f32) -> String {
    let products: f32 = taps.iter().map(|tap| tap.input * tap.weight).sum();
    let [products, value] = [products, value].map(|sum| with_decimals(sum, 2));
    format!("sum of the products {products} {} (bias) = {value}", plus(bias))
}

/// Where a value that a stage takes comes from, through layers that only hand values on.
pub(super) fn source(trace: &Trace, stage: usize, place: [usize; 3]) -> (Shape, [usize; 3]) {
    let (mut stage, mut place) = (stage, place);
    while let Some(before) = stage.checked_sub(1) {
        if !matches!(trace.stages()[before].layer, Layer::Flatten | Layer::Columns | Layer::Dropout { .. }) {
            break;
        }
        let Some(Origin::Single { tap: Tap { place: Some(from), .. }, .. }) = trace.origin(before, place)
        else {
            break;
        };
        (stage, place) = (before, from);
    }
    (input_shape_of(trace, stage), place)
}

/// A value at a place in words, counted from 1.
pub(super) fn name(shape: Shape, [a, b, c]: [usize; 3]) -> String {
    match shape {
        Shape::Maps { channels: 1, .. } => format!("column {}, row {}", c + 1, b + 1),
        Shape::Maps { .. } => format!("map {}, column {}, row {}", a + 1, c + 1, b + 1),
        Shape::Sequence { .. } => format!("column {}, value {}", a + 1, b + 1),
        _ => format!("value {}", b + 1),
    }
}

/// The products of a sum of a stage at the places of the maps that its inputs come from, `[maps, height, width]`; `None`
/// if they do not come from maps, or it is no sum.
pub(super) fn evidence(trace: &Trace, stage: usize, place: [usize; 3]) -> Option<Array3<f32>> {
    let Origin::Sum { taps, .. } = trace.origin(stage, place)? else { return None };
    let mut evidence: Option<Array3<f32>> = None;
    for tap in taps {
        let (shape, place) = source(trace, stage, tap.place?);
        let Shape::Maps { channels, height, width } = shape else { return None };
        let evidence = evidence.get_or_insert_with(|| Array3::zeros((channels, height, width)));
        evidence[place] += tap.input * tap.weight;
    }
    evidence
}

/// Whether a stage has negative values where it gets them from: how many of how many values become 0.
pub(super) fn removed(trace: &Trace, stage: usize) -> (usize, usize) {
    let input = trace.input_of(stage);
    (input.iter().filter(|&&value| value < 0.0).count(), input.len())
}
