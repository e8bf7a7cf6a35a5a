//! The training loop.
//!
//! | file | what it holds |
//! |---|---|
//! | `train` | [`train`](fn@train): a run from its first check to its model |
//! | `state` | a training in progress: steps, epochs, validation |
//! | `task` | the network, the data and the options of a training |
//! | `rehearsal` | [`rehearse`]: one batch by heart |

mod rehearsal;
mod state;
mod task;
mod train;

pub use rehearsal::{Rehearsal, RehearsalOptions, Suspicion, Unlearnt, rehearse};
pub use train::{Drawn, Stop, Trained, train, train_from};
