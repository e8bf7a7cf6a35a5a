//! A folder looked at before anything is trained on it.
//!
//! | file | what it holds |
//! |---|---|
//! | `check` | [`check`](fn@check): facts, problems and a proposal |
//! | `problem`, `problems` | [`Problem`]: what can be wrong with a folder, and what is looked for |
//! | `proposal` | [`Proposal`]: network, preparation and epochs that suit it |

mod check;
mod problem;
mod problems;
pub(super) mod proposal;

pub use self::check::{Check, check};
pub use self::problem::{Problem, ProblemKind};
pub use self::proposal::Proposal;
