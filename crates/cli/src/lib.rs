//! What the subcommands share.

mod args;
mod cutting;
mod output;
mod progress;
mod run;
#[cfg(feature = "torch")]
mod training;

pub use args::{
    Backend, Network, SolverArgs, open_architecture, open_model, open_style, parse_lengths, parse_resampling,
    parse_size,
};
pub use cutting::{CuttingArgs, Method};
pub use output::{print, print_json};
pub use progress::{Progress, interrupted};
pub use run::{INTERRUPTED, run};
#[cfg(feature = "torch")]
pub use training::{TrainingArgs, TrainingProgress};
