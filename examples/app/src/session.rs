//! What the window knows and does, without its widgets.

use std::path::Path;
use std::sync::Arc;

use captcha_report::describe;
use eframe::egui::{ColorImage, Context};

use crate::files::{Opened, Save, Source};
use crate::many::{Failure, Many};
use crate::note::Note;
use crate::reader::{ModelChoice, Reader, Reading};
use crate::recipe::{Drawer, Recipe};
use crate::worker::{Backlog, Worker};
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

    /// Draws another image: that of the next seed.
    pub fn generate(&mut self) {
        self.recipe.next_seed();
    }

    /// Lets the model read the image: the next one, if it is being drawn or opened.
    pub fn predict(&mut self) {
        self.reads_next = self.is_bringing();
        self.wants_reading |= !self.reads_next && self.shown.is_some();
    }

    /// Whether another image is on its way.
    fn is_bringing(&self) -> bool {
        self.drawing.is_busy() || self.opening.is_busy() || self.followed.as_ref() != Some(&self.recipe)
    }

    /// Draws `total` images of the recipe and lets the model read them.
    pub fn read_many(&mut self, total: u64) {
        self.wants_many = Some(total);
    }

    /// Opens a file: an image, a style if its name ends in `.toml`, a model if it ends in `.safetensors`.
    pub fn open(&mut self, path: &Path) {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("safetensors")) {
            return self.open_model(path);
        }
        // What is on screen is to be the file, not what the recipe draws.
        self.followed = Some(self.recipe.clone());
        self.opening.ask(Source::File(path.to_owned()));
    }

    /// Lets the model in this file read.
    pub fn open_model(&mut self, path: &Path) {
        self.choice = ModelChoice::File(path.to_owned());
        // Also if it is the file that reads already: it may have changed.
        self.asked_model = None;
    }

    /// Shows an image from the clipboard.
    pub fn paste(&mut self, image: Arc<ColorImage>) {
        self.followed = Some(self.recipe.clone());
        self.opening.ask(Source::Clipboard(image));
    }

    /// Puts the image into the clipboard.
    pub fn copy(&mut self) {
        if let Some(picture) = &self.shown {
            self.context.copy_image(ColorImage::clone(picture.colours()));
            self.note = Some(Note::done("the image is in the clipboard"));
        }
    }

    /// Writes the image to a PNG file.
    pub fn save_picture(&mut self, path: &Path) {
        if let Some(picture) = &self.shown {
            self.saving.ask(Save::Picture(Arc::clone(picture), path.to_owned()));
        }
    }

    /// Writes the style, as the sliders have it, to a TOML file.
    pub fn save_style(&mut self, path: &Path) {
        self.saving.ask(Save::Style(Box::new(self.recipe.drawn_style()), path.to_owned()));
    }

    /// Shows another image in place of what is on screen, and of what is being drawn or opened.
    pub fn show(&mut self, picture: Arc<Picture>) {
        self.drawing.forget();
        self.opening.forget();
        self.take(picture);
    }

    /// Shows an image that was not read right, with what was read.
    pub fn show_failure(&mut self, failure: Failure) {
        self.show(failure.picture);
        self.wants_reading = false;
        self.reading = Some(failure.reading);
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

    /// Lets texts have any length, or those of the model's training.
    pub fn set_any_length(&mut self, any_length: bool) {
        self.any_length = any_length;
        self.clear_reading();
    }

    /// Whether every new image is read without being asked for.
    #[must_use]
    pub fn read_at_once(&self) -> bool {
        self.read_at_once
    }

    /// Lets every new image be read without being asked for, or not.
    pub fn set_read_at_once(&mut self, read_at_once: bool) {
        self.read_at_once = read_at_once;
        self.wants_reading |= read_at_once && self.shown.is_some() && self.reading.is_none();
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use captcha_lab::render::Style;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::Window;

    /// Shows the window until nothing is done in the background any more.
    fn settle(harness: &mut Harness<'_, Window>) {
        for _ in 0..3000 {
            harness.step();
            if !harness.state().session.is_busy() {
                return harness.step();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("still busy");
    }

    #[test]
    fn whatever_panics_in_the_background_is_one_line_and_the_window_goes_on() {
        let breaks: [(&str, fn(&mut Session)); 5] = [
            ("drawing", |session| {
                session.drawing = Worker::new(&session.context, Backlog::Latest, |_| panic!("drawing"));
                session.generate();
            }),
            ("opening", |session| {
                session.opening = Worker::new(&session.context, Backlog::Latest, |_| panic!("opening"));
                session.open(Path::new("image.png"));
            }),
            ("loading", |session| {
                session.loading = Worker::new(&session.context, Backlog::Latest, |_| panic!("loading"));
                session.open_model(Path::new("model.safetensors"));
                session.predict();
                session.read_many(1);
            }),
            ("asking", |session| {
                session.asking = Worker::new(&session.context, Backlog::Latest, |_| panic!("asking"));
                session.predict();
            }),
            ("saving", |session| {
                session.saving = Worker::new(&session.context, Backlog::All, |_| panic!("saving"));
                session.save_picture(Path::new("image.png"));
            }),
        ];
        for (name, breaks) in breaks {
            let context = Context::default();
            let session =
                Session::new(&context, Recipe::new("seed", Style::seed(), 42), ModelChoice::Fitting);
            let ui = |ui: &mut eframe::egui::Ui, window: &mut Window| window.ui(ui);
            let mut harness = Harness::new_ui_state(ui, Window::new(session));
            settle(&mut harness);
            breaks(&mut harness.state_mut().session);
            settle(&mut harness);
            let note = harness.state().session.note.clone();
            assert!(note.is_some_and(|note| note.is_error && note.text.contains(name)), "{name}");
            assert_eq!(
                harness.query_all_by_label_contains("this is a bug in captcha-lab").count(),
                1,
                "{name}"
            );
        }
    }
}
