//! The metrics of each epoch, and the monitor that receives them.

use std::cmp::Ordering;
use std::io::Write;
use std::path::Path;

use captcha_core::Monitor;
use captcha_core::files::{Durability, write_whole};
use serde::{Deserialize, Serialize};

use crate::{ModelError, StartReport};

/// The metrics of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EpochMetrics {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Mean loss of the training images in nats, computed during the epoch: the cross-entropy of letters, or
    /// the CTC loss of texts divided by their number of characters.
    pub train_loss: f64,
    /// Share of the training images that were read right at that time, in `[0, 1]`: whole texts, not
    /// characters.
    pub train_accuracy: f64,
    /// Mean loss of the validation images after the epoch, in nats.
    pub validation_loss: f64,
    /// Share of the validation images that are read right after the epoch, in `[0, 1]`.
    pub validation_accuracy: f64,
    /// The learning rate of the last step.
    pub learning_rate: f64,
    /// How long training took in this epoch, without validation, in seconds.
    pub seconds: f64,
    /// Training images per second.
    pub images_per_second: f64,
}

impl EpochMetrics {
    /// The epoch with the best validation accuracy; of equal ones, the one with the least validation loss.
    pub(crate) fn best(history: &[Self]) -> Option<&Self> {
        let rank = |row: &Self| (row.validation_accuracy, -row.validation_loss);
        history.iter().max_by(|a, b| rank(a).partial_cmp(&rank(b)).unwrap_or(Ordering::Equal))
    }

    /// The first epoch with the least validation loss.
    pub(crate) fn least_loss(history: &[Self]) -> Option<&Self> {
        history.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss))
    }
}

/// Watches a training: [`Monitor::progress`] counts the steps of all epochs.
pub trait TrainMonitor: Monitor {
    /// Called before the first step of a training that starts from a model.
    fn started(&self, start: &StartReport) {
        let _ = start;
    }

    /// Called at the end of an epoch.
    fn epoch(&self, metrics: &EpochMetrics) {
        let _ = metrics;
    }
}

impl TrainMonitor for () {}

/// Writes one row per epoch as CSV with a header, completely or not at all.
///
/// # Errors
/// [`ModelError::Io`] with the path.
pub fn write_csv(history: &[EpochMetrics], path: impl AsRef<Path>) -> Result<(), ModelError> {
    let path = path.as_ref();
    write_whole(path, Durability::Process, |file| {
        let mut writer = csv::Writer::from_writer(file);
        history.iter().try_for_each(|row| writer.serialize(row)).map_err(std::io::Error::other)?;
        writer.flush()
    })
    .map_err(ModelError::io(path))
}

/// Writes one row per epoch as JSON lines, completely or not at all.
///
/// # Errors
/// [`ModelError::Io`] with the path.
pub fn write_json_lines(history: &[EpochMetrics], path: impl AsRef<Path>) -> Result<(), ModelError> {
    let path = path.as_ref();
    write_whole(path, Durability::Process, |file| {
        history.iter().try_for_each(|row| {
            serde_json::to_writer(&mut *file, row)?;
            writeln!(file)
        })
    })
    .map_err(ModelError::io(path))
}
