//! The page about how an image is read: its content must be what the network computes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use captcha_infer::{Architecture, NativeRecognizer, Polarity, Recognizer};
use captcha_lab::core::ink::ink_batch;
use captcha_lab::render::{Renderer, Style};
use captcha_lab::segment::{Cleaning, SegmentOptions, Segmenter};
use captcha_lab::{Label, ModelFile, Pretrained, Solver};
use captcha_report::explain::{Story, story};
use captcha_report::inside::numbers::{share, with_decimals};
use captcha_report::inside::{Road, RoadError, Way, flashlight, pooling};
use captcha_testkit::backend::formula_model;
use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder, DynamicImage, GrayImage, ImageDecoder, Luma};
use roxmltree::{Document, Node, ParsingOptions};

fn model(pretrained: Pretrained) -> ModelFile {
    ModelFile::from_bytes(pretrained.bytes()).unwrap()
}

fn captcha(style: Style, text: &str) -> DynamicImage {
    Renderer::new(style).unwrap().render(text, 42).unwrap().image
}

/// The page as XML, which has no elements without an end tag.
fn page(story: &Story) -> String {
    let (name, bytes) = story.files().last().unwrap();
    assert_eq!(name, "index.html");
    let page = String::from_utf8(bytes.clone()).unwrap();
    let mut xml = String::new();
    for part in page.split_inclusive('>') {
        let tag = part.rfind('<').map_or("", |start| &part[start..]);
        let is_void = ["<meta ", "<img ", "<br>", "<source "].iter().any(|void| tag.starts_with(void));
        xml.push_str(part.strip_suffix('>').filter(|_| is_void).unwrap_or(part));
        xml.push_str(if is_void { "/>" } else { "" });
    }
    xml
}

fn parse(page: &str) -> Document<'_> {
    Document::parse_with_options(page, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })
        .unwrap()
}

/// All text under a node.
fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

fn section<'a>(document: &'a Document<'_>, id: &str) -> Node<'a, 'a> {
    let found = document.descendants().find(|node| node.attribute("id") == Some(id));
    found.unwrap_or_else(|| panic!("no section {id}"))
}

/// The cells of the first table under a node, row by row.
fn cells(node: Node<'_, '_>) -> Vec<Vec<String>> {
    let table = node.descendants().find(|node| node.has_tag_name("tbody"));
    let rows = table.expect("a table").children().filter(Node::is_element);
    rows.map(|row| row.children().filter(Node::is_element).map(text).collect()).collect()
}

/// A number, parsed as the page writes it.
fn number(text: &str) -> f32 {
    text.replace('\u{2212}', "-").replace(' ', "").parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

/// Checks what must hold for every page: every picture is a file that decodes, has a description and is used;
/// every link leads somewhere; every sum adds up.
fn check(story: &Story) {
    let page = page(story);
    let document = parse(&page);
    let files: BTreeSet<&str> = story.files().iter().map(|(name, _)| &**name).collect();
    assert_eq!(files.len(), story.files().len(), "two files of one name");
    let mut used = BTreeSet::from(["index.html"]);
    for node in document.descendants() {
        for attribute in ["src", "srcset"] {
            if let Some(name) = node.attribute(attribute) {
                assert!(files.contains(name), "{name} is not there");
                used.insert(name);
            }
        }
        if let Some(target) = node.attribute("href") {
            section(&document, target.strip_prefix('#').expect("a link on the page"));
        }
        if node.tag_name().name() == "img" {
            let in_link = node.ancestors().any(|node| node.tag_name().name() == "a");
            assert!(in_link || node.attribute("alt").is_some_and(|alt| alt.len() > 5), "{node:?}");
        }
    }
    assert_eq!(used, files);
    for (name, bytes) in story.files().iter().filter(|(name, _)| name.ends_with(".png")) {
        let picture = image::load_from_memory(bytes).unwrap();
        assert!(picture.width() > 0 && picture.height() > 0, "{name}");
    }
    for line in document.descendants().filter(|node| node.attribute("class") == Some("sum")).map(text) {
        let Some((sum, value)) =
            line.strip_prefix("sum of the products ").and_then(|line| line.split_once(" (bias) = "))
        else {
            continue;
        };
        let (products, bias) = sum.split_once(' ').unwrap();
        let error = (number(products) + number(bias) - number(value)).abs();
        // All three are rounded.
        assert!(error < 0.0151, "{line}");
    }
    assert!(!page.contains("http"), "it needs the network");
}

/// The number of frames of a film, and its size.
fn film(story: &Story, name: &str) -> (usize, (u32, u32)) {
    let (_, bytes) = story.files().iter().find(|(file, _)| file == name).unwrap();
    assert!(bytes.len() < 400_000, "{name} has {} bytes", bytes.len());
    let decoder = GifDecoder::new(Cursor::new(bytes)).unwrap();
    let size = decoder.dimensions();
    (decoder.into_frames().collect_frames().unwrap().len(), size)
}

#[test]
fn letters_are_told_with_the_numbers_of_the_network() {
    let image = captcha(Style::seed(), "QXKZEF");
    let road = Road::new(model(Pretrained::SeedLetters), image.clone(), 3).unwrap();
    let story = story(&road.with_label(Some(Label::new("QXKZEF"))), "QXKZEF.png").unwrap();
    check(&story);
    let page = page(&story);
    let document = parse(&page);

    // The answer is that of the solver.
    let solver = Solver::open("seed-letters").unwrap();
    let prediction = solver.solve(&image).unwrap();
    let answer = section(&document, "answer");
    assert!(text(answer).contains(&format!("It reads {}, and that is right.", prediction.text)));
    assert!(text(answer).contains(&format!("The network is {} sure", share(prediction.confidence.value()))));
    for (row, character) in cells(answer).iter().zip(&prediction.characters) {
        assert_eq!(row[1], character.character.to_string());
        assert_eq!(row[2], share(character.confidence.value()));
    }

    // The scores of letter 3 are those of the native backend.
    let grey = captcha_lab::core::to_gray(&image);
    let letters =
        solver.segmenter().map(|segmenter: &Segmenter| segmenter.segment(&grey, Some(6)).unwrap().letters);
    let batch = ink_batch([&letters.unwrap()[2].image]).unwrap();
    let logits =
        NativeRecognizer::new(&model(Pretrained::SeedLetters)).unwrap().logits(batch.view()).unwrap();
    let rows = cells(section(&document, "scores"));
    assert_eq!((rows.len(), &*rows[0][0]), (5, "K"));
    for row in rows {
        let class = solver.metadata().alphabet.index_of(row[0].chars().next().unwrap()).unwrap();
        assert_eq!(row[1], with_decimals(logits[[0, 0, class]], 2), "{row:?}");
    }
    assert!(text(section(&document, "layer-21")).contains("What speaks for K"));

    // Every fifth row of 24 and every fourth column, every third of 12 and every second; and the last frame.
    let (frames, (width, _)) = film(&story, "flashlight.gif");
    assert_eq!((frames, width), (5 * 6 + 1, 720));
    let (frames, (width, _)) = film(&story, "pooling.gif");
    assert_eq!((frames, width), (4 * 6 + 1, 720));
}

#[test]
fn a_sequence_is_told_with_its_columns() {
    let image = captcha(Style::claptcha(), "QXKZZF");
    let road = Road::new(model(Pretrained::ClaptchaSequence), image.clone(), 1).unwrap();
    assert!(matches!(road.way(), Way::Sequence { scaled, .. } if scaled.dimensions() == (96, 48)));
    let story = story(&road.with_label(Some(Label::new("QXKZZE"))), "QXKZZE.png").unwrap();
    check(&story);
    let page = page(&story);
    let document = parse(&page);
    assert!(text(section(&document, "answer")).contains("It reads QXKZZF, but the image is named QXKZZE."));
    let ctc = text(section(&document, "ctc"));
    assert!(ctc.contains("the 24 columns say") && ctc.contains("Z \u{b7} Z"), "{ctc}");
    assert!(text(section(&document, "scaled")).contains("300 x 150 pixels become 96 x 48"));
    assert!(film(&story, "flashlight.gif").0 == 31);
}

#[test]
fn a_name_is_only_a_name() {
    let paper = GrayImage::from_pixel(90, 40, Luma([255]));
    let road = Road::new(model(Pretrained::SeedLetters), paper.into(), 1).unwrap();
    let name = "<script>alert(1)</script>&\"'\u{7}.png";
    let page = page(&story(&road, name).unwrap());
    let expected = name.replace('\u{7}', "\u{fffd}");
    assert!(!page.contains("<script"));
    assert!(parse(&page).descendants().any(|node| node.text() == Some(&expected)));
}

#[test]
fn the_network_of_the_post_has_windows_of_5_x_5() {
    let mut post = Architecture::post(26);
    (post.input.height, post.input.width) = (24, 24);
    let model = formula_model(&post).unwrap().with_temperature(Some(2.0)).unwrap();
    let road = Road::new(model, captcha(Style::seed(), "QXKZEF"), 1).unwrap();
    let trace = road.trace().unwrap();
    for (stage, channel) in [(0, 20), (1, 0), (3, 0), (99, 0)] {
        assert!(flashlight(trace, stage, channel).is_none(), "{stage} {channel}");
    }
    assert!(pooling(trace, 2, 20).is_none() && pooling(trace, 0, 0).is_none());
    let story = story(&road, "x").unwrap();
    check(&story);
    let page = page(&story);
    let document = parse(&page);
    assert_eq!(cells(section(&document, "layer-1")).len(), 5);
    assert!(film(&story, "flashlight.gif").0 == 31 && film(&story, "pooling.gif").0 == 25);
    assert!(text(section(&document, "scores")).contains("Scores are first divided by 2"));
}

#[test]
fn an_image_that_can_t_be_cut_is_told_and_a_sequence_model_named() {
    let paper = GrayImage::from_pixel(90, 40, Luma([255]));
    let road = Road::new(model(Pretrained::SeedLetters), paper.into(), 1).unwrap();
    assert!(road.trace().is_none() && road.prediction().is_err());
    let story = story(&road, "empty.png").unwrap();
    check(&story);
    let page = page(&story);
    let cut = text(section(&parse(&page), "cut"));
    assert!(cut.contains("could not be cut into letters") && cut.contains("claptcha-sequence"), "{cut}");
    assert!(!page.contains("id=\"layer-1\""));
}

#[test]
fn what_is_cleaned_is_shown() {
    let mut metadata = model(Pretrained::SeedLetters).metadata().clone();
    let options = SegmentOptions::default().with_cleaning(Cleaning::default().with_median_radius(1));
    metadata.segmentation = Some(serde_json::to_value(options).unwrap());
    metadata.lengths = None;
    let model = ModelFile::new(metadata, model(Pretrained::SeedLetters).tensors().clone()).unwrap();
    let mut image = GrayImage::from_pixel(60, 40, Luma([255]));
    image.put_pixel(30, 20, Luma([0]));
    let road = Road::new(model, image.into(), 1).unwrap();
    assert!(
        matches!(road.way(), Way::Letters { cleaned: Some(left), .. } if left.pixels().all(|p| p.0 == [255]))
    );
    let story = story(&road, "specks.png").unwrap();
    check(&story);
    section(&parse(&page(&story)), "cleaning");
}

#[test]
fn levels_that_are_changed_are_shown() {
    let mut metadata = model(Pretrained::ClaptchaSequence).metadata().clone();
    metadata.preparation = metadata.preparation.with_polarity(Polarity::ByImage).with_stretch(1.5);
    let model = ModelFile::new(metadata, model(Pretrained::ClaptchaSequence).tensors().clone()).unwrap();
    let mut image = captcha(Style::claptcha(), "QXKZEF");
    for negative in [false, true] {
        let road = Road::new(model.clone(), image.clone(), 1).unwrap();
        assert!(matches!(road.way(), Way::Sequence { scaled, .. } if scaled.dimensions() == (144, 48)));
        let story = story(&road, "negative.png").unwrap();
        check(&story);
        let page = page(&story);
        let scaled = text(section(&parse(&page), "scaled"));
        assert!(scaled.contains("300 x 150 pixels become 144 x 48, 1.5 times as wide"), "{scaled}");
        assert_eq!(page.contains("dark on light by the border"), negative);
        image.invert();
    }
}

#[test]
fn a_letter_that_is_not_there_is_told() {
    for number in [0, 7] {
        let road = Road::new(model(Pretrained::SeedLetters), captcha(Style::seed(), "QXKZEF"), number);
        assert!(matches!(road, Err(RoadError::Letter { letters: 6, .. })), "{number}");
    }
}

#[test]
fn tiny_images_have_a_page_too() {
    let cases = [(Pretrained::SeedLetters, 1, 1), (Pretrained::LeptureSequence, 9, 12)];
    for (pretrained, width, height) in cases {
        let image = GrayImage::from_fn(width, height, |x, y| Luma([(x * 40 + y * 90) as u8]));
        let road = Road::new(model(pretrained), image.into(), 1).unwrap();
        check(&story(&road, "tiny").unwrap());
    }
}

#[test]
fn the_text_in_a_name_is_known_if_the_model_could_read_it() {
    let label = |name| Road::label_of(&model(Pretrained::SeedLetters), Path::new(name));
    assert_eq!(label("QXKZEF-2.png"), Some(Label::new("QXKZEF")));
    for name in ["captcha.png", "QXK.png", "QXKZE1.png", ".png"] {
        assert_eq!(label(name), None, "{name}");
    }
}
