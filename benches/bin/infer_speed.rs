//! Times forward passes of the project's backends on request: the side of the project in `python3 benches/peers.py`,
//! which runs other engines in turn with it.
//!
//! `infer_speed write FOLDER` writes the model `model.safetensors`, the same as `model.onnx`, and images as `images.f32`
//! (raw floats): the network of the post with weights from a formula. `infer_speed time FOLDER` answers requests of
//! one line of JSON each on standard input with one line on standard output.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use captcha_lab::core::ndarray::{Array4, Axis, Slice};
use captcha_lab::infer::{
    Architecture, Isa, ModelFile, NativeOptions, NativeRecognizer, Precision, Recognizer, Session, onnx,
};
use captcha_testkit::backend::{formula_images, formula_model};
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error>;

/// The largest batch.
const IMAGES: usize = 1024;

/// What to time.
#[derive(Deserialize)]
#[serde(tag = "engine", rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// The backend in pure Rust.
    Native {
        isa: NamedIsa,
        #[serde(default)]
        int8: bool,
        threads: usize,
        batch: usize,
        seconds: f64,
    },
    /// The backend on libtorch.
    Libtorch { threads: usize, batch: usize, seconds: f64 },
    /// Multiplications and additions in registers.
    Peak { isa: NamedIsa },
}

/// An instruction set by name; `best` for the best of this CPU.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct NamedIsa(Isa);

impl TryFrom<String> for NamedIsa {
    type Error = captcha_lab::infer::IsaError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Ok(Self(if name == "best" { Isa::best() } else { name.parse()? }))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// Seconds of each call, and the logits of the first images.
    Calls { seconds: Vec<f64>, logits: Vec<f32> },
    /// Operations a second.
    Peak(f64),
    /// Why there is no answer.
    Error(String),
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => write(Path::new(folder)),
        ["time", folder] => time(Path::new(folder)),
        _ => Err("usage: infer_speed write|time FOLDER".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<(), Failure> {
    let model = formula_model(&Architecture::post(26)).ok_or("the architecture is not valid")?;
    model.save(&folder.join("model.safetensors"))?;
    std::fs::write(folder.join("model.onnx"), onnx::to_bytes(&model))?;
    let images = formula_images(IMAGES, model.metadata().architecture.input);
    std::fs::write(
        folder.join("images.f32"),
        images.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>(),
    )?;
    Ok(())
}

fn time(folder: &Path) -> Result<(), Failure> {
    let model = ModelFile::open(&folder.join("model.safetensors"))?;
    let images = formula_images(IMAGES, model.metadata().architecture.input);
    // A session keeps its buffers and threads from one request to the next, as a program would.
    let mut sessions = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let answer = serde_json::from_str(&line?)
            .map_err(Failure::from)
            .and_then(|request| answer(&request, &model, &images, &mut sessions))
            .unwrap_or_else(|error| Answer::Error(error.to_string()));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(
    request: &Request,
    model: &ModelFile,
    images: &Array4<f32>,
    sessions: &mut Vec<((Isa, Precision, usize), Session)>,
) -> Result<Answer, Failure> {
    match *request {
        Request::Peak { isa: NamedIsa(isa) } => Ok(Answer::Peak(isa.measure_peak()?)),
        Request::Native { isa: NamedIsa(isa), int8, threads, batch, seconds } => {
            let precision = if int8 { Precision::Int8 } else { Precision::F32 };
            let key = (isa, precision, threads);
            if !sessions.iter().any(|(made, _)| *made == key) {
                let options =
                    NativeOptions::default().with_isa(isa).with_threads(threads).with_precision(precision);
                sessions.push((key, NativeRecognizer::with_options(model, options)?.session()?));
            }
            let session = sessions.iter_mut().find(|(made, _)| *made == key).map(|(_, session)| session);
            let session = session.ok_or("no session")?;
            let image = images.len() / IMAGES;
            let input =
                images.as_slice().and_then(|values| values.get(..batch * image)).ok_or("too many images")?;
            let mut logits = vec![0.0; batch * model.metadata().alphabet.len()];
            let seconds = repeat(seconds, || Ok(session.forward(input, &mut logits)?))?;
            Ok(Answer::Calls { seconds, logits })
        }
        Request::Libtorch { threads, batch, seconds } => {
            let recognizer = libtorch(model, threads)?;
            let input = images.slice_axis(Axis(0), Slice::from(..batch));
            let mut logits = Vec::new();
            let seconds = repeat(seconds, || {
                logits = recognizer.logits(input.view())?.into_raw_vec_and_offset().0;
                Ok(())
            })?;
            Ok(Answer::Calls { seconds, logits })
        }
    }
}

#[cfg(feature = "torch")]
fn libtorch(model: &ModelFile, threads: usize) -> Result<Box<dyn Recognizer>, Failure> {
    use captcha_lab::model::TorchRecognizer;
    TorchRecognizer::set_threads(threads);
    Ok(Box::new(TorchRecognizer::new(model)?))
}

#[cfg(not(feature = "torch"))]
fn libtorch(_: &ModelFile, _: usize) -> Result<Box<dyn Recognizer>, Failure> {
    Err("libtorch needs the feature `torch`".into())
}

/// The time of each of at least three calls that together take about `seconds`, after two that don't count.
fn repeat(seconds: f64, mut call: impl FnMut() -> Result<(), Failure>) -> Result<Vec<f64>, Failure> {
    call()?;
    call()?;
    let start = Instant::now();
    let mut times = Vec::new();
    while times.len() < 3 || start.elapsed() < Duration::from_secs_f64(seconds) {
        let before = Instant::now();
        call()?;
        times.push(before.elapsed().as_secs_f64());
    }
    Ok(times)
}
