//! `cargo xtask`: puts libtorch under the workspace, runs the demo and the tests.
//!
//! | file or folder | holds |
//! |---|---|
//! | `cargo` | `cargo xtask demo` and `cargo xtask test` |
//! | `setup` | `cargo xtask setup`: downloads, checks, unpacks and publishes libtorch |
//! | `libtorch` | what libtorch is, and which one a build would use |
//! | `advice` | what to do by hand where set-up failed |
//! | `error`, `files`, `progress` | what all of them use |

mod advice;
mod cargo;
mod error;
mod files;
mod libtorch;
mod progress;
mod setup;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Error;
use crate::libtorch::lookup::Surroundings;

/// The chores of captcha-lab.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put a libtorch for the CPU under the workspace, for the feature `torch`.
    ///
    /// Downloads 540 MB of wheels with `python3 -m pip download` (your pip configuration applies),
    /// checks them, keeps 475 MB in .libtorch and deletes the rest. Plain cargo commands then find it.
    /// Run it again after an interruption: what has arrived whole is not fetched again.
    /// To start afresh, delete .libtorch.
    ///
    /// Nothing is done when LIBTORCH or LIBTORCH_USE_PYTORCH is set, when /usr/lib/libtorch.so is
    /// there, or when .libtorch is whole.
    #[command(verbatim_doc_comment)]
    Setup,
    /// Set up if needed, then render, train and test, and print a table and draw pictures of the results.
    Demo {
        /// A small version that takes less than a minute, compiling aside.
        #[arg(long)]
        quick: bool,
        /// More arguments for the demo; `cargo xtask demo -- --help` lists them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
    /// Set up if needed, then run the tests that differ without libtorch, and every test with it.
    Test,
}

fn main() -> ExitCode {
    let around = Surroundings::of_this_process();
    let result = match Cli::parse().command {
        Command::Setup => setup::setup(&around),
        Command::Demo { quick, args } => {
            setup::setup(&around).and_then(|()| cargo::demo(&around, quick, &args))
        }
        Command::Test => setup::setup(&around).and_then(|()| cargo::test(&around)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Cargo has already said what was wrong.
        Err(Error::CommandFailed { code }) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(advice) = advice::by_hand(&error) {
                eprintln!("\n{advice}");
            }
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn demo_takes_any_further_arguments() {
        let parse = |line: &[&str]| match Cli::try_parse_from(line).unwrap().command {
            Command::Demo { quick, args } => (quick, args),
            _ => panic!("not a demo"),
        };
        assert_eq!(parse(&["x", "demo"]), (false, vec![]));
        assert_eq!(parse(&["x", "demo", "--quick"]), (true, vec![]));
        assert_eq!(
            parse(&["x", "demo", "--quick", "--seed", "3"]),
            (true, vec![OsString::from("--seed"), OsString::from("3")])
        );
        assert_eq!(parse(&["x", "demo", "--seed", "3"]).1.len(), 2);
        assert_eq!(parse(&["x", "demo", "--", "--help"]), (false, vec![OsString::from("--help")]));
    }
}
