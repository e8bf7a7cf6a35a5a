//! From the layers of an architecture to the steps that are run.
//!
//! | file | what it holds |
//! |---|---|
//! | `options` | how a network is to be run, and why it can't be |
//! | `compile` | layers to steps, those that can be joined joined |
//! | `steps` | one step |

mod compile;
mod options;
mod steps;

pub use self::options::{NativeError, NativeOptions};

pub(super) use self::compile::Plan;
pub(super) use self::steps::{MapStep, VectorStep};
