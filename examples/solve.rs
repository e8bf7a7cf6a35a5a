//! Reads CAPTCHA images and prints their text.
//!
//! ```text
//! cargo run --release --example solve -- IMAGE...
//! cargo run --release --example solve -- --json --model model.safetensors IMAGE...
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use captcha_lab_examples::{SolverArgs, format, print, print_json, run};
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
    /// One JSON object a line, with confidence, alternatives and box of every character.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    prediction: Option<&'a captcha_lab::Prediction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let solver = args.solver.open()?;
        let mut unread = 0;
        for path in &args.images {
            let file = &*path.to_string_lossy();
            let result = solver.solve_path(path);
            match &result {
                Ok(prediction) if args.json => {
                    print_json(&Line { file, prediction: Some(prediction), error: None })?;
                }
                Ok(prediction) => {
                    let confidence = format::percent(f64::from(prediction.confidence.value()));
                    print(format_args!("{file}\t{}\t{confidence}", prediction.text))?;
                }
                Err(error) => {
                    unread += 1;
                    if args.json {
                        print_json(&Line { file, prediction: None, error: Some(error.to_string()) })?;
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
