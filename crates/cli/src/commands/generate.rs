//! `captcha-lab generate`

use std::path::{Path, PathBuf};

use captcha_lab::dataset::{CorpusOptions, ImageFileFormat, Shard, generate_corpus};
use captcha_report::pictures;
use serde::Serialize;

use crate::args::{StyleArgs, ThreadArgs};
use crate::output::{next, print, print_json, quoted};
use crate::progress::Progress;
use crate::run::Outcome;

/// Draw CAPTCHAs into a folder, each with its text as file name, and a manifest.
///
/// The same options give the same files, on every machine; a run that was cut off is completed by the same command.
#[derive(Debug, clap::Args)]
pub(crate) struct Generate {
    /// The folder to draw into.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    style: StyleArgs,
    /// How many images [default: 100, or one for each text].
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Draw these texts, in turn, instead of random ones.
    #[arg(long, value_name = "TEXT")]
    text: Vec<String>,
    /// Everything random is a function of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// The ending of the files: png, jpg, bmp ...
    #[arg(long, default_value = "png", value_name = "FORMAT")]
    format: ImageFileFormat,
    /// Leave the boxes of the characters out of the manifest.
    #[arg(long)]
    no_boxes: bool,
    /// Also write a mask for each image, that says which pixels are of which character.
    #[arg(long)]
    masks: bool,
    /// Draw one part of the images, such as 0/4: images 0, 4, 8 ...
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Also draw a contact sheet of the first images, beside the folder.
    #[arg(long)]
    sheet: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// What was drawn.
#[derive(Serialize)]
struct Summary<'a> {
    folder: &'a Path,
    images: u64,
    drawn: u64,
    sheet: Option<&'a Path>,
}

impl Generate {
    pub(super) fn run(&self) -> Outcome {
        let mut options = CorpusOptions::new(self.style.open()?, self.images()?)
            .with_seed(self.seed)
            .with_format(self.format)
            .with_boxes(!self.no_boxes)
            .with_masks(self.masks)
            .with_threads(self.threads.threads)
            .with_shard(self.shard.unwrap_or(Shard::WHOLE));
        if !self.text.is_empty() {
            options = options.with_texts(self.text.iter().cloned());
        }
        let progress = Progress::new("Drawing", "images");
        let summary = generate_corpus(&options, &self.out, &progress)?;
        progress.finish();
        let sheet = self.sheet.then(|| pictures::save_folder_sheet(&summary.folder)).transpose()?;
        let (folder, images, drawn) = (&summary.folder, summary.images, summary.drawn);
        if self.json {
            return Ok(print_json(&Summary { folder, images, drawn, sheet: sheet.as_deref() })?);
        }
        print(format_args!("{images} images in {}, {drawn} of them new", folder.display()))?;
        if let Some(sheet) = sheet {
            print(format_args!("contact sheet: {}", sheet.display()))?;
        }
        next(format_args!("evaluate --data {}", quoted(&self.out)));
        Ok(())
    }

    /// The number of images to draw.
    fn images(&self) -> Outcome<u64> {
        let texts = self.text.len() as u64;
        match self.count {
            None if texts > 0 => Ok(texts),
            None => Ok(100),
            Some(count) if count < texts => Err(format!(
                "--count {count} has no room for {texts} texts: leave out --count to draw each once, or some --text"
            )
            .into()),
            Some(count) => Ok(count),
        }
    }
}
