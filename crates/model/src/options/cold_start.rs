//! Trainings that start from a model that reads nothing.

use serde::{Deserialize, Serialize};

/// What a training does whose model to start from reads hardly any of the validation images: it goes on as one from
/// nothing does, with another learning rate and a flat start. The weights of the model stay where they were put.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColdStart {
    /// The share of the validation images that the model reads rightly before the first step, below which that is so. In
    /// `[0, 1]`, default 0.05.
    pub below: f64,
    /// The learning rate then. Above 0, default 3e-3.
    pub learning_rate: f64,
    /// Steps of the [flat start](super::TrainOptions::flat_start) then. Default 300.
    pub flat_start: usize,
}

impl Default for ColdStart {
    fn default() -> Self {
        Self { below: 0.05, learning_rate: 3e-3, flat_start: 300 }
    }
}

impl ColdStart {
    /// Sets the share of the validation images.
    #[must_use]
    pub fn with_below(mut self, below: f64) -> Self {
        self.below = below;
        self
    }

    /// Sets the learning rate.
    #[must_use]
    pub fn with_learning_rate(mut self, learning_rate: f64) -> Self {
        self.learning_rate = learning_rate;
        self
    }

    /// Sets the steps of the flat start.
    #[must_use]
    pub fn with_flat_start(mut self, flat_start: usize) -> Self {
        self.flat_start = flat_start;
        self
    }
}
