//! Letters: from images to folders and memory, and back.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use captcha_core::Alphabet;
use captcha_dataset::{
    CorpusOptions, DatasetError, FolderOptions, LabelledFolder, LetterEpochs, LetterOptions, LetterSet,
    MANIFEST, SkipReason, TrainingData, extract_letters, generate_corpus,
};
use captcha_render::{Renderer, Style};
use captcha_segment::{SegmentOptions, Segmenter};
use common::{StopAfter, snapshot};
use image::{GrayImage, Luma};
use proptest::prelude::*;

const IMAGES: u64 = 12;

fn style() -> Style {
    Style::seed()
        .with_size(150, 75)
        .with_margin(10, 10)
        .with_alphabet("ABCabk7".parse().unwrap())
        .with_lengths(2..=4)
}

fn segmenter() -> Segmenter {
    Segmenter::new(SegmentOptions::default().with_letter_size(12)).unwrap()
}

/// A corpus with images that give no letters: one white, one that is no image.
fn corpus(folder: &Path) -> LabelledFolder {
    generate_corpus(&CorpusOptions::new(style(), IMAGES), folder, &()).unwrap();
    fs::remove_file(folder.join(MANIFEST)).unwrap();
    GrayImage::from_pixel(60, 30, Luma([255])).save(folder.join("CAB_white.png")).unwrap();
    fs::write(folder.join("ABC_text.png"), "no picture").unwrap();
    LabelledFolder::open(folder, &FolderOptions::default().with_alphabet(style().alphabet)).unwrap()
}

/// Letters by character, each as its grey levels, sorted.
fn contents(letters: &LetterSet) -> BTreeMap<char, Vec<Vec<u8>>> {
    let mut contents: BTreeMap<char, Vec<Vec<u8>>> = BTreeMap::new();
    for index in 0..letters.len() {
        let character = letters.alphabet().character(letters.label(index)).unwrap();
        contents.entry(character).or_default().push(letters.image(index).into_raw());
    }
    contents.values_mut().for_each(|letters| letters.sort());
    contents
}

#[test]
fn letter_folders_hold_the_letters_that_memory_does() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let out = tempfile::tempdir().unwrap();
    let summary = extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    assert_eq!(summary.images, IMAGES + 2);
    assert_eq!(summary.segmented, IMAGES, "{summary}");
    assert_eq!(summary.skipped.count(&SkipReason::NotSegmented("no ink".to_owned())), 1);
    assert_eq!(summary.skipped.count(&SkipReason::Unreadable), 1);
    assert!(summary.skipped.to_string().contains("CAB_white.png"), "{summary}");

    let options = LetterOptions::default().with_alphabet(style().alphabet).with_size(12);
    let (from_disk, skipped) = LetterSet::open(out.path(), &options).unwrap();
    assert!(skipped.is_empty(), "{skipped}");
    let (from_images, in_memory) = LetterSet::from_samples(&folder, &segmenter(), &()).unwrap();
    assert_eq!(in_memory, summary);
    assert_eq!(from_disk.len() as u64, summary.letters);
    assert_eq!(contents(&from_disk), contents(&from_images));
    assert!(from_disk.labels().is_sorted());

    let renderer = Renderer::new(style()).unwrap();
    let (drawn, _) = LetterSet::from_source(&renderer, IMAGES, 0, &segmenter(), &()).unwrap();
    assert_eq!(contents(&drawn), contents(&from_images));

    // ImageFolder's layout: one folder a class, letters numbered from 1.
    let files = snapshot(out.path());
    assert!(
        files.contains_key("A/000001.png") && files.contains_key("lower_a/000001.png"),
        "{:?}",
        files.keys()
    );
    let (found, _) = LetterSet::open(out.path(), &LetterOptions::default()).unwrap();
    assert_eq!(found.alphabet().to_string(), "7ABCabk");
    assert_eq!(found.size(), 12);
}

#[test]
fn the_bytes_do_not_depend_on_threads() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let [one, four] = [1, 4].map(|threads| {
        let out = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| extract_letters(&folder, &segmenter(), out.path(), &())).unwrap();
        let sets = pool.install(|| LetterSet::from_samples(&folder, &segmenter(), &())).unwrap();
        (snapshot(out.path()), sets)
    });
    assert_eq!(one, four);
}

#[test]
fn an_interrupted_extraction_is_completed_by_the_next() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let whole = tempfile::tempdir().unwrap();
    let summary = extract_letters(&folder, &segmenter(), whole.path(), &()).unwrap();
    for limit in [0, 5] {
        let out = tempfile::tempdir().unwrap();
        let error = extract_letters(&folder, &segmenter(), out.path(), &StopAfter::new(limit)).unwrap_err();
        assert!(matches!(error, DatasetError::Interrupted { done, .. } if done >= limit), "{error}");
        assert_eq!(extract_letters(&folder, &segmenter(), out.path(), &()).unwrap(), summary);
        assert_eq!(snapshot(out.path()), snapshot(whole.path()));
    }
    let error = LetterSet::from_samples(&folder, &segmenter(), &StopAfter::new(3)).unwrap_err();
    assert!(matches!(error, DatasetError::Interrupted { .. }), "{error}");
}

#[test]
fn other_options_and_other_files_are_refused() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let out = tempfile::tempdir().unwrap();
    extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    let before = snapshot(out.path());

    let other = Segmenter::new(SegmentOptions::default().with_letter_size(28)).unwrap();
    let error = extract_letters(&folder, &other, out.path(), &()).unwrap_err();
    assert!(error.to_string().contains("segmentation.letter_size is 12 and 28"), "{error}");
    let [half, _] = folder.split([0.5, 0.5], 1).unwrap();
    let error = extract_letters(&half, &segmenter(), out.path(), &()).unwrap_err();
    assert!(error.to_string().contains("images is 14 and 7"), "{error}");
    assert_eq!(snapshot(out.path()), before);

    let error = extract_letters(&folder, &segmenter(), images.path(), &()).unwrap_err();
    assert!(matches!(error, DatasetError::FolderInUse { .. }), "{error}");
}

#[test]
fn other_images_of_the_same_names_are_refused_and_named() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let out = tempfile::tempdir().unwrap();
    extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    let before = snapshot(out.path());
    let (first, other) = (folder.sample(0).unwrap().path, folder.sample(1).unwrap().path);
    let old = fs::read(&first).unwrap();
    for bytes in [fs::read(other).unwrap(), Vec::new()] {
        fs::write(&first, bytes).unwrap();
        match extract_letters(&folder, &segmenter(), out.path(), &()).unwrap_err() {
            DatasetError::OtherOptions { differences, .. } => {
                let name = first.file_name().unwrap().to_str().unwrap();
                assert_eq!(differences[0].option, format!("the SHA-256 of {name}"));
            }
            error => panic!("{error}"),
        }
        assert_eq!(snapshot(out.path()), before);
    }
    fs::remove_file(&first).unwrap();
    let error = extract_letters(&folder, &segmenter(), out.path(), &()).unwrap_err();
    assert!(error.to_string().contains("and unreadable"), "{error}");
    fs::write(&first, old).unwrap();
    extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    assert_eq!(snapshot(out.path()), before);
}

#[test]
fn letters_remember_how_they_were_cut() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let out = tempfile::tempdir().unwrap();
    extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    let open = || LetterSet::open(out.path(), &LetterOptions::default());
    let (letters, _) = open().unwrap();
    assert_eq!(letters.segmentation(), Some(segmenter().options()));
    let [half, _] = letters.split([0.5, 0.5], 1).unwrap();
    assert_eq!(LetterEpochs::new(half, 1).segmentation(), Some(segmenter().options()));
    let (in_memory, _) = LetterSet::from_samples(&folder, &segmenter(), &()).unwrap();
    assert_eq!(in_memory.segmentation(), Some(segmenter().options()));

    let path = out.path().join(MANIFEST);
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, manifest.replacen("\"letter_size\"", "\"letter_shape\"", 1)).unwrap();
    let error = open().unwrap_err();
    assert!(matches!(error, DatasetError::Manifest { line: 1, .. }), "{error}");
    assert!(error.to_string().contains("letter_shape"), "{error}");
    fs::write(&path, "{\"title\": \"my letters\"}\n").unwrap();
    assert_eq!(open().unwrap().0.segmentation(), None);
    fs::remove_file(&path).unwrap();
    assert_eq!(open().unwrap().0.segmentation(), None);
}

#[test]
fn what_a_killed_process_left_in_letter_folders_is_removed() {
    let images = tempfile::tempdir().unwrap();
    let folder = corpus(images.path());
    let out = tempfile::tempdir().unwrap();
    extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    let before = snapshot(out.path());
    for name in [".captcha-lab-a1b2c3.tmp", "A/.captcha-lab-a1b2c3.tmp", "lower_a/.captcha-lab-x.tmp"] {
        fs::write(out.path().join(name), "half a letter").unwrap();
    }
    extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    assert_eq!(snapshot(out.path()), before);
}

#[test]
fn most_letters_say_the_size_and_the_odd_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("A")).unwrap();
    let sizes = [(9, 9), (8, 8), (8, 8), (8, 9), (10, 10), (10, 10), (8, 8)];
    for (index, (width, height)) in sizes.into_iter().enumerate() {
        GrayImage::new(width, height).save(folder.path().join(format!("A/{index}.png"))).unwrap();
    }
    let open = |options| LetterSet::open(folder.path(), &options);
    let (letters, skipped) = open(LetterOptions::default()).unwrap();
    assert_eq!((letters.size(), letters.len()), (8, 3));
    assert_eq!(skipped.count(&SkipReason::WrongSize), 4);
    let message = skipped.to_string();
    assert!(message.contains("0.png has 9 x 9 pixels, the letters 8 x 8"), "{message}");
    let (letters, skipped) = open(LetterOptions::default().with_size(10)).unwrap();
    assert_eq!((letters.len(), skipped.count(&SkipReason::WrongSize)), (2, 5));
    let error = open(LetterOptions::default().with_size(11)).unwrap_err();
    assert!(matches!(&error, DatasetError::NothingUsable { skipped, .. } if skipped.total() == 7), "{error}");
}

#[test]
fn nothing_to_cut_is_an_error_with_the_reasons() {
    let images = tempfile::tempdir().unwrap();
    GrayImage::from_pixel(60, 30, Luma([255])).save(images.path().join("AB.png")).unwrap();
    let folder = LabelledFolder::open(images.path(), &FolderOptions::default()).unwrap();
    let out = tempfile::tempdir().unwrap();
    for error in [
        extract_letters(&folder, &segmenter(), out.path(), &()).unwrap_err(),
        LetterSet::from_samples(&folder, &segmenter(), &()).unwrap_err(),
    ] {
        assert!(matches!(error, DatasetError::NothingSegmented { images: 1, .. }), "{error}");
        assert!(error.to_string().contains("no ink"), "{error}");
    }
}

#[test]
fn bad_letter_folders_are_named_and_bad_letters_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let open = |name: &str| LetterSet::open(path(name), &LetterOptions::default());
    assert!(matches!(open("none").unwrap_err(), DatasetError::MissingFolder { .. }));
    assert!(matches!(open("").unwrap_err(), DatasetError::EmptyFolder { .. }));
    fs::write(path("file"), "").unwrap();
    assert!(matches!(open("file").unwrap_err(), DatasetError::NotAFolder { .. }));
    fs::create_dir(path("train")).unwrap();
    let error = open("").unwrap_err();
    assert!(matches!(error, DatasetError::NothingUsable { .. }), "{error}");
    assert!(error.to_string().contains("`A/000001.png`"), "{error}");

    for (name, size) in [("A/1.png", 8), ("A/2.png", 9), ("U+002F/1.png", 8), ("z/1.png", 8)] {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        GrayImage::new(size, size).save(path(name)).unwrap();
    }
    fs::write(path("A/notes"), "words").unwrap();
    fs::write(path("A/3.png"), "").unwrap();
    let options = LetterOptions::default().with_alphabet(Alphabet::new("/A").unwrap());
    let (letters, skipped) = LetterSet::open(folder.path(), &options).unwrap();
    assert_eq!((letters.labels(), letters.size()), (&[0, 1][..], 8));
    for (reason, count) in [
        (SkipReason::NotALetterFolder, 2),
        (SkipReason::UnknownCharacter, 1),
        (SkipReason::WrongSize, 1),
        (SkipReason::NotAnImage, 1),
        (SkipReason::Unreadable, 1),
    ] {
        assert_eq!(skipped.count(&reason), count, "{reason}");
    }
}

#[test]
fn a_set_takes_only_letters_of_its_size_and_alphabet() {
    let mut letters = LetterSet::new(Alphabet::uppercase(), 4);
    let wide = GrayImage::new(5, 4);
    assert!(matches!(
        letters.push(&wide, 'A'),
        Err(DatasetError::MixedSizes { expected: 4, width: 5, height: 4 })
    ));
    assert!(matches!(letters.push(&GrayImage::new(4, 4), 'a'), Err(DatasetError::Alphabet(_))));
    assert!(letters.is_empty());
    for index in 0..40 {
        letters
            .push(&GrayImage::from_pixel(4, 4, Luma([index])), if index < 30 { 'A' } else { 'B' })
            .unwrap();
    }
    let parts: [LetterSet; 3] = letters.split([0.8, 0.1, 0.1], 1).unwrap();
    let counts: Vec<_> = parts.iter().map(|part| part.class_counts()[..2].to_vec()).collect();
    assert_eq!(counts, [[24, 8], [3, 1], [3, 1]]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_lost_comes_back_the_same(
        deleted in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        emptied in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        cut in any::<prop::sample::Index>(),
        cut_manifest: bool,
    ) {
        let images = tempfile::tempdir().unwrap();
        let folder = corpus(images.path());
        let out = tempfile::tempdir().unwrap();
        let summary = extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
        let whole = snapshot(out.path());
        let letters: Vec<&String> = whole.keys().filter(|name| *name != MANIFEST).collect();
        for index in emptied {
            fs::write(out.path().join(index.get(&letters)), "").unwrap();
        }
        for index in deleted {
            let _ = fs::remove_file(out.path().join(index.get(&letters)));
        }
        if cut_manifest {
            let manifest = &whole[MANIFEST];
            fs::write(out.path().join(MANIFEST), &manifest[..cut.index(manifest.len())]).unwrap();
        }
        prop_assert_eq!(extract_letters(&folder, &segmenter(), out.path(), &()).unwrap(), summary);
        prop_assert_eq!(snapshot(out.path()), whole);
    }
}
