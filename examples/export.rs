//! Writes a model as ONNX, for what runs ONNX already: ONNX Runtime, Triton, Ray Serve.
//!
//! ```text
//! cargo run --release --example export
//! cargo run --release --example export -- MODEL FILE.onnx
//! ```
//!
//! Without arguments it writes all models that ship.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::exit;

use captcha_lab::core::MainError;
use captcha_lab::infer::onnx;
use captcha_lab::{ModelFile, Pretrained, open_model};

fn main() -> Result<(), MainError> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.as_slice() {
        [] => {
            let folder = Path::new("example-out");
            fs::create_dir_all(folder)?;
            for model in Pretrained::ALL {
                let file = folder.join(format!("{}.onnx", model.name()));
                export(&ModelFile::from_bytes(model.bytes())?, &file)?;
            }
            Ok(())
        }
        [model, file] => export(&open_model(model)?, file),
        _ => {
            eprintln!("usage: export [MODEL FILE.onnx]");
            exit(2)
        }
    }
}

/// Writes `model` to `file`, and says what it takes and gives.
fn export(model: &ModelFile, file: &Path) -> Result<(), MainError> {
    fs::write(file, onnx::to_bytes(model))?;
    let metadata = model.metadata();
    let input = metadata.architecture.input;
    // Ink is 1 and paper 0. What comes out is before the softmax; of a model of sequences the last class is the blank.
    if metadata.architecture.is_sequence() {
        let classes = metadata.alphabet.len() + 1;
        println!(
            "{}: images [n, {}, {}, any width] to logits [n, columns, {classes}]",
            file.display(),
            input.channels,
            input.height
        );
    } else {
        println!(
            "{}: letters [n, {}, {}, {}] to logits [n, {}]",
            file.display(),
            input.channels,
            input.height,
            input.width,
            metadata.alphabet.len()
        );
    }
    println!("  characters {}", metadata.alphabet);
    Ok(())
}
