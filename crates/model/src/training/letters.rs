//! Networks that read letters.

use std::ops::RangeInclusive;

use captcha_dataset::{Augmentation, LetterEpochs, LetterSet};
use captcha_infer::{Architecture, Preparation};

use super::settings::{Settings, bounds, common_setters};
use crate::{ModelError, TrainMonitor, TrainOptions, Trained, train};

/// Trains a network that reads letters one by one, on letters in memory.
///
/// The model file follows from the data: it has the alphabet and the letter size of the letters, and segments
/// images as the letters were segmented ([`LetterSet::segmentation`]; if that is not known, with
/// [`SegmentOptions::default`](captcha_dataset::captcha_segment::SegmentOptions::default)).
///
/// | setting | default |
/// |---|---|
/// | architecture | [`Architecture::compact`] at the size of the letters |
/// | validation | 0.1 of the letters of each class |
/// | augmentation | none |
/// | preparation | [`Preparation::default`] |
/// | lengths | not known |
/// | options | [`TrainOptions::default`] |
/// | folder | none: nothing is written |
///
/// ```
/// use captcha_dataset::LetterSet;
/// use captcha_model::{LetterTraining, TrainOptions};
/// use captcha_render::{Renderer, Style};
/// use captcha_segment::{SegmentOptions, Segmenter};
///
/// let renderer = Renderer::new(Style::seed())?;
/// let segmenter = Segmenter::new(SegmentOptions::default())?;
/// let (letters, _) = LetterSet::from_source(&renderer, 30, 1, &segmenter, &())?;
/// let trained = LetterTraining::new(letters)
///     .with_lengths(6..=6)
///     .with_options(TrainOptions::default().with_epochs(1))
///     .run(&())?;
/// assert_eq!(trained.model.metadata().lengths, Some((6, 6)));
/// assert!(trained.model.metadata().segmentation.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is trained until `run` is called"]
pub struct LetterTraining {
    letters: LetterSet,
    architecture: Option<Architecture>,
    validation: f64,
    augmentation: Option<Augmentation>,
    settings: Settings,
}

common_setters! { LetterTraining }

impl LetterTraining {
    /// A training on these letters.
    pub fn new(letters: LetterSet) -> Self {
        let settings = Settings::new(TrainOptions::default());
        Self { letters, architecture: None, validation: 0.1, augmentation: None, settings }
    }

    /// Sets the network. It must take images of the letters' size and give a score for each character of their alphabet.
    pub fn with_architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = Some(architecture);
        self
    }

    /// Sets the share of the letters of each class that is kept for validation, above 0 and below 1.
    pub fn with_validation(mut self, share: f64) -> Self {
        self.validation = share;
        self
    }

    /// Sets the augmentation, which differs in each epoch; the letters for validation are not augmented.
    pub fn with_augmentation(mut self, augmentation: Option<Augmentation>) -> Self {
        self.augmentation = augmentation;
        self
    }

    /// Sets how many characters a text has; the model then expects this number.
    pub fn with_lengths(mut self, lengths: RangeInclusive<usize>) -> Self {
        self.settings.lengths = Some(bounds(lengths));
        self
    }

    /// Sets the preparation of the images that the letters were cut from ([`Preparation::levels`]): the model then cuts
    /// what it reads from images that are prepared in the same way.
    pub fn with_preparation(mut self, preparation: Preparation) -> Self {
        self.settings.preparation = preparation;
        self
    }

    /// Trains.
    ///
    /// # Errors
    /// As [`train`](fn@train), and [`ModelError::Letters`] if the letters can't be split or augmented with
    /// these settings.
    pub fn run(&self, monitor: &dyn TrainMonitor) -> Result<Trained, ModelError> {
        let Self { letters, augmentation, settings, .. } = self;
        let architecture = self.architecture.clone().unwrap_or_else(|| {
            let side = letters.size() as usize;
            let mut compact = Architecture::compact(letters.alphabet().len());
            (compact.input.height, compact.input.width) = (side, side);
            compact
        });
        let mut metadata = settings.metadata(architecture, letters.alphabet().clone());
        let segmentation = letters.segmentation().cloned().unwrap_or_default();
        let segmentation = segmentation.with_letter_size(letters.size());
        metadata.segmentation = Some(crate::run::json(&segmentation)?);

        let seed = settings.options.seed;
        let shares = [1.0 - self.validation, self.validation];
        let [training, validation] = letters.split(shares, seed).map_err(ModelError::Letters)?;
        let mut training = LetterEpochs::new(training, seed);
        if let Some(augmentation) = augmentation {
            training = training.with_augmentation(*augmentation).map_err(ModelError::Letters)?;
        }
        let validation = LetterEpochs::new(validation, seed);
        train(&metadata, &training, &validation, &settings.options, settings.folder.as_deref(), monitor)
    }
}
