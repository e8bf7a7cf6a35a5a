//! The native backend passes the suite on every instruction set of this CPU and with several threads.

use captcha_infer::{
    Architecture, InputShape, Isa, ModelFile, NativeError, NativeOptions, NativeRecognizer, Precision,
    RecognizeError, Recognizer,
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

#[test]
fn eight_bits_are_close_where_the_cpu_has_instructions_and_floats_elsewhere() {
    for architecture in [Architecture::post(26), Architecture::compact(36)] {
        let model = formula_model(&architecture).unwrap();
        let images = formula_images(20, architecture.input);
        let run = |isa, precision| {
            let options = NativeOptions::default().with_isa(isa).with_precision(precision);
            let recognizer = NativeRecognizer::with_options(&model, options).unwrap();
            let boxed: Box<dyn Recognizer> = Box::new(recognizer.clone());
            assert_eq!((boxed.precision(), recognizer.isa()), (recognizer.precision(), isa));
            (recognizer.precision(), recognizer.logits(images.view()).unwrap())
        };
        let mut first = None;
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            let (precision, exact) = run(isa, Precision::F32);
            assert_eq!(precision, Precision::F32);
            let (precision, rounded) = run(isa, Precision::Int8);
            if !isa.has_int8() {
                assert_eq!((precision, rounded), (Precision::F32, exact), "{isa}");
                continue;
            }
            assert_eq!(precision, Precision::Int8, "{isa}");
            let largest = exact.iter().fold(0.0f32, |largest, logit| largest.max(logit.abs()));
            let errors: Vec<f32> = exact.iter().zip(&rounded).map(|(a, b)| (a - b).abs()).collect();
            assert!(errors.iter().any(|&error| error > 0.0), "{isa}");
            assert!(errors.iter().all(|&error| error < 0.02 * largest), "{isa}: {errors:?} of {largest}");
            let expected = first.get_or_insert_with(|| rounded.clone());
            let difference = (&rounded - &*expected).mapv(f32::abs);
            // A last bit that rounds otherwise before a layer can move an input by one step of 255.
            assert!(difference.iter().all(|&difference| difference < 0.005 * largest), "{isa}: {difference}");
        }
    }
}

#[test]
fn a_nan_is_no_answer_in_eight_bits_either() {
    let model = post();
    for precision in Precision::ALL {
        let options = NativeOptions::default().with_precision(precision);
        let recognizer = NativeRecognizer::with_options(&model, options).unwrap();
        let mut images = formula_images(2, model.metadata().architecture.input);
        images[[1, 0, 7, 7]] = f32::NAN;
        let logits = recognizer.logits(images.view()).unwrap();
        assert!(logits.iter().take(26).all(|logit| logit.is_finite()), "{precision}: {logits}");
        assert!(logits.iter().skip(26).any(|logit| logit.is_nan()), "{precision}: {logits}");
    }
}

#[test]
fn layers_that_can_see_negative_numbers_stay_exact_in_eight_bits() {
    let mut architecture =
        Architecture { input: InputShape { channels: 4, height: 6, width: 6 }, ..Architecture::compact(10) };
    // Batch normalisation first: what follows sees negative numbers. Without ReLUs nothing ever changes that.
    architecture.layers.retain(|layer| *layer != captcha_infer::Layer::Relu);
    architecture.layers.truncate(3);
    architecture.layers.insert(0, captcha_infer::Layer::BatchNorm2d);
    architecture
        .layers
        .extend([captcha_infer::Layer::Flatten, captcha_infer::Layer::Linear { features: 10 }]);
    let model = formula_model(&architecture).unwrap();
    let images = formula_images(3, architecture.input);
    let logits = |precision| {
        let options = NativeOptions::default().with_precision(precision);
        let recognizer = NativeRecognizer::with_options(&model, options).unwrap();
        assert_eq!(recognizer.precision(), Precision::F32, "no layer is rounded");
        recognizer.logits(images.view()).unwrap()
    };
    assert_eq!(logits(Precision::Int8), logits(Precision::F32));
}
