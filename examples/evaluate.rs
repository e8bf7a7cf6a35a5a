//! Measures how well and how fast a model reads a folder of labelled images.
//!
//! ```text
//! cargo run --release --example evaluate -- --data DIR
//! cargo run --release --example evaluate -- --model FILE --data DIR --out pictures --json
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab::{Calibration, LabelledImage, Report, dataset, evaluate};
use captcha_lab_cli::{Progress, SolverArgs, print, print_json, run};
use captcha_report::{Table, format, pictures, share_cells};
use clap::Parser;
use dataset::{FolderOptions, LabelledFolder, Sample};
use serde::Serialize;

/// Measure how well and how fast a model reads a folder of labelled images. The label of an image is its file name
/// up to the first `-`, `_` or `.`. Every accuracy is over all images: one that can't be read counts as wrong.
#[derive(Parser)]
#[command(name = "evaluate", max_term_width = 100)]
struct Args {
    /// The folder of labelled images.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    solver: SolverArgs,
    /// Draw a confusion matrix, how sure and how right answers are, and a sheet of the failures into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Exactly one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary<'a> {
    images: u64,
    segmented: f64,
    character_accuracy: f64,
    whole_accuracy: f64,
    /// The 95 % confidence interval of `whole_accuracy`.
    whole_accuracy_interval: (f64, f64),
    /// By how much the confidence of an answer and the share of right ones differ on average, in `[0, 1]`.
    expected_calibration_error: f64,
    images_per_second: f64,
    /// Without loading and decoding the files.
    solved_per_second: f64,
    backend: &'a str,
    skipped_files: u64,
    details: &'a captcha_lab::Evaluation,
}

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let solver = args.solver.open()?;
        let alphabet = solver.metadata().alphabet.clone();
        let folder = LabelledFolder::open(&args.data, &FolderOptions::default())?;
        let foreign = folder.samples().filter(|s| alphabet.encode(s.label.as_str()).is_err()).count();
        if foreign == folder.len() {
            // Says which characters were expected.
            LabelledFolder::open(&args.data, &FolderOptions::default().with_alphabet(alphabet))?;
        }

        let load = |sample: Sample| LabelledImage { label: sample.label.to_string(), image: sample.load() };
        let progress = Progress::new("Reading", "images");
        let mut failures = pictures::Failures::default();
        let report = evaluate(&solver, folder.samples(), load, &progress, |answer| failures.add(answer));
        progress.finish();
        if report.evaluation.images() < folder.len() as u64 {
            return Err("interrupted".into());
        }
        if let Some(out) = &args.out {
            pictures::save_results(out, &solver.metadata().alphabet, &report.evaluation, &failures)?;
            eprintln!("Pictures are in {}.", out.display());
        }
        if args.json {
            return Ok(print_json(&summary(&report, &folder, solver.backend()))?);
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
        Ok(())
    })
}

fn summary<'a>(report: &'a Report, folder: &LabelledFolder, backend: &'a str) -> Summary<'a> {
    let evaluation = &report.evaluation;
    Summary {
        images: evaluation.images(),
        segmented: evaluation.segmented.value(),
        character_accuracy: evaluation.characters.value(),
        whole_accuracy: evaluation.whole.value(),
        whole_accuracy_interval: evaluation.whole.interval(),
        expected_calibration_error: evaluation.calibration.expected_error(),
        images_per_second: report.images_per_second(),
        solved_per_second: report.solved_per_second(),
        backend,
        skipped_files: folder.skipped().total(),
        details: evaluation,
    }
}

/// The numbers that matter, then where it went wrong.
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
        "\n{} images/s from file to text, {} from pixels to text ({backend}, all cores)",
        format::rate(report.images_per_second()),
        format::rate(report.solved_per_second()),
    )
}

/// How sure answers were against how often they were right, and what comes of leaving out the less sure ones.
fn calibration_tables(calibration: &Calibration) -> String {
    /// Thresholds of the second table: those at which people think.
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
    format!(
        "how sure the answers are (expected calibration error {})\n{bins}\nonly answers that are sure enough\n{coverage}",
        format::percent(calibration.expected_error())
    )
}
