//! `captcha-lab cut`

use captcha_lab::GlyphBox;
use captcha_lab::core::{Monitor, to_gray};
use captcha_lab::render::Renderer;
use captcha_lab::segment::{Segmenter, score_boxes};
use captcha_report::{Table, format};
use serde::Serialize;

use crate::args::{CuttingArgs, StyleArgs};
use crate::output::{print, print_json};
use crate::progress::Progress;
use crate::run::Outcome;

/// Measure how well a way of cutting finds the letters of a style.
///
/// CAPTCHAs are drawn and cut into letters, and the boxes are compared with where the letters are. All images count.
#[derive(Debug, clap::Args)]
pub(crate) struct Cut {
    #[command(flatten)]
    style: StyleArgs,
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
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// The least intersection over union with the true box for a match.
const FITS: f64 = 0.7;

/// Ink of at least this coverage, of 255, counts: the default threshold of the segmenter.
const SEEN: u8 = 63;

/// How well the boxes match.
#[derive(Default, Serialize)]
struct Summary {
    images: u64,
    /// Images with the right number of boxes.
    counted: u64,
    /// Images whose boxes all match.
    exact: u64,
    mean_iou: f64,
}

impl Cut {
    pub(super) fn run(&self) -> Outcome {
        let renderer = Renderer::new(self.style.open()?)?;
        let segmenter = Segmenter::new(self.cutting.options())?;
        let progress = Progress::new("Cutting", "images");
        let mut summary = Summary { images: self.count, ..Summary::default() };
        let mut overlap = 0.0;
        for index in 0..self.count {
            if progress.interrupted() {
                return Err("interrupted; nothing was measured".into());
            }
            let captcha = renderer.random(self.seed.wrapping_add(index))?;
            let truth = captcha.glyphs.iter().filter_map(|glyph| glyph.bounds_above(SEEN));
            let truth: Vec<GlyphBox> = truth.collect();
            let expected = (!self.unknown_length).then_some(truth.len());
            if let Ok(segmentation) = segmenter.segment(&to_gray(&captcha.image), expected) {
                let found: Vec<GlyphBox> = segmentation.letters.iter().map(|letter| letter.bounds).collect();
                let score = score_boxes(&found, &truth);
                summary.counted += u64::from(found.len() == truth.len());
                summary.exact += u64::from(score.is_exact(FITS));
                overlap += score.mean_iou();
            }
            progress.progress(index + 1, self.count);
        }
        progress.finish();
        summary.mean_iou = overlap / self.count.max(1) as f64;
        if self.json {
            return Ok(print_json(&summary)?);
        }
        let share = |count: u64| format::percent(count as f64 / self.count.max(1) as f64);
        let mut table = Table::new(["images", "right number of boxes", "all boxes fit", "mean IoU"]);
        table.row([
            format::count(self.count),
            share(summary.counted),
            share(summary.exact),
            format!("{:.3}", summary.mean_iou),
        ]);
        Ok(print(&table)?)
    }
}
