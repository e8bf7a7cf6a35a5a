//! Render text CAPTCHAs, cut them into letters, train networks on them and read them back.
//!
//! A laboratory for deep learning on a problem that can be seen whole, a source of labelled synthetic text images,
//! and a measure of how strong a text CAPTCHA of your own is. It works on images that you made or hold; nothing in
//! it talks to a web site.
//!
//! ```
//! use captcha_lab::Solver;
//! use captcha_lab::render::{Renderer, Style};
//!
//! // A CAPTCHA is a function of style, text and seed.
//! let captcha = Renderer::new(Style::seed())?.render("QXKZEF", 42)?;
//!
//! // The weights that ship read it, without libtorch.
//! let prediction = Solver::pretrained()?.solve(&captcha.image)?;
//! assert_eq!(prediction.text, "QXKZEF");
//! for character in &prediction.characters {
//!     println!("{} {:.3} {:?}", character.character, character.confidence.value(), character.bounds);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! New to all this? The [`guide`] takes an image from its pixels to its text, with code to run and a picture for every step.
//!
//! # From text to a trained network
//!
//! | step | module | first thing to look at |
//! |---|---|---|
//! | draw | [`render`] | [`render::Renderer`], [`render::Style`] |
//! | cut into letters | [`segment`] | [`segment::Segmenter`] |
//! | keep and load | [`dataset`] | [`dataset::generate_corpus`], [`dataset::LabelledFolder`], [`dataset::LetterSet`] |
//! | look at images of one's own | [`own`] | [`own::check`](fn@own::check) |
//! | train | `model` | `model::LetterTraining`, `model::SequenceTraining` (feature `torch`) |
//! | read | here | [`Solver`], [`open_model`], [`infer::Recognizer`] |
//! | measure | here | [`evaluate`](fn@evaluate), [`Evaluation`], [`Calibration`] |
//! | calibrate confidences | here | [`calibrate`](fn@calibrate) |
//!
//! # Two ways to read
//!
//! A [`Solver`] reads as its model does. A model of *letters* cuts the image into letters and classifies each: every step can
//! be seen, but a line through the letters defeats it. A model of *sequences* reads the whole image at once, of any width,
//! column by column, and finds the most probable text ([`infer::ctc`]). Either way the result is the same: the text and its
//! confidence, and for each character its place, its confidence and what else it could be. What is known about the text
//! improves both:
//!
//! ```no_run
//! use captcha_lab::{Alphabet, Solver};
//!
//! // A model file, or the name of a model that ships.
//! let solver = Solver::open("model.safetensors")?
//!     .with_lengths(Some(4..=6))?
//!     .with_allowed(Some(Alphabet::digits()))?;
//! let prediction = solver.solve_path("captcha.png")?;
//! if prediction.confidence.value() >= 0.99 {
//!     println!("{}", prediction.text);
//! }
//! # Ok::<(), captcha_lab::SolveError>(())
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `render` | yes | [`render`] |
//! | `dataset` | yes | [`dataset`]; drawing corpora needs `render` as well |
//! | `pretrained` | yes | the weights that ship (2.3 MB): [`Pretrained`], [`Solver::pretrained`] |
//! | `torch` | no | `model`: training, and inference with libtorch; and `dataset`. `cargo xtask setup` in the repository installs libtorch |
//!
//! Without `torch` there is no C or C++ in the dependency tree. The documentation of `model` is that of the crate
//! [`captcha-model`](https://docs.rs/captcha-model).
//!
//! # Files of this crate
//!
//! | file | what it holds |
//! |---|---|
//! | `solver/` | [`Solver`]: from an image to its text |
//! | `measure/` | [`evaluate`](fn@evaluate) and [`calibrate`](fn@calibrate): a solver against labelled images |
//! | `own/` | [`own`]: from a folder of one's own images to a network |
//! | `open` | [`open_model`]: one rule for the name of a model that ships against the path of a file |
//! | `pretrained` | [`Pretrained`]: the weights that ship |
//! | `error` | [`SolveError`] |
//! | `guide` | [`guide`]: the pages of `guide/` |

mod error;
#[cfg(all(feature = "dataset", feature = "pretrained", feature = "render"))]
pub mod guide;
mod measure;
mod open;
#[cfg(feature = "dataset")]
pub mod own;
#[cfg(feature = "pretrained")]
mod pretrained;
mod solver;

pub use captcha_core as core;
#[cfg(feature = "dataset")]
pub use captcha_dataset as dataset;
pub use captcha_infer as infer;
#[cfg(feature = "torch")]
pub use captcha_model as model;
#[cfg(feature = "render")]
pub use captcha_render as render;
pub use captcha_segment as segment;

pub use captcha_core::image;
pub use captcha_core::{Alphabet, GlyphBox, Label};
pub use captcha_infer::{
    Alternative, Calibration, Character, Confidence, Decoding, Evaluation, GroupedShare, ModelFile,
    ModelMetadata, Precision, Prediction, Recognizer, Search, Share,
};
pub use error::SolveError;
pub use measure::{Answer, LabelledImage, Report, TemperatureReport, calibrate, evaluate};
pub use open::open_model;
#[cfg(feature = "pretrained")]
pub use pretrained::Pretrained;
pub use solver::Solver;

/// The programs in the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
