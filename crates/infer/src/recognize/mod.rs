//! What a backend does.
//!
//! | file | what it holds |
//! |---|---|
//! | `recognizer` | images in, logits out; why images are refused |
//! | `precision` | how exactly that is computed |
//! | `prepare` | an image as a network takes it: the one place |

mod precision;
mod prepare;
mod recognizer;

pub use self::precision::{Precision, PrecisionError};
pub use self::recognizer::{RecognizeError, Recognizer};
