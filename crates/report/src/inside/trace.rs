//! Additions to a trace that the pictures need.

use std::iter;

use captcha_lab::core::ndarray::{Array2, Array3};
use captcha_lab::infer::{Layer, Shape, Stage, Trace};
use image::{DynamicImage, RgbImage};

use super::maps::{Scale, mosaic, sample, stretched};
use super::words;
use crate::figures::contact_sheet;
use crate::figures::drawing::thumbnail::thumbnail;

/// The input shape of a stage.
#[must_use]
pub fn input_shape_of(trace: &Trace, stage: usize) -> Shape {
    match stage.checked_sub(1) {
        Some(before) => trace.stages()[before].shape,
        None => {
            let (channels, height, width) = trace.input().dim();
            Shape::Maps { channels, height, width }
        }
    }
}

/// The colour scale of the input of a stage: ink for the image, signed for everything else.
#[must_use]
pub fn scale_of_input(trace: &Trace, stage: usize) -> Scale {
    match stage.checked_sub(1) {
        Some(before) => Scale::of(&trace.stages()[before].values),
        None => Scale::Ink,
    }
}

/// The whole network in one picture: the image and some maps of each layer, with names and shapes.
#[must_use]
pub fn overview(trace: &Trace) -> RgbImage {
    /// The width of a part, in pixels.
    const PART: u32 = 180;
    let input =
        (small_input(trace, PART).into(), format!("Input: {}", words::shape(input_shape_of(trace, 0))));
    let stages = trace.stages().iter().filter(|stage| !matches!(stage.layer, Layer::Dropout { .. }));
    let layers = stages.map(|stage| {
        let title = words::layer(&stage.layer, input_shape_of(trace, stage.index), stage.shape).title;
        let caption = format!("{}. {title}: {}", stage.index + 1, words::shape(stage.shape));
        (small(stage, PART).into(), caption)
    });
    contact_sheet(&iter::once(input).chain(layers).collect::<Vec<(DynamicImage, String)>>(), 0)
}

/// The image as a picture of at most `width` pixels in width and height, if it has no more pixels than that.
#[must_use]
pub fn small_input(trace: &Trace, width: u32) -> RgbImage {
    sample(&trace.input().view(), Scale::Ink, width)
}

/// Some maps of a layer as a picture of at most `width` pixels in width and height, if it has no more values
/// than that.
#[must_use]
pub fn small(stage: &Stage, width: u32) -> RgbImage {
    match stage.shape {
        Shape::Maps { .. } => sample(&stage.values.view(), Scale::of(&stage.values), width),
        _ => thumbnail(&values(stage, 2 * width).into(), (width, width)),
    }
}

/// All values of a stage as one picture about `width` pixels wide: maps in a grid, the columns of a sequence
/// from left to right, a vector in rows.
#[must_use]
pub fn values(stage: &Stage, width: u32) -> RgbImage {
    let (scale, values) = (Scale::of(&stage.values), &stage.values);
    match stage.shape {
        Shape::Sequence { steps, features } => {
            /// The greatest height in pixels, unless there are more values than that.
            const HIGHEST: u32 = 900;
            let columns = Array2::from_shape_fn((features, steps), |(y, x)| values[[x, y, 0]]);
            let pixel = (width / steps.max(1) as u32, (HIGHEST / features.max(1) as u32).clamp(1, 24));
            stretched(&columns.view(), scale, pixel)
        }
        Shape::Vector { features } => {
            let squares = Array3::from_shape_fn((features, 1, 1), |(index, _, _)| values[[0, index, 0]]);
            mosaic(&squares.view(), scale, width)
        }
        _ => mosaic(&values.view(), scale, width),
    }
}
