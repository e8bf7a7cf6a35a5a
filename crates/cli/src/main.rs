//! The program `captcha-lab`: all functions of the library, from the command line.
//!
//! | module | what it holds |
//! |---|---|
//! | `cli` | the definition of the program, from which its help, man pages and completions are made |
//! | `commands` | the subcommands, one file each |
//! | `args` | arguments that several subcommands take |
//! | `usage` | errors in the command line, on one line |
//! | `run` | from a result to an exit code |
//! | `progress` | progress reports, and Ctrl-C |
//! | `output` | standard output, and hints for the next step |

mod args;
mod cli;
mod commands;
#[cfg(all(test, unix))]
mod interrupt_tests;
mod output;
mod progress;
mod run;
mod usage;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(cli) => run::run(|| cli.command.run()),
        Err(stopped) => usage::report(&stopped),
    }
}
