//! Opening the window on the screen.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

use eframe::egui::{Context, Vec2, ViewportBuilder};

use crate::Window;
use crate::jobs::panics;

/// Why the window could not be opened.
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
        reason: String,
    },
    /// The display can't show the window.
    #[error("the window can't be opened: {0}")]
    Window(#[source] eframe::Error),
}

/// The initial and the minimum size of the window, in points.
const SIZE: Vec2 = Vec2::new(1240.0, 800.0);
const LEAST: Vec2 = Vec2::new(900.0, 560.0);

/// Opens the window that `make` returns, and returns when the user closes it.
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
    let is_open = Cell::new(false);
    let open = || {
        let make = |creation: &eframe::CreationContext<'_>| {
            is_open.set(true);
            drop(panic::take_hook());
            Ok(Box::new(make(&creation.egui_ctx)) as Box<dyn eframe::App>)
        };
        eframe::run_native("captcha-lab", options, Box::new(make))
    };
    // winit panics where a library of the window system is missing; that is not a bug of this program.
    panic::set_hook(Box::new(|_| {}));
    let opened = panic::catch_unwind(AssertUnwindSafe(open));
    drop(panic::take_hook());
    match opened {
        Ok(opened) => opened.map_err(|error| match error {
            eframe::Error::WinitEventLoop(error) => {
                DisplayError::NoDisplay { reason: reason(&error.to_string()) }
            }
            error => DisplayError::Window(error),
        }),
        Err(panic) if is_open.get() => panic::resume_unwind(panic),
        Err(panic) => {
            let message = panics::message(&*panic).unwrap_or_default();
            Err(DisplayError::NoDisplay { reason: reason(message) })
        }
    }
}

/// The message of winit, without the source location at its beginning.
fn reason(message: &str) -> String {
    let after_place = message.rsplit_once(".rs:").and_then(|(_, rest)| rest.split_once(": "));
    after_place.map_or(message, |(_, reason)| reason).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_display_is_one_line_without_places_in_sources() {
        for (message, expected) in [
            (
                "os error at winit/src/mod.rs:765: neither WAYLAND_DISPLAY nor DISPLAY is set.",
                "neither WAYLAND_DISPLAY",
            ),
            (
                "Library libxkbcommon-x11.so could not be loaded.",
                "Library libxkbcommon-x11.so could not be loaded;",
            ),
        ] {
            let error = DisplayError::NoDisplay { reason: reason(message) }.to_string();
            assert!(error.starts_with(&format!("no display: {expected}")), "{error}");
            assert!(!error.contains(".rs") && !error.contains('\n'), "{error}");
        }
    }
}
