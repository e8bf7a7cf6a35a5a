//! Dialogs that ask for a file.

use std::path::{Path, PathBuf};

use eframe::egui::{Align2, Context};
use egui_file::{FileDialog, State};

/// What a file is asked for.
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

    /// The endings of the files that are listed.
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

/// The dialog that is open, if one is, and the folder of the last file.
#[derive(Debug, Default)]
pub(crate) struct Dialogs {
    open: Option<(Purpose, FileDialog)>,
    folder: Option<PathBuf>,
}

impl Dialogs {
    /// Asks for a file; `name` is proposed for one that is to be written.
    pub(crate) fn ask(&mut self, purpose: Purpose, name: &str) {
        let filter = move |path: &Path| {
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            purpose.endings().contains(&&*ending)
        };
        let dialog = match purpose {
            Purpose::SaveImage | Purpose::SaveStyle => FileDialog::save_file().default_filename(name),
            _ => FileDialog::open_file().show_new_folder(false),
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
        self.open.is_some()
    }

    /// Shows the dialog, and gives the file once it is chosen.
    pub(crate) fn show(&mut self, context: &Context) -> Option<(Purpose, PathBuf)> {
        let (purpose, dialog) = self.open.as_mut()?;
        let purpose = *purpose;
        let chosen = match dialog.show(context).state() {
            State::Open => return None,
            State::Selected => dialog.path().map(|path| (purpose, path.to_owned())),
            State::Closed | State::Cancelled => None,
        };
        self.folder = Some(dialog.directory().to_owned());
        self.open = None;
        chosen
    }
}
