//! The suite that every backend must pass.

mod formula;
mod naive;
mod suite;

pub use formula::{formula_images, formula_model};
pub use naive::naive_logits;
pub use suite::{
    Make, any_architecture_gives_the_naive_logits, batches_give_what_single_images_give,
    can_be_shared_between_threads, logits_are_those_of_pytorch, other_layouts_give_the_same_logits,
    says_what_the_model_file_says, sequence_networks_take_images_of_any_width, wrong_shapes_are_refused,
};

/// Tests that a backend must pass: one `#[test]` for each check of the suite.
///
/// The argument makes a recogniser of a model file:
///
/// ```
/// use captcha_infer::{ModelFile, NativeRecognizer, Recognizer};
///
/// fn make(model: &ModelFile) -> Box<dyn Recognizer> {
///     Box::new(NativeRecognizer::new(model).expect("the model is valid"))
/// }
///
/// captcha_testkit::backend_suite!(make);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! backend_suite {
    ($make:expr) => {
        $crate::backend_suite!($make =>
            logits_are_those_of_pytorch,
            any_architecture_gives_the_naive_logits,
            sequence_networks_take_images_of_any_width,
            batches_give_what_single_images_give,
            other_layouts_give_the_same_logits,
            wrong_shapes_are_refused,
            says_what_the_model_file_says,
            can_be_shared_between_threads
        );
    };
    ($make:expr => $($check:ident),+) => {
        $(
            #[test]
            fn $check() {
                $crate::backend::$check(&$make);
            }
        )+
    };
}
