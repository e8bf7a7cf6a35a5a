//! The fingerprint of a run, and whether a call continues it.

use std::path::Path;

use captcha_core::{Difference, Fingerprint};
use captcha_dataset::TrainingData;
use captcha_infer::{ModelFileError, ModelMetadata};
use serde_json::Value;

use crate::{ModelError, Start, TrainOptions};

/// The options that may change when a run is continued: its length, and those that affect only the last bits
/// of its weights.
const CHANGEABLE: [&str; 2] = ["epochs", "threads"];

/// The fingerprint of a run: its network, the contents of its data and its options but for the number of epochs and of
/// threads. If any of these differs, it is another run, which [`train_from`](fn@crate::train_from) refuses to continue.
///
/// # Errors
/// [`ModelError::ModelFile`] if something of it can't be written as JSON, which no value of this crate is.
pub fn run_fingerprint(
    start: &Start,
    metadata: &ModelMetadata,
    training: &dyn TrainingData,
    validation: &dyn TrainingData,
    options: &TrainOptions,
) -> Result<Fingerprint, ModelError> {
    let mut run = Fingerprint::new()
        .with("alphabet", json(&metadata.alphabet)?)
        .with("architecture", json(&metadata.architecture)?)
        .with("segmentation", json(&metadata.segmentation)?)
        .with("lengths", json(&metadata.lengths)?);
    if let Some(start) = start.fingerprint() {
        run = run.with("start", start);
    }
    if !metadata.preparation.is_default() {
        run = run.with("preparation", json(&metadata.preparation)?);
    }
    for (part, data) in [("training", training), ("validation", validation)] {
        let data = data.fingerprint().with("samples", data.samples_per_epoch());
        run = run.with(part, data);
    }
    if let Value::Object(options) = json(options)? {
        for (name, value) in options.into_iter().filter(|(name, _)| !CHANGEABLE.contains(&name.as_str())) {
            run = run.with(name, value);
        }
    }
    Ok(run)
}

/// A value as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<Value, ModelError> {
    Ok(serde_json::to_value(value).map_err(|error| ModelFileError::Metadata(error.into()))?)
}

/// Refuses to continue a run that is not the requested one, or that was planned with more epochs than
/// requested.
pub(crate) fn check(
    checkpoint: &Path,
    found: &Fingerprint,
    found_epochs: usize,
    requested: &Fingerprint,
    requested_epochs: usize,
) -> Result<(), ModelError> {
    let mut differences = found.differences(requested);
    if requested_epochs < found_epochs {
        let (existing, requested) = (found_epochs.to_string(), requested_epochs.to_string());
        differences.push(Difference::new("epochs", existing, requested));
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(ModelError::OtherRun { path: checkpoint.to_owned(), differences }),
    }
}
