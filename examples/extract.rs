//! Cuts a folder of labelled CAPTCHAs into letters, one folder for each character.
//!
//! ```text
//! cargo run --release --example extract
//! cargo run --release --example extract -- DATA OUT
//! ```
//!
//! Without arguments the CAPTCHAs are drawn first.

use std::env;
use std::path::PathBuf;
use std::process::exit;

use captcha_lab::core::MainError;
use captcha_lab::dataset::{
    CorpusOptions, FolderOptions, LabelledFolder, LetterOptions, LetterSet, extract_letters, generate_corpus,
};
use captcha_lab::render::Style;
use captcha_lab::segment::{SegmentOptions, Segmenter};

fn main() -> Result<(), MainError> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (data, out) = match <[PathBuf; 2]>::try_from(arguments) {
        Ok([data, out]) => (data, out),
        Err(none) if none.is_empty() => {
            let data = PathBuf::from("example-out/letters-of");
            generate_corpus(&CorpusOptions::new(Style::seed(), 200), &data, &())?;
            (data, PathBuf::from("example-out/letters"))
        }
        Err(_) => {
            eprintln!("usage: extract [DATA OUT]");
            exit(2)
        }
    };

    // Any folder of images that are named after their text: QXKZEF.png, QXKZEF-2.png. What can't be used is counted.
    let captchas = LabelledFolder::open(&data, &FolderOptions::default())?;
    println!("{}: {} images, {}", data.display(), captchas.len(), captchas.skipped());

    // Letters are images of 24 x 24 grey levels. Those of each character have a folder of their own, as torchvision's
    // ImageFolder reads it. An image that can't be cut into as many letters as its label has is counted with the reason.
    let segmenter = Segmenter::new(SegmentOptions::default().with_letter_size(24))?;
    let summary = extract_letters(&captchas, &segmenter, &out, &())?;
    println!("{}: {summary}", out.display());

    // Back in memory, with how they were cut: a model that is trained with them cuts alike.
    let (letters, _) = LetterSet::open(&out, &LetterOptions::default())?;
    for (character, count) in letters.alphabet().characters().iter().zip(letters.class_counts()) {
        print!("{character} {count}  ");
    }
    println!();
    Ok(())
}
