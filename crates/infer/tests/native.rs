//! The native backend passes the suite on every instruction set of this CPU and with several threads.

use captcha_infer::{
    Architecture, Isa, ModelFile, NativeError, NativeOptions, NativeRecognizer, RecognizeError, Recognizer,
};
use captcha_testkit::backend::{formula_images, formula_model};

/// A module with the whole suite for one choice of options.
macro_rules! suites {
    ($($name:ident: $options:expr;)+) => {
        $(
            mod $name {
                use super::*;

                /// Where the CPU lacks the instruction set, its best one is tested again.
                fn make(model: &ModelFile) -> Box<dyn Recognizer> {
                    let options: NativeOptions = $options;
                    let isa = options.isa.filter(|isa| isa.is_available()).unwrap_or(Isa::best());
                    Box::new(NativeRecognizer::with_options(model, options.with_isa(isa)).unwrap())
                }

                captcha_testkit::backend_suite!(make);
            }
        )+
    };
}

suites! {
    portable: NativeOptions::default().with_isa(Isa::Portable);
    avx2: NativeOptions::default().with_isa(Isa::Avx2);
    avx512: NativeOptions::default().with_isa(Isa::Avx512);
    three_threads: NativeOptions::default().with_threads(3);
}

fn post() -> ModelFile {
    formula_model(&Architecture::post(26)).expect("the architecture is valid")
}

#[test]
fn neither_threads_nor_the_batch_change_a_bit() {
    let model = post();
    let images = formula_images(70, model.metadata().architecture.input);
    let one = NativeRecognizer::new(&model).unwrap();
    let expected = one.logits(images.view()).unwrap();
    for threads in [2, 3, 100] {
        let many =
            NativeRecognizer::with_options(&model, NativeOptions::default().with_threads(threads)).unwrap();
        // Twice, for the second call reads the weights in the other direction.
        for _ in 0..2 {
            assert_eq!(many.logits(images.view()).unwrap(), expected, "{threads} threads");
        }
    }
    for (image, expected) in images.outer_iter().zip(expected.outer_iter()) {
        let alone = one.logits(image.insert_axis(captcha_core::ndarray::Axis(0))).unwrap();
        assert_eq!(alone.index_axis(captcha_core::ndarray::Axis(0), 0), expected);
    }
}

#[test]
fn a_session_refuses_lengths_that_do_not_fit() {
    let mut session = NativeRecognizer::new(&post()).unwrap().session().unwrap();
    let mut output = [0.0; 52];
    assert!(session.forward(&[0.5; 800], &mut output).is_ok());
    assert!(session.forward(&[], &mut []).is_ok());
    for (input, outputs) in [(799, 52), (801, 52), (800, 51), (800, 52 + 26), (400, 52)] {
        let result = session.forward(&vec![0.5; input], &mut vec![0.0; outputs]);
        assert!(
            matches!(result, Err(RecognizeError::WrongLength { .. })),
            "{input} to {outputs}: {result:?}"
        );
    }
}

#[test]
fn options_out_of_range_are_refused() {
    for threads in [0, 1025] {
        let error = NativeRecognizer::with_options(&post(), NativeOptions::default().with_threads(threads));
        assert_eq!(error.unwrap_err(), NativeError::Threads { threads });
    }
}

#[test]
fn clones_share_weights_and_agree() {
    let recognizer = NativeRecognizer::new(&post()).unwrap();
    let images = formula_images(2, recognizer.metadata().architecture.input);
    let clone = recognizer.clone();
    assert_eq!(clone.logits(images.view()).unwrap(), recognizer.logits(images.view()).unwrap());
    assert_eq!((clone.backend(), clone.isa()), ("native", Isa::from_environment().unwrap()));
}
