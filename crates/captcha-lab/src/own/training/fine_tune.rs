//! A training on one's own images, with everything around it.

use std::collections::BTreeMap;
use std::path::Path;

use captcha_dataset::{FolderReport, ImageAugmentation, ImageSet, LabelledFolder, Skipped, StreamStats};
use captcha_infer::{ModelFile, Share};
use captcha_model::{Rehearsal, Stop, TrainOptions, Trained};

use super::answers::OwnAnswer;
use super::error::OwnError;
use super::job::{Finished, Job};
use super::monitor::OwnMonitor;
use super::options::FineTuneOptions;
use super::parts::{Part, Parts};
use super::run_files;
use crate::measure::{Report, TemperatureReport};
use crate::own::Problem;

/// A network that was trained on one's own images, and what it is worth.
#[derive(Debug)]
#[non_exhaustive]
pub struct FineTuned {
    /// The model, calibrated.
    pub model: ModelFile,
    /// How the training went.
    pub trained: Trained,
    /// Why the training ended, in words.
    pub stopped: String,
    /// The options of the training, with what was chosen for these images.
    pub options: TrainOptions,
    /// How a batch was learnt by heart; `None` if it was left out, as where a run goes on.
    pub rehearsal: Option<Rehearsal>,
    /// How the confidences were calibrated; `None` if there was nothing to do it on.
    pub temperature: Option<TemperatureReport>,
    /// What is known of the folder.
    pub report: FolderReport,
    /// What [`check`](fn@crate::own::check) says is wrong with it.
    pub problems: Vec<Problem>,
    /// The names of the images, and which part each is in.
    pub split: BTreeMap<String, Part>,
    /// What the model makes of the test part.
    pub test: Report,
    /// Its answer to each image of the test part.
    pub answers: Vec<OwnAnswer>,
    /// Images that were left out, and why.
    pub skipped: Skipped,
    /// Images that were left out because the network has too few columns for their texts, in words.
    pub narrow: Vec<String>,
    /// Images that could not be read again during the training.
    pub vanished: Skipped,
    /// The training part, as the network gets it before it is changed at random.
    pub training_images: ImageSet,
    /// How it is changed at random.
    pub augmentation: ImageAugmentation,
    /// How batches were made, and how long the training waited for them.
    pub stats: StreamStats,
}

/// Trains a network that reads the images of `folder`.
///
/// Alphabet, lengths, proportions and polarity follow from the images, the network and the number of epochs too, where
/// `options` do not say them. The images are dealt out by content, so that equal ones are never on both sides, and every
/// length of text by its share, into those for training, validation, calibration and test. First a batch is learnt by
/// heart, then the network is trained, then its confidences are calibrated; at last it reads the test part from the files.
///
/// In `out` are the files of the run ([`train`](captcha_model::train)), the list of the parts (`split.csv`) and the
/// configuration (`config.json`). The same call goes on where it was interrupted.
///
/// ```no_run
/// use captcha_lab::dataset::{FolderOptions, LabelledFolder};
/// use captcha_lab::own::{FineTuneOptions, fine_tune};
///
/// let folder = LabelledFolder::open("captchas", &FolderOptions::default())?;
/// let tuned = fine_tune(&folder, &FineTuneOptions::default(), Some("run".as_ref()), &())?;
/// let (low, high) = tuned.test.evaluation.whole.interval();
/// println!("{:.3} to {:.3} of new images are read right", low, high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OwnError::Check`], [`OwnError::TooFew`], [`OwnError::NotLearnt`], [`OwnError::Letters`],
/// [`OwnError::Interrupted`], and those of reading images and of training; [`ModelError::OtherRun`](captcha_model::ModelError::OtherRun) if `out` has a run with other
/// images or options.
pub fn fine_tune(
    folder: &LabelledFolder,
    options: &FineTuneOptions,
    out: Option<&Path>,
    monitor: &dyn OwnMonitor,
) -> Result<FineTuned, OwnError> {
    let job = Job::new(folder, options, monitor)?;
    let all: Vec<usize> = (0..job.images.len()).collect();
    let parts = job.parts(&all, &options.fractions)?;
    let [training, validation, calibration, test] = <[Vec<usize>; 4]>::try_from(parts).unwrap_or_default();
    let parts = Parts { training, validation, calibration, test };
    let finished = job.run(&parts, out, true, monitor)?;
    let stopped = finished.why_stopped();
    let Finished { model, trained, options, rehearsal, temperature, stats, failures } = finished;
    let (test, answers) = job.read(&model, &parts.test, monitor)?;
    let mut metadata = model.metadata().clone();
    let Share { hits, total } = test.evaluation.whole;
    metadata.scores.insert("test_accuracy".to_owned(), format!("{hits} of {total}"));
    let model = ModelFile::new(metadata, model.tensors().clone())?;
    let name = |&image: &usize| job.images.name(image).to_owned();
    let split = parts.iter().flat_map(|(part, images)| images.iter().map(name).map(move |name| (name, part)));
    let tuned = FineTuned {
        split: split.collect(),
        options,
        stopped,
        model,
        trained,
        rehearsal,
        temperature,
        report: job.report.clone(),
        problems: job.problems.clone(),
        test,
        answers,
        skipped: job.skipped.clone(),
        narrow: job.narrow.clone(),
        vanished: failures,
        training_images: job.images.subset(&parts.training),
        augmentation: job.augmentation(parts.training.len()),
        stats,
    };
    if let Some(out) = out {
        run_files::write(out, &job, &tuned)?;
    }
    Ok(tuned)
}

impl FineTuned {
    /// The answers that are wrong, the surest first.
    #[must_use]
    pub fn wrong(&self) -> Vec<&OwnAnswer> {
        let mut wrong: Vec<&OwnAnswer> = self.answers.iter().filter(|answer| !answer.right).collect();
        wrong.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        wrong
    }

    /// How many images are in a part.
    #[must_use]
    pub fn images_of(&self, part: Part) -> usize {
        self.split.values().filter(|of| **of == part).count()
    }

    /// The characters that are read wrong most often: the character, how often it is wrong, and of how many.
    #[must_use]
    pub fn worst_characters(&self) -> Vec<(char, u64, u64)> {
        let mut counts: BTreeMap<char, (u64, u64)> = BTreeMap::new();
        for (&(truth, read), &count) in &self.test.evaluation.confusions {
            let (wrong, all) = counts.entry(truth).or_default();
            *wrong += if truth == read { 0 } else { count };
            *all += count;
        }
        let mut worst: Vec<(char, u64, u64)> = counts
            .into_iter()
            .filter(|(_, (wrong, _))| *wrong > 0)
            .map(|(character, (wrong, all))| (character, wrong, all))
            .collect();
        worst.sort_by(|a, b| (b.1 * a.2).cmp(&(a.1 * b.2)));
        worst
    }

    /// What would probably help, in words; nothing if there is nothing to say.
    #[must_use]
    pub fn advice(&self) -> Vec<String> {
        let mut advice = Vec::new();
        let Some(best) = self.trained.best() else { return advice };
        let images = self.images_of(Part::Training);
        let test = self.test.evaluation.whole;
        let gap = best.train_accuracy - test.value();
        if best.train_accuracy < 0.5 && test.value() < 0.5 && self.trained.stop == Stop::Finished {
            advice.push(
                "even the training images are not read: more epochs, or look whether the labels are right"
                    .to_owned(),
            );
        } else if gap > 0.1 {
            advice.push(format!(
                "the training images are read better than new ones: more than {images} images, stronger augmentation, or a start from a model of a style that looks alike"
            ));
        } else if best.train_accuracy < 0.97 && test.value() < 0.97 {
            advice.push(
                "training and test images are read equally: more epochs or a larger network".to_owned(),
            );
        }
        if best.epoch == self.trained.history.len()
            && self.trained.stop == Stop::Finished
            && test.value() < 0.999
        {
            advice.push("the last epoch was the best: with more epochs it may become better".to_owned());
        }
        if test.total < 300 {
            advice.push(format!(
                "the test part has only {} images: --folds 5 measures on all of them",
                test.total
            ));
        }
        advice
    }
}
