//! A network as ONNX, to serve it with what runs ONNX already: ONNX Runtime, Triton, Ray Serve.
//!
//! ```
//! # fn export(model: &captcha_infer::ModelFile) -> std::io::Result<()> {
//! std::fs::write("letters.onnx", captcha_infer::onnx::to_bytes(model))
//! # }
//! ```

mod protobuf;

use self::protobuf::Message;
use crate::{InputShape, Layer, ModelFile};

/// The name of the input: `[n, channels, height, width]`, ink 1.0 and paper 0.0.
pub const INPUT: &str = "images";

/// The name of the output: `[n, classes]`, the scores before the softmax.
pub const OUTPUT: &str = "logits";

/// The version of the file format and of the operators: those of ONNX 1.12 (2022), which every current runtime reads.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;

/// `TensorProto.DataType.FLOAT`.
const FLOAT: i64 = 1;

/// The epsilon of [`Layer::BatchNorm2d`].
const EPSILON: f32 = 1e-5;

/// The bytes of an ONNX file (<https://github.com/onnx/onnx/blob/main/docs/IR.md>) of the network, with weights, for
/// any number of images at once. The alphabet is in its metadata as `alphabet`.
///
/// The same model always gives the same bytes.
#[must_use]
pub fn to_bytes(model: &ModelFile) -> Vec<u8> {
    let mut file = Message::new();
    file.int(1, IR_VERSION);
    file.text(2, "captcha-lab");
    file.message(7, &graph(model));
    file.message(8, Message::new().int(2, OPSET));
    let alphabet: String = model.metadata().alphabet.characters().iter().collect();
    file.message(14, Message::new().text(1, "alphabet").text(2, &alphabet));
    file.into_bytes()
}

/// `GraphProto`.
fn graph(model: &ModelFile) -> Message {
    let metadata = model.metadata();
    let InputShape { channels, height, width } = metadata.architecture.input;
    let layers = metadata.architecture.layers.iter().copied().enumerate();
    // Dropout does nothing at inference.
    let layers: Vec<_> = layers.filter(|(_, layer)| !matches!(layer, Layer::Dropout { .. })).collect();

    let mut graph = Message::new();
    let mut input = INPUT.to_owned();
    for (at, &(index, layer)) in layers.iter().enumerate() {
        let output = if at + 1 == layers.len() { OUTPUT.to_owned() } else { format!("layer{index}") };
        graph.message(1, &node(index, layer, &input, &output));
        input = output;
    }
    graph.text(2, "captcha-lab");
    for (name, tensor) in model.tensors() {
        let mut initializer = Message::new();
        tensor.shape().iter().for_each(|&extent| _ = initializer.int(1, extent as i64));
        initializer.int(2, FLOAT).text(8, name);
        initializer
            .bytes(9, &tensor.data().iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
        graph.message(5, &initializer);
    }
    graph.message(11, &value(INPUT, &[channels, height, width]));
    graph.message(12, &value(OUTPUT, &[metadata.alphabet.len()]));
    graph
}

/// `NodeProto` of a layer.
fn node(index: usize, layer: Layer, input: &str, output: &str) -> Message {
    let (operator, parameters, attributes): (_, &[&str], Vec<Message>) = match layer {
        Layer::Conv2d { kernel, .. } => (
            "Conv",
            &["weight", "bias"],
            vec![ints("kernel_shape", &[kernel; 2]), ints("pads", &[kernel / 2; 4])],
        ),
        Layer::BatchNorm2d => (
            "BatchNormalization",
            &["weight", "bias", "running_mean", "running_var"],
            vec![float("epsilon", EPSILON)],
        ),
        Layer::Relu => ("Relu", &[], vec![]),
        Layer::MaxPool2d { size } => (
            "MaxPool",
            &[],
            vec![
                ints("kernel_shape", &[size.height, size.width]),
                ints("strides", &[size.height, size.width]),
            ],
        ),
        Layer::Flatten | Layer::Columns => ("Flatten", &[], vec![]),
        Layer::Linear { .. } => ("Gemm", &["weight", "bias"], vec![int("transB", 1)]),
        Layer::Dropout { .. } => ("Identity", &[], vec![]),
    };
    let mut node = Message::new();
    node.text(1, input);
    parameters.iter().for_each(|name| _ = node.text(1, &format!("{index}.{name}")));
    node.text(2, output).text(3, &format!("{index}")).text(4, operator);
    attributes.iter().for_each(|attribute| _ = node.message(5, attribute));
    node
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

/// `ValueInfoProto` of a batch of `shape`.
fn value(name: &str, shape: &[usize]) -> Message {
    let mut dimensions = Message::new();
    dimensions.message(1, Message::new().text(2, "n"));
    shape.iter().for_each(|&extent| _ = dimensions.message(1, Message::new().int(1, extent as i64)));
    let mut tensor = Message::new();
    tensor.int(1, FLOAT).message(2, &dimensions);
    let mut value = Message::new();
    value.text(1, name).message(2, Message::new().message(1, &tensor));
    value
}
