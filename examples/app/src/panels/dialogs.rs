//! Dialogs that ask for a file.

use std::path::{Path, PathBuf};

use eframe::egui::{Align2, Context, Id, Modal};
use egui_file::{FileDialog, State};

/// The purpose of a file dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Open,
    OpenStyle,
    OpenModel,
    OpenFont,
    SaveImage,
    SaveStyle,
}

impl Purpose {
    fn title(self) -> &'static str {
        match self {
            Self::Open => "Open an image, a style or a model",
            Self::OpenStyle => "Open a style",
            Self::OpenModel => "Open a model",
            Self::OpenFont => "Open a font",
            Self::SaveImage => "Save the image",
            Self::SaveStyle => "Save the style",
        }
    }

    /// Whether the file is to be written.
    fn saves(self) -> bool {
        matches!(self, Self::SaveImage | Self::SaveStyle)
    }

    /// The extensions of the files that are listed.
    fn endings(self) -> &'static [&'static str] {
        const IMAGES: &[&str] = &[
            "png",
            "jpg",
            "jpeg",
            "gif",
            "bmp",
            "webp",
            "tif",
            "tiff",
            "pgm",
            "ppm",
            "pbm",
            "tga",
            "ico",
            "qoi",
            "toml",
            "safetensors",
        ];
        match self {
            Self::Open => IMAGES,
            Self::OpenStyle | Self::SaveStyle => &["toml"],
            Self::OpenModel => &["safetensors"],
            Self::OpenFont => &["ttf", "otf"],
            Self::SaveImage => &["png"],
        }
    }
}

/// The open dialog, if there is one, and the folder of the last file.
#[derive(Debug, Default)]
pub(crate) struct Dialogs {
    open: Option<(Purpose, FileDialog)>,
    /// An existing file that will be replaced if the user confirms.
    replaces: Option<(Purpose, PathBuf)>,
    folder: Option<PathBuf>,
}

impl Dialogs {
    /// Opens a file dialog; `name` is the proposed name of a file to be written.
    pub(crate) fn ask(&mut self, purpose: Purpose, name: &str) {
        let filter = move |path: &Path| {
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            purpose.endings().contains(&&*ending)
        };
        let dialog = if purpose.saves() {
            FileDialog::save_file().default_filename(name)
        } else {
            FileDialog::open_file().show_new_folder(false)
        };
        let mut dialog = dialog
            .title(purpose.title())
            .show_files_filter(Box::new(filter))
            .show_rename(false)
            .anchor(Align2::CENTER_CENTER, [0.0, 0.0]);
        if let Some(folder) = &self.folder {
            dialog = dialog.initial_path(folder);
        }
        dialog.open();
        self.open = Some((purpose, dialog));
    }

    /// Whether a dialog is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some() || self.replaces.is_some()
    }

    /// Shows the dialog, and returns the file once it is chosen.
    pub(crate) fn show(&mut self, context: &Context) -> Option<(Purpose, PathBuf)> {
        if self.replaces.is_some() {
            return self.ask_to_replace(context);
        }
        let (purpose, dialog) = self.open.as_mut()?;
        let purpose = *purpose;
        let mut chosen = match dialog.show(context).state() {
            State::Open => return None,
            State::Selected => dialog.path().map(|path| (purpose, path.to_owned())),
            State::Closed | State::Cancelled => None,
        };
        self.folder = Some(dialog.directory().to_owned());
        self.open = None;
        self.replaces = chosen.take_if(|(purpose, path)| purpose.saves() && path.exists());
        chosen
    }

    /// Asks whether the existing file may be replaced, and returns it once the user confirms.
    fn ask_to_replace(&mut self, context: &Context) -> Option<(Purpose, PathBuf)> {
        let (_, path) = self.replaces.as_ref()?;
        let (mut replace, mut keep) = (false, false);
        let modal = Modal::new(Id::unique("replace")).show(context, |ui| {
            ui.label(format!("{} is there already.", path.display()));
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                replace = ui.button("Replace it").clicked();
                keep = ui.button("Keep it").clicked();
            });
        });
        keep |= modal.should_close();
        let answered = self.replaces.take_if(|_| replace || keep);
        answered.filter(|_| replace)
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_replaced_only_if_the_user_says_so() {
        for (answer, expected) in [("Replace it", 1), ("Keep it", 0)] {
            let replaces = Some((Purpose::SaveImage, PathBuf::from("QXKZEF.png")));
            let dialogs = Dialogs { replaces, ..Dialogs::default() };
            let mut harness = Harness::new_ui_state(
                |ui, (dialogs, given): &mut (Dialogs, Vec<PathBuf>)| {
                    given.extend(dialogs.show(ui.ctx()).map(|(_, path)| path));
                },
                (dialogs, Vec::new()),
            );
            harness.run();
            assert!(harness.state().0.is_open() && harness.state().1.is_empty());
            harness.get_by_label_contains("QXKZEF.png is there already");
            harness.get_by_label(answer).click();
            harness.run();
            let (dialogs, given) = harness.state();
            assert!(!dialogs.is_open());
            assert_eq!(given.len(), expected, "{answer}");
        }
    }
}
