//! Trains a letter network with libtorch, and reads with it without libtorch.
//!
//! ```text
//! cargo run --release --features torch --example train
//! cargo run --release --features torch --example train -- LETTERS RUN
//! ```
//!
//! LETTERS is a folder of letters, as the example `extract` makes it. Without arguments they are drawn and cut in memory.

use std::env;
use std::path::PathBuf;
use std::process::exit;

use captcha_lab::Solver;
use captcha_lab::core::{MainError, Monitor};
use captcha_lab::dataset::{Augmentation, LetterOptions, LetterSet};
use captcha_lab::model::{EpochMetrics, LetterTraining, TrainMonitor, TrainOptions};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::segment::{SegmentOptions, Segmenter};

/// Prints a line for each epoch.
struct Watch;

impl Monitor for Watch {}

impl TrainMonitor for Watch {
    fn epoch(&self, metrics: &EpochMetrics) {
        let accuracy = 100.0 * metrics.validation_accuracy;
        println!("epoch {}: loss {:.4}, {accuracy:.2} % right", metrics.epoch, metrics.train_loss);
    }
}

fn main() -> Result<(), MainError> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let renderer = Renderer::new(Style::seed())?;
    let (letters, run) = match <[PathBuf; 2]>::try_from(arguments) {
        Ok([letters, run]) => (LetterSet::open(&letters, &LetterOptions::default())?.0, run),
        Err(none) if none.is_empty() => {
            let segmenter = Segmenter::new(SegmentOptions::default())?;
            let (letters, summary) = LetterSet::from_source(&renderer, 1000, 1, &segmenter, &())?;
            println!("{summary}");
            (letters, PathBuf::from("example-out/run"))
        }
        Err(_) => {
            eprintln!("usage: train [LETTERS RUN]");
            exit(2)
        }
    };

    // Batches are [n, 1, 24, 24] with ink 1 and paper 0; a tenth of the letters of each class is kept for validation. The
    // same call continues a run that was interrupted.
    let trained = LetterTraining::new(letters)
        .with_augmentation(Some(Augmentation::light()))
        .with_options(TrainOptions::default().with_epochs(4).with_seed(1))
        .with_folder(&run)
        .run(&Watch)?;
    println!("the best model is {}", run.join("model.safetensors").display());

    // The model file has all that reading takes: the network, the alphabet, how images are cut.
    let captcha = renderer.random(1_000_000)?;
    let prediction = Solver::new(&trained.model)?.solve(&captcha.image)?;
    let sure = 100.0 * prediction.confidence.value();
    println!("{} was read as {} ({sure:.1} % sure)", captcha.text, prediction.text);
    Ok(())
}
