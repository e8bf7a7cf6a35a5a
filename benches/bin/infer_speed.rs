//! Times forward passes of the project's backends on request: the side of the project in `python3 benches/peers.py`,
//! which runs other engines in turn with it.
//!
//! `infer_speed write FOLDER NETWORK` writes the model `model.safetensors`, the same as `model.onnx`, and images as
//! `images.f32` (raw floats), with weights from a formula: `letters` is the network of the post, `sequence` the
//! project's own for whole images. It prints what they are as one JSON object. `infer_speed time FOLDER` answers requests
//! of one line of JSON each on standard input with one line on standard output.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use captcha_lab::core::ndarray::{Array4, Axis, Slice};
use captcha_lab::infer::{
    Architecture, Isa, ModelFile, NativeOptions, NativeRecognizer, Precision, Recognizer, Session, Shape,
    onnx,
};
use captcha_testkit::backend::{formula_images, formula_model};
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error>;

/// The largest batch of letters, and of whole images.
const LETTERS: usize = 1024;
const IMAGES: usize = 32;

/// Characters in the alphabet.
const CHARACTERS: usize = 26;

/// What is written.
#[derive(Serialize)]
struct Description {
    flops: u64,
    /// `[n, channels, height, width]`.
    images: [usize; 4],
    /// `[steps, classes]`.
    output: [usize; 2],
}

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
        ["write", folder, "letters"] => write(Path::new(folder), &Architecture::post(CHARACTERS)),
        // Whole images of 300 x 150 pixels at the height that the network takes.
        ["write", folder, "sequence"] => write(Path::new(folder), &Architecture::sequence(CHARACTERS, 96)),
        ["write", folder, "fine-sequence"] => {
            write(Path::new(folder), &Architecture::fine_sequence(CHARACTERS, 120))
        }
        ["time", folder] => time(Path::new(folder)),
        _ => {
            Err("usage: infer_speed write FOLDER letters|sequence|fine-sequence, or infer_speed time FOLDER"
                .into())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path, architecture: &Architecture) -> Result<(), Failure> {
    let model = formula_model(architecture).ok_or("the architecture is not valid")?;
    model.save(folder.join("model.safetensors"))?;
    std::fs::write(folder.join("model.onnx"), onnx::to_bytes(&model))?;
    let images = images(&model);
    let bytes: Vec<u8> = images.iter().flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(folder.join("images.f32"), bytes)?;
    let (flops, output) = (architecture.flops()?, output(&model)?);
    let description = Description { flops, images: images.dim().into(), output };
    println!("{}", serde_json::to_string(&description)?);
    Ok(())
}

/// As many images as the largest batch has.
fn images(model: &ModelFile) -> Array4<f32> {
    let architecture = &model.metadata().architecture;
    formula_images(if architecture.is_sequence() { IMAGES } else { LETTERS }, architecture.input)
}

/// Steps and classes of the logits of one image.
fn output(model: &ModelFile) -> Result<[usize; 2], Failure> {
    Ok(match model.metadata().architecture.output()? {
        Shape::Sequence { steps, features } => [steps, features],
        shape => [1, shape.len()],
    })
}

fn time(folder: &Path) -> Result<(), Failure> {
    let model = ModelFile::open(folder.join("model.safetensors"))?;
    let images = images(&model);
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
            let image = images.len() / images.dim().0;
            let input =
                images.as_slice().and_then(|values| values.get(..batch * image)).ok_or("too many images")?;
            let [steps, classes] = output(model)?;
            let mut logits = vec![0.0; batch * steps * classes];
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
