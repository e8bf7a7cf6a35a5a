//! What the window knows and does, without its widgets.
//!
//! | file | what it holds |
//! |---|---|
//! | `commands` | what the user can ask for |

mod commands;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use captcha_report::describe;
use eframe::egui::Context;

use crate::data::note::Note;
use crate::data::reader::{ModelChoice, Reader, Reading};
use crate::data::recipe::{Drawer, Recipe};
use crate::jobs::files::{Opened, Save, Source};
use crate::jobs::many::Many;
use crate::jobs::worker::{Backlog, Worker};
use crate::{Picture, Subject};

/// What is on screen, what was read, and what is going on in the background.
///
/// Nothing here waits: what takes time is asked of a thread by [`follow`](Self::follow), and [`receive`](Self::receive)
/// takes in what has been done. What was asked before the user turned to something else is dropped.
#[derive(Debug)]
pub struct Session {
    /// What is drawn next. The image follows every change of it.
    pub recipe: Recipe,
    /// The model that is to read.
    pub choice: ModelChoice,
    /// What the user is told.
    pub note: Option<Note>,
    /// Many images at once, since it was asked for.
    pub many: Option<Many>,
    any_length: bool,
    read_at_once: bool,
    context: Context,
    shown: Option<Arc<Picture>>,
    reading: Option<Reading>,
    reader: Option<(ModelChoice, Arc<Reader>)>,
    /// The recipe that was asked for last, and the model.
    followed: Option<Recipe>,
    asked_model: Option<ModelChoice>,
    /// Whether the image is to be read once the model is there, and the image that is to come; and how many images are.
    wants_reading: bool,
    reads_next: bool,
    wants_many: Option<u64>,
    drawing: Worker<Recipe, Result<Picture, String>>,
    opening: Worker<Source, Result<Opened, String>>,
    loading: Worker<ModelChoice, Result<Arc<Reader>, String>>,
    asking: Worker<Question, Reading>,
    saving: Worker<Save, Note>,
}

/// Whether the text that was read is the one that the image shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Right,
    /// It is not.
    Wrong,
    /// Nobody knows what the image shows.
    Unknown,
}

/// An image to read.
#[derive(Debug)]
struct Question {
    picture: Arc<Picture>,
    reader: Arc<Reader>,
    any_length: bool,
}

impl Session {
    /// A session that begins with the image of `recipe`, read by `choice` when it is asked.
    #[must_use]
    pub fn new(context: &Context, recipe: Recipe, choice: ModelChoice) -> Self {
        let mut drawer = Drawer::default();
        Self {
            recipe,
            choice,
            any_length: false,
            read_at_once: false,
            note: None,
            many: None,
            context: context.clone(),
            shown: None,
            reading: None,
            reader: None,
            followed: None,
            asked_model: None,
            wants_reading: false,
            reads_next: false,
            wants_many: None,
            drawing: Worker::new(context, Backlog::Latest, move |recipe| {
                drawer.draw(&recipe).map(Picture::prepared).map_err(|error| describe(&error))
            }),
            opening: Worker::new(context, Backlog::Latest, Source::open),
            loading: Worker::new(context, Backlog::Latest, |choice: ModelChoice| {
                Reader::open(&choice).map(Arc::new).map_err(|error| describe(&error))
            }),
            asking: Worker::new(context, Backlog::Latest, |question: Question| {
                question.reader.answer(&question.picture, question.any_length)
            }),
            saving: Worker::new(context, Backlog::All, Save::write),
        }
    }

    /// Takes in what has been done in the background: at the start of every frame.
    pub fn receive(&mut self) {
        while let Some(drawn) = self.drawing.poll() {
            match drawn.flatten() {
                Ok(picture) => self.take(Arc::new(picture)),
                Err(error) => self.fail(error),
            }
        }
        while let Some(opened) = self.opening.poll() {
            match opened.flatten() {
                Ok(Opened::Picture(picture)) => self.show(Arc::new(picture)),
                Ok(Opened::Style(name, style)) => self.recipe.set_style(name, *style),
                Err(error) => {
                    self.fail(error);
                    if self.shown.is_none() {
                        self.followed = None;
                    }
                }
            }
        }
        while let Some(loaded) = self.loading.poll() {
            match loaded.flatten() {
                Ok(reader) => {
                    self.reader = self.asked_model.clone().zip(Some(reader));
                    self.clear_reading();
                }
                Err(error) => {
                    self.note = Some(Note::error(error));
                    self.choice = ModelChoice::Fitting;
                    if self.asked_model.as_ref() == Some(&self.choice.for_style(&self.recipe.style)) {
                        // There is no other model to wait for.
                        (self.wants_reading, self.wants_many) = (false, None);
                    }
                }
            }
        }
        while let Some(reading) = self.asking.poll() {
            match reading {
                Ok(reading) => {
                    if self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(&shown.image, &reading.image)) {
                        self.reading = Some(reading);
                    }
                }
                Err(error) => self.note = Some(Note::error(error)),
            }
        }
        while let Some(note) = self.saving.poll() {
            self.note = Some(note.unwrap_or_else(Note::error));
        }
        if let Some(many) = &mut self.many {
            many.poll();
        }
    }

    /// Asks for what follows from what the user did: at the end of every frame.
    pub fn follow(&mut self) {
        if self.followed.as_ref() != Some(&self.recipe) {
            self.opening.forget();
            self.drawing.ask(self.recipe.clone());
            self.followed = Some(self.recipe.clone());
        }
        let choice = self.choice.for_style(&self.recipe.style);
        if self.asked_model.as_ref() != Some(&choice) {
            self.loading.forget();
            self.loading.ask(choice.clone());
            self.asked_model = Some(choice);
        }
        let Some(reader) = self.reader().cloned() else { return };
        if self.wants_reading
            && let Some(picture) = self.shown.clone()
        {
            let any_length = self.any_length;
            self.asking.ask(Question { picture, reader: Arc::clone(&reader), any_length });
            self.wants_reading = false;
        }
        if let Some(total) = self.wants_many.take() {
            self.many = Some(Many::start(&self.context, &self.recipe, &reader, self.any_length, total));
        }
    }

    /// Whether another image is on its way.
    fn is_bringing(&self) -> bool {
        self.drawing.is_busy() || self.opening.is_busy() || self.followed.as_ref() != Some(&self.recipe)
    }

    fn take(&mut self, picture: Arc<Picture>) {
        // Why there is another image than that of the command line stays there to be read.
        if self.shown.replace(picture).is_some() {
            self.note = None;
        }
        self.clear_reading();
        self.wants_reading |= std::mem::take(&mut self.reads_next);
    }

    /// There is no other image to show or to read.
    fn fail(&mut self, error: String) {
        self.note = Some(Note::error(error));
        self.reads_next = false;
    }

    /// What was read is not of this image or this model.
    fn clear_reading(&mut self) {
        self.reading = None;
        self.asking.forget();
        self.wants_reading |= self.read_at_once && self.shown.is_some();
    }

    /// The window that it works for.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether a text may have another length than those of the model's training.
    #[must_use]
    pub fn any_length(&self) -> bool {
        self.any_length
    }

    /// Whether every new image is read without being asked for.
    #[must_use]
    pub fn read_at_once(&self) -> bool {
        self.read_at_once
    }

    /// The image on screen.
    #[must_use]
    pub fn shown(&self) -> Option<&Arc<Picture>> {
        self.shown.as_ref()
    }

    /// What was read from it.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// The model that reads, once it is there.
    #[must_use]
    pub fn reader(&self) -> Option<&Arc<Reader>> {
        let (choice, reader) = self.reader.as_ref()?;
        (Some(choice) == self.asked_model.as_ref()).then_some(reader)
    }

    /// Whether an image is being drawn, opened or read.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_bringing()
            || self.loading.is_busy()
            || self.asking.is_busy()
            || self.saving.is_busy()
            || self.wants_reading
            || self.wants_many.is_some()
    }

    /// Whether the image was read right.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let reading = self.reading()?;
        let known = self.shown()?.text.as_ref();
        Some(match (known, &reading.outcome) {
            (None, _) => Verdict::Unknown,
            (Some(text), Ok(prediction)) if *text == prediction.text => Verdict::Right,
            _ => Verdict::Wrong,
        })
    }

    /// What the view `See inside` looks into.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        Some(Subject {
            image: Arc::clone(&self.shown()?.image),
            model: Arc::clone(&self.reader()?.model),
            prediction: self.reading().and_then(|reading| reading.outcome.clone().ok()),
        })
    }

    /// The title of the window: what is on screen, and what was read.
    #[must_use]
    pub fn title(&self) -> String {
        let Some(picture) = self.shown() else {
            return "captcha-lab".to_owned();
        };
        let name = picture.name();
        match self.reading().map(|reading| &reading.outcome) {
            None => format!("captcha-lab: {name}"),
            Some(Ok(prediction)) => format!("captcha-lab: {name}, read as {}", prediction.text),
            Some(Err(_)) => format!("captcha-lab: {name}, not read"),
        }
    }
}
