//! How many threads work.

use crate::run::Outcome;

/// How many threads work: shared by what reads and writes many images.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct ThreadArgs {
    /// Threads; 0 for one a core. The result is the same for any number.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) threads: usize,
}

impl ThreadArgs {
    /// Makes so many threads the ones that all parallel work of the program runs on.
    ///
    /// # Errors
    /// If the operating system does not give so many.
    pub(crate) fn apply(self) -> Outcome {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build_global()
            .map_err(|error| format!("{} threads can't be started: {error}", self.threads).into())
    }
}
