//! What the page tells of a training on one's own images.

use captcha_lab::core::{describe, to_gray};
use captcha_lab::dataset::{ImageAugmentation, ImageSet, ImageSetOptions, LabelledFolder};
use captcha_lab::infer::RecognizeError;
use captcha_lab::own::{FineTuned, OwnAnswer, Part};
use image::{DynamicImage, RgbImage};

use super::told::{RunReport, SplitPart, Tested, WorstImage};
use crate::figures::augmentation_sheet;
use crate::format::{count, percent};

/// Wrong answers that are shown.
pub(super) const WORST: usize = 24;

/// Training images on the sheet of augmentation.
const AUGMENTED: usize = 6;

impl RunReport {
    /// Everything that there is to tell of a training on the images of `folder`, with the pictures of the worst test
    /// images, and of what `augmentation` made of some for training. Images that can't be read again are left out.
    #[must_use]
    pub fn of_own(
        title: impl Into<String>,
        tuned: &FineTuned,
        folder: &LabelledFolder,
        augmentation: ImageAugmentation,
    ) -> Self {
        let mut report = Self::new(title);
        let metadata = tuned.model.metadata();
        report.command = metadata.training.get("command").cloned();
        report.configuration = configuration(tuned);
        report.data = data(tuned, folder);
        report.split = [
            (Part::Training, "what the network is trained on"),
            (Part::Validation, "which epoch is kept, and when it stops"),
            (Part::Calibration, "confidences that are what they say"),
            (Part::Test, "the accuracy above; nothing else is done with them"),
        ]
        .map(|(part, purpose)| SplitPart {
            name: part.to_string(),
            images: tuned.images_of(part) as u64,
            purpose: purpose.to_owned(),
        })
        .into();
        report.epochs = crate::pictures::epoch_rows(&tuned.trained.history);
        report.stopped = Some(tuned.stopped.clone());
        report.advice = tuned.advice();
        report.tested = Some(Tested {
            images: "the test part".to_owned(),
            alphabet: metadata.alphabet.clone(),
            evaluation: tuned.test.evaluation.clone(),
            worst: tuned.wrong().into_iter().take(WORST).map(|answer| worst(answer, folder)).collect(),
        });
        report.augmentation = augmented(tuned, folder, augmentation);
        report
    }
}

/// What was set or chosen.
fn configuration(tuned: &FineTuned) -> Vec<(String, String)> {
    let metadata = tuned.model.metadata();
    let (input, options) = (metadata.architecture.input, &tuned.options);
    let weights =
        metadata.architecture.parameter_count().map_or_else(|error| describe(&error), |n| count(n as u64));
    let mut facts = vec![
        ("network", format!("{} layers, {weights} weights", metadata.architecture.layers.len())),
        ("input", format!("{} rows, {} columns for an image of common width", input.height, input.width)),
        ("preparation", metadata.preparation.to_string()),
        ("epochs", options.epochs.to_string()),
        ("batch", format!("{} images", options.batch)),
        ("learning rate", options.learning_rate.to_string()),
        ("seed", options.seed.to_string()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if let Some(start) = &tuned.trained.start {
        facts.push((
            "start",
            format!("{start}; {} right before the first step", percent(start.validation_accuracy)),
        ));
    }
    if let Some(temperature) = metadata.temperature {
        facts.push(("temperature", temperature.to_string()));
    }
    if tuned.stats.batches > 0 {
        facts.push(("waited for images", format!("{} of the time", percent(tuned.stats.wait_share()))));
    }
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What is known of the images.
fn data(tuned: &FineTuned, folder: &LabelledFolder) -> Vec<(String, String)> {
    let metadata = tuned.model.metadata();
    let mut facts = vec![
        ("images", count(folder.len() as u64)),
        ("labels from", folder.source().to_string()),
        ("alphabet", metadata.alphabet.to_string()),
    ];
    if let Some((fewest, most)) = metadata.lengths {
        facts.push((
            "characters",
            if fewest == most { most.to_string() } else { format!("{fewest} to {most}") },
        ));
    }
    if !tuned.skipped.is_empty() {
        facts.push(("left out", tuned.skipped.to_string()));
    }
    facts
        .extend(tuned.narrow.first().map(|first| ("too narrow", format!("{}: {first}", tuned.narrow.len()))));
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn worst(answer: &OwnAnswer, folder: &LabelledFolder) -> WorstImage {
    let failure = || answer.failure.clone().unwrap_or_default();
    WorstImage {
        name: answer.name.clone(),
        image: folder.sample(answer.index).and_then(|sample| sample.load().ok()),
        truth: answer.label.clone(),
        read: answer.read.clone().map(|text| (text, answer.confidence)).ok_or_else(failure),
    }
}

/// Training images as augmentation makes them; `None` if none can be read again.
fn augmented(
    tuned: &FineTuned,
    folder: &LabelledFolder,
    augmentation: ImageAugmentation,
) -> Option<RgbImage> {
    let metadata = tuned.model.metadata().clone();
    let images = folder
        .samples()
        .filter(|sample| tuned.split.get(sample.name()) == Some(&Part::Training))
        .take(AUGMENTED)
        .filter_map(|sample| Some((sample.name().to_owned(), sample.load().ok()?, sample.label.to_string())));
    let prepare =
        move |image: &DynamicImage| -> Result<_, RecognizeError> { metadata.prepare(&to_gray(image)) };
    let (images, _) = ImageSet::from_images(images, prepare, &ImageSetOptions::default()).ok()?;
    augmentation_sheet(&images, augmentation, tuned.options.seed).ok()
}
