//! Labelled images in memory, and the epochs that are made of them.
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use captcha_core::{Alphabet, Fingerprint, Monitor};
use captcha_dataset::{
    Batch, CaptchaSource, DatasetError, FolderOptions, FolderStream, ImageAugmentation, ImageSet,
    ImageSetOptions, LabelledFolder, SkipReason, Skipped, TrainingData,
};
use image::{DynamicImage, GrayImage, Luma};
use ndarray::Axis;

const HEIGHT: u32 = 6;

/// An image that no other is like: dark columns as the bits of its number.
fn picture(number: u32) -> GrayImage {
    let dark = move |x: u32| number >> (x % 8) & 1 == 1;
    GrayImage::from_fn(20 + number % 5 * 4, HEIGHT, |x, y| Luma([if dark(x) && y > 0 { 10 } else { 200 }]))
}

fn write(folder: &Path, count: u32) {
    for number in 0..count {
        picture(number).save(folder.join(format!("{}-{number:02}.png", number % 10))).unwrap();
    }
}

fn gray(image: &DynamicImage) -> Result<GrayImage, &'static str> {
    match image.width() {
        99 => Err("too wide"),
        _ => Ok(image.to_luma8()),
    }
}

fn load(path: &Path, memory: u64) -> (ImageSet, Skipped) {
    let folder = LabelledFolder::open(path, &FolderOptions::default()).unwrap();
    ImageSet::load(&folder, gray, &ImageSetOptions::default().with_memory(memory), &()).unwrap()
}

fn epoch(stream: &FolderStream, epoch: u64) -> Vec<Batch> {
    stream.epoch(epoch, 8).map(Result::unwrap).collect()
}

#[test]
fn a_folder_is_read_with_what_was_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 12);
    fs::write(folder.path().join("7-broken.png"), b"\x89PNG\r\n\x1a\n broken").unwrap();
    GrayImage::new(99, HEIGHT).save(folder.path().join("8-wide.png")).unwrap();
    GrayImage::new(20, 9).save(folder.path().join("9-high.png")).unwrap();
    GrayImage::new(20, HEIGHT).save(folder.path().join("X-letter.png")).unwrap();
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let options = ImageSetOptions::default().with_alphabet(Alphabet::digits());
    let (images, skipped) = ImageSet::load(&labelled, gray, &options, &()).unwrap();
    assert_eq!((images.len(), images.height(), images.cached()), (12, HEIGHT, 12));
    let example = |reason| skipped.reasons().find(|(r, _)| **r == reason).unwrap().1.examples.join(" ");
    assert!(example(SkipReason::Unreadable).contains("7-broken.png"), "{skipped}");
    assert_eq!(
        example(SkipReason::NotPrepared),
        "8-wide.png: too wide 9-high.png: prepared to 20 x 9 pixels, expected 6 rows"
    );
    assert!(example(SkipReason::UnknownCharacter).starts_with("X-letter.png: "), "{skipped}");
    for index in 0..images.len() {
        let sample = labelled.sample(images.source_index(index)).unwrap();
        assert_eq!(images.text(index), sample.label.as_str());
        assert_eq!(images.image(index).unwrap(), sample.load_gray().unwrap());
        assert!(sample.path.ends_with(images.name(index)));
    }
    let letters = ImageSetOptions::default().with_alphabet(Alphabet::new("Z").unwrap());
    let error = ImageSet::load(&labelled, gray, &letters, &()).unwrap_err();
    assert!(matches!(error, DatasetError::NothingUsable { .. }), "{error}");
}

#[test]
fn batches_do_not_depend_on_memory_or_threads() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 50);
    let (images, _) = load(folder.path(), u64::MAX);
    let expected = epoch(&FolderStream::new(images.clone(), 3), 1);
    assert_eq!(expected.iter().map(Batch::len).collect::<Vec<_>>(), [8, 8, 8, 8, 8, 8, 2]);
    for (memory, cached) in [(0, 0), (20 * 6 * 3, 3)] {
        let (images, _) = load(folder.path(), memory);
        assert_eq!(images.cached(), cached);
        for threads in [1, 2, 5] {
            let stream = FolderStream::new(images.clone(), 3).with_threads(threads).unwrap();
            assert_eq!(epoch(&stream, 1), expected, "{threads} threads, {memory} bytes");
            assert!(stream.failures().is_empty());
        }
    }
    assert_ne!(epoch(&FolderStream::new(images.clone(), 3), 2), expected);
    assert_ne!(epoch(&FolderStream::new(images.clone(), 4), 1), expected);
    assert_eq!(FolderStream::new(images, 3).epoch(0, 0).count(), 0);
}

#[test]
fn every_image_comes_once_with_its_text_and_paper_at_the_right() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 50);
    let (images, _) = load(folder.path(), u64::MAX);
    let stream = FolderStream::new(images, 1);
    let mut seen = Vec::new();
    for batch in epoch(&stream, 0) {
        for (image, text) in batch.images().outer_iter().zip(batch.texts()) {
            // The first row is grey in every image, and paper beside it.
            let width = (0..image.shape()[2]).take_while(|&x| image[[0, 0, x]] > 0.0).count();
            let number = (0..50)
                .find(|&n| {
                    let picture = picture(n);
                    picture.width() as usize == width
                        && picture.enumerate_pixels().all(|(x, y, level)| {
                            image[[0, y as usize, x as usize]] == captcha_core::ink::ink(level[0])
                        })
                })
                .unwrap();
            assert!((width..image.shape()[2]).all(|x| (0..6).all(|y| image[[0, y, x]] == 0.0)));
            assert_eq!(text, [number as usize % 10]);
            seen.push(number);
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..50).collect::<Vec<_>>());
    let stats = stream.stats();
    assert_eq!((stats.batches, stats.drawn, stats.failed), (7, 50, 0));
    assert!(stats.padding_share() > 0.0 && stats.padding_share() < 0.1, "{stats:?}");
}

#[test]
fn epochs_can_be_longer_and_shorter_than_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 10);
    let (images, _) = load(folder.path(), u64::MAX);
    let images = images.subset(&(0..10).filter(|index| index % 2 == 0).collect::<Vec<_>>());
    let shown = |per_epoch: usize, epochs: u64| {
        let stream = FolderStream::new(images.clone(), 1).with_images_per_epoch(per_epoch).unwrap();
        assert_eq!(stream.samples_per_epoch(), per_epoch);
        let labels = |epoch| stream.epoch(epoch, 2).flat_map(|batch| batch.unwrap().labels().to_vec());
        let mut counts = [0; 10];
        (0..epochs).flat_map(labels).for_each(|label| counts[label] += 1);
        counts
    };
    assert_eq!(shown(15, 1), [3, 0, 3, 0, 3, 0, 3, 0, 3, 0]);
    assert_eq!(shown(2, 5), [2, 0, 2, 0, 2, 0, 2, 0, 2, 0]);
    let refused = FolderStream::new(images.clone(), 1).with_images_per_epoch(0).unwrap_err();
    assert!(matches!(refused, DatasetError::BadOption { option: "images_per_epoch", .. }));
    let nothing = FolderStream::new(images.subset(&[]), 1).with_images_per_epoch(5).unwrap();
    assert_eq!((nothing.samples_per_epoch(), nothing.epoch(0, 2).count()), (0, 0));
}

#[test]
fn images_that_vanish_or_change_are_named_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 16);
    let (images, _) = load(folder.path(), 0);
    fs::remove_file(folder.path().join("3-03.png")).unwrap();
    picture(40).save(folder.path().join("4-04.png")).unwrap();
    let stream = FolderStream::new(images.clone(), 1);
    assert_eq!(epoch(&stream, 0).iter().map(Batch::len).sum::<usize>(), 14);
    let failures = stream.failures();
    assert_eq!(failures.count(&SkipReason::Unreadable), 1);
    assert_eq!(failures.count(&SkipReason::Changed), 1);
    let words = failures.to_string();
    assert!(words.contains("3-03.png") && words.contains("4-04.png: other pixels than at first"), "{words}");
    assert_eq!((stream.stats().drawn, stream.stats().failed), (16, 2));
    let changed = (0..16).find(|&index| images.name(index) == "4-04.png").unwrap();
    let error = images.image(changed).unwrap_err();
    assert!(matches!(error, DatasetError::ImageGone { reason: SkipReason::Changed, .. }), "{error}");

    fs::remove_dir_all(folder.path()).unwrap();
    let mut batches = stream.epoch(0, 8);
    assert!(matches!(batches.next(), Some(Err(DatasetError::ImagesGone { images: 8, .. }))));
    assert!(batches.next().is_none());
}

#[test]
fn fingerprints_are_of_content() {
    let set = |numbers: &[u32], text: &str| {
        let images = numbers.iter().map(|&n| (format!("{n}.png"), picture(n).into(), text.to_owned()));
        let options = ImageSetOptions::default().with_alphabet(Alphabet::digits());
        let gray = |image: &DynamicImage| Ok::<_, Infallible>(image.to_luma8());
        ImageSet::from_images(images, gray, &options).unwrap().0
    };
    let images = set(&[1, 2, 3], "77");
    assert_eq!(images.fingerprint(), set(&[1, 2, 3], "77").fingerprint());
    assert_eq!(images.subset(&[2, 0]).fingerprint(), set(&[3, 1], "77").fingerprint());
    for other in [set(&[1, 2, 4], "77"), set(&[1, 3, 2], "77"), set(&[1, 2, 3], "78"), set(&[1, 2], "77")] {
        assert_ne!(images.fingerprint(), other.fingerprint());
    }
    let stream = |seed| FolderStream::new(images.clone(), seed).fingerprint();
    assert_eq!(stream(1).differences(&stream(2))[0].to_string(), "seed is 1 and 2");
}

#[test]
fn reading_can_be_interrupted() {
    struct Stop(AtomicU64);
    impl Monitor for Stop {
        fn progress(&self, done: u64, total: u64) {
            assert_eq!(total, 40);
            self.0.fetch_max(done, Ordering::SeqCst);
        }

        fn interrupted(&self) -> bool {
            self.0.load(Ordering::SeqCst) >= 5
        }
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 40);
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let result = ImageSet::load(&labelled, gray, &ImageSetOptions::default(), &Stop(AtomicU64::new(0)));
    assert!(matches!(result, Err(DatasetError::Interrupted { total: 40, .. })));
}

#[test]
fn augmentation_changes_images_another_way_each_time() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 20);
    let stream = |memory, threads| {
        let stream = FolderStream::new(load(folder.path(), memory).0, 3).with_threads(threads).unwrap();
        stream.with_augmentation(ImageAugmentation::medium()).unwrap()
    };
    let expected = epoch(&stream(u64::MAX, 1), 1);
    assert_eq!(epoch(&stream(0, 3), 1), expected);
    let labels =
        |batches: &[Batch]| batches.iter().flat_map(|batch| batch.labels().to_vec()).collect::<Vec<_>>();
    let plain = FolderStream::new(load(folder.path(), 0).0, 3);
    assert_eq!(labels(&epoch(&plain, 1)), labels(&expected));
    assert_ne!(epoch(&plain, 1), expected);
    assert_ne!(plain.fingerprint(), stream(0, 1).fingerprint());
    let twice = FolderStream::new(load(folder.path(), 0).0.subset(&[0]), 3).with_images_per_epoch(2).unwrap();
    let twice = epoch(&twice.with_augmentation(ImageAugmentation::medium()).unwrap(), 0);
    assert_ne!(twice[0].images().index_axis(Axis(0), 0), twice[0].images().index_axis(Axis(0), 1));
}

/// Black images with texts of one digit or letter.
struct Drawn {
    alphabet: Alphabet,
    height: u32,
}

impl CaptchaSource for Drawn {
    fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new().with("drawn", self.alphabet.to_string())
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        let character = self.alphabet.characters()[seed as usize % self.alphabet.len()];
        Ok((GrayImage::new(28, self.height).into(), character.to_string()))
    }
}

#[test]
fn drawn_images_are_mixed_in() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 50);
    let mixed = |characters: &str, height, threads: usize, share| {
        let drawn = Drawn { alphabet: characters.parse().unwrap(), height };
        let stream = FolderStream::new(load(folder.path(), 0).0, 3).with_threads(threads).unwrap();
        stream.with_mix(drawn, share)
    };
    let stream = mixed("57xyz", HEIGHT, 1, 0.25).unwrap();
    assert_eq!(stream.samples_per_epoch(), 67);
    let batches = epoch(&stream, 2);
    assert_eq!(batches.iter().map(Batch::len).sum::<usize>(), 67);
    let (mut drawn, mut batches_with_both) = (0, 0);
    for batch in &batches {
        let texts: Vec<&[usize]> = batch.texts().collect();
        let black = |image: usize| batch.images()[[image, 0, 0, 0]] == 1.0;
        let black: Vec<usize> = (0..batch.len()).filter(|&image| black(image)).collect();
        assert!(black.iter().all(|&image| texts[image] == [5] || texts[image] == [7]));
        drawn += black.len();
        batches_with_both += usize::from(!black.is_empty() && black.len() < batch.len());
    }
    assert!(drawn == 17 && batches_with_both > 2, "{drawn} {batches_with_both}");
    assert_eq!(epoch(&mixed("57xyz", HEIGHT, 4, 0.25).unwrap(), 2), batches);
    assert_ne!(stream.fingerprint(), mixed("57xyz", HEIGHT, 1, 0.5).unwrap().fingerprint());
    assert_eq!(mixed("5", HEIGHT, 1, 0.0).unwrap().samples_per_epoch(), 50);

    let error = mixed("xyz", HEIGHT, 1, 0.5).unwrap_err();
    assert!(error.to_string().contains("none of 50 texts is of the alphabet"), "{error}");
    assert!(matches!(mixed("5", 7, 1, 0.5), Err(DatasetError::NothingDrawn { .. })));
    assert!(matches!(mixed("5", HEIGHT, 1, 1.0), Err(DatasetError::BadOption { option: "mix", .. })));
}

#[cfg(feature = "render")]
#[test]
fn a_renderer_writes_texts_like_those_of_the_images() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 12);
    let images = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let style = captcha_render::Style::seed().with_alphabet(Alphabet::new("A1B2").unwrap());
    let renderer = captcha_dataset::renderer_like(style, &images).unwrap();
    assert_eq!(renderer.alphabet().to_string(), "12");
    assert_eq!(CaptchaSource::lengths(&renderer), Some(1..=1));
    let wild = captcha_render::Styles::open("wild").unwrap();
    let renderer = captcha_dataset::renderer_like(wild, &images).unwrap();
    for seed in 0..20 {
        let (_, text) = CaptchaSource::image(&renderer, seed).unwrap();
        assert!(
            text.chars().count() == 1 && images.alphabet().contains(text.chars().next().unwrap()),
            "{text}"
        );
    }
    let error = captcha_dataset::renderer_like(captcha_render::Style::seed(), &images).unwrap_err();
    assert!(matches!(error, DatasetError::Alphabet(_)), "{error}");
}
