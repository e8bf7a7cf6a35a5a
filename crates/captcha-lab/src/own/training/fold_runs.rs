//! The folds of a cross-validation, several at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use captcha_core::Monitor;
use captcha_core::files::{Durability, write_whole};
use captcha_infer::{Layer, ModelFile};
use captcha_model::{EpochMetrics, StartReport, TrainMonitor};

use super::error::OwnError;
use super::folds::{Fold, Task};
use super::job::Job;
use super::monitor::OwnMonitor;
use super::plan;

/// Trains and reads all folds that are not finished.
pub(super) fn all(
    job: &Job<'_>,
    tasks: &[Task],
    keep_models: bool,
    monitor: &dyn OwnMonitor,
) -> Result<Vec<Fold>, OwnError> {
    let epochs: Vec<usize> =
        tasks.iter().map(|task| plan::training(job.options, task.parts.training.len()).epochs).collect();
    let shared = Shared {
        monitor,
        done: Mutex::new(vec![0; tasks.len()]),
        total: epochs.iter().sum(),
        stopped: AtomicBool::new(false),
    };
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Result<(usize, Fold), OwnError>>> = Mutex::default();
    let work = || {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fold = Watched { shared: &shared, fold: task.fold };
            let result = match &task.finished {
                Some(finished) => Ok(finished.clone()),
                None => one(job, task, keep_models, &fold),
            };
            if let Ok(finished) = &result {
                shared.count(task.fold, epochs[task.fold]);
                monitor.fold(task.fold + 1, tasks.len(), finished.whole());
            }
            let stops = result.is_err();
            results.lock().unwrap_or_else(PoisonError::into_inner).push(result.map(|fold| (task.fold, fold)));
            if stops {
                shared.stopped.store(true, Ordering::Relaxed);
                break;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads(job).min(tasks.len()) {
            scope.spawn(work);
        }
        work();
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    // The first error made the others stop.
    let mut finished = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    finished.sort_by_key(|(fold, _)| *fold);
    Ok(finished.into_iter().map(|(_, fold)| fold).collect())
}

/// How many folds are trained at once: one for each core, but one after the other if the network has dropout, whose masks
/// come from a generator of the whole process.
fn threads(job: &Job<'_>) -> usize {
    let layers = &job.metadata.architecture.layers;
    let dropout = layers.iter().any(|layer| matches!(layer, Layer::Dropout { .. }));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if dropout { 1 } else { (cores / job.options.training.threads.max(1)).max(1) }
}

/// Trains on all folds but one, and reads that.
fn one(job: &Job<'_>, task: &Task, keep_models: bool, monitor: &Watched<'_>) -> Result<Fold, OwnError> {
    let result = job.run(&task.parts, Some(&task.folder), false, monitor)?;
    let (_, answers) = job.read(&result.model, &task.parts.test, monitor)?;
    let history = &result.trained.history;
    let fold = Fold {
        answers,
        epochs: history.len(),
        best_epoch: result.trained.best().map_or(0, |best| best.epoch),
        seconds: history.iter().map(|row| row.seconds).sum(),
        stopped: result.why_stopped(),
        run: task.run.clone(),
    };
    write_whole(&task.path, Durability::PowerCut, |file| Ok(serde_json::to_writer(file, &fold)?))
        .map_err(OwnError::io(&task.path))?;
    keep(task, &result.model, keep_models)?;
    Ok(fold)
}

/// Keeps the calibrated model of a fold, or removes its run.
fn keep(task: &Task, model: &ModelFile, keep_models: bool) -> Result<(), OwnError> {
    match keep_models {
        true => Ok(model.save(task.folder.join("model.safetensors"))?),
        false => std::fs::remove_dir_all(&task.folder).map_err(OwnError::io(&task.folder)),
    }
}

/// What the folds have in common.
struct Shared<'a> {
    monitor: &'a dyn OwnMonitor,
    /// The finished epochs of each fold.
    done: Mutex<Vec<usize>>,
    total: usize,
    /// Whether one of them failed.
    stopped: AtomicBool,
}

impl Shared<'_> {
    fn count(&self, fold: usize, epochs: usize) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done[fold] = epochs;
        self.monitor.progress(done.iter().sum::<usize>() as u64, self.total as u64);
    }
}

/// The monitor of one fold.
struct Watched<'a> {
    shared: &'a Shared<'a>,
    fold: usize,
}

impl Monitor for Watched<'_> {
    fn interrupted(&self) -> bool {
        self.shared.stopped.load(Ordering::Relaxed) || self.shared.monitor.interrupted()
    }
}

impl TrainMonitor for Watched<'_> {
    /// Of the first fold; the others start alike.
    fn started(&self, start: &StartReport) {
        if self.fold == 0 {
            self.shared.monitor.started(start);
        }
    }

    fn epoch(&self, metrics: &EpochMetrics) {
        self.shared.count(self.fold, metrics.epoch);
    }
}

impl OwnMonitor for Watched<'_> {}
