//! `captcha-lab style`

use std::fmt;
use std::path::{Path, PathBuf};

use captcha_lab::core::{describe, seed};
use captcha_lab::render::{self, Renderer};
use captcha_report::figures::{save_png, style_sheet};
use captcha_report::format;
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
    /// Presets (seed, claptcha, lepture, easy, medium, hard), the distribution wild, or TOML files [default: seed].
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

/// The properties of a style or a distribution.
#[derive(Serialize)]
struct Checked<'a> {
    style: &'a str,
    /// Of a style; images of a distribution have many sizes.
    #[serde(flatten)]
    size: Option<Size>,
    alphabet: String,
    shortest: usize,
    longest: usize,
    /// Of a distribution: the probability of every family.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    families: Vec<Share<'a>>,
}

/// The size of all images in pixels.
#[derive(Serialize)]
struct Size {
    width: u32,
    height: u32,
}

/// How often a family comes.
#[derive(Serialize)]
struct Share<'a> {
    name: &'a str,
    probability: f64,
}

impl Check {
    fn run(&self) -> Outcome {
        /// Images drawn to check a style: enough to include defences that not every image has.
        const DRAWN: u64 = 20;
        for name in self.styles.names() {
            let told = |error: &dyn std::error::Error| format!("{}: {}", name.display(), describe(error));
            let styles = render::Styles::open(name).map_err(|error| told(&error))?;
            let renderer = Renderer::new(styles.clone()).map_err(|error| told(&error))?;
            for index in 0..DRAWN {
                renderer.random(index).map_err(|error| told(&error))?;
            }
            let families = match &styles {
                render::Styles::One(_) => Vec::new(),
                render::Styles::Distribution(distribution) => {
                    distribution.families().map(|(name, probability)| Share { name, probability }).collect()
                }
            };
            let checked = Checked {
                style: &name.to_string_lossy(),
                size: renderer.style().map(|style| Size { width: style.width, height: style.height }),
                alphabet: renderer.alphabet().to_string(),
                shortest: renderer.lengths().min,
                longest: renderer.lengths().max,
                families,
            };
            if self.json {
                print_json(&checked)?;
            } else {
                print(checked)?;
            }
        }
        if !self.json {
            let names: Vec<String> = self.styles.names().iter().map(|name| quoted(name)).collect();
            next(format_args!("style sheet {}", names.join(" ")));
        }
        Ok(())
    }
}

impl fmt::Display for Checked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.style, self.shortest)?;
        if self.shortest != self.longest {
            write!(f, " to {}", self.longest)?;
        }
        write!(f, " of {}, ", self.alphabet)?;
        match &self.size {
            Some(Size { width, height }) => write!(f, "{width} x {height} pixels"),
            None => {
                let share =
                    |share: &Share<'_>| format!("{} {}", share.name, format::percent(share.probability));
                let shares: Vec<String> = self.families.iter().map(share).collect();
                write!(f, "families: {}", shares.join(", "))
            }
        }
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
