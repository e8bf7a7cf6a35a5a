//! The model that reads an image, and its result.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use captcha_lab::core::image::DynamicImage;
use captcha_lab::infer::NativeRecognizer;
use captcha_lab::render::{Layout, Style};
use captcha_lab::{ModelFile, Prediction, Pretrained, SolveError, Solver};
use captcha_report::describe;

use crate::Picture;

/// The choice of the model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ModelChoice {
    /// The pretrained model that fits the style.
    Fitting,
    /// A pretrained model.
    Pretrained(Pretrained),
    /// A model from a file.
    File(PathBuf),
}

/// A model, loaded and ready to read.
pub struct Reader {
    /// Its name: that of its file.
    pub name: String,
    /// The model.
    pub model: Arc<ModelFile>,
    /// Reads texts of the lengths in the training data.
    trained: Solver,
    /// Reads texts of any length.
    free: Solver,
}

/// The result of reading an image.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The image.
    pub image: Arc<DynamicImage>,
    /// The text that was read, or why there is none.
    pub outcome: Result<Arc<Prediction>, String>,
    /// How long it took.
    pub took: Duration,
}

/// The pretrained model that was trained for the CAPTCHAs of `style`.
#[must_use]
pub fn fitting(style: &Style) -> Pretrained {
    let plain = style.clutter.is_empty() && style.noise.is_empty() && style.behind.is_empty();
    match &style.layout {
        Layout::Claptcha if plain => Pretrained::SeedLetters,
        Layout::Claptcha => Pretrained::ClaptchaSequence,
        Layout::Lepture(_) => Pretrained::LeptureSequence,
        _ => Pretrained::HardSequence,
    }
}

impl ModelChoice {
    /// The model for `style`: never [`ModelChoice::Fitting`].
    #[must_use]
    pub fn for_style(&self, style: &Style) -> Self {
        match self {
            Self::Fitting => Self::Pretrained(fitting(style)),
            other => other.clone(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Fitting => "the one that fits the style".to_owned(),
            Self::Pretrained(model) => model.name().to_owned(),
            Self::File(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader with this model.
    ///
    /// # Errors
    /// As [`Solver::with_recognizer`].
    pub fn new(name: String, model: ModelFile) -> Result<Self, SolveError> {
        let recognizer = NativeRecognizer::new(&model)?;
        let trained = Solver::with_recognizer(Box::new(recognizer.clone()))?;
        let free = Solver::with_recognizer(Box::new(recognizer))?.with_length(None)?;
        Ok(Self { name, model: Arc::new(model), trained, free })
    }

    /// Opens the model that `choice` names; [`ModelChoice::Fitting`] opens the letter model of the seed.
    ///
    /// # Errors
    /// As [`ModelFile::open`] and [`Reader::new`].
    pub fn open(choice: &ModelChoice) -> Result<Self, SolveError> {
        let model = match choice {
            ModelChoice::Fitting => ModelFile::from_bytes(Pretrained::SeedLetters.bytes())?,
            ModelChoice::Pretrained(model) => ModelFile::from_bytes(model.bytes())?,
            ModelChoice::File(path) => ModelFile::open(path)?,
        };
        Self::new(choice.name(), model)
    }

    /// Reads an image: a text of the lengths in the training data, or of any length if `any_length` is set.
    ///
    /// # Errors
    /// As [`Solver::solve`].
    pub fn read(&self, image: &DynamicImage, any_length: bool) -> Result<Prediction, SolveError> {
        if any_length { self.free.solve(image) } else { self.trained.solve(image) }
    }

    /// Reads a picture and measures the time.
    #[must_use]
    pub fn answer(&self, picture: &Picture, any_length: bool) -> Reading {
        let started = Instant::now();
        let outcome = self.read(&picture.image, any_length).map(Arc::new);
        Reading {
            image: Arc::clone(&picture.image),
            took: started.elapsed(),
            outcome: outcome.map_err(|error| describe(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use captcha_lab::render::{Noise, WhiteNoise};

    use super::*;

    #[test]
    fn a_style_is_read_by_what_was_trained_on_it() {
        let noisy = Style::seed().with_noise(vec![Noise::White(WhiteNoise::new(0.3))]);
        for (style, expected) in [
            (Style::seed(), Pretrained::SeedLetters),
            (Style::claptcha(), Pretrained::ClaptchaSequence),
            (noisy, Pretrained::ClaptchaSequence),
            (Style::lepture(), Pretrained::LeptureSequence),
            (Style::easy(), Pretrained::HardSequence),
            (Style::medium(), Pretrained::HardSequence),
            (Style::hard(), Pretrained::HardSequence),
        ] {
            assert_eq!(fitting(&style), expected);
            assert_eq!(ModelChoice::Fitting.for_style(&style), ModelChoice::Pretrained(expected));
            let chosen = ModelChoice::Pretrained(Pretrained::HardSequence);
            assert_eq!(chosen.for_style(&style), chosen, "the user's choice stays");
        }
    }

    #[test]
    fn a_text_of_another_length_is_read_if_that_is_allowed() {
        let reader = Reader::open(&ModelChoice::Fitting).unwrap();
        let image =
            captcha_lab::render::Renderer::new(Style::seed()).unwrap().render("QXKZ", 3).unwrap().image;
        let read = |any_length| reader.read(&image, any_length).map(|prediction| prediction.text);
        assert_eq!(read(true).unwrap(), "QXKZ");
        assert_ne!(read(false).ok().as_deref(), Some("QXKZ"), "the model was trained on six letters");
    }
}
