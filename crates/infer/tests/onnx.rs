//! Networks written as ONNX are those that `tests/data/check_onnx.py` has checked with ONNX Runtime.

use std::path::Path;

use captcha_infer::{Architecture, InputShape, Layer, Window, onnx};
use captcha_testkit::backend::formula_model;

/// Small networks with every kind of layer; their weights are in the committed files.
fn cases() -> [(&'static str, Architecture); 3] {
    let (channels, size) = (7, 2.into());
    let convolutions = Architecture {
        input: InputShape { channels: 3, height: 9, width: 11 },
        layers: vec![
            Layer::BatchNorm2d,
            Layer::Conv2d { channels, kernel: 5.into() },
            Layer::BatchNorm2d,
            Layer::Relu,
            Layer::MaxPool2d { size },
            Layer::Dropout { probability: 0.5 },
            Layer::Conv2d { channels: 5, kernel: 3.into() },
            Layer::Relu,
            Layer::Flatten,
            Layer::Linear { features: 12 },
            Layer::Relu,
            Layer::Linear { features: 10 },
            Layer::Dropout { probability: 0.1 },
        ],
    };
    let flat = Architecture {
        input: InputShape { channels: 1, height: 2, width: 2 },
        layers: vec![Layer::Flatten, Layer::Linear { features: 3 }],
    };
    let sequence = Architecture {
        input: InputShape { channels: 2, height: 11, width: 20 },
        layers: vec![
            Layer::Conv2d { channels: 6, kernel: Window { height: 3, width: 7 } },
            Layer::MaxPool2d { size: Window { height: 3, width: 2 } },
            Layer::Conv2d { channels, kernel: Window { height: 5, width: 1 } },
            Layer::BatchNorm2d,
            Layer::Relu,
            Layer::Columns,
            Layer::Dropout { probability: 0.1 },
            Layer::Linear { features: 9 },
            Layer::Relu,
            Layer::Linear { features: 5 },
        ],
    };
    [("convolutions", convolutions), ("flat", flat), ("sequence", sequence)]
}

#[test]
fn files_are_those_that_onnx_runtime_read() {
    for (name, architecture) in cases() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).with_extension("onnx");
        let model = formula_model(&architecture).unwrap();
        let bytes = onnx::to_bytes(&model);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        let expected = std::fs::read(&path).unwrap();
        assert!(
            bytes == expected,
            "{name}.onnx is another one: check the new one with tests/data/check_onnx.py"
        );
    }
}
