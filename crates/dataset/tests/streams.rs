//! Streams: the same batches for any number of threads, and no thread left behind.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

mod common;

use captcha_core::{Alphabet, Fingerprint};
use captcha_dataset::{
    Batch, CaptchaBatch, CaptchaSource, CaptchaStream, DatasetError, LetterStream, Mixture, SkipReason,
    StreamOptions, TrainingData,
};
use captcha_render::{RenderError, Renderer};
use captcha_segment::{SegmentOptions, Segmenter};
use common::style;
use image::{DynamicImage, GrayImage, Luma, imageops};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn letters(threads: usize, seed: u64) -> LetterStream {
    let options = StreamOptions::new(150).with_threads(threads).with_seed(seed);
    LetterStream::new(Renderer::new(style()).unwrap(), segmenter(), options).unwrap()
}

fn batches(data: &dyn TrainingData, epoch: u64, size: usize) -> impl Iterator<Item = Batch> + '_ {
    data.epoch(epoch, size).map(Result::unwrap)
}

fn captchas(threads: usize) -> CaptchaStream {
    let renderer = |width| Renderer::new(style().with_size(width, 30)).unwrap();
    let mixture = Mixture::new(vec![renderer(60), renderer(80)]).unwrap();
    CaptchaStream::new(mixture, StreamOptions::new(50).with_threads(threads)).unwrap()
}

fn segmenter() -> Segmenter {
    Segmenter::new(SegmentOptions::default().with_letter_size(10)).unwrap()
}

#[test]
fn letters_do_not_depend_on_threads() {
    let expected: Vec<Batch> = batches(&letters(1, 3), 2, 64).collect();
    assert_eq!(expected.iter().map(Batch::len).collect::<Vec<_>>(), [64, 64, 22]);
    for batch in &expected {
        assert_eq!(batch.images().shape(), [batch.len(), 1, 10, 10]);
        assert!(batch.images().iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(batch.images().outer_iter().all(|letter| letter.sum() > 1.0), "a letter without ink");
    }
    for threads in [2, 5, 0] {
        assert_eq!(batches(&letters(threads, 3), 2, 64).collect::<Vec<_>>(), expected, "{threads}");
    }
    let stream = letters(2, 3);
    assert_ne!(batches(&stream, 1, 64).next().as_ref(), expected.first());
    assert_ne!(batches(&letters(2, 4), 2, 64).next().as_ref(), expected.first());
    assert_eq!(stream.samples_per_epoch(), 150);
    assert_eq!(stream.alphabet(), &style().alphabet);
    assert_eq!(stream.epoch(0, 0).count(), 0);
    // Batches of another size have the same letters.
    let labels =
        |size| batches(&stream, 2, size).flat_map(|batch| batch.labels().to_vec()).collect::<Vec<_>>();
    assert_eq!(labels(64), labels(7));
}

#[test]
fn whole_images_do_not_depend_on_threads() {
    let expected: Vec<CaptchaBatch> = captchas(1).epoch(0, 16).map(Result::unwrap).collect();
    assert_eq!(expected.iter().map(CaptchaBatch::len).collect::<Vec<_>>(), [16, 16, 16, 2]);
    // Those of nearly equal widths come together, so little is padding.
    assert!(
        expected.iter().filter(|batch| batch.widths.contains(&60) && batch.widths.contains(&80)).count() <= 2
    );
    assert!(expected.iter().any(|batch| batch.images.shape() == [16, 1, 30, 60]));
    let widths: Vec<usize> = expected.iter().flat_map(|batch| batch.widths.clone()).collect();
    assert!(widths.contains(&60) && widths.contains(&80));
    for threads in [2, 5] {
        assert_eq!(captchas(threads).epoch(0, 16).map(Result::unwrap).collect::<Vec<_>>(), expected);
    }
    let stream = captchas(2);
    assert_ne!(stream.epoch(1, 16).next().unwrap().as_ref().ok(), expected.first());
    assert!(
        stream
            .epoch(0, 16)
            .flat_map(|batch| batch.unwrap().texts)
            .all(|text| stream.alphabet().encode(&text).is_ok())
    );
    assert_eq!(stream.epoch(0, 0).count(), 0);
}

#[test]
fn images_are_prepared_in_the_stream() {
    let stream = captchas(2).with_prepare("20 x 8", |image: &DynamicImage| {
        Ok::<_, Infallible>(imageops::resize(&image.to_luma8(), 20, 8, imageops::FilterType::Triangle))
    });
    assert!(stream.epoch(0, 16).all(|batch| batch.unwrap().images.shape()[1..] == [1, 8, 20]));
}

#[test]
fn images_that_the_network_does_not_take_are_counted() {
    let stream = captchas(2).with_prepare("none of 80", |image: &DynamicImage| match image.width() {
        80 => Err("too wide"),
        _ => Ok(image.to_luma8()),
    });
    let taken: usize = stream.epoch(0, 16).map(|batch| batch.unwrap().images.shape()[0]).sum();
    assert!(taken > 0 && taken < 50);
    assert_eq!(stream.stats().failed, 50 - taken as u64);
    assert_eq!(stream.failures().count(&SkipReason::NotPrepared), 50 - taken as u64);
}

#[test]
fn stats_count_what_was_taken() {
    let stream = letters(2, 1);
    assert_eq!(stream.epoch(0, 50).count(), 3);
    let stats = stream.stats();
    assert_eq!(stats.batches, 3);
    assert!(stats.drawn > stats.failed && stats.drawn >= 150 / 3, "{stats:?}");
    assert!((0.0..=1.0).contains(&stats.wait_share()));
    let stream = captchas(2);
    assert!(stream.epoch(0, 16).all(|batch| batch.is_ok()));
    assert_eq!((stream.stats().drawn, stream.stats().failed), (50, 0));
}

/// Draws what a renderer draws, and lets its test see who holds it. Fails now and then, as told.
struct Watched {
    renderer: Renderer,
    drawn: Arc<AtomicUsize>,
    fails_at: fn(u64) -> bool,
    white: bool,
}

impl CaptchaSource for Watched {
    fn alphabet(&self) -> &Alphabet {
        self.renderer.alphabet()
    }

    fn fingerprint(&self) -> Fingerprint {
        CaptchaSource::fingerprint(&self.renderer)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        self.drawn.fetch_add(1, Ordering::SeqCst);
        if (self.fails_at)(seed) {
            return Err(DatasetError::source(RenderError::EmptyText));
        }
        let (mut image, text) = CaptchaSource::image(&self.renderer, seed)?;
        if self.white {
            image = GrayImage::from_pixel(72, 30, Luma([255])).into();
        }
        Ok((image, text))
    }
}

fn watched() -> (Watched, Arc<AtomicUsize>) {
    let drawn = Arc::new(AtomicUsize::new(0));
    let renderer = Renderer::new(style()).unwrap();
    (Watched { renderer, drawn: Arc::clone(&drawn), fails_at: |_| false, white: false }, drawn)
}

#[test]
fn a_dropped_epoch_draws_nothing_more() {
    let (source, drawn) = watched();
    let options = StreamOptions::new(1_000_000).with_threads(3);
    let stream = LetterStream::new(source, segmenter(), options).unwrap();
    let mut epoch = stream.epoch(0, 8);
    epoch.next().unwrap().unwrap();
    // Dropping waits for the threads, so there is nothing to wait for here.
    drop(epoch);
    let after = drawn.load(Ordering::SeqCst);
    assert!(after < 1000, "{after} images for 8 letters: the channel has no bound");
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(drawn.load(Ordering::SeqCst), after);
    drop(stream);
    assert_eq!(Arc::strong_count(&drawn), 1, "a thread still holds the source");
}

#[test]
fn images_that_can_not_be_drawn_are_counted() {
    let (mut source, _) = watched();
    source.fails_at = |seed| seed % 5 == 0;
    // The first images that a stream tries are those of its seed; this one's are drawn.
    let seed = (0..)
        .find(|&seed| (0..8).all(|index| !captcha_core::seed::derive(seed, index).is_multiple_of(5)))
        .unwrap();
    let stream = CaptchaStream::new(source, StreamOptions::new(100).with_seed(seed)).unwrap();
    let images: usize = stream.epoch(0, 10).map(|batch| batch.unwrap().len()).sum();
    let stats = stream.stats();
    assert_eq!((stats.drawn, stats.failed), (100, 100 - images as u64));
    assert!((5..40).contains(&stats.failed), "{stats:?}");
}

#[test]
fn failures_have_reasons() {
    let (mut source, _) = watched();
    source.fails_at = |seed| seed % 2 == 0;
    let seed = (0..)
        .find(|&seed| (0..8).all(|index| !captcha_core::seed::derive(seed, index).is_multiple_of(2)))
        .unwrap();
    let stream = CaptchaStream::new(source, StreamOptions::new(40).with_seed(seed)).unwrap();
    assert!(stream.failures().is_empty());
    assert!(stream.epoch(0, 1).all(|batch| batch.unwrap().len() == 1), "a batch without an image");
    assert_eq!(stream.failures().count(&SkipReason::SourceFailed), stream.stats().failed);
    assert!(stream.failures().to_string().contains(&RenderError::EmptyText.to_string()));
}

/// A source that stops working once `left` images are drawn.
fn failing_after(left: usize) -> Failing {
    Failing { renderer: Renderer::new(style()).unwrap(), left: AtomicUsize::new(left) }
}

struct Failing {
    renderer: Renderer,
    left: AtomicUsize,
}

impl CaptchaSource for Failing {
    fn alphabet(&self) -> &Alphabet {
        self.renderer.alphabet()
    }

    fn fingerprint(&self) -> Fingerprint {
        CaptchaSource::fingerprint(&self.renderer)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| DatasetError::source(RenderError::EmptyText))?;
        CaptchaSource::image(&self.renderer, seed)
    }
}

#[test]
fn a_stream_that_fails_says_why() {
    let options = StreamOptions::new(5000).with_threads(2);
    let check = |end: Option<Result<(), DatasetError>>| match end {
        Some(Err(error)) => {
            assert!(
                matches!(error, DatasetError::NothingDrawn { .. } | DatasetError::NothingSegmented { .. }),
                "{error}"
            );
            assert!(error.to_string().contains(&RenderError::EmptyText.to_string()), "{error}");
        }
        end => panic!("{end:?}"),
    };
    // All tries of the constructor succeed, and the first image or a few.
    let stream = CaptchaStream::new(failing_after(20), options).unwrap();
    let mut epoch = stream.epoch(0, 8);
    check(epoch.find(Result::is_err).map(|batch| batch.map(drop)));
    assert!(epoch.next().is_none(), "an error ends the epoch");
    let few = CaptchaStream::new(failing_after(8), StreamOptions::new(10)).unwrap();
    check(few.epoch(0, 4).next().map(|batch| batch.map(drop)));

    let stream = LetterStream::new(failing_after(20), segmenter(), options).unwrap();
    let mut epoch = stream.epoch(0, 8);
    check(epoch.find(Result::is_err).map(|batch| batch.map(drop)));
    assert!(epoch.next().is_none(), "an error ends the epoch");
}

#[test]
fn fingerprints_tell_data_apart_and_say_what_differs() {
    let stream = |style: captcha_render::Style, seed, size: u32| {
        let segmenter = Segmenter::new(SegmentOptions::default().with_letter_size(size)).unwrap();
        let options = StreamOptions::new(150).with_seed(seed).with_threads(1 + seed as usize % 2);
        LetterStream::new(Renderer::new(style).unwrap(), segmenter, options).unwrap().fingerprint()
    };
    let differing = |other: &Fingerprint| -> Vec<String> {
        stream(style(), 3, 10).differences(other).into_iter().map(|difference| difference.option).collect()
    };
    assert_eq!(differing(&stream(style(), 3, 10)), [""; 0]);
    assert_eq!(differing(&stream(style(), 4, 10)), ["seed"]);
    assert_eq!(differing(&stream(style(), 3, 12)), ["segmentation.letter_size"]);
    assert_eq!(differing(&stream(style().with_size(80, 30), 3, 10)), ["source.style.width"]);

    let prepared =
        |what| captchas(1).with_prepare(what, |image| Ok::<_, Infallible>(image.to_luma8())).fingerprint();
    let differences = prepared("grey").differences(&prepared("other"));
    assert_eq!(differences[0].to_string(), "prepared is \"grey\" and \"other\"");
    assert_eq!(prepared("grey"), prepared("grey"));
}

#[test]
fn sources_without_use_are_refused() {
    let (mut source, _) = watched();
    source.white = true;
    let error = LetterStream::new(source, segmenter(), StreamOptions::new(10)).unwrap_err();
    assert!(matches!(error, DatasetError::NothingSegmented { .. }), "{error}");

    let (mut source, _) = watched();
    source.fails_at = |_| true;
    let error = CaptchaStream::new(source, StreamOptions::new(10)).unwrap_err();
    assert!(matches!(error, DatasetError::Source { .. }), "{error}");

    for options in [StreamOptions::new(0), StreamOptions::new(1).with_threads(usize::MAX)] {
        let (source, _) = watched();
        let error = LetterStream::new(source, segmenter(), options).unwrap_err();
        assert!(matches!(error, DatasetError::BadOption { .. }), "{error}");
    }

    // Numbers that no memory holds are only too many images.
    let (source, _) = watched();
    let options = StreamOptions::new(usize::MAX).with_threads(1);
    let stream = CaptchaStream::new(source, options).unwrap();
    assert!(stream.epoch(0, 1).next().unwrap().is_ok());
}

#[test]
fn whole_images_are_training_data_with_their_texts() {
    let options = StreamOptions::new(10).with_seed(3);
    let style = style().with_lengths(2..=5);
    let stream = CaptchaStream::new(Renderer::new(style).unwrap(), options).unwrap();
    let data: &dyn TrainingData = &stream;
    assert_eq!((data.samples_per_epoch(), data.alphabet()), (10, stream.alphabet()));
    let texts: Vec<String> = stream.epoch(1, 4).flat_map(|batch| batch.unwrap().texts).collect();
    let mut read = Vec::new();
    for batch in batches(data, 1, 4) {
        read.extend(batch.texts().map(|text| {
            text.iter().filter_map(|&class| data.alphabet().character(class)).collect::<String>()
        }));
    }
    assert_eq!(read, texts);
}
