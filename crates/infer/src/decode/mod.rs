//! From scores to text.
//!
//! | file | what it holds |
//! |---|---|
//! | `prediction` | what was read, how surely, and what else it could be |
//! | `decoding` | what is known of a text before it is read, and how it is looked for |
//! | `decoder` | scores to characters and texts |
//! | `letters` | letter images to characters |

mod decoder;
mod decoding;
mod letters;
mod prediction;

pub use self::decoder::{Decoder, Reading};
pub use self::decoding::{Decoding, DecodingError, MAX_LENGTH, Search, SearchError};
pub use self::letters::read_letters;
pub use self::prediction::{Alternative, Character, Confidence, Prediction, softmax};
