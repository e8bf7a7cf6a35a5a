//! How much a solver reads rightly, and how fast.

use std::time::{Duration, Instant};

use captcha_core::Monitor;
use captcha_core::image::DynamicImage;
use captcha_infer::{Evaluation, Outcome, Precision, Prediction};
use rayon::prelude::*;

use super::labelled_image::LabelledImage;
use crate::error::SolveError;
use crate::solver::Solver;

/// What a solver made of one image.
#[derive(Debug)]
pub struct Answer {
    /// The text that the image shows.
    pub label: String,
    /// The image, if it could be read.
    pub image: Option<DynamicImage>,
    /// What was read, or why nothing was.
    pub reading: Result<Prediction, SolveError>,
    /// Whether the whole text was right.
    pub right: bool,
}

/// How well and how fast a solver reads a set of images.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What was right and what was wrong, over all images.
    pub evaluation: Evaluation,
    /// What ran the network: `native` or `libtorch`.
    pub backend: &'static str,
    /// How exactly it was run, whatever was asked for.
    pub precision: Precision,
    /// Time spent to load or draw the images.
    pub loading: Duration,
    /// Time spent to read them.
    pub solving: Duration,
}

impl Report {
    /// Images loaded and read per second, on all threads together.
    #[must_use]
    pub fn images_per_second(&self) -> f64 {
        self.evaluation.images() as f64 / (self.loading + self.solving).as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Images read per second once they are loaded, on all threads together.
    #[must_use]
    pub fn solved_per_second(&self) -> f64 {
        self.evaluation.images() as f64 / self.solving.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

/// Images in flight: memory does not grow with the number of images.
const CHUNK: usize = 64;

/// Lets `solver` read the images that `load` gives for `items`, in parallel, and counts what is right.
///
/// Where the solver ignores case ([`Solver::with_ignore_case`]), labels are compared so, too.
///
/// `each` sees every answer, in the order of `items`. The work stops early if `monitor` asks for it; the report is
/// then over the images so far.
///
/// ```no_run
/// use captcha_lab::{Solver, evaluate};
/// use captcha_lab::render::{Renderer, Style};
///
/// let solver = Solver::open("model.safetensors")?;
/// let renderer = Renderer::new(Style::seed())?;
/// let draw = |seed: u32| renderer.random(seed.into()).expect("a preset always renders").into();
/// let report = evaluate(&solver, 0..2000, draw, &(), |_| ());
/// println!("{:.2} % of {}", 100.0 * report.evaluation.whole.value(), report.evaluation.images());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate<T: Send>(
    solver: &Solver,
    items: impl ExactSizeIterator<Item = T>,
    load: impl Fn(T) -> LabelledImage + Sync,
    monitor: &dyn Monitor,
    mut each: impl FnMut(Answer),
) -> Report {
    evaluate_known(solver, items.map(|item| ((), item)), load, monitor, |(), answer| each(answer))
}

/// As [`evaluate`](fn@evaluate); each answer comes with what is known of its item.
pub(crate) fn evaluate_known<K: Send, T: Send>(
    solver: &Solver,
    items: impl ExactSizeIterator<Item = (K, T)>,
    load: impl Fn(T) -> LabelledImage + Sync,
    monitor: &dyn Monitor,
    mut each: impl FnMut(K, Answer),
) -> Report {
    let total = items.len() as u64;
    let mut items = items;
    let mut report = Report { backend: solver.backend(), precision: solver.precision(), ..Report::default() };
    monitor.progress(0, total);
    while !monitor.interrupted() {
        let chunk: Vec<(K, T)> = items.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let started = Instant::now();
        let images: Vec<(K, LabelledImage)> =
            chunk.into_par_iter().map(|(known, item)| (known, load(item))).collect();
        let loaded = Instant::now();
        let answers: Vec<(K, Answer)> =
            images.into_par_iter().map(|(known, image)| (known, answer(solver, image))).collect();
        report.loading += loaded - started;
        report.solving += loaded.elapsed();
        for (known, mut answer) in answers {
            answer.right = record(solver, &answer, &mut report.evaluation);
            each(known, answer);
        }
        monitor.progress(report.evaluation.images(), total);
    }
    report
}

/// Counts an answer; says whether the whole text is right. Where the solver ignores case, so does the comparison.
fn record(solver: &Solver, answer: &Answer, evaluation: &mut Evaluation) -> bool {
    let label = solver.comparable(&answer.label);
    match &answer.reading {
        Ok(prediction) => {
            let mut prediction = prediction.clone();
            prediction.text = solver.comparable(&prediction.text);
            evaluation.record(&label, Outcome::Read(&prediction))
        }
        Err(error) => evaluation.record(&label, Outcome::Failed(error.reason())),
    }
}

fn answer(solver: &Solver, labelled: LabelledImage) -> Answer {
    let LabelledImage { label, image } = labelled;
    let (image, reading) = match image {
        Ok(image) => {
            let reading = solver.solve(&image);
            (Some(image), reading)
        }
        Err(error) => (None, Err(SolveError::Decode(error))),
    };
    Answer { label, image, reading, right: false }
}
