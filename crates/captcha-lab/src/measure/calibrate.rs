//! The temperature of a model, fitted on images.

use captcha_core::{Monitor, to_gray};
use captcha_infer::{LabelledLogits, TemperatureFit, fit_temperature};
use rayon::prelude::*;

use super::labelled_image::LabelledImage;
use crate::solver::Solver;

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
/// use captcha_lab::{ModelFile, Solver, calibrate};
///
/// let model = ModelFile::open(Path::new("model.safetensors"))?;
/// let renderer = Renderer::new(Style::seed())?;
/// let draw = |seed: u32| renderer.random(seed.into()).expect("a preset always renders").into();
/// let report = calibrate(&Solver::new(&model)?, 0..2000, draw, &());
/// if let Some(fit) = report.fit {
///     model.with_temperature(Some(fit.temperature))?.save(Path::new("model.safetensors"))?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calibrate<T: Send>(
    solver: &Solver,
    items: impl ExactSizeIterator<Item = T>,
    load: impl Fn(T) -> LabelledImage + Sync,
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
fn labelled(solver: &Solver, labelled: LabelledImage) -> Option<Vec<LabelledLogits>> {
    let image = to_gray(&labelled.image.ok()?);
    let classes = solver.metadata().alphabet.encode(&labelled.label).ok()?;
    solver.labelled_logits(&image, classes)
}
