//! What the user can ask for.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::ColorImage;

use super::Session;
use crate::data::note::Note;
use crate::data::picture::Picture;
use crate::data::reader::ModelChoice;
use crate::jobs::files::{Save, Source};
use crate::jobs::many::Failure;

impl Session {
    /// Draws another image: that of the next seed.
    pub fn generate(&mut self) {
        self.recipe.next_seed();
    }

    /// Lets the model read the image: the next one, if it is being drawn or opened.
    pub fn predict(&mut self) {
        self.reads_next = self.is_bringing();
        self.wants_reading |= !self.reads_next && self.shown.is_some();
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

    /// Lets texts have any length, or those of the model's training.
    pub fn set_any_length(&mut self, any_length: bool) {
        self.any_length = any_length;
        self.clear_reading();
    }

    /// Lets every new image be read without being asked for, or not.
    pub fn set_read_at_once(&mut self, read_at_once: bool) {
        self.read_at_once = read_at_once;
        self.wants_reading |= read_at_once && self.shown.is_some() && self.reading.is_none();
    }
}
