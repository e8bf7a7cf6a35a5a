//! How to train.
//!
//! | file | what it holds |
//! |---|---|
//! | `train_options` | [`TrainOptions`], and what a training watches |
//! | `schedule` | [`Schedule`]: the learning rate over the steps |
//! | `device` | [`DeviceChoice`]: where to train or to run |

mod device;
mod schedule;
mod train_options;

pub use device::DeviceChoice;
pub use schedule::Schedule;
pub use train_options::{TrainOptions, Watched};
