//! What the pictures need of a trace.

use captcha_lab::core::ndarray::Array3;
use captcha_lab::infer::{Shape, Stage, Trace};
use image::RgbImage;

use super::maps::{Scale, mosaic};

/// The shape of what a stage takes.
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

/// The colours of what a stage takes: ink for the image, signed for everything else.
#[must_use]
pub fn scale_of_input(trace: &Trace, stage: usize) -> Scale {
    match stage.checked_sub(1) {
        Some(before) => Scale::of(&trace.stages()[before].values),
        None => Scale::Ink,
    }
}

/// All values of a stage as one picture about `width` pixels wide: its maps beside each other, the columns of a sequence
/// from left to right, a vector in rows.
#[must_use]
pub fn values(stage: &Stage, width: u32) -> RgbImage {
    let (scale, values) = (Scale::of(&stage.values), &stage.values);
    match stage.shape {
        Shape::Sequence { steps, features } => {
            let columns = Array3::from_shape_fn((1, features, steps), |(_, y, x)| values[[x, y, 0]]);
            mosaic(&columns.view(), scale, width)
        }
        Shape::Vector { features } => {
            let squares = Array3::from_shape_fn((features, 1, 1), |(index, _, _)| values[[0, index, 0]]);
            mosaic(&squares.view(), scale, width)
        }
        _ => mosaic(&values.view(), scale, width),
    }
}
