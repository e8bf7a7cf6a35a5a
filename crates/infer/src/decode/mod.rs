//! From scores to text.
//!
//! | file | what it holds |
//! |---|---|
//! | `prediction` | what was read, how surely, and what else it could be |
//! | `decoding` | what is known of a text before it is read, and how it is looked for |
//! | `decoder` | scores to characters and texts |
//! | `classes` | which classes of a network are told apart, and which are allowed |
//! | `reading` | the text of a sequence network in its image |
//! | `letters` | letter images to characters |

mod classes;
mod decoder;
mod decoding;
mod letters;
mod prediction;
mod reading;

pub use self::decoder::Decoder;
pub use self::decoding::{Decoding, DecodingError, MAX_LENGTH, Search, SearchError};
pub use self::letters::read_letters;
pub use self::prediction::{Alternative, Character, Confidence, Prediction, softmax};
pub use self::reading::Reading;
