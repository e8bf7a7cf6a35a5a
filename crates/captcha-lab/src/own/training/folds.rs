//! K-fold cross-validation: every image is read by a network that was not trained on it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use captcha_core::{Difference, Fingerprint};
use captcha_dataset::{Correction, FolderReport, LabelFile, LabelledFolder, Skipped};
use captcha_infer::{Alternative, Character, Confidence, Evaluation, Outcome, Prediction, Share};
use captcha_model::ModelError;
use serde::{Deserialize, Serialize};

use super::answers::OwnAnswer;
use super::error::OwnError;
use super::job::Job;
use super::monitor::{OwnMonitor, Stage};
use super::options::FineTuneOptions;
use super::parts::Parts;
use super::{fold_runs, plan};

/// Of the images outside a fold, so many are for validation.
const VALIDATION: f64 = 0.08;

/// An answer is this sure if it is to speak against a label.
const SURE: f64 = 0.9;

/// How a network was trained on all folds but one, and what it made of that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fold {
    /// Answers to the images of the fold.
    pub answers: Vec<OwnAnswer>,
    /// Epochs that were trained.
    pub epochs: usize,
    /// The epoch that was kept, from 1.
    pub best_epoch: usize,
    /// How long the epochs took, in seconds.
    pub seconds: f64,
    /// Why the training ended, in words.
    pub stopped: String,
    /// Everything that the fold is a function of.
    pub(super) run: Fingerprint,
}

impl Fold {
    /// Whole texts of the fold that were read right.
    #[must_use]
    pub fn whole(&self) -> Share {
        let hits = self.answers.iter().filter(|answer| answer.right).count() as u64;
        Share { hits, total: self.answers.len() as u64 }
    }
}

/// What a cross-validation gave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CrossValidated {
    /// The folds.
    pub folds: Vec<Fold>,
    /// What was right and what was wrong, over all images. Images that could not be read at all are not in it.
    pub evaluation: Evaluation,
    /// What is known of the folder.
    pub report: FolderReport,
    /// Images that were left out, and why.
    pub skipped: Skipped,
    /// Images that were left out because the network has too few columns for their texts, in words.
    pub narrow: Vec<String>,
}

/// Trains `folds` networks as [`fine_tune`](fn@super::fine_tune) does, each on all images but those of one fold, which it
/// then reads; as many at once as there are cores, with the same result for any number of them. Images that look the same
/// are in the same fold. Of the images outside a fold 8 % are for validation.
///
/// In `out` are the answers of each fold (`fold-1.json`) and, as `label-errors.csv`, the images whose label is probably
/// wrong ([`CrossValidated::label_errors`]); with `keep_models`, the run of each fold (`fold-1`) as well. The same call
/// goes on where it was interrupted.
///
/// # Errors
/// As [`fine_tune`](fn@super::fine_tune); [`DatasetError::BadOption`](captcha_dataset::DatasetError::BadOption) if there
/// are not 2 to as many folds as images that differ.
pub fn cross_validate(
    folder: &LabelledFolder,
    options: &FineTuneOptions,
    folds: usize,
    out: &Path,
    keep_models: bool,
    monitor: &dyn OwnMonitor,
) -> Result<CrossValidated, OwnError> {
    let job = Job::new(folder, options, monitor)?;
    let numbers = job.folds(folds)?;
    std::fs::create_dir_all(out).map_err(OwnError::io(out))?;
    let tasks = (0..folds)
        .map(|fold| Task::new(&job, &numbers, (fold, folds), out))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(first) =
        tasks.iter().find(|task| task.fold == 0 && task.finished.is_none() && !task.folder.exists())
    {
        let length = plan::training(options, first.parts.training.len());
        job.rehearse(&first.parts.training, &length, monitor)?;
    }
    monitor.stage(Stage::Folds);
    let finished = fold_runs::all(&job, &tasks, keep_models, monitor)?;
    let validated = CrossValidated {
        evaluation: evaluation(&finished),
        folds: finished,
        report: job.report.clone(),
        skipped: job.skipped.clone(),
        narrow: job.narrow.clone(),
    };
    let errors = validated.label_errors();
    let corrections = errors.iter().map(|answer| Correction {
        name: &answer.name,
        text: answer.read.as_deref().unwrap_or_default(),
        was: &answer.label,
        confidence: answer.confidence,
    });
    LabelFile::write_corrections(out.join("label-errors.csv"), corrections)?;
    Ok(validated)
}

/// A fold that is to be trained and read, or was.
pub(super) struct Task {
    pub(super) fold: usize,
    pub(super) parts: Parts,
    /// Where its run is.
    pub(super) folder: PathBuf,
    /// Where its answers are.
    pub(super) path: PathBuf,
    pub(super) run: Fingerprint,
    pub(super) finished: Option<Fold>,
}

impl Task {
    /// Fold `fold`, from 0, of `folds`; `numbers` has the fold of each image.
    fn new(
        job: &Job<'_>,
        numbers: &[usize],
        (fold, folds): (usize, usize),
        out: &Path,
    ) -> Result<Self, OwnError> {
        let of =
            |inside: bool| (0..numbers.len()).filter(|&image| (numbers[image] == fold) == inside).collect();
        let (test, rest): (Vec<usize>, Vec<usize>) = (of(true), of(false));
        let mut parts = job.parts(&rest, &[1.0 - VALIDATION, VALIDATION])?.into_iter();
        let (training, validation) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let path = out.join(format!("fold-{}.json", fold + 1));
        let folder = out.join(format!("fold-{}", fold + 1));
        let parts = Parts { training, validation, calibration: Vec::new(), test };
        let run = job.fingerprint(&parts)?.with("folds", folds).with("fold", fold);
        let finished = read(&path, &run)?;
        Ok(Self { fold, parts, folder, path, run, finished })
    }
}

impl CrossValidated {
    /// The mean of the folds' accuracies and their standard deviation.
    #[must_use]
    pub fn mean_and_spread(&self) -> (f64, f64) {
        Share::mean_and_spread(self.folds.iter().map(Fold::whole))
    }

    /// How long the folds were trained, together.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_secs_f64(self.folds.iter().map(|fold| fold.seconds).sum::<f64>().max(0.0))
    }

    /// The images whose label is probably wrong: a network that was not trained on them is sure of another text. The
    /// surest first.
    #[must_use]
    pub fn label_errors(&self) -> Vec<&OwnAnswer> {
        let answers = self.folds.iter().flat_map(|fold| &fold.answers);
        let mut errors: Vec<&OwnAnswer> = answers
            .filter(|answer| !answer.right && answer.read.is_some() && answer.confidence >= SURE)
            .collect();
        errors.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.name.cmp(&b.name)));
        errors
    }
}

/// The finished fold in a file, if there is one; that of another run is refused.
fn read(path: &Path, run: &Fingerprint) -> Result<Option<Fold>, OwnError> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(None) };
    let damaged = |error: serde_json::Error| OwnError::io(path)(error.into());
    let fold: Fold = serde_json::from_str(&text).map_err(damaged)?;
    let differences: Vec<Difference> = fold.run.differences(run);
    match differences.is_empty() {
        true => Ok(Some(fold)),
        false => Err(ModelError::OtherRun { path: PathBuf::from(path), differences }.into()),
    }
}

/// What was right and what was wrong in all folds.
fn evaluation(folds: &[Fold]) -> Evaluation {
    let mut evaluation = Evaluation::new();
    for answer in folds.iter().flat_map(|fold| &fold.answers) {
        match (&answer.read, &answer.failure) {
            (Some(read), _) => {
                let confidence = Confidence::new(answer.confidence as f32).unwrap_or(Confidence::CERTAIN);
                let character = |character| {
                    Character::from_candidates(vec![Alternative {
                        character,
                        confidence: Confidence::CERTAIN,
                    }])
                };
                let prediction = Prediction::new(read.chars().filter_map(character).collect(), confidence);
                evaluation.record(&answer.label, Outcome::Read(&prediction));
            }
            (None, failure) => {
                evaluation.record(&answer.label, Outcome::Failed(failure.as_deref().unwrap_or_default()));
            }
        }
    }
    evaluation
}

#[cfg(test)]
mod tests {
    use captcha_dataset::FolderCounts;

    use super::*;

    fn answer(name: &str, label: &str, read: Option<&str>, confidence: f64) -> OwnAnswer {
        OwnAnswer {
            index: 0,
            name: name.to_owned(),
            label: label.to_owned(),
            read: read.map(str::to_owned),
            confidence,
            failure: read.is_none().then(|| "unreadable image".to_owned()),
            right: read == Some(label),
        }
    }

    #[test]
    fn sure_disagreement_is_a_probable_label_error() {
        let fold = |answers| Fold {
            answers,
            epochs: 3,
            best_epoch: 2,
            seconds: 1.5,
            stopped: String::new(),
            run: Fingerprint::new(),
        };
        let folds = vec![
            fold(vec![answer("a", "AB", Some("AB"), 1.0), answer("b", "AB", Some("AC"), 0.95)]),
            fold(vec![
                answer("c", "AB", Some("B"), 0.5),
                answer("d", "CC", Some("CA"), 0.999),
                answer("e", "CC", None, 0.0),
            ]),
        ];
        let report = serde_json::from_value(serde_json::json!({
            "path": "x", "source": "file_names", "alphabet": "ABC", "listed": 0, "images": [],
            "counts": FolderCounts::default(), "duplicates": [], "near_duplicates": [], "conflicts": [],
            "unreadable": [], "left_out": [],
        }));
        let validated = CrossValidated {
            evaluation: evaluation(&folds),
            folds,
            report: report.unwrap(),
            skipped: Skipped::default(),
            narrow: Vec::new(),
        };
        let names: Vec<&str> = validated.label_errors().iter().map(|answer| &*answer.name).collect();
        assert_eq!(names, ["d", "b"]);
        assert_eq!(validated.evaluation.whole, Share { hits: 1, total: 5 });
        assert_eq!(validated.evaluation.failures["unreadable image"], 1);
        let (mean, spread) = validated.mean_and_spread();
        assert!((mean - 0.25).abs() < 1e-9 && (spread - 0.125_f64.sqrt()).abs() < 1e-9);
        assert_eq!(validated.time(), Duration::from_secs(3));
    }
}
