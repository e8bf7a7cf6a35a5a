//! libtorch passes the suite that every backend passes.

use captcha_infer::{ModelFile, Recognizer};
use captcha_model::TorchRecognizer;

fn make(model: &ModelFile) -> Box<dyn Recognizer> {
    Box::new(TorchRecognizer::new(model).unwrap())
}

captcha_testkit::backend_suite!(make);
