//! `captcha-lab man`

use std::path::PathBuf;

use crate::cli::{NAME, definition};
use crate::output::print;
use crate::run::Outcome;

/// Write the man pages of this program and its subcommands into a folder.
///
/// Those in ~/.local/share/man/man1 are found by `man captcha-lab`.
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// The folder, which is made if it is not there.
    #[arg(value_name = "DIR")]
    out: PathBuf,
}

impl Man {
    pub(super) fn run(&self) -> Outcome {
        let failed = |error| format!("{}: {error}", self.out.display());
        std::fs::create_dir_all(&self.out).map_err(failed)?;
        clap_mangen::generate_to(definition(), &self.out).map_err(failed)?;
        Ok(print(self.out.join(format!("{NAME}.1")).display())?)
    }
}
