//! Reads letters and CAPTCHAs with convolutional networks.
//!
//! | item | what it is |
//! |---|---|
//! | [`Architecture`], [`Layer`] | a network as data: what both backends build and run; its limits are checked at every width |
//! | [`ModelFile`], [`ModelMetadata`] | weights with everything needed to use them, as safetensors, checked on load |
//! | [`Preparation`] | what is done to an image before a network sees it: part of the model file |
//! | [`Recognizer`] | what a backend does: a batch of images in, logits out |
//! | [`NativeRecognizer`], [`NativeOptions`], [`Session`] | the backend in pure Rust, for AVX-512, AVX2 and any other CPU |
//! | [`Trace`] | what every layer makes of one image, and of what each value is made |
//! | [`onnx`] | a network for other runtimes |
//! | [`Prediction`], [`Character`], [`Confidence`] | what was read, how surely, what else it could be, and where |
//! | [`read_letters`] | letter images to characters, with any [`Recognizer`] |
//! | [`Decoder`], [`Decoding`] | scores to characters and texts, of an alphabet and of lengths that are known |
//! | [`ctc`] | what the decoding of sequences is made of |
//! | [`Evaluation`], [`Share`], [`GroupedShare`] | predictions against labels: accuracy over all images with its interval, confusions, failures |
//! | [`Calibration`], [`fit_temperature`] | whether confidences are what they say, and how to make them so |

mod architecture;
pub mod ctc;
mod decode;
mod measure;
mod model;
mod native;
pub mod onnx;
mod recognize;
mod trace;

pub use architecture::{
    Architecture, ArchitectureError, InputShape, Layer, OpenArchitectureError, Parameter, Shape, Window,
};
pub use decode::{
    Alternative, Character, Confidence, Decoder, Decoding, DecodingError, MAX_LENGTH, Prediction, Reading,
    Search, SearchError, read_letters, softmax,
};
pub use measure::{
    Calibration, CoveragePoint, Evaluation, GroupedShare, LabelledLogits, Outcome, ReliabilityBin, Share,
    TemperatureFit, align_texts, edit_distance, fit_temperature,
};
pub use model::{
    Container, ContainerError, Contrast, FORMAT_VERSION, ModelFile, ModelFileError, ModelMetadata,
    Normalisation, Polarity, Preparation, PreparationError, Tensor,
};
pub use native::{ISA_VARIABLE, Isa, IsaError, NativeError, NativeOptions, NativeRecognizer, Session};
pub use recognize::{Precision, PrecisionError, RecognizeError, Recognizer};
pub use trace::{Origin, Stage, Tap, Trace};
