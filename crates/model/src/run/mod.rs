//! A run on disk.
//!
//! | file | what it holds |
//! |---|---|
//! | `fingerprint` | what a run is known by, and whether a call continues it |
//! | `folder` | [`RunFolder`]: its files, locked against other trainings |
//! | `checkpoint` | [`Checkpoint`]: the state between two epochs |
//! | `metrics` | [`EpochMetrics`] as CSV and JSON lines, and the monitor that receives them |
//! | `tensorboard` | the same as event files of TensorBoard |

mod checkpoint;
mod fingerprint;
mod folder;
mod metrics;
mod tensorboard;

pub(crate) use checkpoint::{Checkpoint, Progress, Words};
pub(crate) use fingerprint::json;
pub use fingerprint::run_fingerprint;
pub(crate) use folder::RunFolder;
pub use metrics::{EpochMetrics, TrainMonitor, write_csv, write_json_lines};
pub use tensorboard::write_tensorboard;
