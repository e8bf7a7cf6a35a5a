//! Reads letters and CAPTCHAs with convolutional networks.
//!
//! | item | what it is |
//! |---|---|
//! | [`Architecture`], [`Layer`] | a network as data: what both backends build and run |
//! | [`ModelFile`], [`ModelMetadata`] | weights with everything needed to use them, as safetensors, checked on load |
//! | [`Recognizer`] | what a backend does: a batch of images in, logits out |
//! | [`NativeRecognizer`], [`NativeOptions`], [`Session`] | the backend in pure Rust, for AVX-512, AVX2 and any other CPU |
//! | [`Trace`] | what every layer makes of one image, and of what each value is made |
//! | [`onnx`] | a network for other runtimes |
//! | [`Prediction`], [`Character`], [`Confidence`] | what was read, how surely, what else it could be, and where |
//! | [`read_letters`] | letter images to characters, with any [`Recognizer`] |
//! | [`Decoder`], [`Decoding`] | scores to characters and texts, of an alphabet and of lengths that are known |
//! | [`ctc`] | what the decoding of sequences is made of |
//! | [`Evaluation`] | predictions against labels: accuracy over all images, confusions, failures |
//! | [`Calibration`], [`fit_temperature`] | whether confidences are what they say, and how to make them so |

mod architecture;
mod calibration;
mod cells;
mod container;
pub mod ctc;
mod decoder;
mod decoding;
mod evaluation;
mod letters;
mod model_file;
mod native;
pub mod onnx;
mod precision;
mod prediction;
mod prepare;
mod recognizer;
mod share;
mod temperature;
mod trace;

pub use architecture::{Architecture, ArchitectureError, InputShape, Layer, Parameter, Shape, Window};
pub use calibration::{Calibration, CoveragePoint, ReliabilityBin};
pub use container::{Container, ContainerError, Tensor};
pub use decoder::{Decoder, Reading};
pub use decoding::{Decoding, DecodingError, MAX_LENGTH, Search};
pub use evaluation::{Evaluation, Outcome, edit_distance};
pub use letters::read_letters;
pub use model_file::{FORMAT_VERSION, ModelFile, ModelFileError, ModelMetadata, Normalisation};
pub use native::{ISA_VARIABLE, Isa, IsaError, NativeError, NativeOptions, NativeRecognizer, Session};
pub use precision::{Precision, PrecisionError};
pub use prediction::{Alternative, Character, Confidence, Prediction, softmax};
pub use recognizer::{RecognizeError, Recognizer};
pub use share::{GroupedShare, Share};
pub use temperature::{LabelledLogits, TemperatureFit, fit_temperature};
pub use trace::{Origin, Stage, Tap, Trace};
