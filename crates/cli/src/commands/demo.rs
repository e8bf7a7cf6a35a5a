//! `captcha-lab demo`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use captcha_lab::dataset::{
    CorpusOptions, FolderOptions, LabelledFolder, LetterOptions, LetterSet, LetterSummary, Sample,
    extract_letters, generate_corpus,
};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::segment::{SegmentOptions, Segmenter};
use captcha_lab::{LabelledImage, ModelFile, Report, Solver, evaluate, open_model};
use captcha_report::{Table, format, pictures};
use serde::Serialize;

use crate::args::LetterNetwork;
use crate::output::{next, print, print_json, quoted};
use crate::progress::Progress;
use crate::run::Outcome;

/// The whole story: draw CAPTCHAs, cut them into letters, train a network on them and let it read new ones.
///
/// It does what `generate`, `extract`, `train` and `evaluate` do one by one, on 10,000 and 2,000 images.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// A small version: 1,000 and 300 images.
    #[arg(long)]
    quick: bool,
    /// The folder for everything; an interrupted demo continues there [default: demo-out/full or demo-out/quick].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Which network: compact or post.
    #[arg(long, value_enum, default_value_t, hide_possible_values = true, value_name = "NETWORK")]
    network: LetterNetwork,
    /// Do not train, which needs libtorch: let this model file read, or a model that ships, such as seed-letters.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Everything random is a function of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// The amount of work of each version.
struct Size {
    training_images: u64,
    test_images: u64,
    #[cfg_attr(not(feature = "torch"), expect(dead_code, reason = "only libtorch trains"))]
    epochs: usize,
}

const FULL: Size = Size { training_images: 10_000, test_images: 2_000, epochs: 8 };
const QUICK: Size = Size { training_images: 1_000, test_images: 300, epochs: 5 };

/// The post's own figures: "validation accuracy of 98.99%", "The accuracy was around 98%". It does not say
/// how many images could be segmented.
const POST_VALIDATION: &str = "98.99 %";
const POST_TEST: &str = "around 98 %";

/// The post's scripts, measured on all 2,000 new images, where images that can't be segmented count as wrong:
/// 97.20 % give six boxes, and the better of two frameworks reads this share of whole CAPTCHAs.
const SCRIPTS_VALIDATION: &str = "99.51 %";
const SCRIPTS_SEGMENTED: &str = "97.20 %";
const SCRIPTS_WHOLE: &str = "94.95 %";

/// A network, and how it was trained if the demo trained it.
struct Network {
    model: ModelFile,
    training: Option<Training>,
}

struct Training {
    /// The best validation accuracy.
    accuracy: f64,
    time: Duration,
}

/// The results.
#[derive(Serialize)]
struct Summary<'a> {
    folder: &'a Path,
    validation_accuracy: Option<f64>,
    training_seconds: Option<f64>,
    training_images_segmented: f64,
    test_images: u64,
    test_images_segmented: f64,
    character_accuracy: f64,
    whole_accuracy: f64,
    whole_accuracy_interval: (f64, f64),
}

impl Demo {
    pub(super) fn run(&self) -> Outcome {
        if cfg!(not(feature = "torch")) && self.model.is_none() {
            // Fails now rather than after a minute of drawing.
            self.train(&LetterSet::new(Style::seed().alphabet, 1), Path::new(""))?;
        }
        let (size, name) = if self.quick { (QUICK, "quick") } else { (FULL, "full") };
        let out = self.out.clone().unwrap_or_else(|| Path::new("demo-out").join(name));
        let started = Instant::now();
        std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        self.first(&out)?;

        let captchas = self.draw(&out.join("captchas"), size.training_images, self.seed)?;
        let segmenter =
            Segmenter::new(SegmentOptions::default().with_letter_size(self.network.letter_size()))?;
        let (letters, cut) = self.cut(&captchas, &out.join("letters"), &segmenter)?;
        let network = match &self.model {
            Some(model) => Network { model: open_model(model)?, training: None },
            None => self.train(&letters, &out)?,
        };
        let test = self.draw(&out.join("test"), size.test_images, self.seed.wrapping_add(1))?;
        let report = self.read(&test, &network.model, &out)?;

        if self.json {
            return Ok(print_json(&summary(&out, &cut, &network, &report))?);
        }
        print(results(&cut, &network, &report))?;
        print(format_args!("\nIn {}, after {}:", out.display(), format::duration(started.elapsed())))?;
        for (file, what) in [
            ("captchas-sheet.png", "what was drawn"),
            ("letters-sheet.png", "the letters by class"),
            ("curves.png, .svg", "the learning curves"),
            ("confusion.png, .svg", "which letter was read as which"),
            ("calibration.png, .svg", "how sure and how right the answers are"),
            ("failures.png", "what went wrong"),
            ("run/model.safetensors", "the network"),
        ] {
            let trains = file.starts_with("curves") || file.starts_with("run");
            if !trains || network.training.is_some() {
                print(format_args!("  {file:<22} {what}"))?;
            }
        }
        let model = match &self.model {
            Some(model) => model.clone(),
            None => out.join("run/model.safetensors"),
        };
        let (model, first) = (quoted(&model), quoted(&out.join("first.png")));
        next(format_args!("explain --model {model} {first}"));
        Ok(())
    }

    /// Reports a picture as soon as it exists.
    fn show(&self, what: &str, picture: &Path) -> Outcome {
        if self.json {
            eprintln!("{what}: {}", picture.display());
        } else {
            print(format_args!("{what}: {}", picture.display()))?;
        }
        Ok(())
    }

    /// Draws the first CAPTCHA, to look at while the others are drawn.
    fn first(&self, out: &Path) -> Outcome {
        let captcha = Renderer::new(Style::seed())?.random(self.seed)?;
        let file = out.join("first.png");
        captcha.save(&file)?;
        self.show(&format!("a CAPTCHA that says {}", captcha.text), &file)
    }

    /// Steps 1 and 4: CAPTCHAs, with their text as the file name.
    fn draw(&self, folder: &Path, count: u64, seed: u64) -> Outcome<LabelledFolder> {
        let progress = Progress::new(format!("Drawing {count} CAPTCHAs"), "images");
        generate_corpus(&CorpusOptions::new(Style::seed(), count).with_seed(seed), folder, &progress)?;
        progress.finish();
        self.show("some of them", &pictures::save_folder_sheet(folder)?)?;
        let options = FolderOptions::default().with_alphabet(Style::seed().alphabet);
        Ok(LabelledFolder::open(folder, &options)?)
    }

    /// Step 2: a folder of letters for each character.
    fn cut(
        &self,
        captchas: &LabelledFolder,
        folder: &Path,
        segmenter: &Segmenter,
    ) -> Outcome<(LetterSet, LetterSummary)> {
        let progress = Progress::new("Cutting them into letters", "images");
        let summary = extract_letters(captchas, segmenter, folder, &progress)?;
        progress.finish();
        let (letters, _) = LetterSet::open(folder, &LetterOptions::default())?;
        let sheet = pictures::beside(folder, "-sheet.png")?;
        pictures::save_letter_sheet(&letters, &sheet)?;
        self.show("some of the letters", &sheet)?;
        Ok((letters, summary))
    }

    /// Step 3: the network.
    #[cfg(feature = "torch")]
    fn train(&self, letters: &LetterSet, out: &Path) -> Outcome<Network> {
        use captcha_lab::model::{LetterTraining, TrainOptions};

        let epochs = if self.quick { QUICK.epochs } else { FULL.epochs };
        let architecture = self.network.architecture(letters.alphabet().len(), letters.size());
        let lengths = Style::seed().lengths;
        let watch = super::train::Watch::of("letters");
        let trained = LetterTraining::new(letters.clone())
            .with_architecture(architecture)
            .with_lengths(lengths.min..=lengths.max)
            .with_options(TrainOptions::default().with_epochs(epochs).with_seed(self.seed))
            .with_folder(out.join("run"))
            .run(&watch)?;
        watch.finish();
        pictures::save_learning_curves(&trained.history, out.join("curves"))?;
        self.show("the learning curves", &out.join("curves.png"))?;
        let training = Training {
            accuracy: trained.history.iter().map(|row| row.validation_accuracy).fold(0.0, f64::max),
            time: trained.history.iter().map(|row| Duration::from_secs_f64(row.seconds)).sum(),
        };
        Ok(Network { model: trained.model, training: Some(training) })
    }

    #[cfg(not(feature = "torch"))]
    fn train(&self, _: &LetterSet, _: &Path) -> Outcome<Network> {
        Err(format!(
            "training needs libtorch, and {}; `captcha-lab demo --model seed-letters` needs none",
            crate::args::NO_LIBTORCH
        )
        .into())
    }

    /// Step 5: evaluates the network on new CAPTCHAs.
    fn read(&self, test: &LabelledFolder, model: &ModelFile, out: &Path) -> Outcome<Report> {
        let solver = Solver::new(model)?;
        let progress = Progress::new("Reading", "images");
        let mut failures = pictures::Failures::default();
        let load = |sample: Sample| LabelledImage { label: sample.label.to_string(), image: sample.load() };
        let report = evaluate(&solver, test.samples(), load, &progress, |answer| failures.add(answer));
        progress.finish();
        if report.evaluation.images() < test.len() as u64 {
            return Err("interrupted; the same command continues".into());
        }
        pictures::save_results(out, &solver.metadata().alphabet, &report.evaluation, &failures)?;
        Ok(report)
    }
}

fn summary<'a>(out: &'a Path, cut: &LetterSummary, network: &Network, report: &Report) -> Summary<'a> {
    let evaluation = &report.evaluation;
    Summary {
        folder: out,
        validation_accuracy: network.training.as_ref().map(|training| training.accuracy),
        training_seconds: network.training.as_ref().map(|training| training.time.as_secs_f64()),
        training_images_segmented: cut.segmentation_yield(),
        test_images: evaluation.images(),
        test_images_segmented: evaluation.segmented.value(),
        character_accuracy: evaluation.characters.value(),
        whole_accuracy: evaluation.whole.value(),
        whole_accuracy_interval: evaluation.whole.interval(),
    }
}

/// A table of the results and those of the post.
fn results(cut: &LetterSummary, network: &Network, report: &Report) -> String {
    let evaluation = &report.evaluation;
    let mut table = Table::new(["", "captcha-lab", "the post", "the post's scripts, all images counted"]);
    if let Some(training) = &network.training {
        let accuracy = format::percent(training.accuracy);
        table.row(["letters, validation", &accuracy, POST_VALIDATION, SCRIPTS_VALIDATION]);
    }
    let yields = format::percent(cut.segmentation_yield());
    table.row(["training images cut into 6", &yields, "", SCRIPTS_SEGMENTED]);
    let segmented = format::percent(evaluation.segmented.value());
    table.row(["new images cut into 6", &segmented, "", SCRIPTS_SEGMENTED]);
    table.row(["letters of new images", &format::percent(evaluation.characters.value()), POST_TEST, ""]);
    table.row(["whole new CAPTCHAs", &format::percent(evaluation.whole.value()), "", SCRIPTS_WHOLE]);
    let (low, high) = evaluation.whole.interval();
    let interval = format!("{} to {}", format::percent(low), format::percent(high));
    table.row(["  95 % interval", &interval, "", ""]);
    if let Some(training) = &network.training {
        table.row(["training time", &format::duration(training.time), "", ""]);
    }
    let time = report.solving / u32::try_from(evaluation.images().max(1)).unwrap_or(u32::MAX);
    table.row(["time an image", &format::duration(time), "", ""]);
    table.to_string()
}
