//! One value of a layer worked out with the numbers of the image.

use captcha_lab::infer::{Layer, Origin, Tap, Trace};
use maud::html;

use crate::inside::numbers::{plus, short, with_decimals};
use crate::inside::worked::{name, source, sum};
use crate::page::Page;

/// Up to this many products are all written out: a 5 x 5 filter.
const MOST: usize = 25;
/// Of a longer sum, only this many products are written out.
const STRONGEST: usize = 8;

/// Writes how the value of a stage at `place`, called `name`, was computed, with the numbers of the network.
pub(crate) fn write(page: &mut Page, trace: &Trace, stage: usize, place: [usize; 3], name: &str) {
    let (Some(origin), Some(at)) = (trace.origin(stage, place), trace.stages().get(stage)) else { return };
    let value = at.values[place];
    let how = format!("How {name} came to be {}:", short(value));
    match origin {
        Origin::Sum { taps, bias } if let Some(width) = window_width(at.layer, &taps) => {
            page.text(&format!(
                "{how} each number under the window times the weight of the filter at its place."
            ));
            window(page, &taps, width);
            page.sum(&sum(&taps, bias, value));
        }
        Origin::Sum { taps, bias } => {
            page.text(&format!("{how} it is a sum of {} products. Those that say most:", taps.len()));
            products(page, trace, stage, &taps);
            page.sum(&sum(&taps, bias, value));
        }
        Origin::Largest { taps, .. } => {
            let inputs: Vec<String> = taps.iter().map(|tap| short(tap.input)).collect();
            page.text(&how);
            page.sum(&format!("the largest of {} is {}", inputs.join(", "), short(value)));
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
            page.sum(&worked);
        }
        _ => {}
    }
}

/// The width of the window, if the products form one of a single map, small enough to be written out completely.
fn window_width(layer: Layer, taps: &[Tap]) -> Option<usize> {
    match layer {
        Layer::Conv2d { kernel, .. } if taps.len() == kernel.area() && taps.len() <= MOST => {
            Some(kernel.width)
        }
        _ => None,
    }
}

/// The products of a window, each at its position.
fn window(page: &mut Page, taps: &[Tap], width: usize) {
    page.add(html! {
        div.wide tabindex="0" {
            table.window {
                tbody {
                    @for row in taps.chunks(width) {
                        tr {
                            @for tap in row {
                                td {
                                    small { (short(tap.input)) " \u{d7} " (short(tap.weight)) }
                                    br;
                                    (short(tap.input * tap.weight))
                                }
                            }
                        }
                    }
                }
            }
        }
    });
}

/// The strongest products with their inputs, and the sum of the others.
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
                    name(shape, place)
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
