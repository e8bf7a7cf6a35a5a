//! What is made to be implemented by others can be, with nothing but the public interface and without the renderer.
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

use std::error::Error;
use std::fs;

use captcha_core::{Alphabet, ContentHash, Fingerprint};
use captcha_dataset::{
    Batch, CaptchaSource, CaptchaStream, DatasetError, FolderOptions, LabelledFolder, LetterEpochs,
    LetterOptions, LetterSet, LetterStream, StreamOptions, TrainingData, extract_letters,
};
use captcha_segment::{SegmentOptions, Segmenter};
use image::{DynamicImage, GrayImage, Luma};
use ndarray::Array4;

/// Two bars, one for each character: the taller, the later in the alphabet. Fails for every `fails`th seed.
struct Bars {
    alphabet: Alphabet,
    fails: u64,
}

impl Bars {
    fn new(fails: u64) -> Self {
        Self { alphabet: Alphabet::new("abc").unwrap(), fails }
    }
}

impl CaptchaSource for Bars {
    fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new().with("bars", self.alphabet.to_string())
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        if self.fails > 0 && seed.is_multiple_of(self.fails) {
            return Err(DatasetError::source(std::io::Error::other("out of ink")));
        }
        let classes = [seed % 3, seed / 3 % 3];
        let mut image = GrayImage::from_pixel(40, 30, Luma([255]));
        for (index, class) in classes.into_iter().enumerate() {
            for y in 0..8 + 8 * class as u32 {
                (0..6).for_each(|x| image.put_pixel(6 + 18 * index as u32 + x, 28 - y, Luma([0])));
            }
        }
        let text = classes.iter().filter_map(|&class| self.alphabet.character(class as usize)).collect();
        Ok((image.into(), text))
    }
}

fn segmenter() -> Segmenter {
    Segmenter::new(SegmentOptions::default().with_letter_size(12)).unwrap()
}

#[test]
fn a_source_of_others_gives_letters_and_batches() {
    let (letters, summary) = LetterSet::from_source(&Bars::new(0), 20, 1, &segmenter(), &()).unwrap();
    assert_eq!((summary.segmented, letters.len()), (20, 40));
    let options = StreamOptions::new(10).with_threads(2);
    let letters = LetterStream::new(Bars::new(0), segmenter(), options).unwrap();
    assert!(letters.epoch(0, 4).all(|batch| batch.unwrap().images().shape()[1..] == [1, 12, 12]));
    let images = CaptchaStream::new(Bars::new(0), options).unwrap();
    let batch = TrainingData::epoch(&images, 0, 10).next().unwrap().unwrap();
    assert_eq!((batch.images().shape(), batch.lengths()), (&[10, 1, 30, 40][..], Some(&[2; 10][..])));

    let error = CaptchaStream::new(Bars::new(1), options).unwrap_err();
    assert_eq!(error.to_string(), "out of ink");
    let seed =
        (0..).find(|&seed| (0..8).all(|i| !captcha_core::seed::derive(seed, i).is_multiple_of(3))).unwrap();
    let some = CaptchaStream::new(Bars::new(3), options.with_seed(seed)).unwrap();
    assert!(some.epoch(0, 5).all(|batch| batch.is_ok()));
    assert!(some.failures().to_string().contains("out of ink"), "{}", some.failures());
}

/// Somebody's letters, all in memory.
struct Mine {
    alphabet: Alphabet,
    pixels: Vec<[f32; 4]>,
    /// A batch that can't be had.
    torn: Option<usize>,
}

impl TrainingData for Mine {
    fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    fn samples_per_epoch(&self) -> usize {
        self.pixels.len()
    }

    fn fingerprint(&self) -> Fingerprint {
        let mut contents = ContentHash::new();
        self.pixels.iter().flatten().for_each(|value| contents.add(value.to_le_bytes()));
        Fingerprint::new().with("mine", contents.hex())
    }

    fn epoch(&self, _: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        Box::new(self.pixels.chunks(batch.max(1)).enumerate().map(move |(index, chunk)| {
            if self.torn == Some(index) {
                return Err(DatasetError::source("the tape is torn"));
            }
            let images = Array4::from_shape_vec((chunk.len(), 1, 2, 2), chunk.concat());
            let images = images.map_err(DatasetError::source)?;
            Batch::of_letters(images, vec![1; chunk.len()])
        }))
    }
}

#[test]
fn training_data_of_others_gives_batches_or_says_why_not() {
    let mut mine = Mine { alphabet: Alphabet::digits(), pixels: vec![[0.0, 1.0, 0.0, 1.0]; 5], torn: None };
    let data: &dyn TrainingData = &mine;
    let sizes: Result<Vec<usize>, DatasetError> = data.epoch(0, 2).map(|batch| Ok(batch?.len())).collect();
    assert_eq!(sizes.unwrap(), [2, 2, 1]);
    assert_eq!(data.segmentation(), None);
    let before = data.fingerprint();
    mine.torn = Some(1);
    mine.pixels[4][0] = 0.5;
    assert_eq!(before.differences(&mine.fingerprint()).len(), 1);
    let error = mine.epoch(0, 2).find_map(Result::err).unwrap();
    assert_eq!((error.to_string().as_str(), error.source().is_none()), ("the tape is torn", true));
}

#[test]
fn folders_are_read_and_cut_without_the_renderer() {
    let images = tempfile::tempdir().unwrap();
    for seed in 0..9 {
        let (image, text) = Bars::new(0).image(seed).unwrap();
        image.save(images.path().join(format!("{text}.png"))).unwrap();
    }
    fs::write(images.path().join("ab-2.png"), "no image").unwrap();
    let folder = LabelledFolder::open(images.path(), &FolderOptions::default()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let summary = extract_letters(&folder, &segmenter(), out.path(), &()).unwrap();
    assert_eq!((summary.images, summary.letters), (10, 18));
    let message = summary.skipped.to_string();
    assert!(message.contains("ab-2.png: not an image of a known format"), "{message}");
    let (letters, _) = LetterSet::open(out.path(), &LetterOptions::default()).unwrap();
    assert_eq!(LetterEpochs::new(letters, 1).epoch(0, 18).next().unwrap().unwrap().len(), 18);
}
