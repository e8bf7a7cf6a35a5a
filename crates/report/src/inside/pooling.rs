//! Max-pooling: the largest value of every window is kept.

use captcha_lab::core::ndarray::{Array2, Axis};
use captcha_lab::infer::{Layer, Origin, Trace};
use image::imageops;

use super::draw::{Area, centred, frame, write};
use super::film::Film;
use super::maps::{Scale, table};
use super::numbers::short;
use super::slide::{CAPTION, CAPTION_EM, MARGIN, Slide, Window};
use crate::figures::drawing::palette::{MUTED, TEXT};

/// The side of a cell with a number below the maps, in pixels.
const CELL: u32 = 62;

/// The film of the max-pool `stage` on map `channel`: the window, its values, and the one that is kept.
///
/// `None` unless the stage is a max-pool and has such a map.
#[must_use]
pub fn pooling(trace: &Trace, stage: usize, channel: usize) -> Option<Film> {
    let Layer::MaxPool2d { size } = trace.stages().get(stage)?.layer else { return None };
    let values = &trace.stages()[stage].values;
    if channel >= values.len_of(Axis(0)) {
        return None;
    }
    let (input, output) =
        (trace.input_of(stage).index_axis(Axis(0), channel), values.index_axis(Axis(0), channel));
    let scale = Scale::of(input);
    let (height, width) = (size.height, size.width);
    let window = Window { size: (height, width), padding: (0, 0), stride: (height, width) };
    let cell = (6 * CELL / height.max(width) as u32).clamp(12, CELL);
    let below = CAPTION + height as u32 * cell + 2 * MARGIN;
    let slide = Slide::new(
        (input, scale),
        (output, scale),
        window,
        ["before: the map and the window", "after, so far"],
        below,
    );
    let top = slide.bottom() + CAPTION + 6;
    Some(slide.film(|picture, (row, column)| {
        if let Some(Origin::Largest { taps, chosen }) = trace.origin(stage, [channel, row, column]) {
            let inputs = Array2::from_shape_fn((height, width), |(y, x)| {
                taps.get(y * width + x).map_or(0.0, |tap| tap.input)
            });
            let squares = table(&inputs.view(), scale, cell);
            write(picture, (MARGIN, top - 10), "under the window", CAPTION_EM, MUTED);
            imageops::replace(picture, &squares, MARGIN.into(), top.into());
            let corner =
                (MARGIN + 1 + (chosen % width) as u32 * cell, top + 1 + (chosen / width) as u32 * cell);
            frame(picture, Area::square(corner, cell - 1).grown(2), 4, TEXT);
            let kept = format!("the largest is {}: it is kept", short(values[[channel, row, column]]));
            let area = Area {
                x: MARGIN + squares.width(),
                y: top,
                width: picture.width() - 2 * MARGIN - squares.width(),
                height: squares.height(),
            };
            centred(picture, area, &kept, CAPTION_EM + 2.0, TEXT);
        }
    }))
}
