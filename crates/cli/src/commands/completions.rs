//! `captcha-lab completions`

use clap_complete::Shell;

use crate::cli::{NAME, definition};
use crate::output::print;
use crate::run::Outcome;

/// Write what a shell needs to complete this program's arguments to standard output.
///
/// For bash: `captcha-lab completions bash > ~/.local/share/bash-completion/completions/captcha-lab`.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut definition(), NAME, &mut script);
        Ok(print(String::from_utf8(script)?.trim_end())?)
    }
}
