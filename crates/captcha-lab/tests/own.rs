//! A folder of one's own images, looked at before anything is trained on it.
#![cfg(all(feature = "dataset", feature = "render"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

use std::fs;
use std::path::Path;

use captcha_lab::dataset::{CorpusOptions, FolderOptions, LabelledFolder, MANIFEST, generate_corpus};
use captcha_lab::infer::{Architecture, Polarity};
use captcha_lab::own::{Check, ProblemKind, Proposal, check};
use captcha_lab::render::Style;

/// Images of `width` x 30 pixels with texts of `length` characters, named after them.
fn draw(folder: &Path, count: u64, width: u32, length: usize) {
    let style = Style::seed().with_size(width, 30).with_margin(4, 4).with_lengths(length..=length);
    generate_corpus(&CorpusOptions::new(style, count), folder, &()).unwrap();
    fs::remove_file(folder.join(MANIFEST)).unwrap();
}

fn look(folder: &Path) -> Check {
    let options = FolderOptions::default().with_recursive(true);
    check(&LabelledFolder::open(folder, &options).unwrap(), None, &()).unwrap()
}

fn kinds(check: &Check) -> Vec<(ProblemKind, bool)> {
    check.problems.iter().map(|problem| (problem.kind, problem.is_error)).collect()
}

#[test]
fn a_good_folder_has_a_proposal_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    draw(folder.path(), 210, 100, 4);
    let check = look(folder.path());
    assert_eq!(check.errors().count(), 0, "{:?}", check.problems);
    let proposal = &check.proposal;
    assert_eq!(proposal.network, Some(Proposal::NETWORK));
    // 100 x 30 pixels are 160 x 48 for the network, 40 columns: enough for four characters.
    assert_eq!(
        (proposal.preparation.stretch, proposal.columns, proposal.architecture.input.width),
        (1.0, [40, 40], 160)
    );
    assert_eq!(proposal.preparation.polarity, Polarity::AsIs);
    assert_eq!((proposal.images_per_epoch, proposal.epochs), (1600, 22));
    assert!(proposal.duration().unwrap().as_secs() > 0);
    assert!(serde_json::to_value(&check).unwrap()["proposal"]["epochs"] == 22);
    let metadata = proposal.metadata(&check.report);
    assert_eq!(metadata.lengths, Some((4, 4)));

    // With a network that takes a column for every 4 pixels at another height.
    let folder = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let fine = Architecture::fine_sequence(check.report.alphabet.len(), 96);
    let check = captcha_lab::own::check(&folder, Some(&fine), &()).unwrap();
    assert_eq!((check.proposal.network, check.proposal.columns), (None, [50, 50]));
}

#[test]
fn narrow_images_are_stretched() {
    let folder = tempfile::tempdir().unwrap();
    // 36 x 30 pixels are 14 columns, four characters need 10; eight need 20.
    draw(folder.path(), 30, 36, 4);
    assert_eq!(look(folder.path()).proposal.preparation.stretch, 1.0);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        fs::rename(&path, folder.path().join(format!("{}{name}", &name[..4]))).unwrap();
    }
    let proposal = look(folder.path()).proposal;
    assert_eq!((proposal.preparation.stretch, proposal.columns), (1.5, [22, 22]));
}

#[test]
fn labels_that_are_none_stop_a_training() {
    let folder = tempfile::tempdir().unwrap();
    draw(folder.path(), 25, 60, 2);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let rename = |name: &dyn Fn(usize) -> String| {
        let renamed = tempfile::tempdir().unwrap();
        for (number, file) in files.iter().enumerate() {
            fs::copy(file, renamed.path().join(name(number))).unwrap();
        }
        look(renamed.path())
    };
    for (name, told) in [
        (&(|number| format!("{number:05}.png")) as &dyn Fn(usize) -> String, "running numbers"),
        (&|number| format!("image_{number}.png"), "all 25 images have the label \"image\""),
        (&|number| format!("{:032x}.png", number * 7919), "hashes"),
    ] {
        let check = rename(name);
        let error = check.errors().next().unwrap();
        assert_eq!(error.kind, ProblemKind::NotLabels);
        assert!(error.message.contains(told) && error.message.contains("--labels"), "{error}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["train", "test"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    let train = folder.path().join("train");
    draw(&train, 60, 100, 4);
    let first = fs::read_dir(&train).unwrap().next().unwrap().unwrap().path();
    let label: String = first.file_stem().unwrap().to_str().unwrap().to_owned();
    fs::copy(&first, folder.path().join(format!("test/{label}_again.png"))).unwrap();
    fs::copy(&first, train.join("WRONG.png")).unwrap();
    fs::write(train.join("CUT.png"), "no picture").unwrap();
    fs::write(train.join("list.txt"), "x").unwrap();
    let check = look(folder.path());
    let found = kinds(&check);
    for expected in [
        ProblemKind::FewImages,
        ProblemKind::LeftOut,
        ProblemKind::Unreadable,
        ProblemKind::Conflict,
        ProblemKind::SharedByParts,
        ProblemKind::Duplicate,
        ProblemKind::OddLength,
        ProblemKind::RareCharacter,
    ] {
        assert!(found.contains(&(expected, false)), "{expected:?}: {found:?}");
    }
    let names = |kind| check.problems.iter().find(|problem| problem.kind == kind).unwrap().names.join("; ");
    assert!(names(ProblemKind::Unreadable).starts_with("train/CUT.png: not an image"));
    assert!(names(ProblemKind::Conflict).contains("train/WRONG.png (WRONG)"));
    assert_eq!(names(ProblemKind::OddLength), "train/WRONG.png (WRONG)");

    let few = tempfile::tempdir().unwrap();
    draw(few.path(), 5, 100, 4);
    assert_eq!(kinds(&look(few.path()))[0], (ProblemKind::FewImages, true));
}
