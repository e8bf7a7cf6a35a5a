//! The window of captcha-lab: draw an image, read it, and see how the network reads it.
//!
//! | item | what it is |
//! |---|---|
//! | [`open_window`] | opens it on the screen |
//! | [`Window`] | its views and panels |
//! | [`Session`] | the state and the actions of the window, without widgets: background threads do what takes time |
//! | [`Recipe`], [`Picture`] | what is drawn, and what is on screen |
//! | [`ModelChoice`], [`Reader`], [`Reading`] | the model that reads, and its results |
//! | [`Many`], [`Failure`] | many images at once |
//! | [`Inside`], [`Subject`] | the view `See inside`, and the image and model that it inspects |
//!
//! | folder or file | what it holds |
//! |---|---|
//! | `window`, `display` | the whole window, and opening it on the screen |
//! | `panels/` | the parts of the window |
//! | `inside/` | the view `See inside` |
//! | `session/` | the state of the window, and the actions of the user |
//! | `jobs/` | background work, on threads of its own |
//! | `data/` | pictures, recipes, models and their readings |

mod data;
mod display;
mod inside;
mod jobs;
mod panels;
mod session;
mod window;

pub use data::note::Note;
pub use data::picture::{Origin, Picture};
pub use data::reader::{ModelChoice, Reader, Reading, fitting};
pub use data::recipe::{Drawer, Recipe};
pub use data::subject::Subject;
pub use display::{DisplayError, open_window};
pub use inside::Inside;
pub use jobs::many::{Failure, MOST_FAILURES, Many};
pub use panels::tab::Tab;
pub use session::{Session, Verdict};
pub use window::Window;
