//! Arguments that several subcommands take.
//!
//! | module | what it holds |
//! |---|---|
//! | `solver` | which model reads, and its options |
//! | `styles` | which style is drawn, and changes to it |
//! | `folder` | how a folder of labelled images is read |
//! | `cutting` | how images are cut into letters |
//! | `training` | how a network is trained |
//! | `network` | which network is trained |
//! | `threads` | the number of threads |

mod cutting;
mod folder;
mod network;
mod solver;
mod styles;
mod threads;
mod training;

pub(crate) use cutting::CuttingArgs;
pub(crate) use folder::FolderArgs;
pub(crate) use network::{LetterNetwork, Network};
#[cfg(not(feature = "torch"))]
pub(crate) use solver::NO_LIBTORCH;
pub(crate) use solver::SolverArgs;
pub(crate) use styles::{StyleArgs, StyleChanges};
pub(crate) use threads::ThreadArgs;
pub(crate) use training::TrainingArgs;
