//! The state of a training between two epochs, on disk.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::Path;

use captcha_core::Fingerprint;
use captcha_core::files::{Durability, ReadError, read_bounded, write_whole};
use captcha_infer::{Architecture, Container, ModelMetadata, Parameter, Tensor as Values};
use serde::{Deserialize, Serialize};

use super::fingerprint;
use super::metrics::EpochMetrics;
use crate::adamw::AdamW;
use crate::network::{Network, to_vec};
use crate::{ModelError, StartReport};

/// Prefixes of the tensor names in a checkpoint: the current network, the running average of its weights, the
/// network of the best epoch, and the two vectors of the optimiser.
const NETWORK: &str = "network/";
const AVERAGE: &str = "average/";
const BEST: &str = "best/";
const FIRST: &str = "adamw/first";
const SECOND: &str = "adamw/second";

/// The most bytes of a checkpoint apart from its tensors: the metrics of 100,000 epochs.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// The state of a training between two epochs, without the tensors of the network and the optimiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The fingerprint of the run; only the same run is resumed.
    pub(crate) run: Fingerprint,
    /// One row for each finished epoch.
    pub(crate) history: Vec<EpochMetrics>,
    /// The planned number of epochs when each of them was trained: the length of its schedule.
    #[serde(default)]
    pub(crate) planned: Vec<usize>,
    /// Steps that the optimiser has taken.
    pub(crate) steps: usize,
    /// What was taken from the model that the training started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<StartReport>,
    /// The free text of the model file, as given in the call that trained last.
    #[serde(default)]
    pub(crate) words: Words,
}

/// The free text of a model file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Words {
    training: BTreeMap<String, String>,
    scores: BTreeMap<String, String>,
}

impl Words {
    pub(crate) fn of(metadata: &ModelMetadata) -> Self {
        Self { training: metadata.training.clone(), scores: metadata.scores.clone() }
    }

    /// Puts this text into `metadata`.
    pub(crate) fn put_into(&self, metadata: &mut ModelMetadata) {
        metadata.training.clone_from(&self.training);
        metadata.scores.clone_from(&self.scores);
    }
}

impl Progress {
    /// The state before the first epoch.
    pub(crate) fn new(run: Fingerprint) -> Self {
        Self { run, history: Vec::new(), planned: Vec::new(), steps: 0, start: None, words: Words::default() }
    }

    /// The best epoch so far.
    pub(crate) fn best(&self) -> Option<&EpochMetrics> {
        EpochMetrics::best(&self.history)
    }
}

/// Everything that is needed to resume a training.
pub(crate) struct Checkpoint {
    pub(crate) progress: Progress,
    pub(crate) network: BTreeMap<String, Values>,
    /// The average, if weights are averaged.
    pub(crate) average: Option<BTreeMap<String, Values>>,
    pub(crate) best: BTreeMap<String, Values>,
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

impl Checkpoint {
    /// Writes the state to `path`, completely or not at all.
    pub(crate) fn save(
        path: &Path,
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
        let json = serde_json::to_string(progress).map_err(damaged(path))?;
        let bytes = Container { json, tensors }.to_bytes().map_err(damaged(path))?;
        write_whole(path, Durability::PowerCut, |file| file.write_all(&bytes)).map_err(ModelError::io(path))
    }

    /// Reads the state from `path`; `None` if there is none yet.
    ///
    /// It must be of the run `run` of `architecture`, with at most `epochs` requested.
    pub(crate) fn load(
        path: &Path,
        run: &Fingerprint,
        epochs: usize,
        architecture: &Architecture,
    ) -> Result<Option<Self>, ModelError> {
        let bytes = match read_bounded(path, most_bytes(architecture)?) {
            Ok(bytes) => bytes,
            Err(ReadError::Io(error)) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(damaged(path)(error)),
        };
        let Container { json, mut tensors } = Container::from_bytes(&bytes).map_err(damaged(path))?;
        let progress: Progress = serde_json::from_str(&json).map_err(damaged(path))?;
        let planned = progress.planned.last().copied().unwrap_or(0);
        fingerprint::check(path, &progress.run, planned, run, epochs)?;

        let parameters = architecture.parameters()?;
        let averaged = tensors.keys().any(|name| name.starts_with(AVERAGE));
        let mut take = |name: &str, shape: &[usize]| {
            tensors.remove(name).filter(|values| values.shape() == shape).ok_or_else(|| {
                let expected = shape.to_vec();
                damaged(path)(ContentError::Tensor { name: name.to_owned(), expected })
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
        if progress.history.is_empty() || progress.planned.len() != progress.history.len() {
            return Err(damaged(path)(ContentError::Epochs));
        }
        Ok(Some(Self { progress, network, average, best, first, second }))
    }
}

/// The largest size of a checkpoint of `architecture`, in bytes.
fn most_bytes(architecture: &Architecture) -> Result<u64, ModelError> {
    let values: usize =
        architecture.parameters()?.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum();
    // The network, its average, the best one and the optimiser's two vectors.
    let bytes = (values as u64).saturating_mul(5 * size_of::<f32>() as u64);
    Ok(bytes.saturating_add(MAX_TEXT_BYTES))
}

/// Why the content of a checkpoint is invalid.
#[derive(Debug, thiserror::Error)]
enum ContentError {
    #[error("the tensor {name:?} is missing or not of shape {expected:?}")]
    Tensor { name: String, expected: Vec<usize> },
    #[error("it does not say of each epoch what it gave")]
    Epochs,
}

/// The error of a checkpoint that can't be read or made.
fn damaged<E: std::error::Error + Send + Sync + 'static>(path: &Path) -> impl Fn(E) -> ModelError {
    let path = path.to_owned();
    move |source| ModelError::Checkpoint { path: path.clone(), source: Box::new(source) }
}
