//! The actions of the user.

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
    /// Draws another image, with the next seed.
    pub fn generate(&mut self) {
        self.recipe.next_seed();
    }

    /// Reads the image with the model; if an image is being drawn or opened, reads that one.
    pub fn predict(&mut self) {
        self.reads_next = self.is_bringing();
        self.wants_reading |= !self.reads_next && self.shown.is_some();
    }

    /// Draws `total` images of the recipe and reads them with the model.
    pub fn read_many(&mut self, total: u64) {
        self.wants_many = Some(total);
    }

    /// Opens a file: an image, a style if its name ends in `.toml`, a model if it ends in `.safetensors`.
    pub fn open(&mut self, path: &Path) {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("safetensors")) {
            return self.open_model(path);
        }
        // The file is to be shown, not the image of the recipe.
        self.followed = Some(self.recipe.clone());
        self.opening.ask(Source::File(path.to_owned()));
    }

    /// Reads with the model in this file.
    pub fn open_model(&mut self, path: &Path) {
        self.choice = ModelChoice::File(path.to_owned());
        // Even if the file is that of the current model: it may have changed.
        self.asked_model = None;
    }

    /// Shows an image from the clipboard.
    pub fn paste(&mut self, image: Arc<ColorImage>) {
        self.followed = Some(self.recipe.clone());
        self.opening.ask(Source::Clipboard(image));
    }

    /// Copies the image to the clipboard.
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

    /// Writes the style, as the sliders have changed it, to a TOML file.
    pub fn save_style(&mut self, path: &Path) {
        self.saving.ask(Save::Style(Box::new(self.recipe.drawn_style()), path.to_owned()));
    }

    /// Shows another image instead of the current one, and of any that is being drawn or opened.
    pub fn show(&mut self, picture: Arc<Picture>) {
        self.drawing.forget();
        self.opening.forget();
        self.take(picture);
    }

    /// Shows an image that was read wrong, with its reading.
    pub fn show_failure(&mut self, failure: Failure) {
        self.show(failure.picture);
        self.wants_reading = false;
        self.reading = Some(failure.reading);
    }

    /// Sets whether texts may have any length, or only those of the training data.
    pub fn set_any_length(&mut self, any_length: bool) {
        self.any_length = any_length;
        self.clear_reading();
    }

    /// Sets whether every new image is read automatically.
    pub fn set_read_at_once(&mut self, read_at_once: bool) {
        self.read_at_once = read_at_once;
        self.wants_reading |= read_at_once && self.shown.is_some() && self.reading.is_none();
    }
}
