//! Draws, reads and counts many images in the background.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use captcha_lab::Share;
use captcha_lab::core::seed;
use captcha_lab::render::Renderer;
use captcha_report::describe;
use eframe::egui::Context;
use rayon::prelude::*;

use crate::Picture;
use crate::data::reader::{Reader, Reading};
use crate::data::recipe::{Recipe, draw};
use crate::jobs::panics::caught;

/// An image that was read wrong.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The image.
    pub picture: Arc<Picture>,
    /// The text that was read, or why there is none.
    pub reading: Reading,
}

/// A run over many images, and its progress.
#[derive(Debug)]
pub struct Many {
    /// How many images there are.
    pub total: u64,
    /// The share of images that were read right, among those done so far.
    pub right: Share,
    /// The first images that were read wrong: at most [`MOST_FAILURES`], and at most 256 MiB of pixels.
    pub failures: Vec<Failure>,
    /// The names of the style and of the model.
    pub of: (String, String),
    /// Why it ended early.
    pub error: Option<String>,
    tally: Arc<Mutex<Tally>>,
    stop: Arc<AtomicBool>,
    started: Instant,
    took: Option<Duration>,
}

/// Maximum number of failures that are kept, which bounds the memory.
pub const MOST_FAILURES: usize = 300;

/// The most bytes that the pixels of the failures may take: a style may draw images of 4096 x 4096 pixels.
const MOST_BYTES: usize = 256 << 20;

/// The results of the threads. The threads update them by themselves, because a hidden window does not poll.
#[derive(Debug)]
struct Tally {
    right: Share,
    /// The failures that the window has not fetched yet.
    failures: Vec<Failure>,
    /// The remaining number of failures, and of bytes, that can be kept.
    room: (usize, usize),
    error: Option<String>,
    took: Option<Duration>,
}

impl Default for Tally {
    fn default() -> Self {
        let (right, room) = (Share { hits: 0, total: 0 }, (MOST_FAILURES, MOST_BYTES));
        Self { right, failures: Vec::new(), room, error: None, took: None }
    }
}

impl Tally {
    /// Counts an image that was read right (`None`) or wrong.
    fn count(&mut self, failure: Option<Failure>) {
        self.right.total += 1;
        let Some(failure) = failure else {
            self.right.hits += 1;
            return;
        };
        let bytes = failure.picture.image.as_bytes().len();
        match (self.room.0.checked_sub(1), self.room.1.checked_sub(bytes)) {
            (Some(count), Some(bytes)) => {
                self.room = (count, bytes);
                self.failures.push(failure);
            }
            // Only the first failures are kept: after one that does not fit, no more are.
            _ => self.room = (0, 0),
        }
    }
}

fn locked(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Many {
    /// Starts to draw `total` images of `recipe`, each with its own seed, and to read them with `reader`, on
    /// all cores.
    #[must_use]
    pub fn start(
        context: &Context,
        recipe: &Recipe,
        reader: &Arc<Reader>,
        any_length: bool,
        total: u64,
    ) -> Self {
        let of = (recipe.name.clone(), reader.name.clone());
        let (recipe, reader) = (recipe.clone(), Arc::clone(reader));
        Self::with_work(context, of, total, move |run| {
            let renderer = Renderer::new(recipe.drawn_style()).map_err(|error| describe(&error))?;
            run.each(|index| {
                let picture = draw(&renderer, &recipe, seed::derive(recipe.seed, index));
                Ok(read(&reader, any_length, picture.map_err(|error| describe(&error))?))
            })
        })
    }

    /// Starts `work` on a thread of its own.
    fn with_work(
        context: &Context,
        of: (String, String),
        total: u64,
        work: impl FnOnce(&Run) -> Result<(), String> + Send + 'static,
    ) -> Self {
        let mut many = Self {
            total,
            right: Share { hits: 0, total: 0 },
            failures: Vec::new(),
            of,
            error: None,
            tally: Arc::default(),
            stop: Arc::default(),
            started: Instant::now(),
            took: None,
        };
        let (tally, stop) = (Arc::clone(&many.tally), Arc::clone(&many.stop));
        let run = Run { total, tally, stop, context: context.clone() };
        let started = many.started;
        let work = move || {
            let error = caught(|| work(&run)).flatten().err();
            {
                let mut tally = locked(&run.tally);
                (tally.error, tally.took) = (error, Some(started.elapsed()));
            }
            run.context.request_repaint();
        };
        if let Err(error) = thread::Builder::new().name("many".to_owned()).spawn(work) {
            (many.error, many.took) = (Some(error.to_string()), Some(Duration::ZERO));
        }
        many
    }

    /// Fetches the results since the last call.
    pub fn poll(&mut self) {
        if self.took.is_none() {
            let mut tally = locked(&self.tally);
            self.right = tally.right;
            self.failures.append(&mut tally.failures);
            self.error = tally.error.take();
            self.took = tally.took;
        }
    }

    /// Stops the run after the images that are in progress.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it is still running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.took.is_none()
    }

    /// Images drawn and read per second, so far.
    #[must_use]
    pub fn images_per_second(&self) -> f64 {
        let took = self.took.unwrap_or_else(|| self.started.elapsed());
        self.right.total as f64 / took.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The state that the threads of a run share.
struct Run {
    total: u64,
    tally: Arc<Mutex<Tally>>,
    stop: Arc<AtomicBool>,
    context: Context,
}

impl Run {
    /// Calls `one` for each index on all cores until it is stopped; `one` returns the failure if there is
    /// one.
    ///
    /// # Errors
    /// The first error of `one`, which ends the run: an error with one text is likely with nearly all others,
    /// too.
    fn each(&self, one: impl Fn(u64) -> Result<Option<Failure>, String> + Sync) -> Result<(), String> {
        (0..self.total).into_par_iter().try_for_each(|index| {
            if !self.stop.load(Ordering::Relaxed) {
                let failure = one(index)?;
                locked(&self.tally).count(failure);
                self.context.request_repaint();
            }
            Ok(())
        })
    }
}

/// Reads a picture; returns the failure if it was read wrong.
fn read(reader: &Reader, any_length: bool, picture: Picture) -> Option<Failure> {
    let reading = reader.answer(&picture, any_length);
    let right =
        reading.outcome.as_ref().is_ok_and(|prediction| picture.text.as_ref() == Some(&prediction.text));
    (!right).then(|| Failure { picture: Arc::new(picture), reading })
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use eframe::egui::{Color32, ColorImage};

    use super::*;

    fn failure(side: usize) -> Failure {
        let pixels = ColorImage::filled([side, side], Color32::WHITE);
        let picture = Picture::pasted(&pixels).unwrap();
        let outcome = Err("not read".to_owned());
        let reading = Reading { image: Arc::clone(&picture.image), outcome, took: Duration::ZERO };
        Failure { picture: Arc::new(picture), reading }
    }

    /// A run that is not polled until it has ended.
    fn unwatched(
        total: u64,
        one: impl Fn(u64) -> Result<Option<Failure>, String> + Send + Sync + 'static,
    ) -> Many {
        let of = ("a style".to_owned(), "a model".to_owned());
        let many = Many::with_work(&Context::default(), of, total, move |run| run.each(one));
        while locked(&many.tally).took.is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        many
    }

    #[test]
    fn while_nobody_looks_failures_beyond_the_most_are_counted_and_dropped() {
        let images: Arc<Mutex<Vec<Weak<Picture>>>> = Arc::default();
        let made = Arc::clone(&images);
        let total = 3 * MOST_FAILURES;
        let mut many = unwatched(total as u64, move |_| {
            let failure = failure(1);
            made.lock().unwrap().push(Arc::downgrade(&failure.picture));
            Ok(Some(failure))
        });
        let images = images.lock().unwrap();
        assert_eq!(images.len(), total);
        assert_eq!(images.iter().filter(|image| image.strong_count() > 0).count(), MOST_FAILURES);
        many.poll();
        assert_eq!(
            (many.right.hits, many.right.total, many.failures.len()),
            (0, total as u64, MOST_FAILURES)
        );
        assert!(!many.is_running() && many.error.is_none());
    }

    #[test]
    fn large_failures_are_kept_up_to_a_sum_of_bytes() {
        let mut tally = Tally { room: (MOST_FAILURES, 140), ..Tally::default() };
        // 64 bytes each; a later one of 4 bytes would fit, but it would not be among the first failures.
        [4, 4, 4, 1].into_iter().for_each(|side| tally.count(Some(failure(side))));
        assert_eq!((tally.failures.len(), tally.right.total), (2, 4));
    }

    #[test]
    fn an_error_or_a_panic_ends_the_run_and_is_told() {
        let error = |index| if index == 3 { Err("no such font".to_owned()) } else { Ok(None) };
        let panic = |index| if index == 3 { panic!("no such index") } else { Ok(None) };
        for (mut many, says) in
            [(unwatched(9, error), "no such font"), (unwatched(9, panic), "no such index")]
        {
            many.poll();
            assert!(!many.is_running() && many.right.total < 9);
            assert!(many.error.as_ref().is_some_and(|error| error.contains(says)), "{:?}", many.error);
        }
    }
}
