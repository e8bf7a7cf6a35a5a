//! Reads CAPTCHA images and prints their text.
//!
//! ```text
//! cargo run --release --example solve -- IMAGE...
//! cargo run --release --example solve -- --json --model model.safetensors IMAGE...
//! cargo run --release --example solve -- --length 4-6 --allowed 0123456789 --min-confidence 0.9 IMAGE...
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab_cli::{SolverArgs, print, print_json, run};
use captcha_report::format;
use clap::Parser;
use serde::Serialize;

/// Read CAPTCHA images and print file, text and confidence, one line each.
#[derive(Parser)]
#[command(name = "solve", max_term_width = 100)]
struct Args {
    /// Image files.
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
    #[command(flatten)]
    solver: SolverArgs,
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

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let solver = args.solver.open()?;
        let mut unread = 0;
        for path in &args.images {
            let file = &*path.to_string_lossy();
            let result = solver.solve_path(path);
            let accepted = result.as_ref().is_ok_and(|p| p.confidence.value() >= args.min_confidence);
            match &result {
                Ok(prediction) if args.json => {
                    print_json(&Line { file, prediction: Some(prediction), accepted, error: None })?;
                }
                Ok(prediction) => {
                    let confidence = format::percent(f64::from(prediction.confidence.value()));
                    let text = if accepted { &*prediction.text } else { "" };
                    print(format_args!("{file}\t{text}\t{confidence}"))?;
                }
                Err(error) => {
                    unread += 1;
                    if args.json {
                        print_json(&Line {
                            file,
                            prediction: None,
                            accepted,
                            error: Some(error.to_string()),
                        })?;
                    } else {
                        eprintln!("error: {error}");
                    }
                }
            }
        }
        if unread > 0 {
            return Err(format!("{unread} of {} images could not be read", args.images.len()).into());
        }
        Ok(())
    })
}
