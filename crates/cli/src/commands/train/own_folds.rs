//! K-fold cross-validation on images of one's own.

use std::path::PathBuf;

use captcha_lab::dataset::LabelledFolder;
use captcha_lab::own::{CrossValidated, FineTuneOptions, cross_validate};
use captcha_report::run::RunReport;
use captcha_report::{Table, format, share_cells};
use serde::Serialize;

use super::Train;
use super::own_watch::OwnWatch;
use crate::output::{next, print, print_json, quoted};
use crate::run::Outcome;

/// Probable label errors that are listed.
const LISTED: usize = 10;

impl Train {
    /// Measures on all images what a network learns from the others.
    pub(super) fn folds(&self, images: &LabelledFolder, options: &FineTuneOptions, folds: usize) -> Outcome {
        let watch = OwnWatch::of(options);
        let validated = cross_validate(images, options, folds, &self.out, self.own.keep_models, &watch)?;
        watch.finish();
        let labels = self.out.join("label-errors.csv");
        let report = self.out.join("report.html");
        let mut page = RunReport::of_folds(self.out.display().to_string(), &validated, images);
        page.command = Some(Self::command());
        page.label_file = page.label_errors.first().map(|_| labels.display().to_string());
        page.save(&report)?;
        if self.json {
            return Ok(print_json(&Summary::of(&validated, labels))?);
        }
        print(results(&validated))?;
        print(format_args!("report: {}", report.display()))?;
        if validated.label_errors().is_empty() {
            print("no label is probably wrong")?;
            return Ok(());
        }
        print(format_args!(
            "{} labels are probably wrong; look at them and correct the list: {}",
            validated.label_errors().len(),
            labels.display()
        ))?;
        let folder = quoted(images.path());
        next(format_args!("train {folder} --labels {} --out RUN", quoted(&labels)));
        Ok(())
    }
}

/// The results, in words.
fn results(validated: &CrossValidated) -> String {
    let mut table = Table::new(["", "right", "of", "share", "95 % interval"]);
    for (index, fold) in validated.folds.iter().enumerate() {
        table.row(share_cells(&format!("fold {}", index + 1), fold.whole()));
    }
    table.row(share_cells("all images", validated.evaluation.whole));
    table.row(share_cells("all characters", validated.evaluation.characters));
    let (mean, spread) = validated.mean_and_spread();
    let mut text = format!(
        "{table}\nmean of the folds {}, standard deviation {}; trained for {}",
        format::percent(mean),
        format::percent(spread),
        format::duration(validated.time())
    );
    for line in validated.skipped.to_string().lines().filter(|_| !validated.skipped.is_empty()) {
        text += &format!("\n{line}");
    }
    for line in validated.narrow.iter().take(LISTED) {
        text += &format!("\nleft out: {line}");
    }
    for answer in validated.label_errors().into_iter().take(LISTED) {
        let read = answer.read.as_deref().unwrap_or_default();
        let sure = format::percent(answer.confidence);
        text += &format!("\nlabel {} or {read} ({sure} sure)? {}", answer.label, answer.name);
    }
    text
}

/// The results of a cross-validation.
#[derive(Serialize)]
struct Summary {
    images: u64,
    accuracy: f64,
    /// The 95 % confidence interval of `accuracy`.
    accuracy_interval: (f64, f64),
    character_accuracy: f64,
    mean: f64,
    /// The standard deviation of the folds' accuracies.
    spread: f64,
    folds: Vec<FoldSummary>,
    seconds: f64,
    left_out: u64,
    label_errors: usize,
    label_file: PathBuf,
}

/// The results of a fold.
#[derive(Serialize)]
struct FoldSummary {
    images: u64,
    accuracy: f64,
    epochs: usize,
    best_epoch: usize,
    seconds: f64,
    ended: String,
}

impl Summary {
    fn of(validated: &CrossValidated, label_file: PathBuf) -> Self {
        let whole = validated.evaluation.whole;
        let (mean, spread) = validated.mean_and_spread();
        let folds = validated.folds.iter().map(|fold| FoldSummary {
            images: fold.whole().total,
            accuracy: fold.whole().value(),
            epochs: fold.epochs,
            best_epoch: fold.best_epoch,
            seconds: fold.seconds,
            ended: fold.stopped.clone(),
        });
        Self {
            images: whole.total,
            accuracy: whole.value(),
            accuracy_interval: whole.interval(),
            character_accuracy: validated.evaluation.characters.value(),
            mean,
            spread,
            folds: folds.collect(),
            seconds: validated.time().as_secs_f64(),
            left_out: validated.skipped.total() + validated.narrow.len() as u64,
            label_errors: validated.label_errors().len(),
            label_file,
        }
    }
}
