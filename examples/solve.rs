//! Reads images and says how sure every character is.
//!
//! ```text
//! cargo run --release --example solve
//! cargo run --release --example solve -- IMAGE...
//! ```
//!
//! Without arguments it draws a CAPTCHA of each style that a model ships for, and reads it.

use std::env;

use captcha_lab::core::{MainError, describe};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{Prediction, Pretrained, Solver};

fn main() -> Result<(), MainError> {
    let images: Vec<_> = env::args_os().skip(1).collect();

    // A solver is a model and what is known of the texts. This one reads digits and letters in nearly any style.
    let solver = Solver::pretrained()?;
    for image in &images {
        match solver.solve_path(image) {
            Ok(prediction) => tell(&image.to_string_lossy(), &prediction),
            // A file that is no image does not stop the others.
            Err(error) => eprintln!("{}: {}", image.to_string_lossy(), describe(&error)),
        }
    }
    if !images.is_empty() {
        return Ok(());
    }

    for (style, model) in [
        (Style::seed(), Pretrained::SeedLetters),
        (Style::claptcha(), Pretrained::ClaptchaSequence),
        (Style::lepture(), Pretrained::LeptureSequence),
        (Style::hard(), Pretrained::HardSequence),
    ] {
        // What is known of a text makes its reading surer: which characters it can have, and how many.
        let solver = Solver::from_bytes(model.bytes())?
            .with_lengths(Some(style.lengths.min..=style.lengths.max))?
            .with_allowed(Some(style.alphabet.clone()))?;
        let captcha = Renderer::new(style)?.random(1)?;
        tell(&captcha.text, &solver.solve(&captcha.image)?);
    }
    Ok(())
}

/// Prints a text, each of its characters, and what else an unsure one could be.
fn tell(what: &str, prediction: &Prediction) {
    println!("{what}: {} ({:.1} % sure)", prediction.text, 100.0 * prediction.confidence.value());
    for character in prediction.characters.iter().filter(|character| character.confidence.value() < 0.99) {
        let others: Vec<String> = character
            .alternatives
            .iter()
            .map(|other| format!("{} {:.1} %", other.character, 100.0 * other.confidence.value()))
            .collect();
        println!(
            "  {} {:.1} %, or {}",
            character.character,
            100.0 * character.confidence.value(),
            others.join(", ")
        );
    }
}
