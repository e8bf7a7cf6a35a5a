//! From data to a trained model in one call.
//!
//! | file | what it holds |
//! |---|---|
//! | `letters` | [`LetterTraining`]: networks that read letters |
//! | `sequence` | [`SequenceTraining`]: networks that read whole images |
//! | `settings` | the settings that both share |

mod letters;
mod sequence;
mod settings;

pub use self::letters::LetterTraining;
pub use self::sequence::SequenceTraining;
