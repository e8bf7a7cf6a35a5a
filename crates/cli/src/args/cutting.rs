//! How images are cut into letters.

use captcha_lab::segment::{Cleaning, SegmentOptions, SegmentPreset};

/// How images are cut into letters: shared by `cut`, `extract` and `train`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct CuttingArgs {
    /// How to cut: best (fragments joined, touching letters cut where there is the least ink) or seed (as the post:
    /// every outer contour is a letter, a wide one is two) [default: best].
    #[arg(long, value_name = "METHOD")]
    method: Option<SegmentPreset>,
    /// First remove specks: each pixel becomes the median of those around, so many pixels far [default: 0].
    #[arg(long, value_name = "PIXELS")]
    median_radius: Option<u32>,
    /// First remove the line across the image where it is at most so high: elsewhere a letter crosses it [default: 0].
    #[arg(long, value_name = "PIXELS")]
    line_width: Option<u32>,
}

impl CuttingArgs {
    /// The options that these arguments describe.
    pub(crate) fn options(self) -> SegmentOptions {
        let cleaning = Cleaning::default()
            .with_median_radius(self.median_radius.unwrap_or(0))
            .with_line_width(self.line_width.unwrap_or(0));
        self.method.unwrap_or_default().options().with_cleaning(cleaning)
    }

    /// Whether any of the arguments was given.
    pub(crate) fn is_given(self) -> bool {
        self.method.is_some() || self.median_radius.is_some() || self.line_width.is_some()
    }
}
