//! Losses and right answers.
//!
//! | file | what it holds |
//! |---|---|
//! | `targets` | [`Targets`]: cross-entropy or CTC of a batch, and how many answers are right |
//! | `flat_start` | the loss of the first steps of a sequence network |
//! | `score` | [`Score`]: both over many batches |

pub(crate) mod flat_start;
mod score;
mod targets;

pub(crate) use score::Score;
pub(crate) use targets::Targets;
