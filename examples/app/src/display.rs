//! Opening the window on the screen.

use eframe::egui::{Context, Vec2, ViewportBuilder};

use crate::Window;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DisplayError {
    /// The machine has no display, or none that can be reached.
    #[error(
        "no display: {reason}; set DISPLAY or run it on a desktop. `solve`, `generate` and `explain` do the same on \
         the command line"
    )]
    NoDisplay {
        /// What is missing.
        reason: &'static str,
    },
    /// The display can't show it.
    #[error("the window can't be opened: {0}")]
    Window(#[source] eframe::Error),
}

/// The size of the window at first, and the least, in points.
const SIZE: Vec2 = Vec2::new(1240.0, 800.0);
const LEAST: Vec2 = Vec2::new(900.0, 560.0);

/// Opens the window that `make` makes, and returns when the user closes it.
///
/// # Errors
/// [`DisplayError`] if there is no display or it can't show the window.
pub fn open_window(make: impl FnOnce(&Context) -> Window) -> Result<(), DisplayError> {
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_inner_size(SIZE)
            .with_min_inner_size(LEAST)
            .with_app_id("captcha-lab"),
        ..Default::default()
    };
    let opened = eframe::run_native(
        "captcha-lab",
        options,
        Box::new(|creation| Ok(Box::new(make(&creation.egui_ctx)))),
    );
    opened.map_err(|error| match error {
        eframe::Error::WinitEventLoop(_) => DisplayError::NoDisplay { reason: reason() },
        error => DisplayError::Window(error),
    })
}

/// Why no display was found.
fn reason() -> &'static str {
    let names_one = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match cfg!(unix) && !names_one("DISPLAY") && !names_one("WAYLAND_DISPLAY") {
        true => "neither DISPLAY nor WAYLAND_DISPLAY is set",
        false => "there is none that can be reached",
    }
}
