//! The whole window.

use eframe::egui::{self, CentralPanel, Panel};

use crate::{Inside, Subject};

/// The window: what is on screen, and what is going on behind it.
#[derive(Debug, Default)]
pub struct Window {
    subject: Option<Subject>,
    inside: Inside,
}

impl Window {
    /// Shows all of it.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        Panel::left("generate").show(ui, |ui| ui.heading("Generate"));
        CentralPanel::default_margins().show(ui, |ui| self.inside.ui(ui, self.subject.as_ref()));
    }
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        Self::ui(self, ui);
    }
}
