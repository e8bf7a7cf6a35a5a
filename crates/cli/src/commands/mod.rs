//! The subcommands.
//!
//! | module | what it does |
//! |---|---|
//! | `generate` | draws labelled CAPTCHAs into a folder |
//! | `check` | looks at a folder of images before anything is trained on it |
//! | `extract` | cuts a folder of CAPTCHAs into letters |
//! | `train` | trains a network on letters or on whole images |
//! | `evaluate` | measures a model on a folder of labelled images |
//! | `solve` | reads images |
//! | `cut` | measures a segmentation method |
//! | `export` | writes a model for other runtimes |
//! | `explain` | writes a page about how an image is read |
//! | `style` | prints, checks and shows styles |
//! | `demo` | all steps, one after the other |
//! | `completions`, `man` | shell completions and man pages |

mod check;
mod completions;
mod cut;
mod demo;
mod evaluate;
mod explain;
mod export;
mod extract;
mod generate;
mod man;
mod solve;
mod style;
mod train;

use clap::Subcommand;

use crate::run::Outcome;

/// What the program is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Generate(Box<generate::Generate>),
    Check(Box<check::Check>),
    Extract(extract::Extract),
    Train(Box<train::Train>),
    Evaluate(evaluate::Evaluate),
    Solve(solve::Solve),
    Cut(Box<cut::Cut>),
    Export(export::Export),
    Explain(explain::Explain),
    #[command(subcommand)]
    Style(style::Style),
    Demo(demo::Demo),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// The error, to be reported on one line.
    pub(crate) fn run(&self) -> Outcome {
        match self {
            Self::Generate(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Extract(command) => command.run(),
            Self::Train(command) => command.run(),
            Self::Evaluate(command) => command.run(),
            Self::Solve(command) => command.run(),
            Self::Cut(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Explain(command) => command.run(),
            Self::Style(command) => command.run(),
            Self::Demo(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }
}
