//! Opens the window: draw CAPTCHAs, read them, and see how the network reads them.
//!
//! ```text
//! cargo run --release --example app
//! cargo run --release --example app -- --style hard --seed 7
//! cargo run --release --example app -- QXKZEF.png
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use captcha_lab::Pretrained;
use captcha_lab::render::Style;
use captcha_lab_app::{ModelChoice, Recipe, Session, Window, open_window};
use captcha_report::describe;
use clap::Parser;

/// A window to draw CAPTCHAs, to read them, and to see how the network reads them.
#[derive(Parser)]
#[command(name = "app", max_term_width = 100)]
struct Args {
    /// An image to open; without it, one is drawn.
    #[arg(value_name = "IMAGE")]
    image: Option<PathBuf>,
    /// A preset (seed, claptcha, lepture, easy, medium, hard) or a TOML file.
    #[arg(long, default_value = "seed", value_name = "STYLE")]
    style: String,
    /// The seed of the first image; all that is drawn follows from it.
    #[arg(long, default_value_t = 42, value_name = "N")]
    seed: u64,
    /// A model file, or the name of one that ships; without it, the one that fits the style.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", describe(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let recipe = Recipe::new(name(&args.style), Style::open(&args.style)?, args.seed);
    let choice = args.model.map_or(ModelChoice::Fitting, |model| {
        let pretrained = model.to_str().and_then(Pretrained::named);
        pretrained.map_or(ModelChoice::File(model), ModelChoice::Pretrained)
    });
    Ok(open_window(move |context| {
        let mut session = Session::new(context, recipe, choice);
        if let Some(image) = &args.image {
            session.open(image);
        }
        Window::new(session)
    })?)
}

/// The name of a style: that of a preset, or a file name without folder and extension.
fn name(style: &str) -> String {
    Path::new(style).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
