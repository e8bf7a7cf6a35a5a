//! Many images at once: drawn, read and counted in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use captcha_lab::Share;
use captcha_lab::core::seed;
use captcha_lab::render::Renderer;
use captcha_report::describe;
use eframe::egui::Context;
use rayon::prelude::*;

use crate::Picture;
use crate::reader::{Reader, Reading};
use crate::recipe::{Recipe, draw};

/// An image that was not read right.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The image.
    pub picture: Arc<Picture>,
    /// What was read, or why nothing was.
    pub reading: Reading,
}

/// A run over many images, and how far it is.
#[derive(Debug)]
pub struct Many {
    /// How many images there are.
    pub total: u64,
    /// The images that were read right, of those that are done.
    pub right: Share,
    /// Those that were not, the first [`MOST_FAILURES`] of them.
    pub failures: Vec<Failure>,
    /// The name of the style that is drawn, and that of the model that reads.
    pub of: (String, String),
    /// Why the style can't be drawn.
    pub error: Option<String>,
    answers: Receiver<Answer>,
    stop: Arc<AtomicBool>,
    started: Instant,
    took: Option<Duration>,
}

/// As many failures are kept: more are not looked at, and memory has an end.
pub const MOST_FAILURES: usize = 300;

/// What the threads report.
enum Answer {
    Right,
    Wrong(Failure),
    /// Nothing can be drawn.
    Error(String),
}

impl Many {
    /// Begins to draw `total` images of `recipe`, each with a seed of its own, and to read them with `reader`, on all
    /// cores.
    #[must_use]
    pub fn start(
        context: &Context,
        recipe: &Recipe,
        reader: &Arc<Reader>,
        any_length: bool,
        total: u64,
    ) -> Self {
        let (sender, answers) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let many = Self {
            total,
            right: Share { hits: 0, total: 0 },
            failures: Vec::new(),
            of: (recipe.name.clone(), reader.name.clone()),
            error: None,
            answers,
            stop: Arc::clone(&stop),
            started: Instant::now(),
            took: None,
        };
        let (context, recipe, reader) = (context.clone(), recipe.clone(), Arc::clone(reader));
        thread::spawn(move || {
            work(&recipe, &reader, any_length, total, &stop, &|answer| {
                // It fails only if nobody looks at the run any more.
                let _ = sender.send(answer);
                context.request_repaint();
            });
            drop(sender);
            context.request_repaint();
        });
        many
    }

    /// Takes in what has been done since.
    pub fn poll(&mut self) {
        while self.took.is_none() {
            match self.answers.try_recv() {
                Ok(Answer::Right) => {
                    self.right.hits += 1;
                    self.right.total += 1;
                }
                Ok(Answer::Wrong(failure)) => {
                    self.right.total += 1;
                    if self.failures.len() < MOST_FAILURES {
                        self.failures.push(failure);
                    }
                }
                Ok(Answer::Error(error)) => self.error = Some(error),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => self.took = Some(self.started.elapsed()),
            }
        }
    }

    /// Lets the images at hand be finished and no more.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.took.is_none()
    }

    /// Images that were drawn and read in a second, so far.
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

/// Draws and reads all images until `stop` is set.
fn work(
    recipe: &Recipe,
    reader: &Reader,
    any_length: bool,
    total: u64,
    stop: &AtomicBool,
    report: &(dyn Fn(Answer) + Sync),
) {
    let renderer = match Renderer::new(recipe.drawn_style()) {
        Ok(renderer) => renderer,
        Err(error) => return report(Answer::Error(describe(&error))),
    };
    (0..total).into_par_iter().for_each(|index| {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        match draw(&renderer, recipe, seed::derive(recipe.seed, index)) {
            Ok(picture) => report(read(reader, any_length, picture)),
            Err(error) => {
                // What one text can't be drawn with, hardly any can.
                stop.store(true, Ordering::Relaxed);
                report(Answer::Error(describe(&error)));
            }
        }
    });
}

fn read(reader: &Reader, any_length: bool, picture: Picture) -> Answer {
    let reading = reader.answer(&picture, any_length);
    match &reading.outcome {
        Ok(prediction) if picture.text.as_ref() == Some(&prediction.text) => Answer::Right,
        _ => Answer::Wrong(Failure { picture: Arc::new(picture), reading }),
    }
}
