//! How the learning rate changes over the steps.

use serde::{Deserialize, Serialize};

/// How the learning rate changes over the steps of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Schedule {
    /// The same learning rate at every step.
    Constant,
    /// Rises linearly over the first twentieth of the steps, then falls to 0 along half a cosine (I. Loshchilov,
    /// F. Hutter, "SGDR", ICLR 2017, arXiv 1608.03983, equation 5 without restarts).
    Cosine,
}

/// The share of the steps over which [`Schedule::Cosine`] warms up.
const WARM_UP: f64 = 0.05;

impl Schedule {
    /// The factor of the learning rate, in `[0, 1]`, at `step` (from 0) of `steps`.
    #[must_use]
    pub fn factor(self, step: usize, steps: usize) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Cosine => {
                let done = (step as f64 + 0.5) / steps.max(1) as f64;
                if done < WARM_UP {
                    done / WARM_UP
                } else {
                    let angle = std::f64::consts::PI * ((done - WARM_UP) / (1.0 - WARM_UP)).min(1.0);
                    0.5 * (1.0 + angle.cos())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_rises_and_falls_to_almost_nothing() {
        let factors: Vec<f64> = (0..1000).map(|step| Schedule::Cosine.factor(step, 1000)).collect();
        assert!(factors[0] < 0.02 && factors[999] < 1e-5);
        assert!(factors[..50].is_sorted() && factors[50..].is_sorted_by(|a, b| a >= b));
        assert!(factors.iter().all(|factor| (0.0..=1.0).contains(factor)));
    }
}
