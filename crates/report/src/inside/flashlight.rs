//! A film of a filter that slides over an image.

use captcha_lab::core::ndarray::{Array2, Axis};
use captcha_lab::infer::{Layer, Origin, Trace};
use image::{RgbImage, imageops};

use super::draw::{Area, centred, write};
use super::film::Film;
use super::maps::{Scale, table};
use super::slide::{CAPTION, CAPTION_EM, MARGIN, Slide, WIDTH, Window};
use super::trace::scale_of_input;
use super::worked::sum;
use crate::figures::drawing::palette::{MUTED, TEXT};

/// The largest side of a cell with a number, in pixels; it limits the file size.
const LARGEST: u32 = 50;
/// The space for an operator between two tables, in pixels.
const SIGN: u32 = 40;

/// The film of filter `filter` of the convolution `stage` that slides over its input. It shows the numbers in
/// the window, the filter, their products and the sum, as the network computes them.
///
/// `None` unless the stage is a convolution of a single map, as in the first layer of a network.
#[must_use]
pub fn flashlight(trace: &Trace, stage: usize, filter: usize) -> Option<Film> {
    let Layer::Conv2d { kernel, .. } = trace.stages().get(stage)?.layer else { return None };
    let input = trace.input_of(stage);
    if input.len_of(Axis(0)) != 1 || filter >= trace.stages()[stage].values.len_of(Axis(0)) {
        return None;
    }
    let output = trace.stages()[stage].values.index_axis(Axis(0), filter);
    let (height, width) = (kernel.height, kernel.width);
    let window = Window { size: (height, width), padding: (height / 2, width / 2), stride: (1, 1) };
    let cell = ((WIDTH - 2 * MARGIN - 2 * SIGN) / (3 * height.max(width) as u32)).clamp(12, LARGEST);
    let below = CAPTION + height as u32 * cell + MARGIN + CAPTION + MARGIN;
    let slide = Slide::new(
        (input.index_axis(Axis(0), 0), scale_of_input(trace, stage)),
        (output, Scale::of(output)),
        window,
        ["the image and the window", "the feature map so far"],
        below,
    );
    let top = slide.bottom() + CAPTION + 6;
    Some(slide.film(|picture, (row, column)| {
        if let Some(Origin::Sum { taps, bias }) = trace.origin(stage, [filter, row, column]) {
            let rectangle = |value: fn(f32, f32) -> f32| {
                Array2::from_shape_fn((height, width), |(y, x)| {
                    taps.get(y * width + x).map_or(0.0, |tap| value(tap.input, tap.weight))
                })
            };
            let (inputs, weights) = (rectangle(|input, _| input), rectangle(|_, weight| weight));
            let scale = Scale::of(&weights);
            let tables = [
                ("under the window", inputs, scale_of_input(trace, stage)),
                ("the filter", weights, scale),
                ("products", rectangle(|input, weight| input * weight), scale),
            ];
            explain(picture, top, cell, tables);
            let value = trace.stages()[stage].values[[filter, row, column]];
            let bottom = top + height as u32 * cell + MARGIN + CAPTION - 6;
            let sum = sum(&taps, bias, value);
            write(picture, (MARGIN, bottom), &sum, CAPTION_EM + 2.0, TEXT);
        }
    }))
}

/// Three tables side by side: `a × b = c`.
fn explain(picture: &mut RgbImage, top: u32, cell: u32, tables: [(&str, Array2<f32>, Scale); 3]) {
    let mut x = MARGIN;
    for ((caption, values, scale), sign) in tables.into_iter().zip(["\u{d7}", "=", ""]) {
        let squares = table(&values.view(), scale, cell);
        imageops::replace(picture, &squares, x.into(), top.into());
        write(picture, (x, top - 10), caption, CAPTION_EM, MUTED);
        let area = Area { x: x + squares.width(), y: top, width: SIGN, height: squares.height() };
        centred(picture, area, sign, CAPTION_EM * 1.5, TEXT);
        x += squares.width() + SIGN;
    }
}
