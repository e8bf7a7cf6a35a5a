//! `captcha-lab style`

use std::path::{Path, PathBuf};

use captcha_lab::core::{describe, seed};
use captcha_lab::render::{self, Renderer};
use captcha_report::figures::{save_png, style_sheet};
use clap::Subcommand;
use serde::Serialize;

use crate::args::StyleChanges;
use crate::output::{next, print, print_json, quoted};
use crate::run::Outcome;

/// Print, check and show styles.
#[derive(Debug, Subcommand)]
pub(crate) enum Style {
    Print(Box<Print>),
    Check(Check),
    Sheet(Box<Sheet>),
}

/// Styles by name or by file.
#[derive(Debug, clap::Args)]
struct Styles {
    /// Presets (seed, claptcha, lepture, easy, medium, hard) or TOML files [default: seed].
    #[arg(value_name = "STYLE")]
    styles: Vec<PathBuf>,
    /// The same, as other commands take it.
    #[arg(long = "style", value_name = "STYLE", hide = true)]
    more: Vec<PathBuf>,
}

impl Styles {
    /// The names; the default style if there are none.
    fn names(&self) -> Vec<&Path> {
        let names: Vec<&Path> = self.styles.iter().chain(&self.more).map(PathBuf::as_path).collect();
        if names.is_empty() { vec![Path::new("seed")] } else { names }
    }
}

/// Print a style as TOML, to change and to pass to --style.
#[derive(Debug, clap::Args)]
pub(crate) struct Print {
    #[command(flatten)]
    styles: Styles,
    #[command(flatten)]
    changes: StyleChanges,
    /// As JSON, one object a line.
    #[arg(long)]
    json: bool,
}

/// Check that styles can be drawn, and say what they draw.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    styles: Styles,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Draw a contact sheet of styles into a PNG file.
#[derive(Debug, clap::Args)]
pub(crate) struct Sheet {
    #[command(flatten)]
    styles: Styles,
    #[command(flatten)]
    changes: StyleChanges,
    /// The PNG file.
    #[arg(long, default_value = "styles.png", value_name = "FILE")]
    out: PathBuf,
    /// How many images of each style, at most 1000.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1000), value_name = "N")]
    count: u64,
    /// Draw these texts, in turn, instead of random ones.
    #[arg(long, value_name = "TEXT")]
    text: Vec<String>,
    /// Everything random is a function of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

impl Style {
    pub(super) fn run(&self) -> Outcome {
        match self {
            Self::Print(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Sheet(command) => command.run(),
        }
    }
}

impl Print {
    fn run(&self) -> Outcome {
        for name in self.styles.names() {
            let style = self.changes.open(name)?;
            if self.json {
                print_json(&style)?;
            } else {
                print(style.to_toml()?.trim_end())?;
            }
        }
        Ok(())
    }
}

/// The properties of a style.
#[derive(Serialize)]
struct Checked<'a> {
    style: &'a str,
    width: u32,
    height: u32,
    alphabet: String,
    shortest: usize,
    longest: usize,
}

impl Check {
    fn run(&self) -> Outcome {
        /// Images drawn to check a style: enough to include defences that not every image has.
        const DRAWN: u64 = 20;
        for name in self.styles.names() {
            let told = |error: &dyn std::error::Error| format!("{}: {}", name.display(), describe(error));
            let renderer = Renderer::new(render::Style::open(name)?).map_err(|error| told(&error))?;
            for index in 0..DRAWN {
                renderer.random(index).map_err(|error| told(&error))?;
            }
            let style = renderer.style();
            let (shortest, longest) = (style.lengths.min, style.lengths.max);
            let (width, height, alphabet) = (style.width, style.height, style.alphabet.to_string());
            if self.json {
                print_json(&Checked {
                    style: &name.to_string_lossy(),
                    width,
                    height,
                    alphabet,
                    shortest,
                    longest,
                })?;
            } else {
                let lengths = if shortest == longest {
                    shortest.to_string()
                } else {
                    format!("{shortest} to {longest}")
                };
                print(format_args!(
                    "{}: {lengths} of {alphabet}, {width} x {height} pixels",
                    name.display()
                ))?;
            }
        }
        if !self.json {
            let names: Vec<String> = self.styles.names().iter().map(|name| quoted(name)).collect();
            next(format_args!("style sheet {}", names.join(" ")));
        }
        Ok(())
    }
}

/// The sheet that was drawn.
#[derive(Serialize)]
struct Drawn<'a> {
    sheet: &'a Path,
}

impl Sheet {
    fn run(&self) -> Outcome {
        const COLUMNS: usize = 4;
        let blocks = self.styles.names().into_iter().map(|name| {
            let renderer = Renderer::new(self.changes.open(name)?)?;
            let images = (0..self.count).map(|index| {
                let seed = seed::derive(self.seed, index);
                let captcha = match self.text.get(index as usize % self.text.len().max(1)) {
                    Some(text) => renderer.render(text, seed)?,
                    None => renderer.random(seed)?,
                };
                Ok((captcha.image, captcha.text))
            });
            Ok((name.to_string_lossy().into_owned(), images.collect::<Outcome<_>>()?))
        });
        save_png(&style_sheet(&blocks.collect::<Outcome<Vec<_>>>()?, COLUMNS), &self.out)?;
        if self.json {
            return Ok(print_json(&Drawn { sheet: &self.out })?);
        }
        Ok(print(format_args!("contact sheet: {}", self.out.display()))?)
    }
}
