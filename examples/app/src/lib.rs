//! The window of captcha-lab: draw an image, read it, and see how the network reads it.
//!
//! | item | what it is |
//! |---|---|
//! | [`open_window`] | opens it on the screen |
//! | [`Window`] | its views and panels |
//! | [`Session`] | what it knows and does, without widgets: background threads do what takes time |
//! | [`Recipe`], [`Picture`] | what is drawn, and what is on screen |
//! | [`ModelChoice`], [`Reader`], [`Reading`] | what reads, and what was read |
//! | [`Many`], [`Failure`] | many images at once |
//! | [`Inside`], [`Subject`] | the view `See inside`, and what it looks into |

mod clutter_panel;
mod dialogs;
mod display;
mod files;
mod generate_panel;
mod image_view;
mod inside;
mod look;
mod many;
mod many_panel;
mod note;
mod panics;
mod picture;
mod reader;
mod reading_panel;
mod recipe;
mod session;
mod shortcuts;
mod sliders;
mod style_panel;
mod subject;
mod textures;
mod window;
mod worker;

pub use display::{DisplayError, open_window};
pub use inside::Inside;
pub use many::{Failure, MOST_FAILURES, Many};
pub use note::Note;
pub use picture::{Origin, Picture};
pub use reader::{ModelChoice, Reader, Reading, fitting};
pub use recipe::{Drawer, Recipe};
pub use session::{Session, Verdict};
pub use subject::Subject;
pub use window::{Tab, Window};
