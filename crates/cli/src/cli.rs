//! The definition of the program.

use std::sync::LazyLock;

use captcha_lab::infer::Isa;
use clap::{CommandFactory, Parser};

use crate::commands::Command;

/// Draw text CAPTCHAs, cut them into letters, train networks on them, read them, and see how that works.
///
/// It works on images that you made or hold.
#[derive(Debug, Parser)]
#[command(
    name = NAME,
    version,
    long_version = LONG_VERSION.as_str(),
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "First steps: `captcha-lab generate --out data/captchas`, then `captcha-lab evaluate --model seed-letters --data data/captchas`."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The name of the program.
pub(crate) const NAME: &str = "captcha-lab";

/// The version, what is built in, and what the kernels can use here.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let features = if cfg!(feature = "torch") { "torch" } else { "none (torch is not built in)" };
    let found: Vec<&str> = Isa::ALL.into_iter().filter(|isa| isa.is_available()).map(Isa::name).collect();
    format!("{}\nfeatures: {features}\ninstruction sets: {}", env!("CARGO_PKG_VERSION"), found.join(", "))
});

/// Reads the command line.
///
/// # Errors
/// An error in the command line, or the help or version text if that was requested.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    Cli::try_parse()
}

/// The definition as a `clap` command.
pub(crate) fn definition() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }

    /// Consistent terms: an option has the same value name everywhere.
    #[test]
    fn options_of_one_name_take_the_same_value() {
        fn check<'a>(command: &'a clap::Command, seen: &mut Vec<(&'a str, String)>) {
            for argument in command.get_arguments() {
                let Some(long) = argument.get_long() else { continue };
                let value = format!("{:?}", argument.get_value_names());
                // The output is a folder, a file or either, depending on the command.
                if long == "out" {
                    continue;
                }
                match seen.iter().find(|(name, _)| *name == long) {
                    Some((_, known)) => assert_eq!(*known, value, "--{long} of {}", command.get_name()),
                    None => seen.push((long, value)),
                }
            }
            command.get_subcommands().for_each(|inner| check(inner, seen));
        }
        let definition = definition();
        check(&definition, &mut Vec::new());
    }
}
