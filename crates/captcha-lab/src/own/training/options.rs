//! How a network is trained on one's own images.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use captcha_dataset::{CaptchaSource, ImageAugmentation};
use captcha_infer::{Architecture, ModelFile, Preparation};
use captcha_model::{ColdStart, RehearsalOptions, Start, TrainOptions, Watched};

use super::error::OwnError;
use crate::own::inspection::proposal::IMAGES_PER_EPOCH;

/// How a network is trained on one's own images. Everything has a default that suits a folder of some hundred to some
/// ten thousand images; [`FineTuneOptions::from_model`] is for a training that goes on from a model.
#[derive(Clone)]
#[non_exhaustive]
pub struct FineTuneOptions {
    /// What the weights are at first. Default random.
    pub start: Start,
    /// The network, which must read whole images. Default that of the model to start from, or one that fits the images.
    /// Its last layer is given as many classes as the alphabet needs.
    pub architecture: Option<Architecture>,
    /// What is done to images before the network. Default that of the model to start from, or what the images need.
    pub preparation: Option<Preparation>,
    /// How it is trained. The number of epochs is that of [`epochs`](Self::epochs); without a patience it is that of a
    /// training on so many images, and a flat start takes at most a quarter of the steps.
    pub training: TrainOptions,
    /// Passes over the images, each of at least [`images_per_epoch`](Self::images_per_epoch). Default by the number of
    /// images.
    pub epochs: Option<usize>,
    /// The fewest images of an epoch: a small folder is shown several times before the network is validated. At least 1,
    /// default 1600.
    pub images_per_epoch: usize,
    /// The shares of the images for training, validation, calibration and test; each at least 0, 1 together, the first
    /// two above 0. Default 0.8, 0.07, 0.03 and 0.1.
    pub fractions: [f64; 4],
    /// How the training images are changed at random. Default by their number, [`ImageAugmentation::for_images`].
    pub augmentation: Option<ImageAugmentation>,
    /// Images that are drawn meanwhile and come among the others, and their share of all, 0 to 0.95. Default none.
    pub mix: Option<(Arc<dyn CaptchaSource>, f64)>,
    /// Whether a folder with which a training would be in vain ([`check`](fn@crate::own::check)) is refused. Default yes.
    pub checks: bool,
    /// How a batch is learnt by heart before the training; `None` to leave it out.
    pub rehearsal: Option<RehearsalOptions>,
    /// Bytes of images that are kept in memory. Default 1 GiB.
    pub memory: u64,
    /// Threads that put batches together meanwhile; 0 for one a core. Default 1. The batches are the same.
    pub threads: usize,
    /// Free text for the model file by key, such as the command.
    pub notes: BTreeMap<String, String>,
}

impl fmt::Debug for FineTuneOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FineTuneOptions")
            .field("training", &self.training)
            .field("epochs", &self.epochs)
            .field("augmentation", &self.augmentation)
            .finish_non_exhaustive()
    }
}

/// The decay of averaged weights: runs have some thousand steps.
const AVERAGING: f64 = 0.998;

/// Steps over which the learning rate rises.
const WARM_UP: usize = 100;

impl Default for FineTuneOptions {
    fn default() -> Self {
        let training = TrainOptions::sequence()
            .with_averaging(AVERAGING)
            .with_flat_start(TrainOptions::FLAT_START)
            .with_warm_up(WARM_UP)
            .with_watched(Watched::Loss);
        Self {
            start: Start::Random,
            architecture: None,
            preparation: None,
            training,
            epochs: None,
            images_per_epoch: IMAGES_PER_EPOCH,
            fractions: [0.8, 0.07, 0.03, 0.1],
            augmentation: None,
            checks: true,
            mix: None,
            rehearsal: Some(RehearsalOptions::default()),
            memory: 1 << 30,
            threads: 1,
            notes: BTreeMap::new(),
        }
    }
}

impl FineTuneOptions {
    /// Options for a training that goes on from `model`: a lower learning rate, and no flat start. If the model reads
    /// less than 5 % of the validation images, as where most characters are new, the weights are still those of the
    /// model, but the learning rate and the flat start are those of a training from nothing.
    #[must_use]
    pub fn from_model(model: ModelFile) -> Self {
        let mut options = Self::default();
        let cold = ColdStart::default()
            .with_learning_rate(options.training.learning_rate)
            .with_flat_start(options.training.flat_start);
        options.training = options
            .training
            .with_learning_rate(TrainOptions::GENTLE_RATE)
            .with_flat_start(0)
            .with_cold_start(Some(cold));
        options.start = Start::from_model(model);
        options
    }

    /// Refuses values out of range.
    pub(super) fn check(&self) -> Result<(), OwnError> {
        let [training, validation, ..] = self.fractions;
        let sum: f64 = self.fractions.iter().sum();
        let good = training > 0.0
            && validation > 0.0
            && self.fractions.iter().all(|fraction| *fraction >= 0.0)
            && (sum - 1.0).abs() < 1e-6;
        if !good {
            return Err(OwnError::Option {
                option: "fractions",
                actual: format!("{:?}", self.fractions),
                expected: "four shares from 0 that add up to 1, the first two above 0",
            });
        }
        if self.images_per_epoch == 0 {
            return Err(OwnError::Option {
                option: "images_per_epoch",
                actual: "0".to_owned(),
                expected: "at least 1",
            });
        }
        Ok(())
    }
}

macro_rules! setters {
    ($($name:ident, $field:ident: $type:ty;)*) => {
        impl FineTuneOptions {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $name(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )*

            /// Adds free text to the model file under a key.
            #[must_use]
            pub fn with_note(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
                self.notes.insert(key.into(), text.into());
                self
            }
        }
    };
}

setters! {
    with_start, start: Start;
    with_architecture, architecture: Option<Architecture>;
    with_preparation, preparation: Option<Preparation>;
    with_training, training: TrainOptions;
    with_epochs, epochs: Option<usize>;
    with_images_per_epoch, images_per_epoch: usize;
    with_fractions, fractions: [f64; 4];
    with_augmentation, augmentation: Option<ImageAugmentation>;
    with_mix, mix: Option<(Arc<dyn CaptchaSource>, f64)>;
    with_checks, checks: bool;
    with_rehearsal, rehearsal: Option<RehearsalOptions>;
    with_memory, memory: u64;
    with_threads, threads: usize;
}
