//! Folders of images that others made: what can be read is read, everything else is counted or named.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

mod common;

use std::fs;
use std::path::Path;

use captcha_core::{Alphabet, DecodeError, ImageLimits};
use captcha_dataset::{
    CorpusManifest, CorpusOptions, DatasetError, FolderOptions, LabelledFolder, MANIFEST, Shard, SkipReason,
    generate_corpus,
};
use common::{StopAfter, style};
use image::GrayImage;

fn png(path: &Path) {
    GrayImage::new(20, 10).save_with_format(path, image::ImageFormat::Png).unwrap();
}

fn labels(folder: &LabelledFolder) -> Vec<String> {
    folder.samples().map(|sample| sample.label.to_string()).collect()
}

#[test]
fn images_are_found_by_name_and_by_content_and_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["B.png", "A-2.png", "A_1.jpg", "C", "D.unknown", "lower.PNG"] {
        png(&path(name));
    }
    fs::create_dir(path("E.png")).unwrap();
    png(&path("E.png/F.png"));
    fs::write(path("notes.txt"), "A list.").unwrap();
    fs::write(path("empty"), "").unwrap();
    fs::write(path(".DS_Store"), "x").unwrap();
    png(&path("-1.png"));
    png(&path("A B.png"));

    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(labels(&found), ["A", "A", "B", "C", "D", "lower"]);
    assert_eq!(found.alphabet().to_string(), "ABCDelorw");
    assert_eq!(found.sample(0).unwrap().path, path("A-2.png"));
    assert_eq!(found.sample(6), None);
    for sample in found.samples() {
        assert_eq!(sample.load_gray().unwrap().dimensions(), (20, 10), "{sample:?}");
    }
    let count = |reason| found.skipped().count(&reason);
    assert_eq!(count(SkipReason::NotAFile), 1);
    assert_eq!(count(SkipReason::NotAnImage), 3);
    assert_eq!(count(SkipReason::NoLabel), 1);
    assert_eq!(count(SkipReason::UnknownCharacter), 1);
    assert_eq!(found.skipped().total(), 6);
}

#[test]
fn an_alphabet_leaves_out_other_labels() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["AB.png", "A1.png", "ab.png"] {
        png(&folder.path().join(name));
    }
    let options = FolderOptions::default().with_alphabet(Alphabet::uppercase());
    let found = LabelledFolder::open(folder.path(), &options).unwrap();
    assert_eq!(labels(&found), ["AB"]);
    assert_eq!(found.alphabet(), &Alphabet::uppercase());
    assert_eq!(found.skipped().count(&SkipReason::UnknownCharacter), 2);
}

#[test]
fn folders_without_use_say_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("empty")).unwrap();
    fs::create_dir(path("texts")).unwrap();
    fs::write(path("texts/readme.md"), "words").unwrap();
    fs::create_dir(path("digits")).unwrap();
    png(&path("digits/123.png"));

    let options = FolderOptions::default().with_alphabet(Alphabet::uppercase());
    let open = |name: &str| LabelledFolder::open(path(name), &options).unwrap_err();
    assert!(matches!(open("none"), DatasetError::MissingFolder { .. }));
    assert!(matches!(open("digits/123.png"), DatasetError::NotAFolder { .. }));
    assert!(matches!(open("empty"), DatasetError::EmptyFolder { .. }));
    for (name, parts) in [
        ("texts", ["`QXKZEF-2.png`", "skipped 1: not an image (for example readme.md)"]),
        ("digits", ["\"ABCDEFGHIJKLMNOPQRSTUVWXYZ\"", "outside the alphabet (for example 123.png)"]),
    ] {
        let error = open(name);
        assert!(matches!(error, DatasetError::NothingUsable { .. }));
        let message = error.to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
}

#[test]
fn images_that_can_not_be_decoded_are_errors_of_their_sample() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    png(&path("GOOD.png"));
    let whole = fs::read(path("GOOD.png")).unwrap();
    fs::write(path("EMPTY.png"), "").unwrap();
    fs::write(path("CUT.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(path("TEXT.png"), "no picture").unwrap();
    // A header that promises 0 x 10 pixels, and one that promises 2^31 - 1 squared.
    for (name, side) in [("ZERO.png", 0u32), ("BOMB.png", 0x7fff_ffff)] {
        let mut bytes = whole.clone();
        bytes[16..20].copy_from_slice(&side.to_be_bytes());
        fs::write(path(name), bytes).unwrap();
    }
    GrayImage::new(5000, 1).save(path("WIDE.png")).unwrap();
    fs::File::create(path("HUGE.png")).unwrap().set_len(1 << 40).unwrap();

    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(found.len(), 8);
    for sample in found.samples() {
        let name = sample.label.as_str();
        match sample.load() {
            Ok(image) => assert_eq!((name, image.width()), ("GOOD", 20)),
            Err(DecodeError::File { path, source }) => {
                assert_eq!(path, sample.path);
                let expected = match name {
                    "EMPTY" => matches!(*source, DecodeError::Empty),
                    "TEXT" => matches!(*source, DecodeError::UnknownFormat),
                    "HUGE" | "WIDE" => matches!(*source, DecodeError::TooLarge { .. }),
                    // A changed header also has a wrong checksum, which decoders may see first.
                    _ => matches!(
                        *source,
                        DecodeError::Corrupt(_)
                            | DecodeError::ZeroSized { .. }
                            | DecodeError::TooLarge { .. }
                    ),
                };
                assert!(expected, "{name}: {source:?}");
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    let wide = FolderOptions::default().with_limits(ImageLimits::default().with_max_side(6000));
    let found = LabelledFolder::open(folder.path(), &wide).unwrap();
    assert!(found.samples().any(|sample| sample.label.as_str() == "WIDE" && sample.load().is_ok()));
}

#[test]
fn the_manifest_says_what_is_in_a_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let options = CorpusOptions::new(style(), 3).with_texts(["AB", "B_A", "C"]);
    generate_corpus(&options, folder.path(), &()).unwrap();
    fs::remove_file(folder.path().join("C.png")).unwrap();
    png(&folder.path().join("NEW.png"));
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(labels(&found), ["AB", "B_A"]);
    assert_eq!(found.skipped().count(&SkipReason::Missing), 1);
    assert_eq!(found.skipped().count(&SkipReason::NotInManifest), 1);

    // A run that was killed leaves half a line, which is no error.
    let manifest = folder.path().join(MANIFEST);
    let whole = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, &whole[..whole.len() - 5]).unwrap();
    assert_eq!(LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap().len(), 2);

    // A line that nobody of ours wrote is one.
    fs::write(&manifest, whole.replacen("\"text\":\"AB\"", "\"text\":7", 1)).unwrap();
    let error = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap_err();
    assert!(matches!(error, DatasetError::Manifest { line: 2, .. }), "{error}");

    // A manifest of somebody else is just a file.
    fs::write(&manifest, "{\"title\": \"my images\"}\n").unwrap();
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(labels(&found), ["AB", "B_A", "NEW"]);
    let error = CorpusManifest::open(folder.path()).unwrap_err();
    assert!(matches!(error, DatasetError::Manifest { line: 1, .. }), "{error}");
}

#[test]
fn what_a_corpus_lacks_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let options = |shards: u64, index: u64| {
        CorpusOptions::new(style(), 10).with_shard(Shard::new(index, shards).unwrap()).with_threads(1)
    };
    generate_corpus(&options(3, 0), folder.path(), &()).unwrap();
    generate_corpus(&options(3, 2), folder.path(), &StopAfter::new(1)).unwrap_err();
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found.skipped().count(&SkipReason::NotDrawn), 2);
    assert_eq!(found.skipped().count(&SkipReason::MissingShard), 1);
    assert!(found.skipped().to_string().contains("shard-0001-of-0003"), "{}", found.skipped());

    let other = tempfile::tempdir().unwrap();
    generate_corpus(&options(2, 1), other.path(), &()).unwrap();
    fs::rename(other.path().join("shard-0001-of-0002"), folder.path().join("shard-0001-of-0002")).unwrap();
    match LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap_err() {
        DatasetError::MixedShards { differences, .. } => assert_eq!(differences[0].option, "shard"),
        error => panic!("{error}"),
    }
}

#[test]
fn what_lies_beside_shards_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..2 {
        let options = CorpusOptions::new(style(), 10).with_shard(Shard::new(index, 2).unwrap());
        generate_corpus(&options, folder.path(), &()).unwrap();
    }
    // As `generate` left it before it refused to.
    let whole = tempfile::tempdir().unwrap();
    generate_corpus(&CorpusOptions::new(style(), 20), whole.path(), &()).unwrap();
    for entry in fs::read_dir(whole.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(found.len(), 10);
    assert_eq!(found.skipped().count(&SkipReason::BesideShards), 20);
    assert_eq!(found.skipped().total(), 20);
}

#[test]
fn shards_without_number_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (index, images) in [(0, 3), (2, 3), (99_999_999_999, 3)] {
        let shard = Shard::new(index, 100_000_000_000).unwrap();
        generate_corpus(&CorpusOptions::new(style(), images).with_shard(shard), folder.path(), &()).unwrap();
    }
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found.skipped().count(&SkipReason::MissingShard), 1);
    assert!(found.skipped().to_string().contains("shard-0001-of-100000000000"), "{}", found.skipped());

    let folder = tempfile::tempdir().unwrap();
    let shard = Shard::new(1, 100_000_000_000).unwrap();
    let options = CorpusOptions::new(style(), u64::MAX).with_shard(shard).with_threads(1);
    generate_corpus(&options, folder.path(), &StopAfter::new(1)).unwrap_err();
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(found.skipped().count(&SkipReason::MissingShard), 99_999_999_999);
    let message = found.skipped().to_string();
    assert!(message.contains("shard-0000-of-100000000000; shard-0002-of-100000000000"), "{message}");
}

#[test]
fn labels_that_file_names_escape_are_read_without_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["A-B", "A_B.7", "C%41", "a/b", "A-B"];
    generate_corpus(&CorpusOptions::new(style(), 5).with_texts(texts), folder.path(), &()).unwrap();
    let with = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    fs::remove_file(folder.path().join(MANIFEST)).unwrap();
    let without = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert!(without.skipped().is_empty(), "{}", without.skipped());
    assert_eq!(labels(&without), labels(&with));
    let mut sorted = labels(&without);
    sorted.sort();
    assert_eq!(sorted, ["A-B", "A-B", "A_B.7", "C%41", "a/b"]);
    assert!(without.alphabet().contains('-') && without.alphabet().contains('%'));
}

#[test]
fn a_manifest_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    generate_corpus(&CorpusOptions::new(style(), 2).with_texts(["AB", "B"]), folder.path(), &()).unwrap();
    let manifest = folder.path().join(MANIFEST);
    let whole = fs::read_to_string(&manifest).unwrap();
    let open = || LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap_err();

    // More lines than its header says, and a line that does not end.
    let last = whole.lines().last().unwrap();
    fs::write(&manifest, format!("{whole}{last}\n")).unwrap();
    let error = open();
    assert!(matches!(error, DatasetError::Manifest { line: 4, .. }), "{error}");
    let (header, _) = whole.split_once('\n').unwrap();
    fs::write(&manifest, format!("{header}\n{}", "x".repeat(1 << 20))).unwrap();
    let error = open();
    assert!(matches!(error, DatasetError::Manifest { line: 2, .. }), "{error}");
    assert!(error.to_string().contains("at most 1048576 bytes a line"), "{error}");

    #[cfg(target_os = "linux")]
    {
        fs::remove_file(&manifest).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&manifest).status().unwrap().success());
        let error = open();
        assert!(matches!(error, DatasetError::Read { .. }), "{error}");
        let options = CorpusOptions::new(style(), 2);
        let error = generate_corpus(&options, folder.path(), &()).unwrap_err();
        assert!(matches!(error, DatasetError::FolderInUse { .. }), "{error}");
        fs::remove_file(&manifest).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &manifest).unwrap();
        let error = open();
        assert!(matches!(error, DatasetError::Read { .. }), "{error}");
    }
}

#[test]
fn a_split_keeps_the_lengths_of_texts_in_proportion() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..40 {
        png(&folder.path().join(format!("{}_{number:02}.png", if number % 4 == 0 { "ABC" } else { "AB" })));
    }
    let found = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let [train, test] = found.split([0.8, 0.2], 3).unwrap();
    let long =
        |folder: &LabelledFolder| folder.samples().filter(|sample| sample.label.char_count() == 3).count();
    assert_eq!([train.len(), test.len(), long(&train), long(&test)], [32, 8, 8, 2]);
    let mut paths: Vec<_> = train.samples().chain(test.samples()).map(|sample| sample.path).collect();
    paths.sort();
    assert!(paths.iter().eq(found.samples().map(|sample| sample.path).collect::<Vec<_>>().iter()));
    assert_eq!(train.alphabet(), found.alphabet());
}
