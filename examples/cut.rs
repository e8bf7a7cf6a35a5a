//! Measures how well a way of cutting finds the letters of a style.
//!
//! ```text
//! cargo run --release --example cut -- --style seed
//! cargo run --release --example cut -- --style claptcha --line-width 5
//! ```

use std::process::ExitCode;

use captcha_lab::GlyphBox;
use captcha_lab::core::{Monitor, to_gray};
use captcha_lab::render::Renderer;
use captcha_lab::segment::{Segmenter, score_boxes};
use captcha_lab_cli::{CuttingArgs, Progress, open_style, print, run};
use captcha_report::{Table, format};
use clap::Parser;

/// Draw CAPTCHAs of a style, cut them into letters, and compare the boxes with where the letters are. All images
/// count.
#[derive(Parser)]
#[command(name = "cut", max_term_width = 100)]
struct Args {
    /// A preset or a TOML file.
    #[arg(long, default_value = "seed", value_name = "STYLE")]
    style: String,
    #[command(flatten)]
    cutting: CuttingArgs,
    /// How many CAPTCHAs.
    #[arg(long, default_value_t = 2000, value_name = "N")]
    count: u64,
    /// Do not tell the segmenter how many letters there are.
    #[arg(long)]
    unknown_length: bool,
    /// The first CAPTCHA; the others follow.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

/// A box fits if it has this share of its union with the true one in common.
const FITS: f64 = 0.7;

/// Ink of at least this coverage, of 255, is seen: the default threshold of the segmenter.
const SEEN: u8 = 63;

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let renderer = Renderer::new(open_style(&args.style)?)?;
        let segmenter = Segmenter::new(args.cutting.options())?;
        let progress = Progress::new("Cutting", "images");
        let (mut counted, mut exact, mut overlap) = (0u64, 0u64, 0.0);
        for index in 0..args.count {
            if progress.interrupted() {
                return Err("stopped; nothing was measured".into());
            }
            let captcha = renderer.random(args.seed.wrapping_add(index))?;
            let truth = captcha.glyphs.iter().filter_map(|glyph| glyph.bounds_above(SEEN));
            let truth: Vec<GlyphBox> = truth.collect();
            let expected = (!args.unknown_length).then_some(truth.len());
            if let Ok(segmentation) = segmenter.segment(&to_gray(&captcha.image), expected) {
                let found: Vec<GlyphBox> = segmentation.letters.iter().map(|letter| letter.bounds).collect();
                let score = score_boxes(&found, &truth);
                counted += u64::from(found.len() == truth.len());
                exact += u64::from(score.is_exact(FITS));
                overlap += score.mean_iou();
            }
            progress.progress(index + 1, args.count);
        }
        progress.finish();
        let share = |count: u64| format::percent(count as f64 / args.count.max(1) as f64);
        let mut table = Table::new(["images", "right number of boxes", "all boxes fit", "mean IoU"]);
        let mean = format!("{:.3}", overlap / args.count.max(1) as f64);
        table.row([format::count(args.count), share(counted), share(exact), mean]);
        print(&table)?;
        Ok(())
    })
}
