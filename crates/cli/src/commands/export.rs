//! `captcha-lab export`

use std::io::Write;
use std::path::{Path, PathBuf};

use captcha_core::files::{Durability, write_whole};
use captcha_lab::infer::onnx;
use captcha_lab::open_model;
use serde::Serialize;

use crate::output::{print, print_json};
use crate::run::Outcome;

/// Write a model as ONNX, to serve it with what runs ONNX already: ONNX Runtime, Triton, Ray Serve; or in half precision.
///
/// An ONNX file takes `images`, [n, channels, height, width] with ink 1 and paper 0, and gives `logits`, the scores of every character
/// before the softmax. A model of sequences takes any width and gives scores for every column, the last of them for the
/// blank. The metadata of the file say everything that is done to an image before, and how scores become text;
/// examples/python/read_onnx.py of the repository does both in Python.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// A model file, or the name of a model that ships, such as seed-letters.
    #[arg(long, value_name = "MODEL")]
    model: PathBuf,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Write a model file of half the size, with kernels and matrices in half precision, instead of ONNX. It is read as any
    /// other; its accuracy is that of the rounded weights.
    #[arg(long)]
    half: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// What was written.
#[derive(Serialize)]
struct Summary<'a> {
    file: &'a Path,
    /// `onnx` or `model`.
    format: &'static str,
    bytes: usize,
    channels: usize,
    height: usize,
    /// `None` if the model takes any width.
    width: Option<usize>,
    alphabet: String,
    sequence: bool,
}

impl Export {
    pub(super) fn run(&self) -> Outcome {
        let model = open_model(&self.model)?;
        let (format, bytes) = match self.half {
            true => ("model", model.to_half()?.to_bytes()?),
            false => ("onnx", onnx::to_bytes(&model)),
        };
        write_whole(&self.out, Durability::Process, |file| file.write_all(&bytes))
            .map_err(|error| format!("{} can't be written: {error}", self.out.display()))?;
        let metadata = model.metadata();
        let (input, sequence) = (metadata.architecture.input, metadata.architecture.is_sequence());
        let width = (!sequence).then_some(input.width);
        if self.json {
            return Ok(print_json(&Summary {
                file: &self.out,
                format,
                bytes: bytes.len(),
                channels: input.channels,
                height: input.height,
                width,
                alphabet: metadata.alphabet.to_string(),
                sequence,
            })?);
        }
        Ok(print(format_args!(
            "{}: images [n, {}, {}, {}] to scores of the characters {}{}",
            self.out.display(),
            input.channels,
            input.height,
            width.map_or_else(|| "width".to_owned(), |width| width.to_string()),
            metadata.alphabet,
            if sequence { " and the blank, for every column" } else { "" },
        ))?)
    }
}
