//! Networks that read whole images.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use captcha_core::image::GenericImageView;
use captcha_core::{seed, to_gray};
use captcha_dataset::{CaptchaSource, CaptchaStream, StreamOptions};
use captcha_infer::{Architecture, Preparation};

use super::settings::{Settings, bounds, common_setters};
use crate::{Drawn, ModelError, Start, TrainMonitor, TrainOptions, Trained, train_from};

/// The number of the random stream for the validation images.
const VALIDATION: u64 = u64::MAX;

/// Trains a network that reads whole images, on CAPTCHAs that are drawn during the training: no image is used
/// twice.
///
/// The model file follows from the source: it has its alphabet and, if the source knows them, the lengths of
/// its texts.
///
/// | setting | default |
/// |---|---|
/// | architecture | [`Architecture::sequence`] |
/// | images | 30,000 per epoch |
/// | validation | 2,000 images, the same in every epoch |
/// | threads that draw | one per core |
/// | preparation | [`Preparation::default`] |
/// | lengths | those of the source |
/// | options | [`TrainOptions::sequence`] |
/// | start | [`Start::Random`] |
/// | folder | none: nothing is written |
///
/// ```
/// use captcha_model::{SequenceTraining, TrainOptions};
/// use captcha_render::{Renderer, Style};
///
/// let renderer = Renderer::new(Style::seed())?;
/// let trained = SequenceTraining::new(renderer)
///     .with_images(64)
///     .with_validation(32)
///     .with_options(TrainOptions::sequence().with_epochs(1))
///     .run(&())?;
/// assert_eq!(trained.model.metadata().lengths, Some((6, 6)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "nothing is trained until `run` is called"]
pub struct SequenceTraining {
    source: Arc<dyn CaptchaSource>,
    architecture: Option<Architecture>,
    start: Start,
    images: usize,
    validation: usize,
    threads: usize,
    settings: Settings,
}

impl fmt::Debug for SequenceTraining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SequenceTraining").field("settings", &self.settings).finish_non_exhaustive()
    }
}

common_setters! { SequenceTraining }

impl SequenceTraining {
    /// A training on the CAPTCHAs of `source`: a `Renderer` of `captcha-render`, a
    /// [`Mixture`](captcha_dataset::Mixture) of several, or one of your own.
    pub fn new(source: impl CaptchaSource + 'static) -> Self {
        let mut settings = Settings::new(TrainOptions::sequence());
        settings.lengths = source.lengths().map(bounds);
        let source: Arc<dyn CaptchaSource> = Arc::new(source);
        let start = Start::Random;
        Self { source, architecture: None, start, images: 30_000, validation: 2000, threads: 0, settings }
    }

    /// Sets the network. It must give a score for each character of the source's alphabet and one for the
    /// blank; images are scaled to its height.
    pub fn with_architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = Some(architecture);
        self
    }

    /// Sets what the weights are before the first step.
    pub fn with_start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Sets what is done to the pixels of images before the network sees them, in training and then by the model.
    pub fn with_preparation(mut self, preparation: Preparation) -> Self {
        self.settings.preparation = preparation;
        self
    }

    /// Sets how many images an epoch has, at least 1.
    pub fn with_images(mut self, images: usize) -> Self {
        self.images = images;
        self
    }

    /// Sets how many images the network is validated on after each epoch, at least 1.
    pub fn with_validation(mut self, images: usize) -> Self {
        self.validation = images;
        self
    }

    /// Sets how many threads draw images; 0 for one per core. The images are the same for any number.
    pub fn with_drawing_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many characters a text has, instead of the lengths from the source; the model then expects
    /// this number.
    pub fn with_lengths(mut self, lengths: RangeInclusive<usize>) -> Self {
        self.settings.lengths = Some(bounds(lengths));
        self
    }

    /// Trains. [`Trained::drawn`] says how the images were drawn.
    ///
    /// # Errors
    /// As [`train_from`], and [`ModelError::Data`] if the source fails.
    pub fn run(&self, monitor: &dyn TrainMonitor) -> Result<Trained, ModelError> {
        let Self { source, settings, .. } = self;
        let seed = settings.options.seed;
        let metadata = settings.metadata(self.architecture()?, source.alphabet().clone());
        let stream = |part, images, seed| -> Result<CaptchaStream, ModelError> {
            let options = StreamOptions::new(images).with_seed(seed).with_threads(self.threads);
            let stream = CaptchaStream::new(source.clone(), options)
                .map_err(|source| ModelError::Data { part, source })?;
            let prepare = metadata.clone();
            Ok(stream.with_prepare(prepare.prepared(), move |image| prepare.prepare(&to_gray(image))))
        };
        let training = stream("training", self.images, seed)?;
        let validation = stream("validation", self.validation, seed::derive(seed, VALIDATION))?;
        let folder = settings.folder.as_deref();
        let mut trained =
            train_from(&self.start, &metadata, &training, &validation, &settings.options, folder, monitor)?;
        trained.drawn = Some(Drawn { stats: training.stats(), failures: training.failures() });
        Ok(trained)
    }

    /// The network, for images as wide as the first ones that the source draws; if they have several proportions, as wide
    /// as it was given.
    fn architecture(&self) -> Result<Architecture, ModelError> {
        /// Images that are looked at.
        const FIRST: u64 = 4;
        let classes = self.source.alphabet().len();
        let architecture = self.architecture.clone().unwrap_or_else(|| Architecture::sequence(classes, 96));
        let stretch = f64::from(self.settings.preparation.stretch);
        let mut widths = Vec::new();
        for index in 0..FIRST {
            let image = self.source.image(seed::derive(self.settings.options.seed, index));
            let (image, _) = image.map_err(|source| ModelError::Data { part: "training", source })?;
            let (width, height) = image.dimensions();
            let width =
                architecture.input.height as f64 * f64::from(width) / f64::from(height.max(1)) * stretch;
            widths.push((width as usize).max(1));
        }
        match widths.windows(2).all(|pair| pair[0] == pair[1]) {
            true => Ok(architecture.at_width(widths[0])),
            false => Ok(architecture),
        }
    }
}
