//! Measures how well a model reads labelled images: your own, or some that are drawn for it.
//!
//! ```text
//! cargo run --release --example evaluate
//! cargo run --release --example evaluate -- DATA [MODEL]
//! ```
//!
//! Without arguments it measures a model that ships on 300 CAPTCHAs with a line across the letters.

use std::env;
use std::path::PathBuf;
use std::process::exit;

use captcha_lab::core::MainError;
use captcha_lab::dataset::{FolderOptions, LabelledFolder, Sample};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{LabelledImage, Pretrained, Solver, evaluate};

fn main() -> Result<(), MainError> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if arguments.len() > 2 {
        eprintln!("usage: evaluate [DATA [MODEL]]");
        exit(2)
    }
    let solver = match arguments.get(1) {
        Some(model) => Solver::open(model)?,
        None => Solver::from_bytes(Pretrained::ClaptchaSequence.bytes())?,
    };

    // Images are loaded or drawn a few at a time, on all cores: memory does not grow with their number.
    let report = match arguments.first() {
        Some(folder) => {
            let folder = LabelledFolder::open(folder, &FolderOptions::default())?;
            if !folder.skipped().is_empty() {
                println!("{}", folder.skipped());
            }
            let load =
                |sample: Sample| LabelledImage { label: sample.label.to_string(), image: sample.load() };
            evaluate(&solver, folder.samples(), load, &(), |_| ())
        }
        None => {
            let renderer = Renderer::new(Style::claptcha())?;
            let texts: Vec<(u64, String)> = (0..300).map(|seed| (seed, renderer.text(seed))).collect();
            let draw = |(seed, label): (u64, String)| {
                // A preset draws every text of its alphabet; an image that is missing counts as wrong.
                let drawn = renderer.render(&label, seed).map(|captcha| captcha.image);
                LabelledImage { label, image: Ok(drawn.unwrap_or_default()) }
            };
            evaluate(&solver, texts.into_iter(), draw, &(), |answer| {
                if !answer.right {
                    let read = answer.reading.map_or_else(|error| error.to_string(), |read| read.text);
                    println!("{} was read as {read}", answer.label);
                }
            })
        }
    };

    // Every share is over all images: one that can't be read counts as wrong.
    let evaluation = &report.evaluation;
    for (what, share, (low, high)) in [
        ("characters", evaluation.characters.value(), evaluation.characters.interval()),
        ("whole CAPTCHAs", evaluation.whole.value(), evaluation.whole.interval()),
    ] {
        let percent = [share, low, high].map(|value| format!("{:.2} %", 100.0 * value));
        println!("{what}: {} (95 % interval {} to {})", percent[0], percent[1], percent[2]);
    }
    println!("{:.0} images/s", report.images_per_second());
    Ok(())
}
