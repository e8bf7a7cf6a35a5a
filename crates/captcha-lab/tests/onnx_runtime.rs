//! ONNX Runtime, by `examples/python/read_onnx.py`, reads what the native backend reads.
//!
//! Needs a Python with numpy, Pillow and onnxruntime: the one in `CAPTCHA_LAB_PYTHON`, or `python3`. Without them the test
//! says so and checks nothing, unless the variable is set.

#![cfg(all(feature = "pretrained", feature = "render"))]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use captcha_lab::core::image::imageops::{FilterType, invert};
use captcha_lab::core::image::{DynamicImage, GrayImage, Rgba, RgbaImage};
use captcha_lab::core::ink::ink_batch;
use captcha_lab::core::to_gray;
use captcha_lab::infer::{Contrast, NativeRecognizer, Polarity, Preparation, onnx};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{ModelFile, Pretrained, Recognizer, Solver};

/// The largest difference of a score, of the largest one or of 1.
const TOLERANCE: f32 = 1e-4;

/// A Python that has what the script needs.
fn python() -> Option<PathBuf> {
    let asked = std::env::var_os("CAPTCHA_LAB_PYTHON").map(PathBuf::from);
    let python = asked.clone().unwrap_or_else(|| "python3".into());
    let tried = Command::new(&python).args(["-c", "import numpy, onnxruntime, PIL"]).output();
    if tried.as_ref().is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    assert!(asked.is_none(), "{} can't import numpy, onnxruntime and PIL: {tried:?}", python.display());
    eprintln!("skipped: {} has no numpy, onnxruntime and Pillow", python.display());
    None
}

/// What the script says of `images`.
fn read(python: &Path, model: &Path, images: &[PathBuf]) -> Vec<(String, Vec<f32>)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/python/read_onnx.py");
    let output = Command::new(python).arg(script).arg("--json").arg(model).args(images).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let answers = lines.lines().map(|line| {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap();
        let scores = match &answer["logits"] {
            // Of letters one row of scores, of a sequence one for each step.
            serde_json::Value::Array(rows) if rows.iter().all(serde_json::Value::is_array) => {
                rows.iter().flat_map(|row| row.as_array().unwrap()).collect::<Vec<_>>()
            }
            row => row.as_array().unwrap().iter().collect(),
        };
        let scores = scores.into_iter().map(|score| score.as_f64().unwrap() as f32).collect();
        (answer["text"].as_str().unwrap().to_owned(), scores)
    });
    answers.collect()
}

fn prepared(pretrained: Pretrained, preparation: Preparation) -> ModelFile {
    let model = pretrained.model().unwrap();
    let mut metadata = model.metadata().clone();
    metadata.preparation = preparation;
    ModelFile::new(metadata, model.tensors().clone()).unwrap()
}

/// Images of several sizes and kinds of colour, dark on light and light on dark.
fn images(style: &Style) -> Vec<DynamicImage> {
    let draw = |seed| Renderer::new(style.clone()).unwrap().random(seed).unwrap().image;
    let at = |width, height| draw(4).resize_exact(width, height, FilterType::Triangle);
    let mut negative = draw(2);
    negative.invert();
    let faint = to_gray(&draw(3));
    let faint =
        GrayImage::from_raw(faint.width(), faint.height(), faint.iter().map(|v| v / 3 + 60).collect());
    let mut faint_negative = faint.clone().unwrap();
    invert(&mut faint_negative);
    let opaque = to_gray(&draw(5));
    let ink_only = RgbaImage::from_fn(opaque.width(), opaque.height(), |x, y| {
        Rgba([40, 90, 10, 255 - opaque.get_pixel(x, y).0[0]])
    });
    vec![
        draw(0),
        draw(1).to_rgb8().into(),
        negative,
        faint.unwrap().into(),
        faint_negative.into(),
        ink_only.into(),
        at(131, 61),
        at(450, 48),
        at(23, 7),
    ]
}

/// Compares both on images; says how far the scores are apart.
fn compare(python: &Path, folder: &Path, model: &ModelFile, images: &[(PathBuf, GrayImage, String)]) -> f32 {
    let file = folder.join("model.onnx");
    std::fs::write(&file, onnx::to_bytes(model)).unwrap();
    let native = NativeRecognizer::new(model).unwrap();
    let paths: Vec<PathBuf> = images.iter().map(|(path, ..)| path.clone()).collect();
    let mut worst = 0f32;
    for ((path, input, text), (said, scores)) in images.iter().zip(read(python, &file, &paths)) {
        let what = format!("{} {}", path.display(), model.metadata().prepared());
        let logits = native.logits(ink_batch([input]).unwrap().view()).unwrap();
        assert_eq!(logits.len(), scores.len(), "{what}");
        let largest = logits.iter().fold(1f32, |largest, logit| largest.max(logit.abs()));
        let apart = logits.iter().zip(&scores).fold(0f32, |apart, (a, b)| apart.max((a - b).abs()));
        assert!(apart <= TOLERANCE * largest, "{what}: {apart} of {largest}");
        assert_eq!(&said, text, "{what}");
        worst = worst.max(apart / largest);
    }
    worst
}

#[test]
fn onnx_runtime_reads_what_the_native_backend_reads() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let default = Preparation::default();
    let all = default.with_polarity(Polarity::ByImage).with_contrast(Contrast::Stretched);
    let cases = [
        (Pretrained::ClaptchaSequence, Style::claptcha(), default),
        (Pretrained::ClaptchaSequence, Style::claptcha(), default.with_polarity(Polarity::Inverted)),
        (Pretrained::ClaptchaSequence, Style::claptcha(), default.with_contrast(Contrast::Stretched)),
        (Pretrained::LeptureSequence, Style::lepture(), default.with_polarity(Polarity::ByImage)),
        (Pretrained::HardSequence, Style::hard(), all.with_stretch(1.3)),
    ];
    for (pretrained, style, preparation) in cases {
        let model = prepared(pretrained, preparation);
        let solver = Solver::new(&model).unwrap();
        let images = images(&style).into_iter().enumerate().map(|(number, image)| {
            let path = folder.path().join(format!("{number}.png"));
            image.save(&path).unwrap();
            let input = model.metadata().prepare(&to_gray(&image)).unwrap();
            (path, input, solver.solve(&image).unwrap().text)
        });
        let worst = compare(&python, folder.path(), &model, &images.collect::<Vec<_>>());
        println!("{pretrained}, {preparation}: scores are {worst:.1e} apart");
    }
}

#[test]
fn onnx_runtime_reads_letters_that_were_cut() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let model = Pretrained::SeedLetters.model().unwrap();
    let solver = Solver::new(&model).unwrap();
    let image = Renderer::new(Style::seed()).unwrap().render("QXKZEF", 42).unwrap().image;
    let cut = solver.segmenter().unwrap().segment(&to_gray(&image), Some(6)).unwrap();
    let letters = cut.letters.into_iter().zip("QXKZEF".chars()).map(|(letter, character)| {
        let path = folder.path().join(format!("{character}.png"));
        letter.image.save(&path).unwrap();
        (path, letter.image, character.to_string())
    });
    compare(&python, folder.path(), &model, &letters.collect::<Vec<_>>());
}
