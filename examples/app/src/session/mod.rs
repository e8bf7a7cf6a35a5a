//! The state and the actions of the window, without widgets.
//!
//! | file | what it holds |
//! |---|---|
//! | `commands` | the actions of the user |

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

/// The image on screen, its reading, and the work in the background.
///
/// No method blocks: [`follow`](Self::follow) requests work from the threads, and [`receive`](Self::receive)
/// takes the results. Requests that the user has superseded are dropped.
#[derive(Debug)]
pub struct Session {
    /// What is drawn next. The image follows every change.
    pub recipe: Recipe,
    /// The model to read with.
    pub choice: ModelChoice,
    /// The message to the user.
    pub note: Option<Note>,
    /// The latest run over many images.
    pub many: Option<Many>,
    any_length: bool,
    read_at_once: bool,
    context: Context,
    shown: Option<Arc<Picture>>,
    reading: Option<Reading>,
    reader: Option<(ModelChoice, Arc<Reader>)>,
    /// The recipe and the model that were requested last.
    followed: Option<Recipe>,
    asked_model: Option<ModelChoice>,
    /// Whether the image is to be read once it and the model are available, and how many images are.
    wants_reading: bool,
    reads_next: bool,
    wants_many: Option<u64>,
    drawing: Worker<Recipe, Result<Picture, String>>,
    opening: Worker<Source, Result<Opened, String>>,
    loading: Worker<ModelChoice, Result<Arc<Reader>, String>>,
    asking: Worker<Question, Reading>,
    saving: Worker<Save, Note>,
}

/// Whether the reading equals the true text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are equal.
    Right,
    /// They differ.
    Wrong,
    /// The true text is not known.
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
    /// A session that starts with the image of `recipe`; `choice` reads it on request.
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

    /// Takes the results from the background; called at the start of every frame.
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

    /// Requests the work that follows from the actions of the user; called at the end of every frame.
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

    /// Whether another image is being drawn or opened.
    fn is_bringing(&self) -> bool {
        self.drawing.is_busy() || self.opening.is_busy() || self.followed.as_ref() != Some(&self.recipe)
    }

    fn take(&mut self, picture: Arc<Picture>) {
        // For the first image, the message stays visible: it says why the image of the command line is not
        // shown.
        if self.shown.replace(picture).is_some() {
            self.note = None;
        }
        self.clear_reading();
        self.wants_reading |= std::mem::take(&mut self.reads_next);
    }

    /// Reports an error: no other image can be shown or read.
    fn fail(&mut self, error: String) {
        self.note = Some(Note::error(error));
        self.reads_next = false;
    }

    /// Drops a reading that does not belong to this image or model.
    fn clear_reading(&mut self) {
        self.reading = None;
        self.asking.forget();
        self.wants_reading |= self.read_at_once && self.shown.is_some();
    }

    /// The egui context of its window.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether texts may have other lengths than those of the training data.
    #[must_use]
    pub fn any_length(&self) -> bool {
        self.any_length
    }

    /// Whether every new image is read automatically.
    #[must_use]
    pub fn read_at_once(&self) -> bool {
        self.read_at_once
    }

    /// The image on screen.
    #[must_use]
    pub fn shown(&self) -> Option<&Arc<Picture>> {
        self.shown.as_ref()
    }

    /// The reading of the image.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// The model that reads, once it is loaded.
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

    /// The subject of the view `See inside`.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        Some(Subject {
            image: Arc::clone(&self.shown()?.image),
            model: Arc::clone(&self.reader()?.model),
            prediction: self.reading().and_then(|reading| reading.outcome.clone().ok()),
        })
    }

    /// The title of the window: the image, and its reading.
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
