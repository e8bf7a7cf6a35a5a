//! Letters of several sizes, of which the most frequent is wanted.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use captcha_core::Alphabet;
use image::GrayImage;

use crate::{DatasetError, LetterSet, SkipReason, Skipped};

/// Letters of every size that came, until it is known which of them most have.
pub(crate) struct BySize {
    alphabet: Alphabet,
    /// The size that was asked for.
    asked: Option<u32>,
    sets: BTreeMap<u32, (LetterSet, Files)>,
    /// Letters that are not square, or not of the size that was asked for.
    odd: Files,
}

/// How many files there are of a kind, and the first of them.
#[derive(Default)]
struct Files {
    count: u64,
    first: Vec<String>,
}

impl Files {
    fn add(&mut self, file: &Path, width: u32, height: u32) {
        self.count += 1;
        if self.first.len() < Skipped::EXAMPLES {
            self.first.push(format!("{} has {width} x {height} pixels", file.display()));
        }
    }
}

impl BySize {
    pub(crate) fn new(alphabet: Alphabet, asked: Option<u32>) -> Self {
        Self { alphabet, asked, sets: BTreeMap::new(), odd: Files::default() }
    }

    /// Adds the letter image in `file`.
    ///
    /// # Errors
    /// [`DatasetError::Alphabet`] if `character` is not in the alphabet.
    pub(crate) fn add(
        &mut self,
        character: char,
        file: &Path,
        image: &GrayImage,
    ) -> Result<(), DatasetError> {
        let (width, height) = image.dimensions();
        if width != height || self.asked.is_some_and(|asked| asked != width) {
            self.odd.add(file, width, height);
            return Ok(());
        }
        let new = || (LetterSet::new(self.alphabet.clone(), width), Files::default());
        let (letters, files) = self.sets.entry(width).or_insert_with(new);
        files.add(file, width, height);
        letters.push(image, character)
    }

    /// The letters of the size that most have, of two that are equally frequent the smaller. The others are counted in
    /// `skipped`.
    pub(crate) fn most(mut self, skipped: &mut Skipped) -> Option<LetterSet> {
        let most = self.sets.iter().map(|(&size, (letters, _))| (letters.len(), Reverse(size))).max();
        let most = most.map(|(_, Reverse(size))| size);
        let letters = most.and_then(|size| self.sets.remove(&size)).map(|(letters, _)| letters);
        let expected = match self.asked.or(most) {
            Some(size) => format!("the letters {size} x {size}"),
            None => "letters are square".to_owned(),
        };
        for Files { count, first } in self.sets.into_values().map(|(_, files)| files).chain([self.odd]) {
            let unnamed = count - first.len() as u64;
            for file in first {
                skipped.add(SkipReason::WrongSize, || format!("{file}, {expected}"));
            }
            skipped.add_many(SkipReason::WrongSize, unnamed, String::new);
        }
        letters
    }
}
