//! What a training on a folder should be, and how long it takes here.

use std::time::Duration;

use captcha_core::scaled_width;
use captcha_dataset::{FolderReport, ImageFacts};
use captcha_infer::{Architecture, Isa, ModelMetadata, Polarity, Preparation};
use serde::Serialize;

/// Columns of the network for each character of the longest text: CTC needs one for each and a blank between two that
/// are the same, and half a column more lets letters be of unequal widths.
const COLUMNS_PER_CHARACTER: f64 = 2.5;

/// The share of images that get so many columns; a few odd ones do not slow down all others.
const WELL_SERVED: f64 = 0.98;

/// What images are made wider by at most, and in which steps: a few images more or less do not change what the network
/// sees of all others.
const WIDEST: f64 = 4.0;
const STEPS: f64 = 4.0;

/// Steps of a training: so many and half a step more for each image, up to a most; tried on captcha-images-v2 (99.3 %
/// of ten folds), really-simple (99.9 % of five) and 10,000 drawn images (99.0 % of a tenth).
const TRAINING_STEPS: usize = 1000;
const MOST_TRAINING_STEPS: usize = 20_000;

/// Images of a step.
const BATCH: usize = 32;

/// The fewest images of an epoch: a small folder is shown several times before the network is validated.
pub(in crate::own) const IMAGES_PER_EPOCH: usize = 1600;

/// The share of the images that are trained on.
const TRAINED_ON: f64 = 0.8;

/// Forward passes that a step of training costs: one forward, two of the same size backward.
const PASSES: f64 = 3.0;

/// The part of the peak of one thread that a training reaches, with everything around it: 1,100 steps on 200 x 50 pixels
/// took 225 s on one busy core of an AMD EPYC with AVX-512, which is 57 of its 116 GFLOP/s.
const EFFICIENCY: f64 = 0.45;

/// A training that suits a folder: the network, what is done to images before it, and how long it is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Proposal {
    /// The name of the network; `None` if it is not one of the presets.
    pub network: Option<&'static str>,
    /// The network, at the mean width of the images.
    pub architecture: Architecture,
    /// What is done to the pixels of an image before the network.
    pub preparation: Preparation,
    /// The fewest and the most columns that the network has for an image.
    pub columns: [u32; 2],
    /// Images of an epoch.
    pub images_per_epoch: usize,
    /// Epochs at most; a training ends earlier if it gets no better.
    pub epochs: usize,
}

impl Proposal {
    /// The network that a training has if nobody names another.
    pub const NETWORK: &'static str = "deep-sequence";

    /// What suits the images of `report`.
    #[must_use]
    pub fn of(report: &FolderReport) -> Self {
        let architecture = Architecture::deep_sequence(report.alphabet.len(), 96);
        Self { network: Some(Self::NETWORK), ..Self::with(report, &architecture) }
    }

    /// What suits the images of `report`, with this sequence network; it keeps its layers, at another width.
    #[must_use]
    pub fn with(report: &FolderReport, architecture: &Architecture) -> Self {
        let preparation = preparation(report, architecture);
        let widths = report.images.iter().map(|image| width(image, architecture, preparation.stretch));
        let column = u32::try_from(architecture.column_width()).unwrap_or(u32::MAX).max(1);
        let mean = widths.clone().map(f64::from).sum::<f64>() / report.images.len().max(1) as f64;
        let mean = (mean / f64::from(column)).round().max(1.0) as usize * column as usize;
        let columns = [widths.clone().min(), widths.max()].map(|width| width.unwrap_or(0) / column);
        let trained_on = (report.images.len() as f64 * TRAINED_ON) as usize;
        let images_per_epoch = IMAGES_PER_EPOCH.max(trained_on);
        Self {
            network: None,
            architecture: architecture.at_width(mean),
            preparation,
            columns,
            images_per_epoch,
            epochs: epochs(trained_on, images_per_epoch, BATCH),
        }
    }

    /// Whether these are the layers of [`NETWORK`](Self::NETWORK), whatever the characters and the width.
    #[must_use]
    pub fn is_usual(architecture: &Architecture) -> bool {
        let usual = Architecture::deep_sequence(1, 96);
        let [usual_body, body] =
            [&usual, architecture].map(|of| of.layers.split_last().map(|(_, body)| body));
        usual.input.height == architecture.input.height && usual_body == body
    }

    /// The metadata of a model of this kind.
    #[must_use]
    pub fn metadata(&self, report: &FolderReport) -> ModelMetadata {
        let mut metadata = ModelMetadata::new(self.architecture.clone(), report.alphabet.clone());
        metadata.preparation = self.preparation;
        let lengths = &report.counts.lengths;
        metadata.lengths = lengths.keys().next().copied().zip(lengths.keys().next_back().copied());
        metadata
    }

    /// The columns that the network has for an image.
    #[must_use]
    pub fn columns_of(&self, image: &ImageFacts) -> u32 {
        let column = u32::try_from(self.architecture.column_width()).unwrap_or(u32::MAX).max(1);
        width(image, &self.architecture, self.preparation.stretch) / column
    }

    /// About how long all epochs take on one core of this machine: what the training computes, at a part of the rate that
    /// is measured here in a twentieth of a second. `None` if the layers make no network.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let rate = Isa::best().measure_peak().ok()? * EFFICIENCY;
        let images = self.images_per_epoch as f64 * self.epochs as f64;
        let operations = self.architecture.flops().ok()? as f64 * PASSES * images;
        Duration::try_from_secs_f64(operations / rate).ok()
    }
}

/// How many epochs of `images_per_epoch` images a training on `images` images has, in steps of `batch` images.
pub(in crate::own) fn epochs(images: usize, images_per_epoch: usize, batch: usize) -> usize {
    let steps = (TRAINING_STEPS + images / 2).min(MOST_TRAINING_STEPS);
    steps.div_ceil(images_per_epoch.div_ceil(batch.max(1)).max(1))
}

/// The width that an image is scaled to, in pixels.
fn width(image: &ImageFacts, architecture: &Architecture, stretch: f32) -> u32 {
    let [height, column] = [architecture.input.height, architecture.column_width()]
        .map(|extent| u32::try_from(extent).unwrap_or(u32::MAX));
    scaled_width([image.width, image.height], height, column, stretch)
}

/// What has to be done to these images before the network.
fn preparation(report: &FolderReport, architecture: &Architecture) -> Preparation {
    let polarity = match report.counts.light_text {
        0 => Polarity::AsIs,
        light if light == report.images.len() as u64 => Polarity::Inverted,
        _ => Polarity::ByImage,
    };
    let column = architecture.column_width().max(1) as f64;
    let mut needed: Vec<f64> = report
        .images
        .iter()
        .map(|image| {
            let columns = f64::from(width(image, architecture, 1.0)) / column;
            COLUMNS_PER_CHARACTER * image.label.chars().count() as f64 / columns
        })
        .collect();
    needed.sort_unstable_by(f64::total_cmp);
    let rank = (needed.len() as f64 * WELL_SERVED) as usize;
    let stretch = needed.get(rank.min(needed.len().saturating_sub(1))).copied().unwrap_or(1.0);
    let stretch = (stretch.clamp(1.0, WIDEST) * STEPS).ceil() / STEPS;
    Preparation::default().with_polarity(polarity).with_stretch(stretch as f32)
}
