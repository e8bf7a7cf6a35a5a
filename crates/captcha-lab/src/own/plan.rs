//! Network, preparation and epochs where nobody says them.

use captcha_dataset::FolderReport;
use captcha_infer::{Architecture, Layer, ModelMetadata, Polarity, Preparation};
use captcha_model::{Start, TrainOptions};

use super::error::OwnError;
use super::options::FineTuneOptions;

/// Columns of the network for each character of the longest text: CTC needs one for each and mostly a blank between, and
/// half a column more lets letters be of unequal widths.
const COLUMNS_PER_CHARACTER: f64 = 2.5;

/// What the images are made wider by at most.
const WIDEST: f64 = 4.0;

/// Steps of a training by the number of images: so many passes in batches of so many, within these bounds; found on
/// captcha-images-v2 and really-simple.
const PASSES: usize = 60;
const USUAL_BATCH: usize = 32;
const FEWEST_STEPS: usize = 1000;
const MOST_STEPS: usize = 12_000;

/// Epochs without a better validation loss after which a training ends, but not before this share of its epochs.
const PATIENCE: usize = 6;
const LEAST_SHARE: f64 = 0.4;

/// The metadata of the network for these images.
pub(super) fn metadata(report: &FolderReport, options: &FineTuneOptions) -> Result<ModelMetadata, OwnError> {
    let alphabet = report.alphabet.clone();
    let from = match &options.start {
        Start::Model(model) => Some(model.metadata()),
        _ => None,
    };
    let architecture = options.architecture.clone().or_else(|| from.map(|from| from.architecture.clone()));
    let mut architecture = architecture.unwrap_or_else(|| Architecture::deep_sequence(alphabet.len(), 100));
    if !architecture.is_sequence() {
        return Err(OwnError::Letters);
    }
    if let Some(Layer::Linear { features }) = architecture.layers.last_mut() {
        *features = alphabet.len() + 1;
    }
    let lengths = &report.counts.lengths;
    let lengths = lengths.keys().next().copied().zip(lengths.keys().next_back().copied());
    let preparation = match (options.preparation, from) {
        (Some(preparation), _) => preparation,
        (None, Some(from)) => from.preparation,
        (None, None) => preparation(report, &architecture),
    };
    let [_, proportion, _] = report.counts.proportions;
    let width = proportion * architecture.input.height as f64 * f64::from(preparation.stretch);
    let column = architecture.column_width();
    let architecture = architecture.at_width(((width / column as f64).round() as usize).max(1) * column);
    let mut metadata = ModelMetadata::new(architecture, alphabet);
    metadata.lengths = lengths;
    metadata.preparation = preparation;
    metadata.training.clone_from(&options.notes);
    Ok(metadata)
}

/// `options` with the length of a training on so many images.
pub(super) fn training(options: &FineTuneOptions, images: usize) -> TrainOptions {
    let training = options.training.clone();
    let steps_per_epoch = per_epoch(options, images).div_ceil(training.batch.max(1)).max(1);
    let steps = (images * PASSES / USUAL_BATCH).clamp(FEWEST_STEPS, MOST_STEPS);
    let epochs = options.epochs.unwrap_or_else(|| steps.div_ceil(steps_per_epoch));
    let all_steps = epochs.saturating_mul(steps_per_epoch);
    let flat_start = training.flat_start.min(all_steps / 4);
    let training = training.with_epochs(epochs).with_flat_start(flat_start);
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

/// The preparation that these images need.
fn preparation(report: &FolderReport, architecture: &Architecture) -> Preparation {
    let polarity = match report.counts.light_text {
        0 => Polarity::AsIs,
        light if light == report.images.len() as u64 => Polarity::Inverted,
        _ => Polarity::ByImage,
    };
    let columns_per_proportion = architecture.input.height as f64 / architecture.column_width() as f64;
    let mut needed: Vec<f64> = report
        .images
        .iter()
        .map(|image| {
            let proportion = f64::from(image.width) / f64::from(image.height.max(1));
            COLUMNS_PER_CHARACTER * image.label.chars().count() as f64 / (proportion * columns_per_proportion)
        })
        .collect();
    needed.sort_unstable_by(f64::total_cmp);
    // A few images of another shape do not widen all others.
    let needed = needed.get(needed.len() * 99 / 100).copied().unwrap_or(1.0).clamp(1.0, WIDEST);
    // To quarters, so that a few images more or less do not change the network's view of all others.
    Preparation::default().with_polarity(polarity).with_stretch(((4.0 * needed).ceil() / 4.0) as f32)
}
