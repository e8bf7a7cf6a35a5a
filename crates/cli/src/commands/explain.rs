//! `captcha-lab explain`

use std::path::{Path, PathBuf};

use captcha_lab::core::{ImageLimits, describe, open_image};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{Label, open_model};
use captcha_report::explain::story;
use captcha_report::format;
use captcha_report::inside::Road;
use serde::Serialize;

use crate::output::{print, print_json};
use crate::run::Outcome;

/// Write a page that tells how a network reads an image: pixels, letters or columns, every layer, the scores and the text.
///
/// Its pictures and films are of that very image. Open index.html in the folder in any browser.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// An image file; if it is named after its text, the page says whether the answer is right. Without it, one is drawn.
    #[arg(value_name = "IMAGE")]
    image: Option<PathBuf>,
    /// The folder of the page, index.html, and its pictures.
    #[arg(long, default_value = "explain", value_name = "DIR")]
    out: PathBuf,
    /// A model file that `train` made, or the name of one that ships: base-sequence, seed-letters, claptcha-sequence,
    /// lepture-sequence, hard-sequence.
    #[arg(long, default_value = "seed-letters", value_name = "MODEL")]
    model: PathBuf,
    /// Which letter is followed through the network, from the left; models of sequences read all at once.
    #[arg(long, default_value_t = 1, value_name = "N")]
    letter: usize,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// The seed of the CAPTCHA that is drawn if no image is given; it has a double letter, which CTC must keep
/// apart.
const SEED: u64 = 7;

/// The reading.
#[derive(Serialize)]
struct Summary<'a> {
    page: &'a Path,
    text: Option<&'a str>,
    confidence: Option<f32>,
    /// Why nothing could be read.
    error: Option<String>,
}

impl Explain {
    pub(super) fn run(&self) -> Outcome {
        let model = open_model(&self.model)?;
        let (image, name, label) = match &self.image {
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
        let road = Road::new(model, image, self.letter)?.with_label(label);
        story(&road, &name)?.save(&self.out)?;
        let page = self.out.join("index.html");
        let read = road.prediction();
        if self.json {
            return Ok(print_json(&Summary {
                page: &page,
                text: read.as_ref().ok().map(|read| read.text.as_str()),
                confidence: read.as_ref().ok().map(|read| read.confidence.value()),
                error: read.as_ref().err().map(|error| describe(*error)),
            })?);
        }
        match read {
            Ok(read) => {
                let sure = format::percent(f64::from(read.confidence.value()));
                print(format_args!("{}\t{}\t{sure}", page.display(), read.text))?;
            }
            Err(error) => {
                print(format_args!("{}\tnot cut into letters: {}", page.display(), describe(error)))?;
            }
        }
        Ok(())
    }
}
