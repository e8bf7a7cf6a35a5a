//! Trainings on growing parts of the images: what more images would be worth.

use std::path::Path;

use captcha_dataset::LabelledFolder;

use super::error::OwnError;
use super::job::{Finished, Job};
use super::monitor::OwnMonitor;
use super::options::FineTuneOptions;
use super::parts::Parts;
use super::power_law::{CurvePoint, NextStep, PowerLaw};

/// What networks that were trained on growing parts of the images are worth.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LearningCurve {
    /// One training each, with growing numbers of images.
    pub points: Vec<CurvePoint>,
    /// How the errors fall; `None` if there are too few points to say.
    pub law: Option<PowerLaw>,
    /// What the next point of accuracy costs; `None` if more images do not help, as far as can be seen.
    pub next: Option<NextStep>,
}

/// A training on fewer images says little.
const FEWEST: usize = 20;

/// Trains on all training images, on half of them, on half of these and so on, `points` times, and reads the same test
/// images with each of the networks: what [`fine_tune`](fn@super::fine_tune) would say with fewer images.
///
/// The images are dealt out as by `fine_tune`; smaller parts are within the larger ones. In `out` every training has the
/// folder `images-N` of its number of images, so that the same call goes on where it was interrupted.
///
/// ```no_run
/// use captcha_lab::dataset::{FolderOptions, LabelledFolder};
/// use captcha_lab::own::{FineTuneOptions, learning_curve};
///
/// let folder = LabelledFolder::open("captchas", &FolderOptions::default())?;
/// let curve = learning_curve(&folder, &FineTuneOptions::default(), 4, Some("curve".as_ref()), &())?;
/// for point in &curve.points {
///     println!("{} images: {:.3} of the texts right", point.images, point.test.value());
/// }
/// if let Some(next) = curve.next {
///     println!("about {:.0} images more for the next point", next.images);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`fine_tune`](fn@super::fine_tune); [`OwnError::Option`] if there are less than two points, or fewer than 20 images
/// in the smallest part.
pub fn learning_curve(
    folder: &LabelledFolder,
    options: &FineTuneOptions,
    points: usize,
    out: Option<&Path>,
    monitor: &dyn OwnMonitor,
) -> Result<LearningCurve, OwnError> {
    let job = Job::new(folder, options, monitor)?;
    let all: Vec<usize> = (0..job.images.len()).collect();
    let parts = job.parts(&all, &options.fractions)?;
    let [training, validation, calibration, test] = <[Vec<usize>; 4]>::try_from(parts).unwrap_or_default();
    let mut trainings = vec![training];
    while trainings.len() < points
        && let Some(last) = trainings.last()
    {
        let half = job.parts(last, &[0.5, 0.5])?.swap_remove(0);
        trainings.push(half);
    }
    trainings.reverse();
    if points < 2 || trainings[0].len() < FEWEST {
        return Err(OwnError::Option {
            option: "points of the learning curve",
            actual: format!("{points}, the smallest of {} images", trainings[0].len()),
            expected: "at least 2, the smallest of at least 20 images",
        });
    }
    let mut curve = Vec::with_capacity(points);
    for training in trainings {
        let images = training.len();
        let parts = Parts {
            training,
            validation: validation.clone(),
            calibration: calibration.clone(),
            test: test.clone(),
        };
        let run = out.map(|out| out.join(format!("images-{images}")));
        let Finished { model, .. } = job.run(&parts, run.as_deref(), true, monitor)?;
        let (report, _) = job.read(&model, &parts.test, monitor)?;
        curve.push(CurvePoint::new(images, report.evaluation.whole));
    }
    let law = PowerLaw::fit(&curve);
    let most = curve.last().map_or(0, |point| point.images);
    Ok(LearningCurve { next: law.and_then(|law| law.next(most)), law, points: curve })
}
