//! A network as ONNX, to serve it with what runs ONNX already: ONNX Runtime, Triton, Ray Serve.
//!
//! ```
//! # fn export(model: &captcha_infer::ModelFile) -> std::io::Result<()> {
//! std::fs::write("letters.onnx", captcha_infer::onnx::to_bytes(model))
//! # }
//! ```

mod metadata;
mod protobuf;

use self::protobuf::Message;
use crate::{InputShape, Layer, ModelFile};

/// The name of the input: `[n, channels, height, width]`, ink 1.0 and paper 0.0. A sequence network takes any width of
/// [`Architecture::widths`](crate::Architecture::widths).
pub const INPUT: &str = "images";

/// The name of the output, the scores before the softmax: `[n, classes]`, of a sequence network `[n, steps, classes]`,
/// the last class being the blank.
pub const OUTPUT: &str = "logits";

/// The version of the file format and of the operators: those of ONNX 1.12 (2022), which every current runtime reads.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;

/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// The bytes of an ONNX file (<https://github.com/onnx/onnx/blob/main/docs/IR.md>) of the network, with weights, for
/// any number of images at once, and of any width if it is a sequence network. What else it takes to read an image is in
/// its metadata (`metadata_props`, in ONNX Runtime `session.get_modelmeta().custom_metadata_map`):
///
/// | key | value |
/// |---|---|
/// | `alphabet` | the characters, in class order |
/// | `reads` | `sequence`: whole images; or `letters`: one letter an image, cut as `segmentation` says |
/// | `grey` | how colours become levels, 0 to 255 |
/// | `polarity` | `as_is`, `inverted` or `by_image`: [`Polarity`](crate::Polarity) |
/// | `contrast` | `as_is` or `stretched`: [`Contrast`](crate::Contrast) |
/// | `height`, `column_width`, `stretch` | of a sequence: an image becomes `height` rows and a multiple of `column_width` columns, `stretch` times as wide as its shape |
/// | `resampling` | of a sequence: how |
/// | `height`, `width`, `segmentation` | of letters: the size of one; how images are cut, as `captcha-segment` serialises its options, if the model says |
/// | `normalisation` | how levels become the input |
/// | `blank` | of a sequence: the class of the blank |
/// | `temperature` | what scores are divided by before the softmax |
/// | `lengths` | the fewest and the most characters of a text, such as `4-8`, if the model says |
///
/// Polarity, contrast, resampling and normalisation are applied in this order, as
/// [`ModelMetadata::prepare`](crate::ModelMetadata::prepare) does. The script `examples/python/read_onnx.py` of the
/// repository reads images so, with ONNX Runtime and numpy.
///
/// The same model always gives the same bytes.
#[must_use]
pub fn to_bytes(model: &ModelFile) -> Vec<u8> {
    let mut file = Message::new();
    file.int(1, IR_VERSION);
    file.text(2, "captcha-lab");
    file.message(7, &graph(model));
    file.message(8, Message::new().int(2, OPSET));
    for (key, said) in metadata::of(model) {
        file.message(14, Message::new().text(1, key).text(2, &said));
    }
    file.into_bytes()
}

/// `GraphProto`.
fn graph(model: &ModelFile) -> Message {
    let metadata = model.metadata();
    let architecture = &metadata.architecture;
    let mut nodes = Nodes { input: INPUT.to_owned(), graph: Message::new(), model, sequence: false };
    let layers = architecture.layers.iter().copied().enumerate();
    // Dropout does nothing at inference.
    let layers: Vec<_> = layers.filter(|(_, layer)| !matches!(layer, Layer::Dropout { .. })).collect();
    for (at, &(index, layer)) in layers.iter().enumerate() {
        let output = if at + 1 == layers.len() { OUTPUT.to_owned() } else { format!("layer{index}") };
        nodes.add(index, layer, output);
    }
    let Nodes { mut graph, sequence, .. } = nodes;
    graph.text(2, "captcha-lab");
    let InputShape { channels, height, width } = architecture.input;
    let width = if sequence { Dimension::Any("width") } else { Dimension::Of(width) };
    let input = [Dimension::Any("n"), Dimension::Of(channels), Dimension::Of(height), width];
    graph.message(11, &value(INPUT, &input));
    let characters = metadata.alphabet.len();
    let output = match sequence {
        true => &[Dimension::Any("n"), Dimension::Any("steps"), Dimension::Of(characters + 1)][..],
        false => &[Dimension::Any("n"), Dimension::Of(characters)],
    };
    graph.message(12, &value(OUTPUT, output));
    graph
}

/// A graph that grows layer by layer.
struct Nodes<'a> {
    graph: Message,
    model: &'a ModelFile,
    /// What the next layer takes.
    input: String,
    /// Whether that is `[n, steps, features]`.
    sequence: bool,
}

impl Nodes<'_> {
    /// Adds a layer whose result is `output`.
    fn add(&mut self, index: usize, layer: Layer, output: String) {
        match layer {
            Layer::Conv2d { kernel, .. } => {
                let sides = [kernel.height, kernel.width];
                let [down, across] = sides.map(|side| side / 2);
                let attributes = [ints("kernel_shape", &sides), ints("pads", &[down, across, down, across])];
                self.layer(index, "Conv", &["weight", "bias"], &attributes, &output);
            }
            Layer::BatchNorm2d => {
                let parameters = ["weight", "bias", "running_mean", "running_var"];
                let attributes = [float("epsilon", Layer::BATCH_NORM_EPSILON as f32)];
                self.layer(index, "BatchNormalization", &parameters, &attributes, &output);
            }
            Layer::Relu => self.layer(index, "Relu", &[], &[], &output),
            Layer::MaxPool2d { size } => {
                let sides = [size.height, size.width];
                let attributes = [ints("kernel_shape", &sides), ints("strides", &sides)];
                self.layer(index, "MaxPool", &[], &attributes, &output);
            }
            Layer::Flatten => self.layer(index, "Flatten", &[], &[], &output),
            Layer::Columns => self.columns(index, &output),
            Layer::Linear { .. } if self.sequence => self.linear_of_each_step(index, &output),
            Layer::Linear { .. } => {
                self.layer(index, "Gemm", &["weight", "bias"], &[int("transB", 1)], &output);
            }
            Layer::Dropout { .. } => self.layer(index, "Identity", &[], &[], &output),
        }
        self.input = output;
    }

    /// One node for a layer, with these tensors of the model.
    fn layer(
        &mut self,
        index: usize,
        operator: &str,
        parameters: &[&str],
        attributes: &[Message],
        output: &str,
    ) {
        let names: Vec<String> = parameters.iter().map(|name| format!("{index}.{name}")).collect();
        for name in &names {
            let tensor = &self.model.tensors()[name];
            self.graph.message(5, &floats(name, tensor.shape(), tensor.data().iter().copied()));
        }
        let inputs: Vec<&str> = std::iter::once(&self.input).chain(&names).map(String::as_str).collect();
        self.graph.message(1, &node(&index.to_string(), operator, &inputs, attributes, output));
    }

    /// `[n, channels, height, width]` to `[n, width, channels * height]`.
    fn columns(&mut self, index: usize, output: &str) {
        let (transposed, shape) = (format!("layer{index}.transposed"), format!("{index}.shape"));
        let name = format!("{index}.transpose");
        let permutation = [ints("perm", &[0, 3, 1, 2])];
        self.graph.message(1, &node(&name, "Transpose", &[&self.input], &permutation, &transposed));
        // 0 keeps an extent, -1 is what is left.
        let mut initializer = Message::new();
        initializer.int(1, 3).int(2, INT64).text(8, &shape);
        initializer.bytes(9, &[0i64, 0, -1].map(i64::to_le_bytes).concat());
        self.graph.message(5, &initializer);
        self.graph.message(1, &node(&index.to_string(), "Reshape", &[&transposed, &shape], &[], output));
        self.sequence = true;
    }

    /// `Gemm` takes matrices only; `MatMul` wants `[in_features, features]`.
    fn linear_of_each_step(&mut self, index: usize, output: &str) {
        let [weight, bias, products] =
            [format!("{index}.weight"), format!("{index}.bias"), format!("layer{index}.products")];
        let (tensor, transposed) = (&self.model.tensors()[&weight], format!("{weight}.transposed"));
        if let &[features, inputs] = tensor.shape() {
            let values =
                (0..inputs * features).map(|at| tensor.data()[at % features * inputs + at / features]);
            self.graph.message(5, &floats(&transposed, &[inputs, features], values));
        }
        let tensor = &self.model.tensors()[&bias];
        self.graph.message(5, &floats(&bias, tensor.shape(), tensor.data().iter().copied()));
        let name = format!("{index}.products");
        self.graph.message(1, &node(&name, "MatMul", &[&self.input, &transposed], &[], &products));
        self.graph.message(1, &node(&index.to_string(), "Add", &[&products, &bias], &[], output));
    }
}

/// `NodeProto`.
fn node(name: &str, operator: &str, inputs: &[&str], attributes: &[Message], output: &str) -> Message {
    let mut node = Message::new();
    inputs.iter().for_each(|input| _ = node.text(1, input));
    node.text(2, output).text(3, name).text(4, operator);
    attributes.iter().for_each(|attribute| _ = node.message(5, attribute));
    node
}

/// `TensorProto` of floats.
fn floats(name: &str, shape: &[usize], values: impl Iterator<Item = f32>) -> Message {
    let mut tensor = Message::new();
    shape.iter().for_each(|&extent| _ = tensor.int(1, extent as i64));
    tensor.int(2, FLOAT).text(8, name);
    tensor.bytes(9, &values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>());
    tensor
}

/// `AttributeProto` of a whole number.
fn int(name: &str, value: i64) -> Message {
    let mut attribute = Message::new();
    attribute.text(1, name).int(3, value).int(20, 2);
    attribute
}

/// `AttributeProto` of several whole numbers.
fn ints(name: &str, values: &[usize]) -> Message {
    let mut attribute = Message::new();
    attribute.text(1, name);
    values.iter().for_each(|&value| _ = attribute.int(8, value as i64));
    attribute.int(20, 7);
    attribute
}

/// `AttributeProto` of a float.
fn float(name: &str, value: f32) -> Message {
    let mut attribute = Message::new();
    attribute.text(1, name).float(2, value).int(20, 1);
    attribute
}

/// `TensorShapeProto.Dimension`.
#[derive(Clone, Copy)]
enum Dimension {
    /// Of any extent, by this name.
    Any(&'static str),
    Of(usize),
}

/// `ValueInfoProto` of floats.
fn value(name: &str, shape: &[Dimension]) -> Message {
    let mut dimensions = Message::new();
    for dimension in shape {
        let mut message = Message::new();
        match *dimension {
            Dimension::Any(name) => message.text(2, name),
            Dimension::Of(extent) => message.int(1, extent as i64),
        };
        dimensions.message(1, &message);
    }
    let mut tensor = Message::new();
    tensor.int(1, FLOAT).message(2, &dimensions);
    let mut value = Message::new();
    value.text(1, name).message(2, Message::new().message(1, &tensor));
    value
}
