//! `captcha-lab solve`

use std::path::PathBuf;

use captcha_lab::Alphabet;
use captcha_lab::core::describe;
use captcha_report::format;
use serde::Serialize;

use crate::args::SolverArgs;
use crate::output::{print, print_json};
use crate::run::Outcome;

/// Read CAPTCHA images and print file, text and confidence, one line each.
#[derive(Debug, clap::Args)]
pub(crate) struct Solve {
    /// Image files.
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
    #[command(flatten)]
    solver: SolverArgs,
    /// The same as --allowed.
    #[arg(long, value_name = "CHARACTERS", conflicts_with = "allowed")]
    alphabet: Option<Alphabet>,
    /// Capital and small letters are the same: what the network gives to both is added. Texts come in the case of
    /// --alphabet, or else in the case that is likelier.
    #[arg(long)]
    ignore_case: bool,
    /// Give only answers that are at least this sure, from 0 to 1; the text of others is left empty, and in JSON they
    /// are not `accepted`.
    #[arg(long, default_value_t = 0.0, value_parser = parse_confidence, value_name = "SHARE")]
    min_confidence: f32,
    /// One JSON object a line, with confidence, alternatives and box of every character.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    prediction: Option<&'a captcha_lab::Prediction>,
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn parse_confidence(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(confidence) if (0.0..=1.0).contains(&confidence) => Ok(confidence),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

impl Solve {
    pub(super) fn run(&self) -> Outcome {
        let solver = self.solver.open(self.alphabet.as_ref(), self.ignore_case)?;
        let mut unread = 0;
        for path in &self.images {
            let file = &*path.to_string_lossy();
            let result = solver.solve_path(path);
            let accepted = result.as_ref().is_ok_and(|p| p.confidence.value() >= self.min_confidence);
            match result {
                Ok(prediction) if self.json => {
                    print_json(&Line { file, prediction: Some(&prediction), accepted, error: None })?;
                }
                Ok(prediction) => {
                    let confidence = format::percent(f64::from(prediction.confidence.value()));
                    let text = if accepted { &*prediction.text } else { "" };
                    print(format_args!("{file}\t{text}\t{confidence}"))?;
                }
                Err(error) => {
                    unread += 1;
                    if self.json {
                        let error = Some(describe(&error));
                        print_json(&Line { file, prediction: None, accepted, error })?;
                    } else if self.images.len() == 1 {
                        return Err(error.into());
                    } else {
                        eprintln!("{file}: {}", describe(&error));
                    }
                }
            }
        }
        if unread > 0 {
            return Err(format!("{unread} of {} images could not be read", self.images.len()).into());
        }
        Ok(())
    }
}
