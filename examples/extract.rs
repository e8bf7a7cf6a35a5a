//! Cuts a folder of labelled CAPTCHAs into letters, one folder for each character.
//!
//! ```text
//! cargo run --release --example extract -- --data data/captchas --out data/letters
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab::core::Alphabet;
use captcha_lab::dataset::{FolderOptions, LabelledFolder, LetterOptions, LetterSet, extract_letters};
use captcha_lab::segment::Segmenter;
use captcha_lab_cli::{CuttingArgs, Progress, print, run};
use captcha_report::{Table, format, pictures};
use clap::Parser;

/// Cut labelled CAPTCHAs into letters: OUT/A/000001.png ..., the layout that torchvision's ImageFolder reads.
#[derive(Parser)]
#[command(name = "extract", max_term_width = 100)]
struct Args {
    /// A folder of labelled images, as `generate` draws it.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The folder for the letters.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    cutting: CuttingArgs,
    /// Width and height of a letter in pixels.
    #[arg(long, value_name = "PIXELS")]
    size: Option<u32>,
    /// Skip images whose text has other characters.
    #[arg(long, value_name = "CHARACTERS")]
    alphabet: Option<Alphabet>,
    /// Also draw a sheet of the letters by class, beside the folder.
    #[arg(long)]
    sheet: bool,
}

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let mut options = args.cutting.options();
        if let Some(size) = args.size {
            options = options.with_letter_size(size);
        }
        let segmenter = Segmenter::new(options)?;
        let mut folder_options = FolderOptions::default();
        if let Some(alphabet) = args.alphabet {
            folder_options = folder_options.with_alphabet(alphabet);
        }
        let folder = LabelledFolder::open(&args.data, &folder_options)?;
        let progress = Progress::new("Cutting", "images");
        let summary = extract_letters(&folder, &segmenter, &args.out, &progress)?;
        progress.finish();

        let mut table = Table::new(["images", "segmented", "share", "letters"]);
        table.row([
            format::count(summary.images),
            format::count(summary.segmented),
            format::percent(summary.segmentation_yield()),
            format::count(summary.letters),
        ]);
        print(&table)?;
        if !summary.skipped.is_empty() {
            print(&summary.skipped)?;
        }
        if !folder.skipped().is_empty() {
            print(folder.skipped())?;
        }
        if args.sheet {
            let (letters, _) = LetterSet::open(&args.out, &LetterOptions::default())?;
            let sheet = pictures::beside(&args.out, "-sheet.png")?;
            pictures::save_letter_sheet(&letters, &sheet)?;
            print(format_args!("sheet of the letters: {}", sheet.display()))?;
        }
        Ok(())
    })
}
