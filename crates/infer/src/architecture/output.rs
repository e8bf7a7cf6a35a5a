//! What comes out of a layer.

use super::error::ArchitectureError;
use super::layer::Layer;
use super::limits::{check_extent, check_kernel};
use super::shape::Shape;

impl Layer {
    /// The shape that comes out when `input` goes in; `index` is for the error.
    pub(super) fn output(self, index: usize, input: Shape) -> Result<Shape, ArchitectureError> {
        let wrong = |expected| ArchitectureError::Input { index, layer: self, input, expected };
        match (self, input) {
            (Self::Conv2d { channels, kernel }, Shape::Maps { height, width, .. }) => {
                check_extent(|| format!("channels of layer {index}"), channels)?;
                check_kernel(|| format!("kernel height of layer {index}"), kernel.height)?;
                check_kernel(|| format!("kernel width of layer {index}"), kernel.width)?;
                Ok(Shape::Maps { channels, height, width })
            }
            (Self::MaxPool2d { size }, Shape::Maps { channels, height, width }) => {
                check_extent(|| format!("height of layer {index}"), size.height)?;
                check_extent(|| format!("width of layer {index}"), size.width)?;
                if size.height > height || size.width > width {
                    return Err(wrong("feature maps at least as large as the pool"));
                }
                Ok(Shape::Maps { channels, height: height / size.height, width: width / size.width })
            }
            (Self::Dropout { probability }, shape) => {
                if !(0.0..1.0).contains(&probability) {
                    return Err(ArchitectureError::Value {
                        what: format!("probability of layer {index}"),
                        value: probability,
                        expected: "a number in [0, 1)",
                    });
                }
                Ok(shape)
            }
            (Self::Linear { features }, Shape::Vector { .. }) => {
                check_extent(|| format!("features of layer {index}"), features)?;
                Ok(Shape::Vector { features })
            }
            (Self::Linear { features }, Shape::Sequence { steps, .. }) => {
                check_extent(|| format!("features of layer {index}"), features)?;
                Ok(Shape::Sequence { steps, features })
            }
            (Self::Flatten, shape @ Shape::Maps { .. }) => Ok(Shape::Vector { features: shape.len() }),
            (Self::Columns, Shape::Maps { channels, height, width }) => {
                Ok(Shape::Sequence { steps: width, features: channels.saturating_mul(height) })
            }
            (Self::BatchNorm2d, shape @ Shape::Maps { .. }) | (Self::Relu, shape) => Ok(shape),
            (Self::Linear { .. }, Shape::Maps { .. }) => {
                Err(wrong("a vector or a sequence (a Flatten or Columns layer before it)"))
            }
            (
                Self::Conv2d { .. }
                | Self::BatchNorm2d
                | Self::MaxPool2d { .. }
                | Self::Flatten
                | Self::Columns,
                Shape::Vector { .. } | Shape::Sequence { .. },
            ) => Err(wrong("feature maps")),
        }
    }
}
