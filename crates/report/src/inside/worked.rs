//! One value of a layer worked out: which one to show, its name, and the sum that gives it.

use captcha_lab::core::ndarray::{Array3, Axis};
use captcha_lab::infer::{Layer, Origin, Shape, Tap, Trace};

use super::numbers::{plus, with_decimals};
use super::trace::input_shape_of;

/// The position of the largest value of a stage; the first one of equal values.
pub(crate) fn strongest(values: &Array3<f32>) -> [usize; 3] {
    let mut best = ([0; 3], f32::NEG_INFINITY);
    for ((a, b, c), &value) in values.indexed_iter() {
        if value > best.1 {
            best = ([a, b, c], value);
        }
    }
    best.0
}

/// The map with the most varied values.
pub(crate) fn striking(values: &Array3<f32>) -> usize {
    let range = |map: usize| {
        let map = values.index_axis(Axis(0), map);
        map.fold(f32::NEG_INFINITY, |a, &b| a.max(b)) - map.fold(f32::INFINITY, |a, &b| a.min(b))
    };
    (0..values.len_of(Axis(0))).max_by(|&a, &b| range(a).total_cmp(&range(b))).unwrap_or(0)
}

/// The sum in one line.
pub(crate) fn sum(taps: &[Tap], bias: f32, value: f32) -> String {
    let products: f32 = taps.iter().map(|tap| tap.input * tap.weight).sum();
    let [products, value] = [products, value].map(|sum| with_decimals(sum, 2));
    format!("sum of the products {products} {} (bias) = {value}", plus(bias))
}

/// The origin of an input value of a stage, traced back through layers that only pass values on.
pub(crate) fn source(trace: &Trace, stage: usize, place: [usize; 3]) -> (Shape, [usize; 3]) {
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

/// The position of a value in words, counted from 1.
pub(crate) fn name(shape: Shape, [a, b, c]: [usize; 3]) -> String {
    match shape {
        Shape::Maps { channels: 1, .. } => format!("column {}, row {}", c + 1, b + 1),
        Shape::Maps { .. } => format!("map {}, column {}, row {}", a + 1, c + 1, b + 1),
        Shape::Sequence { .. } => format!("column {}, value {}", a + 1, b + 1),
        _ => format!("value {}", b + 1),
    }
}

/// The products of a sum of a stage at the positions of its inputs in the maps that they come from, `[maps,
/// height, width]`; `None` if they do not come from maps, or the stage computes no sum.
pub(crate) fn evidence(trace: &Trace, stage: usize, place: [usize; 3]) -> Option<Array3<f32>> {
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

/// How many of the input values of a stage are negative and become 0, and how many there are.
pub(crate) fn removed(trace: &Trace, stage: usize) -> (usize, usize) {
    let input = trace.input_of(stage);
    (input.iter().filter(|&&value| value < 0.0).count(), input.len())
}
