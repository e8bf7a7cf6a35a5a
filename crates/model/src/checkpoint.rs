//! The state of a training between two epochs, on disk.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use captcha_core::files::{Durability, write_whole};
use captcha_infer::{Architecture, Container, Parameter, Tensor as Values};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adamw::AdamW;
use crate::network::{Network, to_vec};
use crate::{EpochMetrics, ModelError};

/// The name of the checkpoint in the folder of a run.
const FILE: &str = "checkpoint.safetensors";

/// What the tensors of a checkpoint are called: the network as it is, the average of its past, the network at its
/// best, and the optimiser's two vectors.
const NETWORK: &str = "network/";
const AVERAGE: &str = "average/";
const BEST: &str = "best/";
const FIRST: &str = "adamw/first";
const SECOND: &str = "adamw/second";

/// The state of a training between two epochs, less the tensors of the network and the optimiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// What was asked for; a run is only resumed for the same.
    pub(crate) run: BTreeMap<String, Value>,
    /// One row for each finished epoch.
    pub(crate) history: Vec<EpochMetrics>,
    /// Steps that the optimiser has taken.
    pub(crate) steps: usize,
}

impl Progress {
    /// The index of the epoch with the best validation accuracy, of several the one with the least loss.
    pub(crate) fn best(&self) -> Option<usize> {
        let rank = |row: &EpochMetrics| (row.validation_accuracy, -row.validation_loss);
        let better = |a: &EpochMetrics, b: &EpochMetrics| rank(a).partial_cmp(&rank(b));
        let best = self.history.iter().max_by(|a, b| better(a, b).unwrap_or(std::cmp::Ordering::Equal))?;
        Some(best.epoch - 1)
    }
}

/// Everything that a training needs to go on.
pub(crate) struct Checkpoint {
    pub(crate) progress: Progress,
    pub(crate) network: BTreeMap<String, Values>,
    /// If weights are averaged.
    pub(crate) average: Option<BTreeMap<String, Values>>,
    pub(crate) best: BTreeMap<String, Values>,
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

impl Checkpoint {
    /// Writes the state into the folder of the run, whole or not at all.
    pub(crate) fn save(
        folder: &Path,
        progress: &Progress,
        network: &Network,
        average: Option<&Network>,
        best: &BTreeMap<String, Values>,
        optimiser: &AdamW,
    ) -> Result<(), ModelError> {
        let vector = |values: Vec<f32>| Values::new(vec![values.len()], values);
        let mut tensors = BTreeMap::new();
        for (name, values) in network.values()? {
            tensors.insert(format!("{NETWORK}{name}"), values);
        }
        for (name, values) in average.map_or_else(|| Ok(BTreeMap::new()), Network::values)? {
            tensors.insert(format!("{AVERAGE}{name}"), values);
        }
        for (name, values) in best {
            tensors.insert(format!("{BEST}{name}"), values.clone());
        }
        for (name, tensor) in [(FIRST, &optimiser.first), (SECOND, &optimiser.second)] {
            tensors.extend(vector(to_vec(tensor)?).map(|values| (name.to_owned(), values)));
        }
        let path = folder.join(FILE);
        let json = serde_json::to_string(progress).map_err(|error| damaged(&path, &error))?;
        let bytes = Container { json, tensors }.to_bytes().map_err(|error| damaged(&path, &error))?;
        write_whole(&path, Durability::PowerCut, |file| file.write_all(&bytes))
            .map_err(|source| ModelError::Io { path, source })
    }

    /// Reads the state from the folder of a run; `None` if there is none yet.
    ///
    /// It must be of the run `run` of `architecture`.
    pub(crate) fn load(
        folder: &Path,
        run: &BTreeMap<String, Value>,
        architecture: &Architecture,
    ) -> Result<Option<Self>, ModelError> {
        let path = folder.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ModelError::Io { path, source }),
        };
        let Container { json, mut tensors } =
            Container::from_bytes(&bytes).map_err(|error| damaged(&path, &error))?;
        let progress: Progress = serde_json::from_str(&json).map_err(|error| damaged(&path, &error))?;
        check_run(&path, run, &progress.run)?;

        let parameters = architecture.parameters()?;
        let averaged = tensors.keys().any(|name| name.starts_with(AVERAGE));
        let mut take = |name: &str, shape: &[usize]| {
            tensors.remove(name).filter(|values| values.shape() == shape).ok_or_else(|| {
                damaged(&path, &format!("the tensor {name:?} is missing or not of shape {shape:?}"))
            })
        };
        let mut all = |prefix: &str| -> Result<BTreeMap<String, Values>, ModelError> {
            let one = |p: &Parameter| Ok((p.name.clone(), take(&format!("{prefix}{}", p.name), &p.shape)?));
            parameters.iter().map(one).collect()
        };
        let (network, best) = (all(NETWORK)?, all(BEST)?);
        let average = averaged.then(|| all(AVERAGE)).transpose()?;
        let trained = architecture.parameter_count()?;
        let first = take(FIRST, &[trained])?.data().to_vec();
        let second = take(SECOND, &[trained])?.data().to_vec();
        Ok(Some(Self { progress, network, average, best, first, second }))
    }
}

fn damaged(path: &Path, message: &dyn ToString) -> ModelError {
    ModelError::Checkpoint { path: PathBuf::from(path), message: message.to_string() }
}

/// An error that names the first difference between the run asked for and the one found.
fn check_run(
    path: &Path,
    expected: &BTreeMap<String, Value>,
    found: &BTreeMap<String, Value>,
) -> Result<(), ModelError> {
    let names = expected.keys().chain(found.keys());
    match names.into_iter().find(|name| expected.get(*name) != found.get(*name)) {
        None => Ok(()),
        Some(name) => {
            let text =
                |run: &BTreeMap<String, Value>| run.get(name).map_or("none".to_owned(), Value::to_string);
            Err(ModelError::OtherRun {
                path: path.to_owned(),
                what: name.replace('_', " "),
                found: text(found),
                expected: text(expected),
            })
        }
    }
}
