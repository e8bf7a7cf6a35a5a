//! A network as data.

mod error;
mod layer;
mod limits;
mod presets;

use std::ops::RangeInclusive;

use captcha_core::image::GrayImage;
use captcha_core::scale_to_height;
use serde::{Deserialize, Serialize};

pub use self::error::ArchitectureError;
pub use self::layer::{Layer, Shape, Window};
use self::limits::{MAX_EXTENT, MAX_VALUES, check_extent, check_len, too_many};

/// A network: the shape of one input and the layers it passes, in order.
///
/// Both backends build the network from this, and a model file carries it. Parameters are named as in a PyTorch
/// `nn.Sequential` of the same layers (`0.weight`, `0.bias`, `1.running_mean` ...), so that weights go to and
/// from PyTorch unchanged.
///
/// ```
/// use captcha_infer::{Architecture, Shape};
///
/// let architecture = Architecture::post(26);
/// assert_eq!(architecture.output()?, Shape::Vector { features: 26 });
/// # Ok::<(), captcha_infer::ArchitectureError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// The shape of one image.
    pub input: InputShape,
    /// The layers, first to last.
    pub layers: Vec<Layer>,
}

/// The shape of one input image, `[channels, height, width]`.
///
/// A sequence network takes any width ([`Architecture::at_width`]); this is the one that it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputShape {
    /// Channels; 1 for grey.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

/// A tensor that an architecture needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// `<index of the layer>.<name>`, as in a PyTorch `nn.Sequential`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Whether an optimiser changes it (weights and biases) or a layer does (running statistics).
    pub trainable: bool,
}

impl Architecture {
    /// Whether it reads an image column by column ([`Layer::Columns`]), of any width.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        self.layers.contains(&Layer::Columns)
    }

    /// The same layers for images of another width.
    #[must_use]
    pub fn at_width(&self, width: usize) -> Self {
        Self { input: InputShape { width, ..self.input }, layers: self.layers.clone() }
    }

    /// The pixels of the image's width to one column of the last maps: the product of the widths of all pools.
    #[must_use]
    pub fn column_width(&self) -> usize {
        let widths = self.layers.iter().map(|layer| match layer {
            Layer::MaxPool2d { size } => size.width,
            _ => 1,
        });
        widths.fold(1, usize::saturating_mul)
    }

    /// The widths of images that it takes, in pixels: its own, or, if it is a sequence network, every one that leaves at
    /// least one step.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn widths(&self) -> Result<RangeInclusive<usize>, ArchitectureError> {
        let shapes = self.shapes()?;
        let InputShape { channels, height, width } = self.input;
        if !self.is_sequence() {
            return Ok(width..=width);
        }
        let mut widest = MAX_EXTENT.min(MAX_VALUES / (channels * height));
        // Pixels of the image to one column of the maps.
        let mut column = 1;
        for (layer, shape) in self.layers.iter().zip(shapes) {
            if let Layer::MaxPool2d { size } = layer {
                column *= size.width;
            }
            let columns = match shape {
                Shape::Maps { width, .. } => width,
                Shape::Sequence { steps, .. } => steps,
                Shape::Vector { .. } => 1,
            };
            let most = MAX_VALUES / (shape.len() / columns);
            widest = widest.min((most + 1) * column - 1);
        }
        Ok(column..=widest)
    }

    /// `image` as a sequence network takes it: scaled to the height of the network, with the aspect ratio kept as
    /// nearly as whole columns of the last maps allow.
    ///
    /// Training and reading both go through here.
    #[must_use]
    pub fn prepare(&self, image: &GrayImage) -> GrayImage {
        // No architecture that passes `shapes` has larger numbers.
        let [height, column] =
            [self.input.height, self.column_width()].map(|extent| extent.min(MAX_EXTENT) as u32);
        scale_to_height(image, height, column)
    }

    /// The shape of one sample after each layer.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn shapes(&self) -> Result<Vec<Shape>, ArchitectureError> {
        let InputShape { channels, height, width } = self.input;
        for (what, value) in [("input channels", channels), ("input height", height), ("input width", width)]
        {
            check_extent(what, value)?;
        }
        let mut shape = check_len("the input", Shape::Maps { channels, height, width })?;
        self.layers
            .iter()
            .enumerate()
            .map(|(index, &layer)| {
                shape = check_len(&format!("the output of layer {index}"), layer.output(index, shape)?)?;
                Ok(shape)
            })
            .collect()
    }

    /// The shape of one output: of the last layer, or of the input if there are no layers.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn output(&self) -> Result<Shape, ArchitectureError> {
        let InputShape { channels, height, width } = self.input;
        Ok(self.shapes()?.last().copied().unwrap_or(Shape::Maps { channels, height, width }))
    }

    /// The tensors that the network needs, in layer order.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn parameters(&self) -> Result<Vec<Parameter>, ArchitectureError> {
        let InputShape { channels, height, width } = self.input;
        let mut input = Shape::Maps { channels, height, width };
        let mut parameters = Vec::new();
        for (index, (layer, output)) in self.layers.iter().zip(self.shapes()?).enumerate() {
            let mut add = |name: &str, shape: Vec<usize>, trainable| {
                parameters.push(Parameter { name: format!("{index}.{name}"), shape, trainable });
            };
            match (*layer, input) {
                (Layer::Conv2d { channels, kernel }, Shape::Maps { channels: inputs, .. }) => {
                    add("weight", vec![channels, inputs, kernel, kernel], true);
                    add("bias", vec![channels], true);
                }
                (Layer::BatchNorm2d, Shape::Maps { channels, .. }) => {
                    add("weight", vec![channels], true);
                    add("bias", vec![channels], true);
                    add("running_mean", vec![channels], false);
                    add("running_var", vec![channels], false);
                }
                (
                    Layer::Linear { features },
                    Shape::Vector { features: inputs } | Shape::Sequence { features: inputs, .. },
                ) => {
                    add("weight", vec![features, inputs], true);
                    add("bias", vec![features], true);
                }
                _ => {}
            }
            input = output;
        }
        for parameter in &parameters {
            let values = parameter.shape.iter().product::<usize>();
            if values > MAX_VALUES {
                return Err(too_many(&format!("the number of values of {}", parameter.name), values));
            }
        }
        Ok(parameters)
    }

    /// The number of trained values.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn parameter_count(&self) -> Result<usize, ArchitectureError> {
        let trainable = self.parameters()?.into_iter().filter(|parameter| parameter.trainable);
        Ok(trainable.map(|parameter| parameter.shape.iter().product::<usize>()).sum())
    }

    /// Floating-point operations of one forward pass of one sample in the convolutions and linear layers,
    /// multiplications and additions counted apart, padding taps counted as if they were computed.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn flops(&self) -> Result<u64, ArchitectureError> {
        let InputShape { channels, height, width } = self.input;
        let mut input = Shape::Maps { channels, height, width };
        let mut flops = 0;
        for (layer, output) in self.layers.iter().zip(self.shapes()?) {
            let products = match (*layer, input) {
                (Layer::Conv2d { kernel, .. }, Shape::Maps { channels, .. }) => channels * kernel * kernel,
                (Layer::Linear { .. }, Shape::Vector { features } | Shape::Sequence { features, .. }) => {
                    features
                }
                _ => 0,
            };
            flops += 2 * output.len() as u64 * products as u64;
            input = output;
        }
        Ok(flops)
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_named_as_in_pytorch() {
        let names: Vec<String> =
            Architecture::compact(26).parameters().unwrap().into_iter().map(|p| p.name).collect();
        assert_eq!(
            &names[..7],
            ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "4.weight"]
        );
    }

    #[test]
    fn layers_that_do_not_fit_are_named() {
        let mut architecture = Architecture::post(26);
        architecture.layers.remove(6);
        let error = architecture.shapes().unwrap_err();
        assert_eq!(
            error.to_string(),
            "layer 6 (Linear { features: 500 }) can't take an input of shape [50, 5, 5]: expected a vector or a sequence (a Flatten or Columns layer before it)"
        );
    }

    #[test]
    fn absurd_numbers_are_refused_without_overflow() {
        let mut architecture = Architecture::post(26);
        for channels in [0, usize::MAX, MAX_EXTENT] {
            architecture.layers[3] = Layer::Conv2d { channels, kernel: 5 };
            let result = architecture.parameters();
            assert!(matches!(result, Err(ArchitectureError::Value { .. })), "{channels}: {result:?}");
        }
        architecture.layers[3] = Layer::Conv2d { channels: 1, kernel: 4 };
        assert!(architecture.shapes().is_err());
    }

    #[test]
    fn a_sequence_network_takes_every_width_that_leaves_a_step_and_fits() {
        assert_eq!(Architecture::sequence(26, 96).widths().unwrap(), 4..=MAX_EXTENT);
        assert_eq!(Architecture::post(26).widths().unwrap(), 20..=20);
        let mut tall = Architecture::sequence(26, 96);
        tall.input.height = MAX_EXTENT;
        let widths = tall.widths().unwrap();
        for (width, fits) in [(3, false), (4, true), (*widths.end(), true), (widths.end() + 1, false)] {
            assert_eq!(tall.at_width(width).shapes().is_ok(), fits, "{width} of {widths:?}");
        }
    }
}
