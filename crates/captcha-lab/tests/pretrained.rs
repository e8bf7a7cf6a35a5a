//! The models that ship read what they are for.

#![cfg(all(feature = "dataset", feature = "pretrained", feature = "render"))]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use captcha_lab::core::image::{DynamicImage, GrayImage, Luma};
use captcha_lab::core::ink::ink_batch;
use captcha_lab::core::ndarray::{ArrayView2, Axis, Slice};
use captcha_lab::core::to_gray;
use captcha_lab::dataset::{FolderStream, ImageSet, ImageSetOptions, TrainingData};
use captcha_lab::infer::{
    Architecture, Contrast, Decoder, Decoding, NativeRecognizer, Polarity, Preparation, Recognizer,
};
use captcha_lab::render::{Noise, Renderer, Style, WhiteNoise};
use captcha_lab::{Evaluation, GlyphBox, ModelFile, Pretrained, SolveError, Solver, open_model};

/// How many of a hundred new images are read rightly.
fn right(model: Pretrained, style: Style) -> Evaluation {
    let solver = Solver::from_bytes(model.bytes()).unwrap();
    let renderer = Renderer::new(style).unwrap();
    let mut evaluation = Evaluation::default();
    for seed in 0..100 {
        let captcha = renderer.random(seed).unwrap();
        let prediction = solver.solve(&captcha.image).unwrap();
        evaluation.record(&captcha.text, captcha_lab::infer::Outcome::Read(&prediction));
    }
    evaluation
}

#[test]
fn every_model_reads_its_styles() {
    let noisy = Style::claptcha().with_noise(vec![Noise::White(WhiteNoise::new(0.3))]);
    let cases = [
        (Pretrained::Base, Style::easy(), 0.8),
        (Pretrained::SeedLetters, Style::seed(), 0.94),
        (Pretrained::ClaptchaSequence, Style::seed(), 0.94),
        (Pretrained::ClaptchaSequence, Style::claptcha(), 0.94),
        (Pretrained::ClaptchaSequence, noisy, 0.94),
        (Pretrained::LeptureSequence, Style::lepture(), 0.94),
        (Pretrained::HardSequence, Style::hard(), 0.7),
    ];
    // Below this share of a hundred images something is broken: on thousands they read more than 99 %, `hard` 87 %.
    for (model, style, least) in cases {
        let whole = right(model, style).whole;
        assert!(whole.value() >= least, "{}: {whole:?}", model.name());
    }
}

#[test]
fn a_sequence_model_says_where_the_letters_are() {
    let solver = Solver::from_bytes(Pretrained::ClaptchaSequence.bytes()).unwrap();
    let renderer = Renderer::new(Style::claptcha()).unwrap();
    let (mut inside, mut all) = (0, 0);
    for seed in 0..50 {
        let captcha = renderer.random(seed).unwrap();
        let prediction = solver.solve(&captcha.image).unwrap();
        for (character, glyph) in prediction.characters.iter().zip(&captcha.glyphs) {
            let middle = |bounds: GlyphBox| f64::from(bounds.x()) + f64::from(bounds.width()) / 2.0;
            let truth = glyph.bounds.unwrap();
            let found = middle(character.bounds.unwrap());
            inside += u32::from((middle(truth) - found).abs() <= f64::from(truth.width()));
            all += 1;
        }
    }
    assert!(f64::from(inside) >= 0.95 * f64::from(all), "{inside} of {all}");
}

#[test]
fn an_image_on_grey_paper_beside_a_wider_one_is_read_as_alone() {
    let model = Pretrained::LeptureSequence.model().unwrap();
    let metadata = model.metadata().clone();
    let recognizer = NativeRecognizer::new(&model).unwrap();
    let decoder = Decoder::new(&metadata, Decoding::default()).unwrap();
    let renderer = Renderer::new(Style::lepture()).unwrap();
    let mut images = Vec::new();
    for seed in 0..20 {
        let captcha = renderer.random(seed).unwrap();
        let mut grey = captcha.image.to_luma8();
        grey.pixels_mut().for_each(|level| level.0[0] = level.0[0] / 10 * 9);
        images.push((seed.to_string(), DynamicImage::from(grey), captcha.text));
    }
    let wide = GrayImage::from_pixel(400, 60, Luma([229]));
    images.push(("wide".to_owned(), wide.into(), "A".to_owned()));
    let options = ImageSetOptions::default().with_alphabet(metadata.alphabet.clone());
    let prepared = metadata.clone();
    let prepare = move |image: &DynamicImage| prepared.prepare(&to_gray(image));
    let (set, _) = ImageSet::from_images(images.clone(), prepare, &options).unwrap();
    let batch = FolderStream::new(set, 1).epoch(0, images.len()).next().unwrap().unwrap();
    let together = recognizer.logits(batch.images().view()).unwrap();
    let texts: Vec<String> = (batch.texts())
        .map(|classes| classes.iter().filter_map(|&class| metadata.alphabet.character(class)).collect())
        .collect();

    // As far from the edge as the network sees.
    let far = 12;
    for (_, image, text) in images.iter().filter(|(name, ..)| name != "wide") {
        let alone = ink_batch([&metadata.prepare(&to_gray(image)).unwrap()]).unwrap();
        let alone = recognizer.logits(alone.view()).unwrap();
        let steps = alone.shape()[1];
        let row = texts.iter().position(|known| known == text).unwrap();
        let first = |logits: &ArrayView2<f32>, steps: usize| {
            logits.slice_axis(Axis(0), Slice::from(..steps)).to_owned()
        };
        let alone = alone.index_axis(Axis(0), 0);
        let beside = first(&together.index_axis(Axis(0), row), steps);
        let beside = beside.view();
        let inner = |logits: &ArrayView2<f32>| first(logits, steps - far);
        let difference = (inner(&alone) - inner(&beside)).iter().fold(0.0f32, |most, by| most.max(by.abs()));
        assert!(difference < 1e-3, "{text}: {difference}");
        let read = |logits| decoder.sequence(&logits).unwrap().text();
        assert_eq!(read(alone), read(beside), "{text}");
    }
}

#[test]
fn images_are_read_as_the_preparation_of_the_model_says() {
    let default = Preparation::default();
    for (model, style) in
        [(Pretrained::SeedLetters, Style::seed()), (Pretrained::ClaptchaSequence, Style::claptcha())]
    {
        let file = model.model().unwrap();
        let solver = |preparation: Preparation| {
            let mut metadata = file.metadata().clone();
            metadata.preparation = preparation;
            Solver::new(&ModelFile::new(metadata, file.tensors().clone()).unwrap()).unwrap()
        };
        let image = Renderer::new(style).unwrap().render("QXKZEF", 42).unwrap().image;
        let mut negative = image.clone();
        negative.invert();
        let plain = solver(default).solve(&image).unwrap();
        assert_eq!(plain.text, "QXKZEF");
        let inverted = solver(default.with_polarity(Polarity::Inverted));
        assert_eq!(inverted.solve(&negative).unwrap(), plain, "{}", model.name());
        let by_image = solver(default.with_polarity(Polarity::ByImage));
        for image in [&image, &negative] {
            assert_eq!(by_image.solve(image).unwrap(), plain, "{}", model.name());
        }
        // Faint: a quarter of the contrast.
        let faint = image.to_luma8();
        let faint = GrayImage::from_fn(faint.width(), faint.height(), |x, y| {
            Luma([faint.get_pixel(x, y).0[0] / 4 + 150])
        });
        let stretched = solver(default.with_contrast(Contrast::Stretched));
        assert_eq!(stretched.solve(&faint.into()).unwrap().text, "QXKZEF", "{}", model.name());
    }
}

#[test]
fn models_are_small_and_found_by_their_names() {
    for &model in Pretrained::ALL {
        assert_eq!(Pretrained::named(model.name()), Some(model));
        assert!(model.bytes().len() < 4_000_000, "{}", model.name());
        let file = model.model().unwrap();
        // A preparation that changes nothing is left out: files stay what they were.
        assert_eq!(file.to_bytes().unwrap(), model.bytes());
        let architecture = &file.metadata().architecture;
        assert!(architecture.parameter_count().unwrap() < 1_000_000);
        if architecture.is_sequence() {
            // An original of 300 x 150.
            let flops = architecture.at_width(2 * architecture.input.height).flops().unwrap();
            let most = if model == Pretrained::Base { 150_000_000 } else { 40_000_000 };
            assert!(flops < most, "{}: {flops}", model.name());
            assert!(file.metadata().temperature.is_some());
        }
    }
    assert_eq!(Pretrained::named("no such model"), None);
    assert_eq!("hard-sequence".parse::<Pretrained>().unwrap(), Pretrained::HardSequence);
    assert_eq!(Pretrained::ALL.iter().map(ToString::to_string).collect::<Vec<_>>(), Pretrained::NAMES);
}

#[test]
fn a_name_is_a_model_and_everything_else_a_path() {
    let alphabet = |model: &str| open_model(model).map(|model| model.metadata().alphabet.len());
    assert_eq!(alphabet("hard-sequence").unwrap(), 20);
    // No name: a separator, or an extension.
    for path in ["./hard-sequence", "models/hard-sequence", "hard-sequence.safetensors"] {
        let error = alphabet(path).unwrap_err();
        assert!(matches!(error, SolveError::Model(_)), "{path}: {error}");
        assert!(error.to_string().contains(path), "{error}");
    }
    let error = Solver::open("seed-leters").err().unwrap();
    assert_eq!(
        error.to_string(),
        "there is no model \"seed-leters\": expected base-sequence, seed-letters, claptcha-sequence, \
         lepture-sequence, hard-sequence or the path of a model file, such as ./seed-leters.safetensors"
    );
    let folder = std::env::temp_dir().join(format!("captcha-lab-open-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("hard-sequence");
    std::fs::write(&path, Pretrained::SeedLetters.bytes()).unwrap();
    let opened = open_model(&path);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(opened.unwrap().metadata().alphabet.len(), 26, "a path is never a name");
}

#[test]
fn models_have_the_architectures_that_their_commands_name() {
    for (model, architecture) in [
        (Pretrained::Base, Architecture::base_sequence(62, 96)),
        (Pretrained::SeedLetters, Architecture::compact(26)),
        (Pretrained::ClaptchaSequence, Architecture::sequence(26, 96)),
        (Pretrained::LeptureSequence, Architecture::fine_sequence(36, 160)),
        (Pretrained::HardSequence, Architecture::fine_sequence(20, 160)),
    ] {
        let file = model.model().unwrap();
        assert_eq!(file.metadata().architecture.layers, architecture.layers, "{}", model.name());
    }
}
