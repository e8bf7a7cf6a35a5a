//! Networks that read whole images, on images of one's own.

use std::path::Path;
use std::sync::Arc;

use captcha_lab::dataset::{ImageAugmentation, LabelledFolder, renderer_like};
use captcha_lab::model::StartReport;
use captcha_lab::open_model;
use captcha_lab::own::{FineTuneOptions, FineTuned, Part, Problem, fine_tune};
use captcha_lab::render::Styles;
use captcha_report::figures::save_png;
use captcha_report::pictures::save_learning_curves;
use captcha_report::run::RunReport;
use captcha_report::{Table, format, share_cells};
use serde::Serialize;

use super::Train;
use super::own_watch::OwnWatch;
use crate::output::{next, print, print_json, quoted};
use crate::run::Outcome;

/// Wrong answers that are listed.
const LISTED: usize = 10;

impl Train {
    /// Trains a network that reads the images of `folder`.
    pub(super) fn own(&self, folder: &Path) -> Outcome {
        if let Some(points) = self.own.learning_curve {
            return self.curve(folder, points);
        }
        let images = LabelledFolder::open(folder, &self.own.folder.options())?;
        let options = self.own_options(&images)?;
        if let Some(folds) = self.own.folds {
            return self.folds(&images, &options, folds);
        }
        let watch = OwnWatch::of(&options);
        let tuned = fine_tune(&images, &options, Some(&self.out), &watch)?;
        watch.finish();
        save_learning_curves(&tuned.trained.history, self.out.join("curves"))?;
        let report = self.out.join("report.html");
        let page = RunReport::of_own(self.out.display().to_string(), &tuned, &images, tuned.augmentation);
        if let Some(sheet) = &page.augmentation {
            save_png(sheet, self.out.join("augmentation.png"))?;
        }
        page.save(&report)?;
        let model = self.out.join("model.safetensors");
        if self.json {
            return Ok(print_json(&Summary::of(&model, &tuned))?);
        }
        print(results(&tuned))?;
        print(format_args!("model: {}\nreport: {}", model.display(), report.display()))?;
        next(format_args!("solve --model {} IMAGE...", quoted(&model)));
        Ok(())
    }

    /// The options of the training.
    pub(super) fn own_options(&self, images: &LabelledFolder) -> Outcome<FineTuneOptions> {
        let mut options = match &self.own.from {
            Some(model) => FineTuneOptions::from_model(open_model(model)?),
            None => FineTuneOptions::default(),
        };
        if let Some(network) = &self.network {
            options.architecture = Some(network.for_sequences(images.alphabet().len())?);
        }
        options.training = self.training.options(options.training);
        options.training.frozen_epochs = self.own.freeze.unwrap_or(0);
        options.epochs = self.epochs;
        options.threads = self.training.threads;
        if let Some(megabytes) = self.own.memory {
            options.memory = megabytes.saturating_mul(1 << 20);
        }
        options.augmentation = self.augment.as_deref().and_then(ImageAugmentation::preset);
        if let Some((style, share)) = &self.own.mix {
            options.mix = Some((Arc::new(renderer_like(Styles::open(style)?, images)?), *share));
        }
        options.checks = !self.own.no_check;
        if self.own.no_rehearsal {
            options.rehearsal = None;
        }
        if let Some(share) = self.validation {
            let [training, validation, calibration, test] = options.fractions;
            options.fractions = [training + validation - share, share, calibration, test];
        }
        Ok(options.with_note("command", Self::command()))
    }
}

/// The results, in words.
fn results(tuned: &FineTuned) -> String {
    let of = |part| tuned.images_of(part);
    let mut text = format!(
        "{} images for training, {} for validation, {} for calibration, {} for the test (split.csv)",
        of(Part::Training),
        of(Part::Validation),
        of(Part::Calibration),
        of(Part::Test)
    );
    for line in tuned.skipped.to_string().lines().filter(|_| !tuned.skipped.is_empty()) {
        text += &format!("\n{line}");
    }
    for line in tuned.narrow.iter().take(LISTED) {
        text += &format!("\nleft out: {line}");
    }
    text += &format!("\nended: {}", tuned.stopped);
    if let Some(best) = tuned.trained.best() {
        text += &format!(
            "\nbest: epoch {} with {} of the validation images right",
            best.epoch,
            format::percent(best.validation_accuracy)
        );
    }
    if tuned.stats.batches > 0 {
        text += &format!(
            "\nthe trainer waited {} of the time for images",
            format::percent(tuned.stats.wait_share())
        );
    }
    let evaluation = &tuned.test.evaluation;
    let mut table = Table::new(["test", "right", "of", "share", "95 % interval"]);
    table.row(share_cells("whole texts", evaluation.whole));
    table.row(share_cells("characters", evaluation.characters));
    text += &format!("\n{table}");
    let characters: Vec<String> = tuned
        .worst_characters()
        .into_iter()
        .take(LISTED)
        .map(|(character, wrong, all)| format!("{character} {wrong} of {all}"))
        .collect();
    if !characters.is_empty() {
        text += &format!("\nworst characters: {}", characters.join(", "));
    }
    for answer in tuned.wrong().into_iter().take(LISTED) {
        let read = answer.read.as_deref().or(answer.failure.as_deref()).unwrap_or_default();
        let sure = format::percent(answer.confidence);
        text += &format!("\nwrong: {} is {} and was read as {read} ({sure} sure)", answer.name, answer.label);
    }
    for advice in tuned.advice() {
        text += &format!("\nwhat would help: {advice}");
    }
    text
}

/// The results of a training.
#[derive(Serialize)]
struct Summary<'a> {
    model: &'a Path,
    training_images: usize,
    validation_images: usize,
    calibration_images: usize,
    test_images: usize,
    left_out: u64,
    /// What is wrong with the folder, as `check` says it.
    problems: &'a [Problem],
    /// The best epoch.
    epoch: Option<usize>,
    epochs: usize,
    ended: &'a str,
    validation_accuracy: Option<f64>,
    test_accuracy: f64,
    /// The 95 % confidence interval of `test_accuracy`.
    test_accuracy_interval: (f64, f64),
    test_character_accuracy: f64,
    temperature: Option<f32>,
    /// What was taken from the model of --from.
    start: Option<String>,
    /// The validation accuracy before the first step, with --from.
    start_accuracy: Option<f64>,
    wait_share: f64,
    wrong: Vec<[&'a str; 3]>,
    advice: Vec<String>,
}

impl<'a> Summary<'a> {
    fn of(model: &'a Path, tuned: &'a FineTuned) -> Self {
        let best = tuned.trained.best();
        let whole = tuned.test.evaluation.whole;
        let start = tuned.trained.start.as_ref();
        let wrong = tuned.wrong().into_iter().map(|answer| {
            [answer.name.as_str(), answer.label.as_str(), answer.read.as_deref().unwrap_or_default()]
        });
        Self {
            model,
            training_images: tuned.images_of(Part::Training),
            validation_images: tuned.images_of(Part::Validation),
            calibration_images: tuned.images_of(Part::Calibration),
            test_images: tuned.images_of(Part::Test),
            left_out: tuned.skipped.total() + tuned.narrow.len() as u64,
            problems: &tuned.problems,
            epoch: best.map(|best| best.epoch),
            epochs: tuned.trained.history.len(),
            ended: &tuned.stopped,
            validation_accuracy: best.map(|best| best.validation_accuracy),
            test_accuracy: whole.value(),
            test_accuracy_interval: whole.interval(),
            test_character_accuracy: tuned.test.evaluation.characters.value(),
            temperature: tuned.temperature.and_then(|report| report.fit).map(|fit| fit.temperature),
            start: start.map(StartReport::to_string),
            start_accuracy: start.map(|start| start.validation_accuracy),
            wait_share: tuned.stats.wait_share(),
            wrong: wrong.collect(),
            advice: tuned.advice(),
        }
    }
}
