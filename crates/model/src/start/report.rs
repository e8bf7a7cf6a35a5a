//! What was taken from the model that a training starts from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was taken from the model that a training starts from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StartReport {
    /// The tensors that were taken whole, by their names in the new network.
    pub taken: Vec<String>,
    /// The tensors that start at random, because the model has none of their kind and shape.
    pub random: Vec<String>,
    /// The characters whose rows of the last layer were taken.
    pub characters: String,
    /// The characters that the model does not read.
    pub new_characters: String,
    /// The characters of the model that the new network does not read.
    pub left_out: String,
    /// The share of the validation images that are read right before the first step, in `[0, 1]`.
    pub validation_accuracy: f64,
    /// Mean loss of the validation images before the first step, in nats.
    pub validation_loss: f64,
    /// Whether that is so few that the training goes on as one from nothing does
    /// ([`TrainOptions::cold_start`](crate::TrainOptions::cold_start)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cold: bool,
}

impl fmt::Display for StartReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.taken.len() + self.random.len();
        write!(
            f,
            "{} of {all} tensors and {} characters",
            self.taken.len(),
            self.characters.chars().count()
        )?;
        if !self.random.is_empty() {
            write!(f, "; random: {}", self.random.join(", "))?;
        }
        if !self.new_characters.is_empty() {
            write!(f, "; new characters: {}", self.new_characters)?;
        }
        if !self.left_out.is_empty() {
            write!(f, "; characters left out: {}", self.left_out)?;
        }
        if self.is_cold {
            f.write_str("; trained as from nothing")?;
        }
        Ok(())
    }
}
