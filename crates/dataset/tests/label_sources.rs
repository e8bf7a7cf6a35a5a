//! Where the labels of a folder come from.
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

use std::fs;
use std::io::Write;
use std::path::Path;

use captcha_core::Alphabet;
use captcha_dataset::{
    Correction, DatasetError, FolderOptions, LabelFile, LabelSource, LabelledFolder, SkipReason,
};
use image::GrayImage;

/// A PNG of `side` x 10 pixels.
fn png(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    GrayImage::new(side, 10).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A folder with these files; those that end as images are PNG images.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, (name, content)) in files.iter().enumerate() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let content =
            if name.ends_with(".png") { png(number as u32 + 1) } else { content.as_bytes().to_vec() };
        fs::write(path, content).unwrap();
    }
    folder
}

fn open(path: &Path, options: &FolderOptions) -> LabelledFolder {
    LabelledFolder::open(path, options).unwrap_or_else(|error| panic!("{error}"))
}

/// Names and labels.
fn found(folder: &LabelledFolder) -> Vec<(String, String)> {
    folder.samples().map(|sample| (sample.name().to_owned(), sample.label.to_string())).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(name, label)| (name.to_owned(), label.to_owned())).collect()
}

/// A tar archive of these files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

#[test]
fn a_label_file_is_found_and_names_images_in_folders_that_are_not_searched() {
    for (name, content) in [
        (
            "metadata.jsonl",
            "{\"file_name\":\"images/1.png\",\"text\":\"AB\"}\n{\"file_name\":\"2\",\"text\":\"C\"}\n",
        ),
        ("metadata.csv", "file_name,text\nimages/1.png,AB\n./2.png,C\n"),
        ("labels.txt", "images/1.png\tAB\n2.png\tC\n"),
    ] {
        let folder =
            folder(&[("images/1.png", ""), ("2.png", ""), ("3.png", ""), ("notes.md", "x"), (name, content)]);
        let labelled = open(folder.path(), &FolderOptions::default());
        assert_eq!(found(&labelled), pairs(&[("2.png", "C"), ("images/1.png", "AB")]), "{name}");
        assert_eq!(*labelled.source(), LabelSource::LabelFiles(vec![folder.path().join(name)]));
        assert_eq!(labelled.skipped().count(&SkipReason::NotInLabelFile), 1);
        assert_eq!(labelled.skipped().total(), 2, "{}", labelled.skipped());
        assert_eq!(labelled.sample(1).unwrap().load_gray().unwrap().width(), 1);
    }
}

#[test]
fn what_is_wrong_in_a_label_file_is_named() {
    let folder = folder(&[
        ("1.png", ""),
        ("2.png", ""),
        ("3.png", ""),
        ("4.png", ""),
        ("labels.csv", "file,label\n1.png,A\n2.png,B\n2.png,C\n3.png,\nnone.png,D\n../x.png,E\n4.png\n"),
    ]);
    let labelled = open(folder.path(), &FolderOptions::default());
    assert_eq!(found(&labelled), pairs(&[("1.png", "A")]));
    for (reason, count, example) in [
        (SkipReason::TwoLabels, 1, "2.png: \"B\" and \"C\""),
        (SkipReason::EmptyLabel, 1, "3.png"),
        (SkipReason::Missing, 2, "none.png in labels.csv"),
        (SkipReason::BadLine, 1, "labels.csv, line 8"),
        (SkipReason::NotInLabelFile, 2, "4.png"),
    ] {
        assert_eq!(labelled.skipped().count(&reason), count, "{reason}");
        assert!(labelled.skipped().to_string().contains(example), "{}", labelled.skipped());
    }
    // A list of characters is no label file.
    fs::write(folder.path().join("labels.csv"), "A\nB\n").unwrap();
    let labelled = open(folder.path(), &FolderOptions::default());
    assert_eq!((labelled.len(), labelled.source()), (4, &LabelSource::FileNames));
    assert_eq!(labelled.skipped().count(&SkipReason::NotALabelFile), 1);
}

#[test]
fn folders_in_the_folder_are_searched_if_asked_to() {
    let folder = folder(&[
        ("AB.png", ""),
        ("a/CD-1.png", ""),
        ("b/labels.tsv", "1.png\tEF\nc/2.png\tGH\n"),
        ("b/1.png", ""),
        ("b/c/2.png", ""),
        (".hidden/X.png", ""),
    ]);
    let labelled = open(folder.path(), &FolderOptions::default());
    assert_eq!(found(&labelled), pairs(&[("AB.png", "AB")]));
    assert_eq!(labelled.skipped().count(&SkipReason::NotAFile), 3);
    let labelled = open(folder.path(), &FolderOptions::default().with_recursive(true));
    let expected = [("AB.png", "AB"), ("a/CD-1.png", "CD"), ("b/1.png", "EF"), ("b/c/2.png", "GH")];
    assert_eq!(found(&labelled), pairs(&expected));
    let told = labelled.source().to_string();
    assert!(told.starts_with("the file names") && told.contains("labels.tsv"), "{told}");
    assert_eq!(labelled.skipped().total(), 1);
    assert_eq!(
        labelled.subset(&[3, 0, 9]).samples().map(|s| s.label.to_string()).collect::<Vec<_>>(),
        ["GH", "AB"]
    );
}

#[test]
fn a_pattern_or_a_named_label_file_overrides_what_is_found() {
    let files = [
        ("001_AB.png", ""),
        ("002_cD.png", ""),
        ("other.png", ""),
        ("labels.csv", "file,text\n001_AB.png,Z\n"),
    ];
    let folder = folder(&files);
    let pattern = Some(r"^\d+_(?<label>\w+)\.".parse().unwrap());
    let labelled = open(folder.path(), &FolderOptions::default().with_pattern(pattern));
    assert_eq!(found(&labelled), pairs(&[("001_AB.png", "AB"), ("002_cD.png", "cD")]));
    assert_eq!(labelled.skipped().count(&SkipReason::NoLabel), 1);
    assert!(matches!(labelled.source(), LabelSource::Pattern(_)));

    let elsewhere = tempfile::tempdir().unwrap();
    let given = elsewhere.path().join("truth.tsv");
    fs::write(&given, "train/002_cD.png\tQ\n").unwrap();
    let options = FolderOptions::default().with_labels(Some(given.clone()));
    let labelled = open(folder.path(), &options);
    assert_eq!(found(&labelled), pairs(&[("002_cD.png", "Q")]));
    assert_eq!(*labelled.source(), LabelSource::LabelFiles(vec![given.clone()]));
    fs::write(&given, "").unwrap();
    let error = LabelledFolder::open(folder.path(), &options).unwrap_err();
    assert!(matches!(error, DatasetError::NothingUsable { .. }), "{error}");
    fs::write(&given, "alone\n").unwrap();
    let error = LabelledFolder::open(folder.path(), &options).unwrap_err();
    assert!(matches!(error, DatasetError::LabelFile { line: 1, .. }), "{error}");
}

#[test]
fn corrections_change_the_labels_that_they_name() {
    let folder = folder(&[("AB.png", ""), ("C8.png", ""), ("XX.png", "")]);
    let path = folder.path().join("corrections.csv");
    let corrections = [
        Correction { name: "C8.png", text: "CB", was: "C8", confidence: 0.9 },
        Correction { name: "XX.png", text: "", was: "XX", confidence: 0.9 },
        Correction { name: "gone.png", text: "A", was: "B", confidence: 0.9 },
    ];
    LabelFile::write_corrections(&path, corrections).unwrap();
    let labelled = open(folder.path(), &FolderOptions::default().with_labels(Some(path)));
    assert_eq!(found(&labelled), pairs(&[("AB.png", "AB"), ("C8.png", "CB")]));
    assert_eq!(*labelled.source(), LabelSource::FileNames);
    assert_eq!(labelled.skipped().count(&SkipReason::EmptyLabel), 1);
    assert_eq!(labelled.skipped().count(&SkipReason::Missing), 1);
    assert_eq!(labelled.skipped().total(), 2);
}

#[test]
fn case_is_ignored_towards_the_alphabet_or_the_majority() {
    let folder = folder(&[("ABc.png", ""), ("dEF.png", ""), ("x7.png", "")]);
    let labels = |options: FolderOptions| -> Vec<String> {
        open(folder.path(), &options).samples().map(|sample| sample.label.to_string()).collect()
    };
    assert_eq!(labels(FolderOptions::default()), ["ABc", "dEF", "x7"]);
    let ignoring = FolderOptions::default().with_ignore_case(true);
    assert_eq!(labels(ignoring.clone()), ["ABC", "DEF", "X7"]);
    let small = Alphabet::new("abcdefx7").unwrap();
    assert_eq!(labels(ignoring.with_alphabet(small.clone())), ["abc", "def", "x7"]);
    assert_eq!(labels(FolderOptions::default().with_alphabet(small)), ["x7"]);
}

#[test]
fn tar_shards_are_read_by_offset() {
    let folder = tempfile::tempdir().unwrap();
    let first = tar(&[
        ("./000.png", &png(7)),
        ("./000.txt", b"AB\n"),
        ("sub/001.json", b"{\"text\": \"CD\"}"),
        ("sub/001.png", &png(9)),
        ("002.png", &png(9)),
        ("003.npy", b"x"),
    ]);
    fs::write(folder.path().join("a.tar"), &first).unwrap();
    fs::write(folder.path().join("b.tar"), tar(&[("EF_1.png", &png(3)), ("GH.png", b"broken")])).unwrap();
    fs::write(folder.path().join("cut.tar"), &first[..first.len() / 2]).unwrap();
    fs::write(folder.path().join("none.tar"), "no archive").unwrap();
    let labelled = open(folder.path(), &FolderOptions::default());
    let found = found(&labelled);
    let expected = [
        ("a.tar/000.png", "AB"),
        ("a.tar/sub/001.png", "CD"),
        ("b.tar/EF_1.png", "EF"),
        ("b.tar/GH.png", "GH"),
    ];
    assert_eq!(
        found.iter().filter(|(name, _)| !name.starts_with("cut")).cloned().collect::<Vec<_>>(),
        pairs(&expected)
    );
    let widths: Vec<Option<u32>> =
        labelled.samples().take(4).map(|sample| sample.load_gray().ok().map(|image| image.width())).collect();
    assert_eq!(widths, [Some(7), Some(9), Some(3), None]);
    let broken = labelled.samples().find(|sample| sample.name() == "b.tar/GH.png").unwrap();
    let error = broken.load().unwrap_err().to_string();
    assert!(error.ends_with(&format!("{}", folder.path().join("b.tar/GH.png").display())), "{error}");
    assert_eq!(labelled.skipped().count(&SkipReason::NoLabel), 1);
    assert_eq!(labelled.skipped().count(&SkipReason::DamagedShard), 2, "{}", labelled.skipped());

    // A shard that shrinks afterwards is an error of the image, not of the run.
    fs::OpenOptions::new().write(true).open(folder.path().join("a.tar")).unwrap().set_len(600).unwrap();
    let error = captcha_core::describe(&labelled.sample(0).unwrap().load().unwrap_err());
    assert!(error.contains("ends within the image"), "{error}");
    fs::File::create(folder.path().join("a.tar")).unwrap().write_all(b"").unwrap();
    assert!(labelled.sample(1).unwrap().load().is_err());
}
