//! Trains a letter network on random letters and prints the images per second of each epoch as JSON: the side of
//! the project in `python3 benches/train_peers.py`, which runs PyTorch in turn with it.

use std::process::ExitCode;

use captcha_lab::core::image::GrayImage;
use captcha_lab::core::rand::RngExt;
use captcha_lab::core::{Alphabet, seed};
use captcha_lab::dataset::{LetterEpochs, LetterSet};
use captcha_lab::infer::{Architecture, ModelMetadata};
use captcha_lab::model::{DeviceChoice, Schedule, TrainOptions, train};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [network, batch, threads, images, epochs] = &args[..] else {
        eprintln!("usage: train_speed post|compact BATCH THREADS IMAGES EPOCHS");
        return ExitCode::FAILURE;
    };
    match measure(network, [batch, threads, images, epochs]) {
        Ok(rates) => {
            println!("{rates:?}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(network: &str, numbers: [&String; 4]) -> Result<Vec<f64>, Box<dyn std::error::Error>> {
    let [batch, threads, images, epochs] = numbers.map(|number| number.parse::<usize>());
    let alphabet = Alphabet::uppercase();
    let architecture = match network {
        "post" => Architecture::post(alphabet.len()),
        "compact" => Architecture::compact(alphabet.len()),
        _ => return Err(format!("there is no network {network:?}, expected post or compact").into()),
    };
    let letters = random_letters(&alphabet, architecture.input.width as u32, images?)?;
    let validation = LetterEpochs::new(letters.subset(&[0]), 1);
    let metadata = ModelMetadata::new(architecture, alphabet);
    let options = TrainOptions::default()
        .with_batch(batch?)
        .with_threads(threads?)
        .with_epochs(epochs?)
        .with_schedule(Schedule::Constant)
        .with_learning_rate(1e-4)
        .with_weight_decay(0.0)
        .with_device(DeviceChoice::Cpu);
    let trained = train(&metadata, &LetterEpochs::new(letters, 1), &validation, &options, None, &())?;
    Ok(trained.history.iter().map(|row| row.images_per_second).collect())
}

fn random_letters(
    alphabet: &Alphabet,
    size: u32,
    count: usize,
) -> Result<LetterSet, Box<dyn std::error::Error>> {
    let mut rng = seed::rng(1);
    let mut letters = LetterSet::new(alphabet.clone(), size);
    for index in 0..count {
        let levels = (0..size * size).map(|_| rng.random()).collect();
        let image = GrayImage::from_raw(size, size, levels).ok_or("one byte a pixel")?;
        letters.push(&image, alphabet.characters()[index % alphabet.len()])?;
    }
    Ok(letters)
}
