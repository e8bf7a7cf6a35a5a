//! The pipeline without weights: recognisers that read grey levels.

#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

use std::collections::BTreeMap;

use captcha_lab::core::image::{DynamicImage, GrayImage, Luma};
use captcha_lab::core::ndarray::{Array3, ArrayView4, Axis};
use captcha_lab::infer::{Architecture, DecodingError, InputShape, Layer, RecognizeError, Tensor, Window};
use captcha_lab::{
    Alphabet, GlyphBox, LabelledImage, ModelFile, ModelMetadata, Precision, Recognizer, Search, SolveError,
    Solver, calibrate, evaluate,
};

const CHARACTERS: &str = "ABCD";

/// Takes the grey level of a column, or of a letter, for a class: paper is the blank, the darker the later.
struct Grey {
    metadata: ModelMetadata,
    /// By how much a class is preferred to its neighbour.
    sureness: f32,
}

impl Recognizer for Grey {
    fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    fn backend(&self) -> &'static str {
        "grey"
    }

    fn logits(&self, input: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecognizeError> {
        let (images, _, height, width) = input.dim();
        let sequence = self.metadata.architecture.is_sequence();
        let column = if sequence { self.metadata.architecture.column_width() } else { width };
        let classes = CHARACTERS.len() + usize::from(sequence);
        Ok(Array3::from_shape_fn((images, width / column, classes), |(image, step, class)| {
            let channels = input.index_axis(Axis(0), image);
            let rows = channels.index_axis(Axis(0), 0);
            let seen = rows.columns().into_iter().skip(step * column).take(column);
            let level = seen.map(|column| column.sum()).sum::<f32>() / (column * height) as f32 * 5.0;
            let target = if class == CHARACTERS.len() { 0.0 } else { class as f32 + 1.0 };
            -self.sureness * (level - target).abs()
        }))
    }
}

/// A network that is never run: 8 rows, steps of 4 pixels.
fn sequence(lengths: Option<(usize, usize)>, sureness: f32) -> Solver {
    let architecture = Architecture {
        input: InputShape { channels: 1, height: 8, width: 32 },
        layers: vec![Layer::MaxPool2d { size: 4.into() }, Layer::Columns, Layer::Linear { features: 5 }],
    };
    solver(architecture, lengths, sureness)
}

fn letters(lengths: Option<(usize, usize)>) -> Solver {
    solver(Architecture::compact(CHARACTERS.len()), lengths, 5.0)
}

fn solver(architecture: Architecture, lengths: Option<(usize, usize)>, sureness: f32) -> Solver {
    solver_of(CHARACTERS, architecture, lengths, sureness)
}

fn solver_of(
    characters: &str,
    architecture: Architecture,
    lengths: Option<(usize, usize)>,
    sureness: f32,
) -> Solver {
    let mut metadata = ModelMetadata::new(architecture, Alphabet::new(characters).unwrap());
    metadata.lengths = lengths;
    Solver::with_recognizer(Box::new(Grey { metadata, sureness })).unwrap()
}

/// Each character of `text`, or paper for a space, one step wide, `scale` times as large as the network reads it.
fn columns(text: &str, scale: u32) -> DynamicImage {
    let levels: Vec<u8> = text
        .chars()
        .map(|character| CHARACTERS.find(character).map_or(255, |class| 255 - 51 * (class as u8 + 1)))
        .collect();
    let width = levels.len() as u32 * 4 * scale;
    GrayImage::from_fn(width, 8 * scale, |x, _| Luma([levels[(x / (4 * scale)) as usize]])).into()
}

/// So many black bars.
fn bars(count: u32) -> DynamicImage {
    let black = |x: u32, y: u32| x % 20 >= 8 && x / 20 < count && (10..40).contains(&y);
    GrayImage::from_fn(300, 50, |x, y| Luma([if black(x, y) { 0 } else { 255 }])).into()
}

#[test]
fn a_sequence_is_read_with_its_places_at_any_size() {
    let solver = sequence(None, 9.0);
    assert!(solver.segmenter().is_none());
    for scale in [1, 2, 5] {
        let prediction = solver.solve(&columns(" A BB DD C ", scale)).unwrap();
        assert_eq!(prediction.text, "ABDC");
        assert!(prediction.confidence.value() > 0.99, "{prediction:?}");
        let bounds: Vec<_> =
            prediction.characters.iter().map(|character| character.bounds.unwrap()).collect();
        // Half a step before the first and up to the middle of the gap to the second.
        let unit = 4 * scale;
        assert_eq!(bounds[0], GlyphBox::new(unit / 2, 0, 2 * unit, 8 * scale).unwrap());
        assert_eq!(bounds[3].right(), 10 * unit + unit / 2);
        let first = &prediction.characters[0];
        assert!(first.confidence.value() > 0.99);
        assert_eq!(first.alternatives.len(), 3);
    }
}

#[test]
fn what_is_known_of_the_text_is_kept_to() {
    let image = columns(" A B B ", 1);
    let free = || sequence(None, 2.0);
    assert_eq!(free().solve(&image).unwrap().text, "ABB");
    let alphabet = Some(Alphabet::new("AD").unwrap());
    assert_eq!(free().with_allowed(alphabet).unwrap().solve(&image).unwrap().text, "AAA");
    for (length, search) in [(1, Search::default()), (2, Search::BestPath), (5, Search::default())] {
        let solver = free().with_search(search).unwrap().with_length(Some(length)).unwrap();
        assert_eq!(solver.solve(&image).unwrap().text.len(), length);
    }
    // The model says it unless the caller does.
    let trained = || sequence(Some((4, 5)), 2.0);
    assert_eq!(trained().solve(&image).unwrap().text.len(), 4);
    assert_eq!(trained().with_lengths(None).unwrap().solve(&image).unwrap().text, "ABB");
    let surer = free().with_length(Some(3)).unwrap().solve(&image).unwrap().confidence;
    assert!(surer > free().solve(&image).unwrap().confidence, "knowledge makes sure");
}

#[test]
fn what_can_t_be_known_or_read_is_told() {
    let error = sequence(None, 1.0).with_allowed(Some(Alphabet::new("AX").unwrap())).err().unwrap();
    assert!(matches!(error, SolveError::Decoding(DecodingError::UnknownCharacter { character: 'X', .. })));
    let error = sequence(None, 1.0).with_length(Some(1000)).err().unwrap();
    assert!(matches!(error, SolveError::Decoding(DecodingError::Lengths { .. })), "{error}");
    let solver = sequence(Some((4, 8)), 1.0);
    let error = solver.solve(&columns("AB", 1)).unwrap_err();
    assert_eq!(
        (error.reason(), error.to_string().as_str()),
        ("too narrow", "the image gives 2 steps, too few for 4 characters")
    );
    let error = solver.solve(&GrayImage::new(4000, 1).into()).unwrap_err();
    assert_eq!(error.reason(), "too wide");
    assert!(matches!(solver.solve(&GrayImage::new(0, 0).into()), Err(SolveError::Decoding(_))));
}

#[test]
fn capital_and_small_letters_can_be_the_same() {
    let architecture = |sequence: Solver| sequence.metadata().architecture.clone();
    let of_both = |architecture: Architecture| solver_of("ABab", architecture, None, 9.0);
    // What was A, C, B and D in four letters is A, a, B and b here.
    let image = columns("A C B D", 1);
    let plain = || of_both(architecture(sequence(None, 9.0)));
    assert_eq!(plain().solve(&image).unwrap().text, "AaBb");
    let ignoring = || plain().with_ignore_case(true).unwrap();
    assert_eq!(ignoring().solve(&image).unwrap().text, "AaBb", "in the case that is seen");
    let small = ignoring().with_allowed(Some(Alphabet::new("ab").unwrap())).unwrap();
    let prediction = small.solve(&image).unwrap();
    assert_eq!((prediction.text.as_str(), prediction.characters[0].alternatives.len()), ("aabb", 1));
    assert!(ignoring().knows("aB") && !ignoring().knows("c"));
    let letters = of_both(Architecture::compact(4)).with_ignore_case(true).unwrap();
    let letters = letters.with_allowed(Some(Alphabet::new("ab").unwrap())).unwrap();
    assert!(letters.solve(&bars(3)).unwrap().text.chars().all(|character| "ab".contains(character)));

    let right = |solver: &Solver| {
        let labelled = |label| LabelledImage::new(label, columns("A C B D", 1));
        let mut texts = Vec::new();
        let report = evaluate(solver, ["AaBb", "aabb", "aabA"].into_iter(), labelled, &(), |answer| {
            texts.push((answer.label, answer.right));
        });
        assert_eq!(texts[1].0, "aabb");
        (report.evaluation.whole.hits, texts[1].1)
    };
    assert_eq!((right(&plain()), right(&ignoring()), right(&small)), ((1, false), (2, true), (2, true)));
}

#[test]
fn many_images_give_their_answers_in_order() {
    let images: Vec<_> = ["A", " B C", "D A", "C"].iter().map(|text| columns(text, 1)).collect();
    let texts: Vec<String> =
        sequence(None, 9.0).solve_all(&images).into_iter().map(|reading| reading.unwrap().text).collect();
    assert_eq!(texts, ["A", "BC", "DA", "C"]);
}

#[test]
fn letters_keep_to_lengths_and_characters_too() {
    let read = |solver: Solver, count| solver.solve(&bars(count)).map(|prediction| prediction.text);
    assert!(letters(None).segmenter().is_some());
    assert_eq!(read(letters(None), 3).unwrap().len(), 3);
    assert_eq!(
        read(letters(None).with_allowed(Some(Alphabet::new("A").unwrap())).unwrap(), 3).unwrap(),
        "AAA"
    );
    assert_eq!(read(letters(Some((2, 4))), 3).unwrap().len(), 3);
    // Bars of 12 x 30 pixels are cut no further and do not join.
    let error = read(letters(Some((5, 6))), 3).unwrap_err();
    assert_eq!(error.reason(), "wrong count");
}

#[test]
fn a_temperature_is_fitted_on_what_can_be_used() {
    let labelled = |text: &str, label: &str| LabelledImage::new(label, columns(text, 1));
    // Far too unsure of what is always right.
    let solver = sequence(None, 0.5);
    let texts = vec![("A B", "AB"), ("C D", "CD"), ("B", "BX"), (" C", "CCCC")];
    let report = calibrate(&solver, texts.into_iter(), |(text, label)| labelled(text, label), &());
    let fit = report.fit.unwrap();
    assert_eq!((fit.samples, report.unused), (2, 2));
    assert!(fit.temperature < 0.5 && fit.loss_after < fit.loss_before, "{fit:?}");

    // What is fitted is what is reported: of texts of the lengths that the solver expects. The others are unused.
    let known = sequence(Some((2, 3)), 0.5);
    let texts = vec![("A B", "AB"), ("C D", "CD"), ("B", "B")];
    let report = calibrate(&known, texts.clone().into_iter(), |(text, label)| labelled(text, label), &());
    let conditional = report.fit.unwrap();
    assert_eq!((conditional.samples, report.unused), (2, 1));
    assert!(conditional.loss_before < fit.loss_before, "{conditional:?}, of any length {fit:?}");

    let bars = |count| LabelledImage::new("DDD", bars(count));
    let report = calibrate(&letters(None), [3, 7].into_iter(), bars, &());
    assert_eq!((report.fit.unwrap().samples, report.unused), (3, 1));
}

#[test]
fn an_evaluation_has_the_calibration() {
    let solver = sequence(None, 9.0);
    let labelled = |text: &str| LabelledImage::new(text.replace(' ', ""), columns(text, 1));
    let report = evaluate(&solver, ["A B", "C D", "C"].into_iter(), labelled, &(), |_| ());
    assert_eq!((report.backend, report.precision), ("grey", Precision::F32));
    assert_eq!(report.evaluation.whole.hits, 3);
    assert!(report.evaluation.calibration.expected_error() < 0.01);
    assert_eq!(report.evaluation.by_length[&2].total, 2);
}

#[test]
fn a_small_file_that_asks_for_more_than_there_is_gives_an_error() {
    let pool = Layer::MaxPool2d { size: Window { height: 65536, width: 4 } };
    let architecture = Architecture {
        input: InputShape { channels: 1, height: 65536, width: 4 },
        layers: vec![pool, Layer::Columns, Layer::Linear { features: 3 }],
    };
    let metadata = ModelMetadata::new(architecture, Alphabet::new("AB").unwrap());
    let tensors = BTreeMap::from([
        ("2.weight".to_owned(), Tensor::new(vec![3, 1], vec![0.0; 3]).unwrap()),
        ("2.bias".to_owned(), Tensor::new(vec![3], vec![0.0; 3]).unwrap()),
    ]);
    let bytes = ModelFile::new(metadata, tensors).unwrap().to_bytes().unwrap();
    assert!(bytes.len() < 1000, "{} bytes", bytes.len());
    // Scaled to the height of the network, the image would have 2^33 pixels: 34 GB of floats.
    let error = Solver::from_bytes(&bytes).unwrap().solve(&GrayImage::new(120, 60).into()).unwrap_err();
    assert!(matches!(error, SolveError::Recognize(RecognizeError::WrongWidth { .. })), "{error}");
    assert_eq!(error.reason(), "too wide");
}
