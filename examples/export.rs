//! Writes a model as ONNX, to serve it with what runs ONNX already: ONNX Runtime, Triton, Ray Serve.
//!
//! ```text
//! cargo run --release --example export -- --model seed-letters --out letters.onnx
//! cargo run --release --example export -- --model FILE --out FILE.onnx
//! ```

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use captcha_core::files::{Durability, write_whole};
use captcha_lab::infer::onnx;
use captcha_lab_cli::{open_model, print, run};
use clap::Parser;

/// Write a model as ONNX. It takes `images`, [n, channels, height, width] with ink 1 and paper 0, and gives `logits`, the
/// scores of every character before the softmax; the alphabet is in its metadata. A model of sequences takes any width
/// and gives scores for every column, the last of them for the blank.
#[derive(Parser)]
#[command(name = "export", max_term_width = 100)]
struct Args {
    /// A model file, or the name of a model that ships, such as seed-letters.
    #[arg(long, value_name = "MODEL")]
    model: PathBuf,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let model = open_model(&args.model)?;
        let bytes = onnx::to_bytes(&model);
        write_whole(&args.out, Durability::Process, |file| file.write_all(&bytes))
            .map_err(|error| format!("{} can't be written: {error}", args.out.display()))?;
        let metadata = model.metadata();
        let (input, sequence) = (metadata.architecture.input, metadata.architecture.is_sequence());
        let width = if sequence { "width".to_owned() } else { input.width.to_string() };
        Ok(print(format_args!(
            "{}: images [n, {}, {}, {width}] to scores of the characters {}{}",
            args.out.display(),
            input.channels,
            input.height,
            metadata.alphabet,
            if sequence { " and the blank, for every column" } else { "" },
        ))?)
    })
}
