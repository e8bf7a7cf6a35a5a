//! The page of a training run: one file that tells everything it was given.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::time::Duration;

use captcha_lab::infer::Outcome;
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{Alphabet, Evaluation, Pretrained, Share, Solver};
use captcha_report::figures::{EpochRow, contact_sheet};
use captcha_report::run::{FoldRow, LabelError, RunReport, RunReportError, SplitPart, Tested, WorstImage};
use image::DynamicImage;
use roxmltree::{Document, Node, ParsingOptions};

fn captcha(text: &str) -> DynamicImage {
    Renderer::new(Style::seed()).unwrap().render(text, 42).unwrap().image
}

/// What a model reads of images, some of them labelled wrong.
fn tested() -> Tested {
    let solver = Solver::from_bytes(Pretrained::SeedLetters.bytes()).unwrap();
    let mut evaluation = Evaluation::default();
    for (label, text) in
        [("QXKZEF", "QXKZEF"), ("ABCDEF", "ABCDEF"), ("ABCDEF", "ABCDEA"), ("AAAAAA", "AAAAAA")]
    {
        let prediction = solver.solve(&captcha(text)).unwrap();
        evaluation.record(label, Outcome::Read(&prediction));
    }
    evaluation.record("ABC", Outcome::Failed("found no ink"));
    let image = |text| Some(captcha(text));
    let wrong = |name: &str, read| WorstImage {
        name: name.to_owned(),
        image: image("ABCDEA"),
        truth: "ABCDEF".to_owned(),
        read,
    };
    Tested {
        images: "the test part".to_owned(),
        alphabet: Alphabet::new("ABCDEFKQXZ").unwrap(),
        evaluation,
        worst: vec![
            wrong("ABCDEF.png", Ok(("ABCDEA".to_owned(), 0.875))),
            WorstImage { image: None, ..wrong("<gone> & \"lost\".png", Err("found no ink".to_owned())) },
        ],
    }
}

fn report() -> RunReport {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut report = RunReport::new("runs/mine");
    report.command = Some("captcha-lab train images --out runs/mine --seed 7".to_owned());
    report.configuration = vec![pair("network", "sequence, 301,234 weights"), pair("seed", "7")];
    report.data = vec![pair("folder", "images <of mine>"), pair("images", "732")];
    report.split = vec![
        SplitPart { name: "training".to_owned(), images: 600, purpose: "the weights".to_owned() },
        SplitPart { name: "test".to_owned(), images: 73, purpose: "measured once".to_owned() },
    ];
    report.epochs = (1..=12)
        .map(|epoch| EpochRow {
            epoch,
            train_loss: 2.0 / f64::from(epoch),
            validation_loss: 2.5 / f64::from(epoch),
            train_accuracy: 1.0 - 0.8 / f64::from(epoch),
            validation_accuracy: 1.0 - 0.9 / f64::from(epoch),
        })
        .collect();
    report.stopped = Some("the validation loss has not fallen for 10 epochs".to_owned());
    report.advice = vec!["More images: 732 are few.".to_owned()];
    report.tested = Some(tested());
    let fold = |hits, best_epoch| FoldRow {
        whole: Share { hits, total: 73 },
        epochs: 40,
        best_epoch,
        time: Duration::from_secs(754),
    };
    report.folds = vec![fold(73, 31), fold(70, 28), fold(72, 40)];
    report.label_errors = vec![LabelError {
        name: "x/QXKZEE.png".to_owned(),
        image: Some(captcha("QXKZEF")),
        label: "QXKZEE".to_owned(),
        read: "QXKZEF".to_owned(),
        confidence: 0.9991,
    }];
    report.label_file = Some("runs/mine/labels.csv".to_owned());
    let sheet: Vec<_> = ["ABC", "DEF"].map(|text| (captcha(text), text.to_owned())).into();
    report.augmentation = Some(contact_sheet(&sheet, 2));
    report
}

/// The page as XML, which has no elements without an end tag.
fn as_xml(page: &str) -> String {
    let mut xml = String::new();
    for part in page.split_inclusive('>') {
        let tag = part.rfind('<').map_or("", |start| &part[start..]);
        let is_void = ["<meta ", "<img ", "<br>"].iter().any(|void| tag.starts_with(void));
        xml.push_str(part.strip_suffix('>').filter(|_| is_void).unwrap_or(part));
        xml.push_str(if is_void { "/>" } else { "" });
    }
    xml
}

fn parse(xml: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(xml, options).unwrap()
}

fn text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text).filter_map(|node| node.text());
    texts.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn section(document: &Document<'_>, id: &str) -> String {
    text(document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap())
}

#[test]
fn everything_is_told_in_one_file() {
    let xml = as_xml(&report().to_html().unwrap());
    let document = parse(&xml);
    let all = text(document.root());
    for said in [
        "60.00 % of the test part is read right",
        "Whole texts, 3 of 5 images; 95 % interval 23.07 % to 88.24 %.",
        "Why it stopped: the validation loss has not fallen for 10 epochs.",
        "More images: 732 are few.",
    ] {
        assert!(all.contains(said), "{said:?} in {all}");
    }
    for (id, said) in [
        ("test", "found no ink"),
        // Three of the texts with as many characters as were read have an F, and one was read as A.
        ("test", "F 66.67 % 3"),
        ("test", "A (1)"),
        ("test", "read ABCDEA 87.50 % sure ABCDEF.png"),
        ("test", "not read: found no ink <gone> & \"lost\".png"),
        ("test", "Confusion matrix"),
        ("test", "Calibration"),
        ("folds", "2 95.89 % 73 28 of 40 12 min 34 s"),
        ("folds", "All images: 215 of 219 right"),
        ("labels", "label QXKZEE read QXKZEF 99.91 % sure"),
        ("labels", "--labels runs/mine/labels.csv"),
        ("training", "Learning curves"),
        ("training", "captcha-lab train images --out runs/mine --seed 7"),
        ("images", "images <of mine>"),
        ("images", "test: measured once 73"),
    ] {
        let section = section(&document, id);
        assert!(section.contains(said), "{said:?} in {section}");
    }
}

#[test]
fn it_needs_nothing_beside_it() {
    let xml = as_xml(&report().to_html().unwrap());
    let document = parse(&xml);
    let images: Vec<_> = document.descendants().filter(|node| node.has_tag_name("img")).collect();
    // A worst image, a label error, the sheet.
    assert_eq!(images.len(), 3);
    for image in images {
        assert!(image.attribute("src").unwrap().starts_with("data:image/png;base64,"));
        assert!(!image.attribute("alt").unwrap().is_empty());
    }
    for node in document.descendants().filter(Node::is_element) {
        assert!(!["script", "link", "iframe", "object"].contains(&node.tag_name().name()));
        assert!(!node.attributes().any(|attribute| attribute.name() == "href"));
    }
    assert!(!xml.contains("url(") && !xml.contains("@import"));
}

#[test]
fn what_is_not_there_is_left_out() {
    let page = RunReport::new("nothing yet").to_html().unwrap();
    assert!(page.contains("nothing yet") && !page.contains("<section"));
    let mut unread = RunReport::new("no image");
    unread.tested = Some(Tested {
        images: "no images".to_owned(),
        alphabet: Alphabet::digits(),
        evaluation: Evaluation::default(),
        worst: Vec::new(),
    });
    parse(&as_xml(&unread.to_html().unwrap()));
}

#[test]
fn a_page_that_can_t_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    report().save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report().to_html().unwrap());
    let error = report().save(folder.path().join("missing/report.html")).unwrap_err();
    assert!(matches!(error, RunReportError::Write { .. }), "{error}");
}
