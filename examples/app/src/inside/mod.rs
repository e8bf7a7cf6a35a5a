//! The view that shows what a network makes of the image on screen.

use eframe::egui;

use crate::Subject;

/// The view `See inside`: what it has computed, and where in it the user is.
#[derive(Debug, Default)]
pub struct Inside {}

impl Inside {
    /// Shows how the model of `subject` reads its image, in all of the room of `ui`.
    pub fn ui(&mut self, ui: &mut egui::Ui, subject: Option<&Subject>) {
        ui.centered_and_justified(|ui| match subject {
            None => ui.label("Generate or open an image first."),
            Some(subject) => {
                ui.label(format!("{} x {} pixels", subject.image.width(), subject.image.height()))
            }
        });
    }
}
