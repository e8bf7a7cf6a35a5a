//! The settings that all trainings share.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use captcha_core::Alphabet;
use captcha_infer::{Architecture, ModelMetadata, Preparation};

use crate::TrainOptions;

/// The settings that all trainings share.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) options: TrainOptions,
    pub(super) folder: Option<PathBuf>,
    pub(super) lengths: Option<(usize, usize)>,
    pub(super) preparation: Preparation,
    pub(super) notes: BTreeMap<String, String>,
}

impl Settings {
    pub(super) fn new(options: TrainOptions) -> Self {
        Self {
            options,
            folder: None,
            lengths: None,
            preparation: Preparation::default(),
            notes: BTreeMap::new(),
        }
    }

    pub(super) fn metadata(&self, architecture: Architecture, alphabet: Alphabet) -> ModelMetadata {
        let mut metadata = ModelMetadata::new(architecture, alphabet);
        metadata.lengths = self.lengths;
        metadata.preparation = self.preparation;
        metadata.training.clone_from(&self.notes);
        metadata
    }
}

/// The setters that both kinds of training have.
macro_rules! common_setters {
    ($type:ty) => {
        impl $type {
            /// Sets the training options.
            pub fn with_options(mut self, options: $crate::TrainOptions) -> Self {
                self.settings.options = options;
                self
            }

            /// Sets the folder of the run, in which it can be interrupted and continued; see
            /// [`train`](fn@crate::train).
            pub fn with_folder(mut self, folder: impl AsRef<std::path::Path>) -> Self {
                self.settings.folder = Some(folder.as_ref().to_owned());
                self
            }

            /// Adds free text about the training to the model file under a key, such as the command.
            pub fn with_note(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
                self.settings.notes.insert(key.into(), text.into());
                self
            }
        }
    };
}
pub(super) use common_setters;

pub(super) fn bounds(lengths: RangeInclusive<usize>) -> (usize, usize) {
    (*lengths.start(), *lengths.end())
}
