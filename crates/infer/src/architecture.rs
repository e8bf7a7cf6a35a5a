//! A network as data.

use std::ops::RangeInclusive;

use captcha_core::image::GrayImage;
use captcha_core::scale_to_height;
use serde::{Deserialize, Serialize};

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

/// The sides of a pooling window in pixels. In JSON a number if they are equal, else `[height, width]`, as in PyTorch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WindowJson", into = "WindowJson")]
pub struct Window {
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl From<usize> for Window {
    fn from(side: usize) -> Self {
        Self { height: side, width: side }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WindowJson {
    Square(usize),
    Sides([usize; 2]),
}

impl From<WindowJson> for Window {
    fn from(json: WindowJson) -> Self {
        match json {
            WindowJson::Square(side) => side.into(),
            WindowJson::Sides([height, width]) => Self { height, width },
        }
    }
}

impl From<Window> for WindowJson {
    fn from(Window { height, width }: Window) -> Self {
        if height == width { Self::Square(height) } else { Self::Sides([height, width]) }
    }
}

/// One layer. Convolutions and pools work on `[n, channels, height, width]`, linear layers on `[n, features]` or on
/// each step of `[n, steps, features]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Layer {
    /// Convolution (cross-correlation, as in every framework) with a square kernel, stride 1 and zero padding
    /// that keeps height and width. Parameters `weight` `[channels, in_channels, kernel, kernel]` and `bias`
    /// `[channels]`.
    Conv2d {
        /// Output channels.
        channels: usize,
        /// Side of the kernel in pixels, odd.
        kernel: usize,
    },
    /// Batch normalisation over each channel (S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015,
    /// arXiv 1502.03167), with running statistics at inference and epsilon 1e-5. Parameters `weight`, `bias`,
    /// `running_mean`, `running_var`, each `[channels]`.
    BatchNorm2d,
    /// `max(x, 0)`.
    Relu,
    /// The largest value of each window, side by side; what is left over at the right and at the bottom is dropped.
    MaxPool2d {
        /// The sides of the window.
        size: Window,
    },
    /// Sets each value to zero with probability `probability` while training and scales the others by
    /// `1 / (1 - probability)`; does nothing at inference (N. Srivastava et al., "Dropout", JMLR 15, 2014).
    Dropout {
        /// In `[0, 1)`.
        probability: f64,
    },
    /// `[n, channels, height, width]` to `[n, channels * height * width]`, in that order.
    Flatten,
    /// Every column of the maps becomes a step of a sequence, left to right: `[n, channels, height, width]` to
    /// `[n, width, channels * height]`. A network with this layer is a sequence network: it takes images of any width,
    /// and its last class is the blank of CTC (A. Graves et al., "Connectionist temporal classification", ICML 2006,
    /// doi 10.1145/1143844.1143891).
    Columns,
    /// Fully connected. Parameters `weight` `[features, in_features]` and `bias` `[features]`.
    Linear {
        /// Output features.
        features: usize,
    },
}

/// The shape of one sample between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Feature maps, `[channels, height, width]`.
    Maps {
        /// Channels.
        channels: usize,
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
    /// A vector.
    Vector {
        /// Its length.
        features: usize,
    },
    /// A sequence of vectors, `[steps, features]`.
    Sequence {
        /// How many.
        steps: usize,
        /// The length of each.
        features: usize,
    },
}

impl Shape {
    /// The number of values.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Self::Maps { channels, height, width } => channels * height * width,
            Self::Vector { features } => features,
            Self::Sequence { steps, features } => steps * features,
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Maps { channels, height, width } => write!(f, "[{channels}, {height}, {width}]"),
            Self::Vector { features } => write!(f, "[{features}]"),
            Self::Sequence { steps, features } => write!(f, "[{steps}, {features}]"),
        }
    }
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

/// Why layers make no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchitectureError {
    /// A layer can't take what the layer before it gives.
    #[error("layer {index} ({layer:?}) can't take an input of shape {input}: expected {expected}")]
    Input {
        /// The index of the layer.
        index: usize,
        /// The layer.
        layer: Layer,
        /// What it would have to take.
        input: Shape,
        /// What it can take.
        expected: &'static str,
    },
    /// A number of a layer or of the input is outside its range.
    #[error("{what} is {value}, expected {expected}")]
    Value {
        /// Which number.
        what: String,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
}

/// No side, channel or feature count may exceed this, so that products fit and a corrupt file can't ask for
/// terabytes.
const MAX_EXTENT: usize = 1 << 16;

/// The largest number of values in one tensor or between two layers: 2^28 floats are 1 GiB.
const MAX_VALUES: usize = 1 << 28;

impl Architecture {
    /// The network of the post that the project started from: `[1, 20, 20]`, convolution 20 5x5, ReLU, max-pool
    /// 2, convolution 50 5x5, ReLU, max-pool 2, fully connected 500, ReLU, fully connected `classes`.
    ///
    /// 6.676 MFLOP a letter (multiplications and additions counted apart) for 26 classes, 664,096 parameters.
    #[must_use]
    pub fn post(classes: usize) -> Self {
        Self {
            input: InputShape { channels: 1, height: 20, width: 20 },
            layers: vec![
                Layer::Conv2d { channels: 20, kernel: 5 },
                Layer::Relu,
                Layer::MaxPool2d { size: 2.into() },
                Layer::Conv2d { channels: 50, kernel: 5 },
                Layer::Relu,
                Layer::MaxPool2d { size: 2.into() },
                Layer::Flatten,
                Layer::Linear { features: 500 },
                Layer::Relu,
                Layer::Linear { features: classes },
            ],
        }
    }

    /// The project's own letter network: `[1, 24, 24]`, five 3x3 convolutions with batch normalisation, three
    /// max-pools, dropout and one fully connected layer.
    ///
    /// About a seventh of the parameters of [`post`](Self::post).
    #[must_use]
    pub fn compact(classes: usize) -> Self {
        let block = |channels| [Layer::Conv2d { channels, kernel: 3 }, Layer::BatchNorm2d, Layer::Relu];
        let mut layers = Vec::new();
        layers.extend(block(16));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend(block(32));
        layers.extend(block(48));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend(block(64));
        layers.extend(block(64));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend([
            Layer::Flatten,
            Layer::Dropout { probability: 0.3 },
            Layer::Linear { features: classes },
        ]);
        Self { input: InputShape { channels: 1, height: 24, width: 24 }, layers }
    }

    /// The project's own sequence network: `[1, 48, width]`, five 3x3 convolutions with batch normalisation, pools that
    /// leave 3 rows and a column for every 4 pixels, and two fully connected layers on each column, which give a score
    /// for each of `characters` and for the blank.
    ///
    /// 38.0 MFLOP for a 2 : 1 image (`width` 96) and 26 characters.
    #[must_use]
    pub fn sequence(characters: usize, width: usize) -> Self {
        let block = |channels| [Layer::Conv2d { channels, kernel: 3 }, Layer::BatchNorm2d, Layer::Relu];
        let rows = Layer::MaxPool2d { size: Window { height: 2, width: 1 } };
        let mut layers = Vec::new();
        layers.extend(block(16));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend(block(24));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend(block(48));
        layers.push(rows);
        layers.extend(block(80));
        layers.push(rows);
        layers.extend(block(112));
        layers.extend([
            Layer::Columns,
            Layer::Linear { features: 64 },
            Layer::Relu,
            Layer::Linear { features: characters + 1 },
        ]);
        Self { input: InputShape { channels: 1, height: 48, width }, layers }
    }

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

impl Layer {
    /// The shape that comes out when `input` goes in; `index` is for the error.
    fn output(self, index: usize, input: Shape) -> Result<Shape, ArchitectureError> {
        let wrong = |expected| ArchitectureError::Input { index, layer: self, input, expected };
        match (self, input) {
            (Self::Conv2d { channels, kernel }, Shape::Maps { height, width, .. }) => {
                check_extent(&format!("channels of layer {index}"), channels)?;
                check_extent(&format!("kernel of layer {index}"), kernel)?;
                if kernel % 2 == 0 {
                    return Err(ArchitectureError::Value {
                        what: format!("kernel of layer {index}"),
                        value: kernel as f64,
                        expected: "an odd number",
                    });
                }
                Ok(Shape::Maps { channels, height, width })
            }
            (Self::MaxPool2d { size }, Shape::Maps { channels, height, width }) => {
                check_extent(&format!("height of layer {index}"), size.height)?;
                check_extent(&format!("width of layer {index}"), size.width)?;
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
                check_extent(&format!("features of layer {index}"), features)?;
                Ok(Shape::Vector { features })
            }
            (Self::Linear { features }, Shape::Sequence { steps, .. }) => {
                check_extent(&format!("features of layer {index}"), features)?;
                Ok(Shape::Sequence { steps, features })
            }
            (Self::Flatten, shape @ Shape::Maps { .. }) => Ok(Shape::Vector { features: shape.len() }),
            (Self::Columns, Shape::Maps { channels, height, width }) => {
                Ok(Shape::Sequence { steps: width, features: channels * height })
            }
            (Self::BatchNorm2d, shape @ Shape::Maps { .. }) | (Self::Relu, shape) => Ok(shape),
            (Self::Linear { .. }, Shape::Maps { .. }) => {
                Err(wrong("a vector or a sequence (a Flatten or Columns layer before it)"))
            }
            (_, Shape::Vector { .. } | Shape::Sequence { .. }) => Err(wrong("feature maps")),
        }
    }
}

fn check_extent(what: &str, value: usize) -> Result<(), ArchitectureError> {
    if (1..=MAX_EXTENT).contains(&value) {
        return Ok(());
    }
    Err(ArchitectureError::Value {
        what: what.to_owned(),
        value: value as f64,
        expected: "a whole number from 1 to 65536",
    })
}

fn check_len(what: &str, shape: Shape) -> Result<Shape, ArchitectureError> {
    if shape.len() <= MAX_VALUES {
        Ok(shape)
    } else {
        Err(too_many(&format!("the size of {what}"), shape.len()))
    }
}

fn too_many(what: &str, values: usize) -> ArchitectureError {
    ArchitectureError::Value { what: what.to_owned(), value: values as f64, expected: "at most 2^28 values" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_post_network_is_the_one_of_the_post() {
        let post = Architecture::post(26);
        let shapes = post.shapes().unwrap();
        assert_eq!(shapes[2], Shape::Maps { channels: 20, height: 10, width: 10 });
        assert_eq!(shapes[6], Shape::Vector { features: 1250 });
        assert_eq!(post.parameter_count().unwrap(), 664_096);
        assert_eq!(post.flops().unwrap(), 6_676_000);
    }

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
    fn the_sequence_network_has_a_column_for_every_four_pixels() {
        let sequence = Architecture::sequence(26, 96);
        assert_eq!(sequence.output().unwrap(), Shape::Sequence { steps: 24, features: 27 });
        assert_eq!(sequence.at_width(130).output().unwrap(), Shape::Sequence { steps: 32, features: 27 });
        assert_eq!(sequence.column_width(), 4);
        assert_eq!(sequence.parameters().unwrap(), sequence.at_width(130).parameters().unwrap());
        assert!(sequence.flops().unwrap() < 40_000_000, "{}", sequence.flops().unwrap());
        assert!(sequence.is_sequence() && !Architecture::post(26).is_sequence());
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

    #[test]
    fn a_window_is_a_number_or_two() {
        for (json, height, width) in [("2", 2, 2), ("[2,1]", 2, 1)] {
            let window: Window = serde_json::from_str(json).unwrap();
            assert_eq!(window, Window { height, width });
            assert_eq!(serde_json::to_string(&window).unwrap(), json);
        }
    }

    #[test]
    fn json_has_one_object_a_layer() {
        let json = serde_json::to_string(&Layer::Conv2d { channels: 20, kernel: 5 }).unwrap();
        assert_eq!(json, r#"{"layer":"conv2d","channels":20,"kernel":5}"#);
        assert_eq!(serde_json::to_string(&Layer::BatchNorm2d).unwrap(), r#"{"layer":"batch_norm2d"}"#);
    }
}
