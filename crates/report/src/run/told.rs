//! Everything that the page of a run tells.

use std::time::Duration;

use captcha_lab::{Alphabet, Evaluation, Share};
use image::{DynamicImage, RgbImage};

use crate::figures::EpochRow;

/// Everything that the page of a training run, or of a cross-validation, tells. What is empty or `None` is left out.
///
/// ```
/// use captcha_report::figures::EpochRow;
/// use captcha_report::run::RunReport;
///
/// let mut report = RunReport::new("runs/mine");
/// report.configuration.push(("network".to_owned(), "sequence".to_owned()));
/// report.stopped = Some("all 40 epochs are done".to_owned());
/// let page = report.to_html()?;
/// assert!(page.contains("all 40 epochs are done"));
/// # Ok::<(), captcha_report::run::RunReportError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RunReport {
    /// The heading: what was trained.
    pub title: String,
    /// The command that trained it.
    pub command: Option<String>,
    /// Names and values of what was set or chosen: network, preparation, options, version, seed.
    pub configuration: Vec<(String, String)>,
    /// Names and values of what is known of the images: how many, from where, sizes, lengths, fingerprint.
    pub data: Vec<(String, String)>,
    /// Into which parts the images were split.
    pub split: Vec<SplitPart>,
    /// The epochs, oldest first.
    pub epochs: Vec<EpochRow>,
    /// Why the training stopped, as a sentence without its full stop.
    pub stopped: Option<String>,
    /// What would help, a sentence each.
    pub advice: Vec<String>,
    /// What was read of images that nothing was chosen by: of the test part, or of all folds together.
    pub tested: Option<Tested>,
    /// The folds of a cross-validation.
    pub folds: Vec<FoldRow>,
    /// Images whose label is probably wrong, the most certain first.
    pub label_errors: Vec<LabelError>,
    /// The file with those labels, to be edited and given back.
    pub label_file: Option<String>,
    /// Images as augmentation makes them.
    pub augmentation: Option<RgbImage>,
}

/// A part of the images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPart {
    /// Its name, such as `validation`.
    pub name: String,
    /// How many images it has.
    pub images: u64,
    /// What it is for.
    pub purpose: String,
}

/// What was read of images that nothing was chosen by.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// Which images, such as `the test part`.
    pub images: String,
    /// The characters that the network reads.
    pub alphabet: Alphabet,
    /// What was right and what was wrong, over all of them.
    pub evaluation: Evaluation,
    /// The images that were read worst, worst first.
    pub worst: Vec<WorstImage>,
}

/// An image that was read wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct WorstImage {
    /// Its name in the data.
    pub name: String,
    /// The image, if it could be read.
    pub image: Option<DynamicImage>,
    /// Its label.
    pub truth: String,
    /// The text that was read and its confidence in `[0, 1]`, or why there is none.
    pub read: Result<(String, f64), String>,
}

/// One fold of a cross-validation.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldRow {
    /// Whole images that were read right, of those left out of its training.
    pub whole: Share,
    /// The epochs of its training.
    pub epochs: usize,
    /// The epoch that was kept, from 1.
    pub best_epoch: usize,
    /// How long its training took.
    pub time: Duration,
}

/// An image whose label is probably wrong: a network that did not see it in training is sure of another text.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelError {
    /// Its name in the data.
    pub name: String,
    /// The image, if it could be read again.
    pub image: Option<DynamicImage>,
    /// Its label.
    pub label: String,
    /// What was read.
    pub read: String,
    /// How surely, in `[0, 1]`.
    pub confidence: f64,
}

impl RunReport {
    /// A report with a heading only.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}
