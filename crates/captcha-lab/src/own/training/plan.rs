//! Network, preparation and epochs where nobody says them.

use captcha_dataset::FolderReport;
use captcha_infer::{Layer, ModelMetadata};
use captcha_model::{Start, TrainOptions};

use super::error::OwnError;
use super::options::FineTuneOptions;
use crate::own::Proposal;
use crate::own::inspection::proposal::epochs;

/// Epochs without a better validation loss after which a training ends, but not before this share of its epochs.
const PATIENCE: usize = 6;
const LEAST_SHARE: f64 = 0.4;

/// The metadata of the network for these images.
pub(super) fn metadata(report: &FolderReport, options: &FineTuneOptions) -> Result<ModelMetadata, OwnError> {
    let from = match &options.start {
        Start::Model(model) => Some(model.metadata()),
        _ => None,
    };
    let architecture = options.architecture.clone().or_else(|| from.map(|from| from.architecture.clone()));
    let proposal = match architecture {
        None => Proposal::of(report),
        Some(architecture) if !architecture.is_sequence() => return Err(OwnError::Letters),
        Some(mut architecture) => {
            if let Some(Layer::Linear { features }) = architecture.layers.last_mut() {
                *features = report.alphabet.len() + 1;
            }
            Proposal::with(report, &architecture)
        }
    };
    let mut metadata = proposal.metadata(report);
    match (options.preparation, from) {
        (Some(preparation), _) => metadata.preparation = preparation,
        (None, Some(from)) => metadata.preparation = from.preparation,
        (None, None) => {}
    }
    metadata.training.clone_from(&options.notes);
    Ok(metadata)
}

/// `options` with the length of a training on so many images.
pub(super) fn training(options: &FineTuneOptions, images: usize) -> TrainOptions {
    let training = options.training.clone();
    let steps_per_epoch = per_epoch(options, images).div_ceil(training.batch.max(1)).max(1);
    let by_images = || epochs(images, per_epoch(options, images), training.batch);
    let epochs = options.epochs.unwrap_or_else(by_images);
    let all_steps = epochs.saturating_mul(steps_per_epoch);
    let flat_start = training.flat_start.min(all_steps / 4);
    let cold_start = training.cold_start.map(|cold| cold.with_flat_start(cold.flat_start.min(all_steps / 4)));
    let training = training.with_epochs(epochs).with_flat_start(flat_start).with_cold_start(cold_start);
    match training.patience {
        Some(_) => training,
        None => {
            let least = (epochs as f64 * LEAST_SHARE).ceil() as usize;
            training.with_patience(Some(PATIENCE)).with_least_epochs(least)
        }
    }
}

/// The images of an epoch.
pub(super) fn per_epoch(options: &FineTuneOptions, images: usize) -> usize {
    images.max(options.images_per_epoch)
}
