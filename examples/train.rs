//! Trains a letter network with libtorch.
//!
//! ```text
//! cargo run --release --features torch --example train -- --letters data/letters --out runs/compact
//! cargo run --release --features torch --example train -- --style seed --count 10000 --out runs/fresh
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab::dataset::{Augmentation, LetterEpochs, LetterOptions, LetterSet};
use captcha_lab::infer::ModelMetadata;
use captcha_lab::model::{TrainOptions, train};
use captcha_lab::render::Renderer;
use captcha_lab::segment::Segmenter;
use captcha_lab_cli::{
    CuttingArgs, Network, Progress, TrainingArgs, TrainingProgress, open_style, parse_lengths, print, run,
};
use captcha_report::pictures;
use clap::Parser;

/// Train a letter network. The folder OUT gets the best model, a table of the metrics, the learning curves and a
/// checkpoint; the same command goes on where it was interrupted.
#[derive(Parser)]
#[command(name = "train", max_term_width = 100)]
struct Args {
    /// A folder of letters, as `extract` makes it.
    #[arg(long, value_name = "DIR", required_unless_present = "style")]
    letters: Option<PathBuf>,
    /// Instead: draw CAPTCHAs of this style (a preset or a TOML file) in memory.
    #[arg(long, value_name = "STYLE", conflicts_with = "letters")]
    style: Option<String>,
    /// With --style: how many CAPTCHAs.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    count: u64,
    /// The folder of the run.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which network.
    #[arg(long, value_enum, default_value_t)]
    network: Network,
    /// How the letters were cut, and how the model will cut them.
    #[command(flatten)]
    cutting: CuttingArgs,
    /// How many characters a text has; the model then expects that. With --style it is known.
    #[arg(long, value_parser = parse_lengths, value_name = "N[-M]")]
    length: Option<std::ops::RangeInclusive<usize>>,
    /// Passes over the training letters.
    #[arg(long, default_value_t = 10, value_name = "N")]
    epochs: usize,
    /// Shift, turn, shear and scale the letters a little, differently in each epoch.
    #[arg(long)]
    augment: bool,
    /// Share of the letters that is kept for validation.
    #[arg(long, default_value_t = 0.1, value_name = "SHARE")]
    validation: f64,
    /// Stop after so many epochs without a better validation accuracy.
    #[arg(long, value_name = "EPOCHS")]
    patience: Option<usize>,
    #[command(flatten)]
    training: TrainingArgs,
}

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let mut segmentation = args.cutting.options().with_letter_size(args.network.letter_size());
        let mut lengths = args.length.clone().map(|lengths| (*lengths.start(), *lengths.end()));
        let letters = match (&args.letters, &args.style) {
            (Some(folder), _) => {
                let (letters, skipped) = LetterSet::open(folder, &LetterOptions::default())?;
                if !skipped.is_empty() {
                    print(&skipped)?;
                }
                letters
            }
            (None, Some(style)) => {
                let renderer = Renderer::new(open_style(style)?)?;
                lengths = Some((renderer.style().lengths.min, renderer.style().lengths.max));
                let progress = Progress::new("Drawing", "images");
                let segmenter = Segmenter::new(segmentation.clone())?;
                let (letters, summary) =
                    LetterSet::from_source(&renderer, args.count, args.training.seed, &segmenter, &progress)?;
                progress.finish();
                print(&summary)?;
                letters
            }
            (None, None) => return Err("expected --letters or --style".into()),
        };
        segmentation = segmentation.with_letter_size(letters.size());

        let architecture = args.network.architecture(letters.alphabet().len(), letters.size());
        let mut metadata = ModelMetadata::new(architecture, letters.alphabet().clone());
        metadata.segmentation = Some(serde_json::to_value(&segmentation)?);
        metadata.lengths = lengths;
        metadata
            .training
            .insert("command".to_owned(), std::env::args().skip(1).collect::<Vec<_>>().join(" "));

        let [training, validation] =
            letters.split([1.0 - args.validation, args.validation], args.training.seed)?;
        let mut training = LetterEpochs::new(training, args.training.seed);
        if args.augment {
            training = training.with_augmentation(Augmentation::light())?;
        }
        let validation = LetterEpochs::new(validation, args.training.seed);
        let options = args.training.options(TrainOptions::default());
        let options = options.with_epochs(args.epochs).with_patience(args.patience);
        let watch = TrainingProgress::of("letters");
        let trained = train(&metadata, &training, &validation, &options, Some(&args.out), &watch)?;
        watch.finish();
        pictures::save_learning_curves(&trained.history, &args.out.join("curves"))?;
        print(format_args!(
            "best: epoch {} with {} of the validation letters; model in {}",
            trained.model.metadata().training["epoch"],
            trained.model.metadata().scores["validation_accuracy"],
            args.out.join("model.safetensors").display()
        ))?;
        Ok(())
    })
}
