//! Networks that read whole images.

use captcha_lab::core::image::DynamicImage;
use captcha_lab::core::seed;
use captcha_lab::dataset::{CaptchaSource, DatasetError, Mixture};
use captcha_lab::infer::{Contrast, Polarity, Preparation};
use captcha_lab::model::{SequenceTraining, Start, TrainOptions};
use captcha_lab::{LabelledImage, ModelFile, Solver, calibrate, open_model};
use captcha_report::format;

use super::{Train, Watch};
use crate::progress::Progress;
use crate::run::Outcome;

/// The number of the random stream for the images on which the temperature is fitted.
const CALIBRATION: u64 = u64::MAX - 1;

impl Train {
    /// Trains a network that reads whole images, on CAPTCHAs that are drawn while it trains.
    pub(super) fn sequences(&self, validation: usize) -> Outcome {
        let source = Mixture::new(self.renderers()?)?;
        let architecture = self.network().for_sequences(CaptchaSource::alphabet(&source).len())?;
        let images = usize::try_from(self.count.unwrap_or(30_000))?;
        let epochs = self.epochs.unwrap_or(20);
        let mut defaults = TrainOptions::sequence();
        let start = match &self.own.from {
            Some(model) => {
                defaults = defaults.with_learning_rate(TrainOptions::GENTLE_RATE);
                Start::from_model(open_model(model)?)
            }
            None => {
                let steps = (images / defaults.batch).saturating_mul(epochs);
                // No more than a twentieth of a short training.
                defaults = defaults.with_flat_start(TrainOptions::FLAT_START.min(steps / 20));
                Start::Random
            }
        };
        let options = self.training.options(defaults).with_frozen_epochs(self.own.freeze.unwrap_or(0));
        let mut preparation = Preparation::default();
        if self.normalize {
            preparation = preparation.with_polarity(Polarity::ByImage).with_contrast(Contrast::Stretched);
        }
        let training = SequenceTraining::new(source)
            .with_architecture(architecture)
            .with_start(start)
            .with_preparation(preparation)
            .with_images(images)
            .with_validation(validation)
            .with_drawing_threads(self.training.threads)
            .with_options(options.with_epochs(epochs))
            .with_folder(&self.out)
            .with_note("command", Self::command());
        let watch = Watch::of("images");
        let mut trained = training.run(&watch)?;
        watch.finish();
        if let Some(drawn) = &trained.drawn {
            if drawn.stats.batches > 0 {
                let waited = format::percent(drawn.stats.wait_share());
                eprintln!("the trainer waited {waited} of the time for images");
            }
            if !drawn.failures.is_empty() {
                eprintln!("{}", drawn.failures);
            }
        }
        trained.model = self.calibrated(trained.model, validation)?;
        self.report(&trained, "images")
    }

    /// `model` with a temperature that calibrates its confidences, fitted on images that are used neither for
    /// training nor for validation.
    fn calibrated(&self, model: ModelFile, images: usize) -> Outcome<ModelFile> {
        let source = Mixture::new(self.renderers()?)?;
        let draw = |index: u64| {
            let image = source.image(seed::derive(seed::derive(self.training.seed, CALIBRATION), index));
            image.map(|(image, text)| LabelledImage { label: text, image: Ok(image) })
        };
        draw(0)?;
        let progress = Progress::new("Calibrating", "images");
        let unreadable = |error: DatasetError| LabelledImage {
            label: error.to_string(),
            image: Ok(DynamicImage::default()),
        };
        let report = calibrate(
            &Solver::new(&model)?,
            0..images,
            |index| draw(index as u64).unwrap_or_else(unreadable),
            &progress,
        );
        progress.finish();
        let Some(fit) = report.fit else { return Ok(model) };
        let model = model.with_temperature(Some(fit.temperature))?;
        model.save(self.out.join("model.safetensors"))?;
        Ok(model)
    }
}
