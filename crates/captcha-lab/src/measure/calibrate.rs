//! The temperature of a model, fitted on images.

use captcha_core::ink::ink_batch;
use captcha_core::{Monitor, to_gray};
use captcha_infer::{LabelledLogits, TemperatureFit, fit_temperature};
use rayon::prelude::*;

use super::{Solver, Way, letters, sequence};
use crate::Exam;

/// A temperature, and what it was fitted on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TemperatureReport {
    /// The temperature and the loss without and with it; `None` if no image could be used.
    pub fit: Option<TemperatureFit>,
    /// Images that could not be used: unreadable, with a label of other characters than the model's, or not of as many
    /// letters as their label.
    pub unused: u64,
}

/// Images in flight: only their scores are kept.
const CHUNK: usize = 64;

/// The temperature that makes the confidences of `solver`'s model what they say, fitted on the images that `load` gives
/// for `items`, in parallel. They are to be images that the training has not seen.
///
/// What is fitted is what is reported: the confidences of texts of the lengths that the solver knows to be possible. The
/// temperature that the model has already is left out, and so is a restriction to some characters: the result is for
/// [`ModelFile::with_temperature`](crate::ModelFile::with_temperature). The work stops early if `monitor` asks for it.
///
/// ```no_run
/// use std::path::Path;
///
/// use captcha_lab::render::{Renderer, Style};
/// use captcha_lab::{Exam, ModelFile, Solver, calibrate};
///
/// let model = ModelFile::open(Path::new("model.safetensors"))?;
/// let renderer = Renderer::new(Style::seed())?;
/// let draw = |seed: u32| {
///     let captcha = renderer.random(seed.into()).expect("a preset always renders");
///     Exam { label: captcha.text, image: Ok(captcha.image) }
/// };
/// let report = calibrate(&Solver::new(&model)?, 0..2000, draw, &());
/// if let Some(fit) = report.fit {
///     model.with_temperature(Some(fit.temperature))?.save(Path::new("model.safetensors"))?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calibrate<T: Send>(
    solver: &Solver,
    items: impl ExactSizeIterator<Item = T>,
    load: impl Fn(T) -> Exam + Sync,
    monitor: &dyn Monitor,
) -> TemperatureReport {
    let total = items.len() as u64;
    let mut items = items;
    let (mut samples, mut unused, mut done) = (Vec::new(), 0, 0);
    monitor.progress(0, total);
    while !monitor.interrupted() {
        let chunk: Vec<T> = items.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let read: Vec<Option<Vec<LabelledLogits>>> =
            chunk.into_par_iter().map(|item| labelled(solver, load(item))).collect();
        done += read.len() as u64;
        for read in read {
            match read {
                Some(read) => samples.extend(read),
                None => unused += 1,
            }
        }
        monitor.progress(done, total);
    }
    TemperatureReport { fit: fit_temperature(&samples), unused }
}

/// The scores of an image with its label; `None` if it can't be used.
fn labelled(solver: &Solver, exam: Exam) -> Option<Vec<LabelledLogits>> {
    let image = to_gray(&exam.image.ok()?);
    let classes = solver.metadata().alphabet.encode(&exam.label).ok()?;
    match &solver.way {
        Way::Letters(segmenter) => {
            let lengths = classes.len()..=classes.len();
            let letters = letters::cut(segmenter, &image, Some(&lengths)).ok()?.letters;
            let batch = ink_batch(letters.iter().map(|letter| &letter.image))?;
            let logits = solver.recognizer.logits(batch.view()).ok()?;
            let scores = logits.outer_iter().zip(classes);
            scores.map(|(letter, class)| LabelledLogits::letter(&letter.row(0), class)).collect()
        }
        Way::Sequence => {
            let logits = sequence::logits(&*solver.recognizer, &image).ok()?;
            Some(vec![LabelledLogits::text(&logits.view(), classes, solver.decoding().lengths.clone())?])
        }
    }
}
