//! From the scores of a sequence network to text: connectionist temporal classification.
//!
//! At every step (a column of the image) the network gives a score to each character and to the *blank*, the last
//! class. A *path* is one class for each step; the text of a path is what is left when repetitions are joined and
//! blanks are dropped, and the probability of a text is that of all its paths together (A. Graves, S. Fernández,
//! F. Gomez, J. Schmidhuber, "Connectionist temporal classification", ICML 2006, doi 10.1145/1143844.1143891).
//!
//! | item | what it is |
//! |---|---|
//! | [`Posteriors`] | probabilities of the classes at each step, from logits |
//! | [`best_path`] | the text of the most probable path: "greedy" |
//! | [`prefix_search`] | the most probable texts |
//! | [`log_probability`] | the probability of a given text |
//! | [`align`] | which steps show which character of a given text |
//! | [`probability_of_lengths`], [`character_posteriors`] | how sure the network is of the length, and of each character |
//!
//! [`Decoder`](crate::Decoder) puts them together. Classes are indices here; a text is a slice of classes without
//! blanks.

mod align;
mod best_path;
mod characters;
mod forward;
mod lengths;
mod posteriors;
mod prefix_search;
#[cfg(test)]
mod testing;

pub use align::align;
pub use best_path::best_path;
pub use characters::character_posteriors;
pub use forward::log_probability;
pub use lengths::{TooManyStates, probability_of_lengths};
pub use posteriors::{NotFinite, Posteriors};
pub use prefix_search::{Candidate, Found, prefix_search};
