//! Trains a network that reads whole images with libtorch, on CAPTCHAs that are drawn while it trains.
//!
//! ```text
//! cargo run --release --features torch --example train_sequence -- --style claptcha --out runs/claptcha
//! cargo run --release --features torch --example train_sequence -- --style claptcha --style seed --out runs/both
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab::core::image::DynamicImage;
use captcha_lab::core::{seed, to_gray};
use captcha_lab::dataset::{CaptchaSource, CaptchaStream, DatasetError, Mixture, StreamOptions};
use captcha_lab::infer::ModelMetadata;
use captcha_lab::model::{TrainOptions, train};
use captcha_lab::render::Renderer;
use captcha_lab::{LabelledImage, Solver, calibrate};
use captcha_lab_cli::{Progress, TrainingArgs, TrainingProgress, open_architecture, open_style, print, run};
use captcha_report::{format, pictures};
use clap::Parser;

/// Train a network that reads whole images (CTC), on CAPTCHAs that are drawn while it trains: no image is seen twice.
/// The folder OUT gets the best model, a table of the metrics, the learning curves and a checkpoint; the same command
/// goes on where it was interrupted.
#[derive(Parser)]
#[command(name = "train_sequence", max_term_width = 100)]
struct Args {
    /// A style: a preset or a TOML file. Given several times, each is drawn as often as any other.
    #[arg(long = "style", value_name = "STYLE", required = true)]
    styles: Vec<String>,
    /// The folder of the run.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// After each epoch the network is validated and the state is kept.
    #[arg(long, default_value_t = 20, value_name = "N")]
    epochs: usize,
    /// Images an epoch, always new ones.
    #[arg(long, default_value_t = 30_000, value_name = "N")]
    images: usize,
    /// The network: sequence, fine-sequence (for images whose details matter), or a JSON file of layers.
    #[arg(long, default_value = "sequence", value_name = "NAME")]
    architecture: String,
    /// Images to validate on.
    #[arg(long, default_value_t = 2000, value_name = "N")]
    validation: usize,
    #[command(flatten)]
    training: TrainingArgs,
}

/// The numbers of the random streams that are not for training.
const VALIDATION: u64 = u64::MAX;
const CALIBRATION: u64 = u64::MAX - 1;

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let renderers = || -> Result<Vec<Renderer>, Box<dyn std::error::Error>> {
            args.styles.iter().map(|style| Ok(Renderer::new(open_style(style)?)?)).collect()
        };
        let styles: Vec<_> = renderers()?.iter().map(|renderer| renderer.style().clone()).collect();
        // Styles of other proportions are read as well: this width is that of the description.
        let width = |height: usize| height * styles[0].width as usize / styles[0].height as usize;
        let stream = |images, seed| -> Result<_, Box<dyn std::error::Error>> {
            let options = StreamOptions::new(images).with_seed(seed).with_threads(args.training.threads);
            Ok(CaptchaStream::new(Mixture::new(renderers()?)?, options)?)
        };
        let training = stream(args.images, args.training.seed)?;
        let validation = stream(args.validation, seed::derive(args.training.seed, VALIDATION))?;
        let alphabet = training.alphabet().clone();
        let layers = open_architecture(&args.architecture, alphabet.len())?;
        let architecture = layers.at_width(width(layers.input.height));
        let prepared = |stream: CaptchaStream| {
            let architecture = architecture.clone();
            stream
                .with_prepare("as the architecture says", move |image| architecture.prepare(&to_gray(image)))
        };
        let (training, validation) = (prepared(training), prepared(validation));

        let mut metadata = ModelMetadata::new(architecture.clone(), alphabet);
        metadata.lengths = styles
            .iter()
            .map(|style| (style.lengths.min, style.lengths.max))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        metadata.training.insert("command".to_owned(), command);
        let options = args.training.options(TrainOptions::sequence()).with_epochs(args.epochs);
        let watch = TrainingProgress::of("images");
        let trained = train(&metadata, &training, &validation, &options, Some(&args.out), &watch)?;
        watch.finish();
        if training.stats().batches > 0 {
            print(format_args!(
                "the trainer waited {} of the time for images",
                format::percent(training.stats().wait_share())
            ))?;
        }
        pictures::save_learning_curves(&trained.history, &args.out.join("curves"))?;

        // So that a confidence is a probability: fitted on images that are neither trained on nor validated on.
        let source = Mixture::new(renderers()?)?;
        let draw = |index: u64| {
            let image = source.image(seed::derive(seed::derive(args.training.seed, CALIBRATION), index));
            image.map(|(image, text)| LabelledImage { label: text, image: Ok(image) })
        };
        draw(0)?;
        let watch = Progress::new("Calibrating", "images");
        let unreadable = |error: DatasetError| LabelledImage {
            label: error.to_string(),
            image: Ok(DynamicImage::default()),
        };
        let report = calibrate(
            &Solver::new(&trained.model)?,
            0..args.validation,
            |index| draw(index as u64).unwrap_or_else(unreadable),
            &watch,
        );
        watch.finish();
        let mut model = trained.model;
        if let Some(fit) = report.fit {
            model = model.with_temperature(Some(fit.temperature))?;
            model.save(&args.out.join("model.safetensors"))?;
        }
        print(format_args!(
            "best: epoch {} with {} of the validation images; model in {}",
            model.metadata().training["epoch"],
            model.metadata().scores["validation_accuracy"],
            args.out.join("model.safetensors").display()
        ))?;
        Ok(())
    })
}
