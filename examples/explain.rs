//! Tells how a network reads an image, with pictures of every step.
//!
//! ```text
//! cargo run --release --example explain -- IMAGE --out DIR
//! cargo run --release --example explain -- --model claptcha-sequence IMAGE
//! cargo run --release --example explain
//! ```
//!
//! Open `index.html` in the folder in any browser.

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab::Label;
use captcha_lab::core::{ImageLimits, open_image};
use captcha_lab::render::{Renderer, Style};
use captcha_lab_cli::{open_model, print, run};
use captcha_report::format;
use captcha_report::inside::{Road, story};
use clap::Parser;

/// Write a page that tells how a network reads an image: pixels, letters or columns, every layer, the scores and the text,
/// in pictures and films of that very image.
#[derive(Parser)]
#[command(name = "explain", max_term_width = 100)]
struct Args {
    /// An image file; if it is named after its text, the page says whether the answer is right. Without it, one is drawn.
    #[arg(value_name = "IMAGE")]
    image: Option<PathBuf>,
    /// The folder of the page, index.html, and its pictures.
    #[arg(long, default_value = "explain", value_name = "DIR")]
    out: PathBuf,
    /// A model file that `train` or `train_sequence` made, or the name of one that ships: seed-letters,
    /// claptcha-sequence, lepture-sequence, hard-sequence.
    #[arg(long, default_value = "seed-letters", value_name = "MODEL")]
    model: PathBuf,
    /// Which letter is followed through the network, from the left; models of sequences read all at once.
    #[arg(long, default_value_t = 1, value_name = "N")]
    letter: usize,
}

/// The CAPTCHA that is drawn where no image is given: one with a letter twice in a row, which CTC has to keep apart.
const SEED: u64 = 7;

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let model = open_model(&args.model)?;
        let (image, name, label) = match &args.image {
            Some(path) => {
                let image = open_image(path, ImageLimits::default())?;
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                (image, name, Road::label_of(&model, path))
            }
            None => {
                let captcha = Renderer::new(Style::seed())?.random(SEED)?;
                (captcha.image, captcha.text.clone(), Some(Label::new(captcha.text)))
            }
        };
        let road = Road::new(model, image, args.letter)?.with_label(label);
        story(&road, &name)?.save(&args.out)?;
        let page = args.out.join("index.html");
        match road.prediction() {
            Ok(read) => {
                let sure = format::percent(f64::from(read.confidence.value()));
                print(format_args!("{}\t{}\t{sure}", page.display(), read.text))?;
            }
            Err(error) => print(format_args!("{}\tnot cut into letters: {error}", page.display()))?,
        }
        Ok(())
    })
}
