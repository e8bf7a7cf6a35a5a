//! How to train.
//!
//! | file | what it holds |
//! |---|---|
//! | `train_options` | [`TrainOptions`], and what a training watches |
//! | `schedule` | [`Schedule`]: the learning rate over the steps |
//! | `cold_start` | [`ColdStart`]: trainings that start from a model that reads nothing |
//! | `device` | [`DeviceChoice`]: where to train or to run |

mod cold_start;
mod device;
mod schedule;
mod train_options;

pub use cold_start::ColdStart;
pub use device::DeviceChoice;
pub use schedule::Schedule;
pub use train_options::{TrainOptions, Watched};
