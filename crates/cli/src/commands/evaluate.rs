//! `captcha-lab evaluate`

use std::path::{Path, PathBuf};

use captcha_lab::dataset::{LabelledFolder, Sample};
use captcha_lab::infer::CoveragePoint;
use captcha_lab::{Calibration, LabelledImage, Report, Solver, evaluate};
use captcha_report::{Table, format, pictures, share_cells};
use serde::Serialize;

use crate::args::{FolderArgs, SolverArgs, ThreadArgs};
use crate::output::{LeftOut, next, print, print_json, quoted};
use crate::progress::Progress;
use crate::run::Outcome;

/// Measure how well and how fast a model reads a folder of labelled images.
///
/// Labels are found as by `check`. Every accuracy is over all images: one that can't be read counts as wrong. With
/// --alphabet only its characters are read, and with --ignore-case what the network gives to both cases of a letter is
/// added.
#[derive(Debug, clap::Args)]
pub(crate) struct Evaluate {
    /// The folder of labelled images.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    labels: FolderArgs,
    #[command(flatten)]
    solver: SolverArgs,
    /// Draw a confusion matrix, how sure and how right answers are, and a sheet of the failures into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: ThreadArgs,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// How many of the answers given are to be right, where only sure ones are.
const PRECISION: f64 = 0.99;

#[derive(Serialize)]
struct Summary<'a> {
    images: u64,
    segmented: f64,
    character_accuracy: f64,
    /// The 95 % confidence interval of `character_accuracy`; the characters of an image are not independent.
    character_accuracy_interval: (f64, f64),
    whole_accuracy: f64,
    /// The 95 % confidence interval of `whole_accuracy`.
    whole_accuracy_interval: (f64, f64),
    /// The expected calibration error: the mean difference between confidence and accuracy, in `[0, 1]`.
    expected_calibration_error: f64,
    /// The most images that can be answered so that 99 % of the answers given are right, and how sure those are.
    answered_at_99: Option<CoveragePoint>,
    images_per_second: f64,
    /// The time to load and decode the files is not included.
    solved_per_second: f64,
    backend: &'a str,
    /// f32 or int8: the precision that was used, which may differ from the requested one.
    precision: &'a str,
    /// Images whose label has characters that the model does not know; they count as wrong.
    unknown_characters: usize,
    skipped_files: u64,
    skipped: Vec<LeftOut<'a>>,
    pictures: Option<&'a Path>,
    details: &'a captcha_lab::Evaluation,
}

impl Evaluate {
    pub(super) fn run(&self) -> Outcome {
        self.threads.apply()?;
        let solver = self.solver.open(self.labels.alphabet(), self.labels.ignores_case())?;
        let alphabet = &solver.metadata().alphabet;
        let folder = LabelledFolder::open(&self.data, &self.labels.options())?;
        let foreign = folder.samples().filter(|sample| !solver.knows(sample.label.as_str())).count();
        if foreign == folder.len() {
            // The error says which characters were expected.
            LabelledFolder::open(&self.data, &self.labels.options().with_alphabet(alphabet.clone()))?;
        }

        let load = |sample: Sample| LabelledImage { label: sample.label.to_string(), image: sample.load() };
        let progress = Progress::new("Reading", "images");
        let mut failures = pictures::Failures::default();
        let report = evaluate(&solver, folder.samples(), load, &progress, |answer| failures.add(answer));
        progress.finish();
        if report.evaluation.images() < folder.len() as u64 {
            return Err("interrupted; nothing was measured".into());
        }
        if let Some(out) = &self.out {
            pictures::save_results(out, alphabet, &report.evaluation, &failures)?;
        }
        if self.json {
            return Ok(print_json(&self.summary(&report, &folder, foreign, &solver))?);
        }
        let read = if solver.segmenter().is_some() { "segmented" } else { "read" };
        print(table(&report, read, solver.backend()))?;
        print(calibration_tables(&report.evaluation.calibration))?;
        if foreign > 0 {
            print(format_args!(
                "{foreign} images have a label with characters that the model does not know; they count as wrong."
            ))?;
        }
        if !folder.skipped().is_empty() {
            print(folder.skipped())?;
        }
        match &self.out {
            Some(out) => print(format_args!("pictures: {}", out.display()))?,
            None => next(format_args!("evaluate --data {} ... --out pictures", quoted(&self.data))),
        }
        Ok(())
    }

    fn summary<'a>(
        &'a self,
        report: &'a Report,
        folder: &'a LabelledFolder,
        foreign: usize,
        solver: &'a Solver,
    ) -> Summary<'a> {
        let evaluation = &report.evaluation;
        Summary {
            images: evaluation.images(),
            segmented: evaluation.segmented.value(),
            character_accuracy: evaluation.characters.value(),
            character_accuracy_interval: evaluation.characters.interval(),
            whole_accuracy: evaluation.whole.value(),
            whole_accuracy_interval: evaluation.whole.interval(),
            expected_calibration_error: evaluation.calibration.expected_error(),
            answered_at_99: evaluation.calibration.answered_at(PRECISION),
            images_per_second: report.images_per_second(),
            solved_per_second: report.solved_per_second(),
            backend: solver.backend(),
            precision: solver.precision().name(),
            unknown_characters: foreign,
            skipped_files: folder.skipped().total(),
            skipped: LeftOut::of(folder.skipped()),
            pictures: self.out.as_deref(),
            details: evaluation,
        }
    }
}

/// The main results, followed by the errors.
fn table(report: &Report, read: &str, backend: &str) -> String {
    let evaluation = &report.evaluation;
    let mut table = Table::new(["", "right", "of", "share", "95 % interval"]);
    table.row(share_cells(read, evaluation.segmented));
    table.row(share_cells("characters", evaluation.characters));
    table.row(share_cells("whole CAPTCHAs", evaluation.whole));
    for (length, share) in evaluation.by_length.iter().filter(|_| evaluation.by_length.len() > 1) {
        table.row(share_cells(&format!("  of length {length}"), *share));
    }
    for (position, share) in &evaluation.by_position {
        table.row(share_cells(&format!("  position {}", position + 1), *share));
    }
    let mut text = table.to_string();
    let confusions: Vec<String> = evaluation
        .worst_confusions()
        .into_iter()
        .take(10)
        .map(|(truth, read, count)| format!("{truth} read as {read} {count}x"))
        .collect();
    if !confusions.is_empty() {
        text += &format!("\nmost confused: {}", confusions.join(", "));
    }
    for (reason, count) in &evaluation.failures {
        text += &format!("\nnot read: {count} ({reason})");
    }
    text + &format!(
        "\n{} images/s from file to text, {} from pixels to text ({backend})",
        format::rate(report.images_per_second()),
        format::rate(report.solved_per_second()),
    )
}

/// Accuracy by confidence, and the effect of leaving out less confident answers.
fn calibration_tables(calibration: &Calibration) -> String {
    /// The thresholds of the second table, in round numbers.
    const SHOWN: [f64; 6] = [0.0, 0.4, 0.8, 0.9, 0.99, 0.999];
    let mut bins = Table::new(["confidence", "mean", "right", "of", "share", "95 % interval"]);
    for bin in calibration.bins().iter().filter(|bin| bin.right.total > 0) {
        let range = format!("{:.3} to {:.3}", bin.low, bin.high);
        let [range, right, of, share, interval] = share_cells(&range, bin.right);
        bins.row([range, format::percent(bin.confidence), right, of, share, interval]);
    }
    let mut coverage = Table::new(["at least", "answered", "right", "of", "share", "95 % interval"]);
    let shown = |threshold: f64| SHOWN.iter().any(|shown| (shown - threshold).abs() < 1e-9);
    for point in calibration.coverage().iter().filter(|point| shown(point.threshold)) {
        let [threshold, right, of, share, interval] = share_cells(&point.threshold.to_string(), point.right);
        coverage.row([threshold, format::percent(point.answered.value()), right, of, share, interval]);
    }
    let most = match calibration.answered_at(PRECISION) {
        Some(point) => format!(
            "{} of all images are answered with 99 % of the answers right: those at least {} sure",
            format::percent(point.answered.value()),
            format::percent(point.threshold),
        ),
        None => "however few are answered, not 99 % of the answers are right".to_owned(),
    };
    format!(
        "how sure the answers are (expected calibration error {})\n{bins}\nonly answers that are sure enough\n{coverage}\n{most}",
        format::percent(calibration.expected_error())
    )
}
