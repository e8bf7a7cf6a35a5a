//! The folder of a run: its checkpoint, its best model and its metrics.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use captcha_core::files::remove_temporaries;
use captcha_infer::ModelFile;

use super::metrics::{EpochMetrics, write_csv, write_json_lines};
use super::tensorboard::write_tensorboard;
use crate::ModelError;

/// The names of the files in the folder of a run.
const CHECKPOINT: &str = "checkpoint.safetensors";
const MODEL: &str = "model.safetensors";
const METRICS: &str = "metrics.csv";
const METRICS_LINES: &str = "metrics.jsonl";
const METRICS_EVENTS: &str = "events.out.tfevents.captcha-lab";

/// The folder of a run, locked against other trainings.
pub(crate) struct RunFolder {
    path: PathBuf,
    /// The lock is held as long as this file is open.
    _lock: Option<File>,
}

impl RunFolder {
    /// Creates the folder if there is none, and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        std::fs::create_dir_all(path).map_err(ModelError::io(path))?;
        // Some systems can't open folders, and some network file systems have no locks; there the user must
        // avoid parallel runs.
        let lock = File::open(path).ok();
        if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
            return Err(ModelError::Busy { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.path.join(CHECKPOINT)
    }

    /// Removes temporary files of a killed process.
    pub(crate) fn clean(&self) -> Result<(), ModelError> {
        remove_temporaries(&self.path).map(drop).map_err(ModelError::io(&self.path))
    }

    /// Writes the metrics and the best model.
    pub(crate) fn save(&self, history: &[EpochMetrics], model: &ModelFile) -> Result<(), ModelError> {
        write_csv(history, self.path.join(METRICS))?;
        write_json_lines(history, self.path.join(METRICS_LINES))?;
        write_tensorboard(history, self.path.join(METRICS_EVENTS))?;
        Ok(model.save(self.path.join(MODEL))?)
    }

    /// Writes the files of [`save`](Self::save) that are missing.
    pub(crate) fn restore(&self, history: &[EpochMetrics], model: &ModelFile) -> Result<(), ModelError> {
        match self.path.join(MODEL).exists() {
            true => Ok(()),
            false => self.save(history, model),
        }
    }
}
