//! How images are cut into letters.

use captcha_lab::segment::{Cleaning, SegmentOptions};

/// A way of cutting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Method {
    /// The project's own: fragments joined, touching letters cut where there is least ink.
    Best,
    /// The post's: every outer contour is a letter, a wide one is two.
    Seed,
}

/// How images are cut into letters: shared by `cut`, `extract` and `train`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct CuttingArgs {
    /// How to cut [default: best].
    #[arg(long, value_enum)]
    method: Option<Method>,
    /// First remove specks: each pixel becomes the median of those around, so many pixels far [default: 0].
    #[arg(long, value_name = "PIXELS")]
    median_radius: Option<u32>,
    /// First remove the line across the image where it is at most so high: elsewhere a letter crosses it [default: 0].
    #[arg(long, value_name = "PIXELS")]
    line_width: Option<u32>,
}

impl CuttingArgs {
    /// The options that they describe.
    pub(crate) fn options(self) -> SegmentOptions {
        let options = match self.method.unwrap_or(Method::Best) {
            Method::Best => SegmentOptions::default(),
            Method::Seed => SegmentOptions::seed(),
        };
        options.with_cleaning(
            Cleaning::default()
                .with_median_radius(self.median_radius.unwrap_or(0))
                .with_line_width(self.line_width.unwrap_or(0)),
        )
    }

    /// Whether anything was asked for.
    pub(crate) fn is_given(self) -> bool {
        self.method.is_some() || self.median_radius.is_some() || self.line_width.is_some()
    }
}
