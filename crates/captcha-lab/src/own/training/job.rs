//! Images in memory, and the training on a part of them.

use std::path::Path;

use captcha_core::{Fingerprint, describe, to_gray};
use captcha_dataset::{
    DatasetError, FolderReport, FolderStream, ImageAugmentation, ImageSet, ImageSetOptions, LabelledFolder,
    Skipped, StreamStats, TrainingData,
};
use captcha_infer::{ModelFile, ModelMetadata};
use captcha_model::{
    ModelError, Rehearsal, Start, Stop, TrainOptions, Trained, rehearse, run_fingerprint, train_from,
};

use super::error::OwnError;
use super::monitor::{OwnMonitor, Stage};
use super::options::FineTuneOptions;
use super::parts::Parts;
use super::split_file::SplitFile;
use super::{answers, plan};
use crate::measure::{LabelledImage, TemperatureReport, calibrate};
use crate::own::Check;
use crate::own::Problem;
use crate::solver::Solver;

/// Fewer images that differ can't be split.
const FEWEST: usize = 20;

/// Images of the batch that is learnt by heart.
const REHEARSED: usize = 16;

/// Fewer images say too little about a temperature: those for validation are then used as well.
const CALIBRATED: usize = 30;

/// The images of a folder in memory, and everything that a training on a part of them needs.
pub(super) struct Job<'a> {
    pub(super) folder: &'a LabelledFolder,
    pub(super) options: &'a FineTuneOptions,
    pub(super) metadata: ModelMetadata,
    pub(super) images: ImageSet,
    /// What is known of the folder.
    pub(super) report: FolderReport,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
    /// Images that look the same have the same number.
    pub(super) groups: Vec<usize>,
    pub(super) skipped: Skipped,
    /// What is wrong with the images that have too few columns for their texts.
    pub(super) narrow: Vec<String>,
}

/// A training on a part of the images.
pub(super) struct Finished {
    /// The model, calibrated.
    pub(super) model: ModelFile,
    pub(super) trained: Trained,
    /// The options of the training, with its length.
    pub(super) options: TrainOptions,
    pub(super) rehearsal: Option<Rehearsal>,
    pub(super) temperature: Option<TemperatureReport>,
    pub(super) stats: StreamStats,
    /// Images that could not be read again meanwhile.
    pub(super) failures: Skipped,
}

impl<'a> Job<'a> {
    /// Reads the images.
    pub(super) fn new(
        folder: &'a LabelledFolder,
        options: &'a FineTuneOptions,
        monitor: &dyn OwnMonitor,
    ) -> Result<Self, OwnError> {
        options.check()?;
        monitor.stage(Stage::Looking);
        let report = FolderReport::of(folder, monitor).map_err(interrupted)?;
        let metadata = plan::metadata(&report, options)?;
        let check = Check::of(report, Some(&metadata.architecture));
        let errors: Vec<Problem> = check.errors().cloned().collect();
        if options.checks && !errors.is_empty() {
            return Err(OwnError::Check { errors });
        }
        let Check { report, problems, .. } = check;
        monitor.problems(&problems);
        monitor.stage(Stage::Reading);
        let prepared = metadata.clone();
        let set =
            ImageSetOptions::default().with_alphabet(metadata.alphabet.clone()).with_memory(options.memory);
        let prepare = move |image: &captcha_core::image::DynamicImage| prepared.prepare(&to_gray(image));
        let (images, skipped) =
            ImageSet::load(folder, prepare, &set, monitor).map_err(|error| match error {
                DatasetError::Interrupted { .. } => OwnError::Interrupted,
                error => error.into(),
            })?;
        let (images, narrow) = fitting(&images, &metadata);
        let all = report.groups();
        let groups = (0..images.len()).map(|image| all[images.source_index(image)]).collect();
        let job = Self { folder, options, metadata, images, problems, groups, skipped, narrow, report };
        let mut different = job.groups.clone();
        different.sort_unstable();
        different.dedup();
        match different.len() {
            images if images < FEWEST => {
                Err(OwnError::TooFew { images, expected: FEWEST, skipped: Box::new(job.skipped) })
            }
            _ => Ok(job),
        }
    }

    /// Deals these images out by content.
    pub(super) fn parts(&self, indices: &[usize], fractions: &[f64]) -> Result<Vec<Vec<usize>>, OwnError> {
        let members: Vec<usize> = indices.iter().map(|&index| self.images.source_index(index)).collect();
        let groups: Vec<usize> = indices.iter().map(|&index| self.groups[index]).collect();
        let numbers =
            self.folder.subset(&members).parts_by_content(&groups, fractions, self.options.training.seed)?;
        let mut parts = vec![Vec::new(); fractions.len()];
        for (&index, part) in indices.iter().zip(numbers) {
            parts[part].push(index);
        }
        Ok(parts)
    }

    /// The stream of these images.
    fn stream(&self, part: &[usize]) -> Result<FolderStream, OwnError> {
        let stream = FolderStream::new(self.images.subset(part), self.options.training.seed);
        Ok(stream.with_threads(self.options.threads)?)
    }

    /// For each image the number of its fold, of `count`.
    pub(super) fn folds(&self, count: usize) -> Result<Vec<usize>, OwnError> {
        let members: Vec<usize> =
            (0..self.images.len()).map(|index| self.images.source_index(index)).collect();
        Ok(self.folder.subset(&members).folds(&self.groups, count, self.options.training.seed)?)
    }

    /// How these images are changed at random.
    pub(super) fn augmentation(&self, images: usize) -> ImageAugmentation {
        self.options.augmentation.unwrap_or_else(|| ImageAugmentation::for_images(images))
    }

    /// The stream of these images for training.
    fn training_stream(&self, part: &[usize]) -> Result<FolderStream, OwnError> {
        let stream = self
            .stream(part)?
            .with_images_per_epoch(plan::per_epoch(self.options, part.len()))?
            .with_augmentation(self.augmentation(part.len()))?;
        match &self.options.mix {
            Some((source, share)) => Ok(stream.with_mix(source.clone(), *share)?),
            None => Ok(stream),
        }
    }

    /// Everything that a training on these parts and the reading of its test part are a function of.
    pub(super) fn fingerprint(&self, parts: &Parts) -> Result<Fingerprint, OwnError> {
        let (training, validation) =
            (self.training_stream(&parts.training)?, self.stream(&parts.validation)?);
        let options = plan::training(self.options, parts.training.len());
        let run = run_fingerprint(&self.options.start, &self.metadata, &training, &validation, &options)?;
        Ok(run.with("epochs", options.epochs).with("test", self.images.subset(&parts.test).fingerprint()))
    }

    /// Trains on the training part and calibrates. With `rehearses`, a batch is learnt by heart first, unless a run goes
    /// on.
    pub(super) fn run(
        &self,
        parts: &Parts,
        folder: Option<&Path>,
        rehearses: bool,
        monitor: &dyn OwnMonitor,
    ) -> Result<Finished, OwnError> {
        let options = plan::training(self.options, parts.training.len());
        let resumed = folder.is_some_and(|folder| folder.join("checkpoint.safetensors").exists());
        let rehearsal = match rehearses && !resumed {
            true => self.rehearse(&parts.training, &options, monitor)?,
            false => None,
        };
        let split = SplitFile::of(self, parts);
        if let Some(folder) = folder.filter(|_| !resumed) {
            split.write(folder)?;
        }
        monitor.stage(Stage::Training);
        let training = self.training_stream(&parts.training)?;
        let validation = self.stream(&parts.validation)?;
        let start = &self.options.start;
        let trained = train_from(start, &self.metadata, &training, &validation, &options, folder, monitor)
            .map_err(|error| changed(error, folder, &split))?;
        let (model, temperature) = self.calibrated(&trained.model, parts, monitor)?;
        let (stats, failures) = (training.stats(), training.failures());
        Ok(Finished { model, trained, options, rehearsal, temperature, stats, failures })
    }

    /// Learns a batch by heart.
    pub(super) fn rehearse(
        &self,
        training: &[usize],
        options: &TrainOptions,
        monitor: &dyn OwnMonitor,
    ) -> Result<Option<Rehearsal>, OwnError> {
        let Some(how) = &self.options.rehearsal else { return Ok(None) };
        monitor.stage(Stage::Rehearsal);
        let step = (training.len() / REHEARSED).max(1);
        let some: Vec<usize> = training.iter().copied().step_by(step).take(REHEARSED).collect();
        let stream = self.stream(&some)?;
        let Some(batch) = stream.epoch(0, REHEARSED).next() else { return Ok(None) };
        let batch = batch?;
        let start: &Start = &self.options.start;
        match rehearse(start, &self.metadata, &batch, options, how, monitor) {
            Ok(rehearsal) => {
                monitor.rehearsed(&rehearsal);
                Ok(Some(rehearsal))
            }
            Err(ModelError::Interrupted { .. }) => Err(OwnError::Interrupted),
            Err(source @ ModelError::NotLearnt { .. }) => Err(self.named(source, &some)),
            Err(error) => Err(error.into()),
        }
    }

    /// The error with the names of the images.
    fn named(&self, source: ModelError, some: &[usize]) -> OwnError {
        let ModelError::NotLearnt { wrong, .. } = &source else { return source.into() };
        let mut images: Vec<usize> = some.to_vec();
        let files = wrong.iter().filter_map(|wrong| {
            // The stream has its own order; equal labels are told apart as far as they can be.
            let place = images.iter().position(|&image| self.images.text(image) == wrong.label)?;
            let name = self.images.name(images.remove(place)).to_owned();
            Some(format!("{name}: {} is read as {:?}", wrong.label, wrong.read))
        });
        let files = files.collect();
        OwnError::NotLearnt { source: Box::new(source), files }
    }

    /// The model with the temperature that suits the images kept for it.
    fn calibrated(
        &self,
        model: &ModelFile,
        parts: &Parts,
        monitor: &dyn OwnMonitor,
    ) -> Result<(ModelFile, Option<TemperatureReport>), OwnError> {
        monitor.stage(Stage::Calibration);
        let mut images = parts.calibration.clone();
        if images.len() < CALIBRATED {
            images.extend(&parts.validation);
        }
        let load = |image: usize| {
            let sample = self.folder.sample(self.images.source_index(image));
            match sample {
                Some(sample) => LabelledImage { label: sample.label.to_string(), image: sample.load() },
                None => LabelledImage::new(String::new(), captcha_core::image::DynamicImage::default()),
            }
        };
        let report = calibrate(&Solver::new(model)?, images.into_iter(), load, monitor);
        if monitor.interrupted() {
            return Err(OwnError::Interrupted);
        }
        let Some(fit) = report.fit else { return Ok((model.clone(), None)) };
        Ok((model.clone().with_temperature(Some(fit.temperature))?, Some(report)))
    }

    /// Lets `model` read the images of a part.
    pub(super) fn read(
        &self,
        model: &ModelFile,
        part: &[usize],
        monitor: &dyn OwnMonitor,
    ) -> Result<(crate::Report, Vec<super::OwnAnswer>), OwnError> {
        monitor.stage(Stage::Test);
        let read = answers::read(&Solver::new(model)?, self.folder, &self.images, part, monitor);
        if monitor.interrupted() { Err(OwnError::Interrupted) } else { Ok(read) }
    }
}

impl Finished {
    /// Why the training ended, in words.
    pub(super) fn why_stopped(&self) -> String {
        let epochs = self.trained.history.len();
        match (self.trained.stop, self.options.patience) {
            (Stop::Early, Some(patience)) => format!(
                "after epoch {epochs} of {}: the validation loss had not become better for {patience} epochs",
                self.options.epochs
            ),
            _ => format!("all {epochs} epochs are done"),
        }
    }
}

/// The images that have enough columns for their texts, and what is wrong with the others.
fn fitting(images: &ImageSet, metadata: &ModelMetadata) -> (ImageSet, Vec<String>) {
    let (mut kept, mut narrow) = (Vec::with_capacity(images.len()), Vec::new());
    for index in 0..images.len() {
        let label = images.label(index);
        let needed = label.len() + label.windows(2).filter(|pair| pair[0] == pair[1]).count();
        match metadata.architecture.steps_at(images.width(index) as usize) {
            Ok(steps) if steps >= needed && needed > 0 => kept.push(index),
            Ok(steps) => {
                let (name, text) = (images.name(index), images.text(index));
                narrow.push(format!(
                    "{name}: the network has {steps} columns for {text:?}, which needs {needed}"
                ));
            }
            Err(error) => narrow.push(format!("{}: {}", images.name(index), describe(&error))),
        }
    }
    (images.subset(&kept), narrow)
}

/// The error of a run with other images, with what changed since `folder` was trained on.
fn changed(error: ModelError, folder: Option<&Path>, now: &SplitFile) -> OwnError {
    let before = folder.filter(|_| matches!(error, ModelError::OtherRun { .. })).and_then(SplitFile::read);
    let changes = before.map_or_else(Vec::new, |before| before.changes(now));
    match changes.is_empty() {
        true => error.into(),
        false => OwnError::Changed { source: Box::new(error), changes },
    }
}

/// The error of work on a folder.
fn interrupted(error: DatasetError) -> OwnError {
    match error {
        DatasetError::Interrupted { .. } => OwnError::Interrupted,
        error => error.into(),
    }
}
