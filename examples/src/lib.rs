//! What the examples share, so that each of them stays one short file.
//!
//! | item | what it is |
//! |---|---|
//! | [`figures`] | pictures: contact sheets, letters by class, learning curves, confusion matrix, failures |
//! | [`Progress`] | a progress bar for long work that stops cleanly on Ctrl-C |
//! | [`Table`], [`format`] | aligned tables, and numbers the way that people read them |
//! | [`run`] | the `main` of an example: one clear line when something goes wrong |
//! | [`print`](fn@print), [`print_json`] | standard output without a panic when the reader goes away |
//!
//! Nothing here needs libtorch, a system font or a C library.

pub mod figures;
pub mod format;
mod output;
mod progress;
mod run;
mod table;

pub use output::{print, print_json};
pub use progress::{Progress, interrupted};
pub use run::{INTERRUPTED, run};
pub use table::{Table, TableStyle};
