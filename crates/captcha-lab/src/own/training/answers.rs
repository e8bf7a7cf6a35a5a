//! What a model makes of images whose texts are known.

use captcha_core::Monitor;
use captcha_dataset::{ImageSet, LabelledFolder, Sample};
use serde::{Deserialize, Serialize};

use crate::measure::{LabelledImage, Report, evaluate_known};
use crate::solver::Solver;

/// What a model made of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OwnAnswer {
    /// The index of the image in the folder.
    pub index: usize,
    /// What the image is called.
    pub name: String,
    /// The text that it is said to show.
    pub label: String,
    /// What was read; `None` if nothing was, see [`failure`](Self::failure).
    pub read: Option<String>,
    /// How sure the answer is, in `[0, 1]`; 0 if nothing was read.
    pub confidence: f64,
    /// Why nothing was read.
    pub failure: Option<String>,
    /// Whether the whole text is the label.
    pub right: bool,
}

/// Lets `solver` read the images of a part from their files, as it would read any.
pub(super) fn read(
    solver: &Solver,
    folder: &LabelledFolder,
    images: &ImageSet,
    part: &[usize],
    monitor: &dyn Monitor,
) -> (Report, Vec<OwnAnswer>) {
    let samples: Vec<(usize, Sample)> =
        part.iter().filter_map(|&image| Some((image, folder.sample(images.source_index(image))?))).collect();
    let mut answers = Vec::with_capacity(part.len());
    let load = |sample: Sample| LabelledImage { label: sample.label.to_string(), image: sample.load() };
    let report = evaluate_known(solver, samples.into_iter(), load, monitor, |image, answer| {
        let (index, name) = (images.source_index(image), images.name(image).to_owned());
        let (read, confidence, failure) = match &answer.reading {
            Ok(prediction) => (Some(prediction.text.clone()), prediction.confidence.value().into(), None),
            Err(error) => (None, 0.0, Some(error.reason().to_owned())),
        };
        answers.push(OwnAnswer {
            index,
            name,
            label: answer.label,
            read,
            confidence,
            failure,
            right: answer.right,
        });
    });
    (report, answers)
}
