//! Opens the window: draw CAPTCHAs, read them, and see how the network reads them.
//!
//! ```text
//! cargo run --release --example app
//! ```

use std::process::ExitCode;

use captcha_lab_app::Window;
use captcha_lab_examples::run;
use clap::Parser;

/// A window to draw CAPTCHAs, to read them, and to see how the network reads them.
#[derive(Parser)]
#[command(name = "app", max_term_width = 100)]
struct Args {}

fn main() -> ExitCode {
    run(|| {
        let Args {} = Args::parse();
        let options = eframe::NativeOptions::default();
        Ok(eframe::run_native("captcha-lab", options, Box::new(|_| Ok(Box::new(Window::default()))))?)
    })
}
