//! A network as data.
//!
//! | file | what it holds |
//! |---|---|
//! | `layer`, `shape` | one layer; the shapes between layers |
//! | `output` | the shape that a layer gives for the one that it takes |
//! | `limits`, `walk` | how large a network may be; from layer to layer with all checks |
//! | `presets`, `open` | the networks of the project; those of others, in JSON files |

mod error;
mod layer;
mod limits;
mod open;
mod output;
mod presets;
mod shape;
mod walk;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use self::error::ArchitectureError;
pub use self::layer::{Layer, Window};
use self::limits::{MAX_EXTENT, check_all_values, check_values};
pub use self::open::OpenArchitectureError;
pub use self::shape::{InputShape, Shape};
use self::walk::{Step, Walk};

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

    /// Sets the width of the images in a copy with the same layers.
    #[must_use]
    pub fn at_width(&self, width: usize) -> Self {
        Self { input: InputShape { width, ..self.input }, layers: self.layers.clone() }
    }

    /// The pixels of the image's width to one column of the last maps: the product of the widths of all pools.
    #[must_use]
    pub fn column_width(&self) -> usize {
        self.layers.iter().fold(1, |column: usize, layer| match layer {
            Layer::MaxPool2d { size } => column.saturating_mul(size.width),
            Layer::Conv2d { .. }
            | Layer::BatchNorm2d
            | Layer::Relu
            | Layer::Dropout { .. }
            | Layer::Flatten
            | Layer::Columns
            | Layer::Linear { .. } => column,
        })
    }

    /// The widths of images that it takes, in pixels: its own, or, if it is a sequence network, every one that leaves at
    /// least one step and stays within the limits on values and operations.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn widths(&self) -> Result<RangeInclusive<usize>, ArchitectureError> {
        let width = self.input.width;
        self.steps_at(width)?;
        if !self.is_sequence() {
            return Ok(width..=width);
        }
        // All that is limited grows with the width: the widest is found by bisection.
        let (mut fits, mut beyond) = (width, MAX_EXTENT + 1);
        while beyond - fits > 1 {
            let middle = fits + (beyond - fits) / 2;
            if self.steps_at(middle).is_ok() { fits = middle } else { beyond = middle }
        }
        Ok(self.column_width()..=fits)
    }

    /// The steps that the network makes of an image of this width: 1 if it is a letter network, else the columns of its
    /// last maps. Checks everything that the image will need before any of it is there.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network for images of this width, or one that is too large.
    pub fn steps_at(&self, width: usize) -> Result<usize, ArchitectureError> {
        match Walk::new(self.input, &self.layers, width)?.output()? {
            Shape::Sequence { steps, .. } => Ok(steps),
            Shape::Maps { .. } | Shape::Vector { .. } => Ok(1),
        }
    }

    /// The shape of one sample after each layer.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn shapes(&self) -> Result<Vec<Shape>, ArchitectureError> {
        Walk::new(self.input, &self.layers, self.input.width)?.map(|step| Ok(step?.output)).collect()
    }

    /// The shape of one output: of the last layer, or of the input if there are no layers.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn output(&self) -> Result<Shape, ArchitectureError> {
        Walk::new(self.input, &self.layers, self.input.width)?.output()
    }

    /// The tensors that the network needs, in layer order.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn parameters(&self) -> Result<Vec<Parameter>, ArchitectureError> {
        let mut parameters = Vec::new();
        for step in Walk::new(self.input, &self.layers, self.input.width)? {
            let Step { index, layer, input, .. } = step?;
            let mut add = |name: &str, shape: Vec<usize>, trainable| {
                parameters.push(Parameter { name: format!("{index}.{name}"), shape, trainable });
            };
            match (layer, input) {
                (Layer::Conv2d { channels, kernel }, Shape::Maps { channels: inputs, .. }) => {
                    add("weight", vec![channels, inputs, kernel.height, kernel.width], true);
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
                // Refused on the way.
                (
                    Layer::Conv2d { .. } | Layer::BatchNorm2d,
                    Shape::Vector { .. } | Shape::Sequence { .. },
                )
                | (Layer::Linear { .. }, Shape::Maps { .. }) => {}
                (
                    Layer::Relu
                    | Layer::MaxPool2d { .. }
                    | Layer::Dropout { .. }
                    | Layer::Flatten
                    | Layer::Columns,
                    _,
                ) => {}
            }
        }
        let mut all = 0usize;
        for parameter in &parameters {
            check_values(|| format!("the number of values of {}", parameter.name), parameter.len())?;
            all += parameter.len();
            check_all_values(|| format!("the number of values up to {}", parameter.name), all)?;
        }
        Ok(parameters)
    }

    /// The number of trained values.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn parameter_count(&self) -> Result<usize, ArchitectureError> {
        let trainable = self.parameters()?.into_iter().filter(|parameter| parameter.trainable);
        Ok(trainable.map(|parameter| parameter.len()).sum())
    }

    /// Floating-point operations of one forward pass of one sample in the convolutions and linear layers,
    /// multiplications and additions counted apart, padding taps counted as if they were computed.
    ///
    /// # Errors
    /// [`ArchitectureError`] if the layers make no network.
    pub fn flops(&self) -> Result<u64, ArchitectureError> {
        Walk::new(self.input, &self.layers, self.input.width)?
            .try_fold(0, |flops, step| Ok(flops + step?.operations()))
    }
}

impl Parameter {
    /// The number of its values; `usize::MAX` if there are more.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().fold(1, |product: usize, &extent| product.saturating_mul(extent))
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
            architecture.layers[3] = Layer::Conv2d { channels, kernel: 5.into() };
            let result = architecture.parameters();
            assert!(matches!(result, Err(ArchitectureError::Value { .. })), "{channels}: {result:?}");
        }
        for side in [0, 4, 65, usize::MAX] {
            for kernel in [side.into(), Window { height: side, width: 1 }, Window { height: 1, width: side }]
            {
                architecture.layers[3] = Layer::Conv2d { channels: 1, kernel };
                assert!(architecture.shapes().is_err(), "{kernel:?}");
            }
        }
        let huge = Shape::Maps { channels: usize::MAX, height: 2, width: 3 };
        assert_eq!(huge.len(), usize::MAX);
    }

    #[test]
    fn operations_of_any_layers_are_counted_or_refused() {
        // Every layer within the limits on values, all of them far beyond what can be computed.
        let layers = vec![Layer::Conv2d { channels: 4096, kernel: 1.into() }; 256];
        let architecture = Architecture { input: InputShape { channels: 4096, height: 8, width: 8 }, layers };
        let error = architecture.flops().unwrap_err().to_string();
        assert!(error.contains("floating-point operations"), "{error}");
        // Beyond 2^64 if the limits did not come first.
        let layers = vec![Layer::Conv2d { channels: MAX_EXTENT, kernel: 63.into() }; 2];
        let architecture = Architecture { input: InputShape { channels: 1, height: 16, width: 16 }, layers };
        assert!(architecture.flops().is_err());
    }

    #[test]
    fn a_small_file_can_not_ask_for_more_than_there_is() {
        let pool = |height, width| Layer::MaxPool2d { size: Window { height, width } };
        let input = |channels, height, width| InputShape { channels, height, width };
        let columns = [Layer::Columns, Layer::Linear { features: 3 }];
        let cases = [
            // As wide as it is high it would be 2^32 pixels.
            (input(1, 65536, 4), vec![pool(65536, 4)], 4..=256),
            // A frame of zeros that is larger than the maps.
            (input(1, 1, 64), vec![Layer::Conv2d { channels: 1, kernel: 63.into() }], 1..=65536),
            (input(1, 1, 64), vec![Layer::Conv2d { channels: 64, kernel: 63.into() }; 2], 1..=4099),
        ];
        for (input, mut layers, expected) in cases {
            layers.extend(columns);
            let architecture = Architecture { input, layers };
            assert_eq!(architecture.widths().unwrap(), expected, "{architecture:?}");
        }
        let mut deep = Architecture::sequence(26, 96);
        deep.layers.splice(1..1, vec![Layer::Relu; 300]);
        assert!(deep.widths().unwrap_err().to_string().contains("number of layers"));
        // Each output is small, all together are not: what looks at every layer keeps all of them.
        let mut wide = Architecture::sequence(26, 20_000);
        wide.layers.splice(1..1, vec![Layer::Relu; 200]);
        assert!(wide.widths().unwrap_err().to_string().contains("all outputs"));
    }

    #[test]
    fn a_sequence_network_takes_every_width_that_leaves_a_step_and_fits() {
        assert_eq!(Architecture::post(26).widths().unwrap(), 20..=20);
        for architecture in [Architecture::sequence(26, 96), Architecture::fine_sequence(36, 120)] {
            let widths = architecture.widths().unwrap();
            assert_eq!(*widths.start(), 4);
            // Lines 64 times as wide as they are high are read.
            assert!(*widths.end() >= 64 * architecture.input.height, "{widths:?}");
            for (width, fits) in [(3, false), (4, true), (*widths.end(), true), (widths.end() + 1, false)] {
                assert_eq!(architecture.at_width(width).shapes().is_ok(), fits, "{width} of {widths:?}");
                assert_eq!(architecture.steps_at(width).ok(), fits.then_some(width / 4));
            }
        }
    }
}
