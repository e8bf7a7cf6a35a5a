//! `captcha-lab extract`

use std::path::{Path, PathBuf};

use captcha_lab::core::Alphabet;
use captcha_lab::dataset::{
    FolderOptions, LabelledFolder, LetterOptions, LetterSet, LetterSummary, extract_letters,
};
use captcha_lab::segment::Segmenter;
use captcha_report::{Table, format, pictures};
use serde::Serialize;

use crate::args::{CuttingArgs, ThreadArgs};
use crate::output::{LeftOut, next, print, print_json, quoted};
use crate::progress::Progress;
use crate::run::Outcome;

/// Cut labelled CAPTCHAs into letters, one folder for each character.
///
/// OUT/A/000001.png ... is the layout that torchvision's ImageFolder reads. How the letters were cut is kept in the
/// folder, and a model that is trained with them cuts alike.
#[derive(Debug, clap::Args)]
pub(crate) struct Extract {
    /// A folder of labelled images, as `generate` draws it.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The folder for the letters.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    cutting: CuttingArgs,
    /// Width and height of a letter in pixels [default: what suits the method].
    #[arg(long, value_name = "PIXELS")]
    letter_size: Option<u32>,
    /// Skip images whose text has other characters.
    #[arg(long, value_name = "CHARACTERS")]
    allowed: Option<Alphabet>,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Also draw a sheet of the letters by class, beside the folder.
    #[arg(long)]
    sheet: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// The results of cutting.
#[derive(Serialize)]
struct Summary<'a> {
    folder: &'a Path,
    images: u64,
    segmented: u64,
    segmentation_yield: f64,
    letters: u64,
    not_segmented: Vec<LeftOut<'a>>,
    skipped: Vec<LeftOut<'a>>,
    sheet: Option<&'a Path>,
}

impl Extract {
    pub(super) fn run(&self) -> Outcome {
        self.threads.apply()?;
        let mut options = self.cutting.options();
        if let Some(size) = self.letter_size {
            options = options.with_letter_size(size);
        }
        let segmenter = Segmenter::new(options)?;
        let mut folder_options = FolderOptions::default();
        if let Some(alphabet) = &self.allowed {
            folder_options = folder_options.with_alphabet(alphabet.clone());
        }
        let folder = LabelledFolder::open(&self.data, &folder_options)?;
        let progress = Progress::new("Cutting", "images");
        let summary = extract_letters(&folder, &segmenter, &self.out, &progress)?;
        progress.finish();
        let sheet = if self.sheet { Some(self.draw_sheet()?) } else { None };
        if self.json {
            return Ok(print_json(&Summary {
                folder: &self.out,
                images: summary.images,
                segmented: summary.segmented,
                segmentation_yield: summary.segmentation_yield(),
                letters: summary.letters,
                not_segmented: LeftOut::of(&summary.skipped),
                skipped: LeftOut::of(folder.skipped()),
                sheet: sheet.as_deref(),
            })?);
        }
        print(table(&summary))?;
        for skipped in [&summary.skipped, folder.skipped()].into_iter().filter(|skipped| !skipped.is_empty())
        {
            print(skipped)?;
        }
        if let Some(sheet) = sheet {
            print(format_args!("sheet of the letters: {}", sheet.display()))?;
        }
        next(format_args!("train --data {} --out runs/first", quoted(&self.out)));
        Ok(())
    }

    fn draw_sheet(&self) -> Outcome<PathBuf> {
        let (letters, _) = LetterSet::open(&self.out, &LetterOptions::default())?;
        let sheet = pictures::beside(&self.out, "-sheet.png")?;
        pictures::save_letter_sheet(&letters, &sheet)?;
        Ok(sheet)
    }
}

fn table(summary: &LetterSummary) -> Table {
    let mut table = Table::new(["images", "segmented", "share", "letters"]);
    table.row([
        format::count(summary.images),
        format::count(summary.segmented),
        format::percent(summary.segmentation_yield()),
        format::count(summary.letters),
    ]);
    table
}
