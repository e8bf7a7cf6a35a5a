//! How CAPTCHAs are cut into letters, as arguments.

use captcha_lab::segment::{Cleaning, SegmentOptions};

/// A way of cutting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
    /// The project's own: fragments joined, touching letters cut where there is least ink.
    #[default]
    Best,
    /// The post's: every outer contour is a letter, a wide one is two.
    Seed,
}

/// How CAPTCHAs are cut into letters: shared by `cut`, `extract` and `train`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct CuttingArgs {
    /// How to cut.
    #[arg(long, value_enum, default_value_t)]
    method: Method,
    /// First remove specks: each pixel becomes the median of those around, so many pixels far.
    #[arg(long, default_value_t = 0, value_name = "PIXELS")]
    median_radius: u32,
    /// First remove the line across the image where it is at most so high: elsewhere a letter crosses it.
    #[arg(long, default_value_t = 0, value_name = "PIXELS")]
    line_width: u32,
}

impl CuttingArgs {
    /// The options that they describe.
    #[must_use]
    pub fn options(self) -> SegmentOptions {
        let options = match self.method {
            Method::Best => SegmentOptions::default(),
            Method::Seed => SegmentOptions::seed(),
        };
        options.with_cleaning(
            Cleaning::default().with_median_radius(self.median_radius).with_line_width(self.line_width),
        )
    }
}
