//! The weights before the first step.
//!
//! | file | what it holds |
//! |---|---|
//! | `weights` | [`Start`]: random, or those of a model |
//! | `fitting` | which tensors of a model fit another network, and the rows of its characters |
//! | `report` | [`StartReport`]: what was taken |

mod fitting;
mod report;
mod weights;

pub use report::StartReport;
pub use weights::Start;
