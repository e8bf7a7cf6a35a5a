//! The weights that ship, each a model file for [`Solver::from_bytes`](crate::Solver::from_bytes); `models/README.md` in
//! the repository has the commands that made them and what they score.

/// Six letters `A` to `Z` in the style of the seed, cut apart: the model of
/// [`Solver::pretrained`](crate::Solver::pretrained).
pub const SEED_LETTERS: &[u8] = include_bytes!("../models/seed-letters.safetensors");
