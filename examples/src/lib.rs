//! What the examples share, so that each of them stays one short file.
//!
//! | item | what it is |
//! |---|---|
//! | [`figures`] | pictures: contact sheets, letters by class, learning curves, confusion matrix, failures |
//! | [`inside`] | how a network sees an image: values as colours, every step in words, CTC |
//! | [`Progress`] | a progress bar for long work that stops cleanly on Ctrl-C |
//! | [`Table`], [`format`](mod@format) | aligned tables, and numbers the way that people read them |
//! | [`run`], [`describe`] | the `main` of an example: one clear line when something goes wrong |
//! | [`Backend`], [`CuttingArgs`], [`Network`], [`SolverArgs`], [`open_style`] ... | arguments that several examples take |
//! | [`pictures`] | the pictures of a corpus, a training and an evaluation, as files |
//! | [`print`](fn@print), [`print_json`] | standard output without a panic when the reader goes away |
//!
//! Nothing here needs a system font or a C library; what needs libtorch is behind the feature `torch`.

mod args;
mod cutting;
pub mod figures;
pub mod format;
pub mod inside;
mod output;
pub mod pictures;
mod progress;
mod run;
mod table;
#[cfg(feature = "torch")]
mod training;

pub use args::{
    Backend, Network, SolverArgs, open_architecture, open_model, open_style, parse_lengths, parse_resampling,
    parse_size,
};
pub use cutting::{CuttingArgs, Method};
pub use output::{print, print_json};
pub use progress::{Progress, interrupted};
pub use run::{INTERRUPTED, describe, run};
pub use table::{Table, TableStyle, share_cells};
#[cfg(feature = "torch")]
pub use training::{TrainingArgs, TrainingProgress};
