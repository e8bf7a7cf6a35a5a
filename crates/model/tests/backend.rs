//! libtorch passes the suite that every backend passes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use captcha_infer::{ModelFile, Recognizer};
use captcha_model::TorchRecognizer;

fn make(model: &ModelFile) -> Box<dyn Recognizer> {
    Box::new(TorchRecognizer::new(model).unwrap())
}

captcha_testkit::backend_suite!(make);
