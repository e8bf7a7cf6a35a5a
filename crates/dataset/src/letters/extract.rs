//! From labelled images to letter folders.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use captcha_core::{Alphabet, ContentHash, Difference, Monitor};
use captcha_segment::Segmenter;
use image::DynamicImage;
use rayon::prelude::*;

use crate::corpus::header::GENERATOR;
use crate::corpus::image_file::{WriteFile, encode, write_file, write_new};
use crate::letters::cut::{Skip, cut_sample};
use crate::letters::manifest::{Header, LETTERS_FORMAT, LETTERS_VERSION, Record};
use crate::parallel::pool::{Work, chunk_size};
use crate::resume::journal::Journal;
use crate::resume::lines::Lines;
use crate::{DatasetError, ImageFileFormat, LabelledFolder, LetterSummary, MANIFEST, letter_folder_name};

/// Cuts the images of `folder` into letters and writes these to `out`, or completes what an earlier run began.
///
/// Every class has a folder, as torchvision's `ImageFolder` reads it: `A/000001.png`, `A/000002.png` and so on, in
/// the order of the images; [`letter_folder_name`] says how folders are named. `manifest.jsonl` has the options and
/// one line for each image: the hash of its file, and the letters that it gave, or why it gave none. The bytes of all
/// files are a function of the images and the options, for any number of threads and for a run that was cut off and
/// repeated. Uses the threads of the `rayon` pool that it is called in.
///
/// Images that can't be read or cut are left out and counted in the summary.
///
/// # Errors
/// [`DatasetError`]: a folder that holds something else, or letters made with other options or of other images (also of
/// the same names), a disk that is full.
/// [`DatasetError::NothingSegmented`] if not one image could be cut. What is finished stays, and the same call again
/// goes on from there. [`DatasetError::Interrupted`] if `monitor` asks to stop.
pub fn extract_letters(
    folder: &LabelledFolder,
    segmenter: &Segmenter,
    out: impl AsRef<Path>,
    monitor: &dyn Monitor,
) -> Result<LetterSummary, DatasetError> {
    extract(folder, segmenter, out.as_ref(), monitor, &write_file)
}

fn extract(
    folder: &LabelledFolder,
    segmenter: &Segmenter,
    out: &Path,
    monitor: &dyn Monitor,
    write: WriteFile,
) -> Result<LetterSummary, DatasetError> {
    let mut digest = ContentHash::new();
    for (index, sample) in folder.samples().enumerate() {
        digest.add(folder.file(index));
        digest.add(sample.label.as_str());
    }
    let header = Header {
        format: LETTERS_FORMAT,
        version: LETTERS_VERSION,
        generator: GENERATOR,
        images: folder.len() as u64,
        digest: digest.hex(),
        alphabet: folder.alphabet().to_string(),
        segmentation: segmenter.options(),
    };
    let (mut journal, lines) = Journal::open(out, &header)?;
    let extraction = Extraction { folder, segmenter, out, write, work: Work::new(monitor, header.images) };
    let mut tally = Tally::new(folder.alphabet());
    extraction.complete(&mut journal, lines, &mut tally)?;
    extraction.go_on(&mut journal, &mut tally)?;
    let summary = tally.summary;
    if summary.segmented == 0 {
        return Err(DatasetError::NothingSegmented { images: summary.images, skipped: summary.skipped });
    }
    Ok(summary)
}

/// What the images so far gave.
struct Tally<'a> {
    alphabet: &'a Alphabet,
    /// How many letters each class has.
    numbers: HashMap<char, u64>,
    summary: LetterSummary,
}

impl<'a> Tally<'a> {
    fn new(alphabet: &'a Alphabet) -> Self {
        Self { alphabet, numbers: HashMap::new(), summary: LetterSummary::default() }
    }

    /// The files of the letters of the next image, which shows `text`, relative to the folder.
    fn names(&self, text: &str) -> Vec<String> {
        let name = |(index, character): (usize, char)| {
            let before = text[..index].chars().filter(|&earlier| earlier == character).count() as u64;
            let number = self.numbers.get(&character).unwrap_or(&0) + before + 1;
            format!("{}/{number:06}.png", letter_folder_name(character, self.alphabet))
        };
        text.char_indices().map(name).collect()
    }

    /// Adds an image that shows `text`.
    fn add(&mut self, record: &Record, text: &str) {
        self.summary.images += 1;
        match &record.skipped {
            Some((reason, detail)) => self.summary.skipped.add(reason.clone(), || detail.clone()),
            None => {
                self.summary.segmented += 1;
                for character in text.chars() {
                    self.summary.letters += 1;
                    *self.numbers.entry(character).or_insert(0) += 1;
                }
            }
        }
    }
}

struct Extraction<'a> {
    folder: &'a LabelledFolder,
    segmenter: &'a Segmenter,
    out: &'a Path,
    write: WriteFile<'a>,
    work: Work<'a>,
}

impl Extraction<'_> {
    /// Goes through what the manifest already has, writes what is missing, and makes the manifest end there.
    fn complete(
        &self,
        journal: &mut Journal,
        mut lines: Lines,
        tally: &mut Tally,
    ) -> Result<(), DatasetError> {
        let mut end = lines.end();
        let mut samples = self.folder.samples().enumerate();
        loop {
            let mut chunk = Vec::new();
            for (index, sample) in samples.by_ref().take(chunk_size()) {
                let record = lines.next()?.and_then(|line| serde_json::from_slice::<Record>(&line).ok());
                let text = sample.label.as_str();
                let fits = |record: &Record| {
                    let names = if record.skipped.is_some() { Vec::new() } else { tally.names(text) };
                    record.file == self.folder.file(index) && record.letters == names
                };
                let Some(record) = record.filter(fits) else { break };
                end = lines.end();
                tally.add(&record, text);
                chunk.push((index, record));
            }
            let kept = self.work.each(&chunk, |(index, record)| self.keep(*index, record));
            self.work.finished(kept)?;
            if chunk.len() < chunk_size() {
                return journal.go_on_from(end);
            }
        }
    }

    /// Leaves the letters of an image that is in the manifest alone if they are all there, and of this image.
    fn keep(&self, index: usize, record: &Record) -> Result<(), DatasetError> {
        let sha256 = self.sha256(index);
        if sha256 != record.sha256 {
            let shown = |hash: Option<&String>| hash.map_or("unreadable".to_owned(), Clone::clone);
            let option = format!("the SHA-256 of {}", record.file);
            return Err(DatasetError::OtherOptions {
                path: self.out.to_owned(),
                differences: vec![Difference::new(
                    option,
                    shown(record.sha256.as_ref()),
                    shown(sha256.as_ref()),
                )],
            });
        }
        let whole = |path: &Path| fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() > 0);
        let missing = |path: &Path| !whole(path);
        let paths: Vec<PathBuf> = record.letters.iter().map(|name| self.out.join(name)).collect();
        if !paths.iter().any(|path| missing(path)) {
            return Ok(());
        }
        let letters = self.letters(index)?.map_err(|(_, detail)| DatasetError::Manifest {
            path: self.out.join(MANIFEST),
            line: index as u64 + 2,
            expected: format!("the letters that the image gives now, which are none ({detail})"),
        })?;
        for (path, png) in paths.iter().zip(&letters).filter(|(path, _)| missing(path)) {
            make_parent(path)?;
            (self.write)(path, png).map_err(DatasetError::write(path))?;
        }
        Ok(())
    }

    /// Cuts the images that the manifest has not.
    fn go_on(&self, journal: &mut Journal, tally: &mut Tally) -> Result<(), DatasetError> {
        let mut next = tally.summary.images as usize;
        while next < self.folder.len() {
            let chunk: Vec<usize> = (next..self.folder.len().min(next + chunk_size())).collect();
            next += chunk.len();
            let results = self.work.each(&chunk, |&index| Ok((self.sha256(index), self.letters(index)?)));
            // What was cut before the work was stopped is kept.
            let cut = results.iter().map_while(|result| result.as_ref()?.as_ref().ok());
            let mut records = Vec::with_capacity(chunk.len());
            let mut files = Vec::new();
            for (&index, (sha256, letters)) in chunk.iter().zip(cut) {
                let text = self.text(index);
                let mut record = Record::new(self.folder.file(index), sha256.clone());
                match letters {
                    Ok(letters) => {
                        record.letters = tally.names(&text);
                        files.extend(record.letters.iter().map(|name| self.out.join(name)).zip(letters));
                    }
                    Err(skip) => record.skipped = Some(skip.clone()),
                }
                tally.add(&record, &text);
                records.push(record);
            }
            files.par_iter().try_for_each(|(path, png)| {
                make_parent(path)?;
                write_new(path, png, self.write)
            })?;
            journal.append(&records)?;
            self.work.finished(results)?;
        }
        Ok(())
    }

    fn text(&self, index: usize) -> String {
        self.folder.sample(index).map(|sample| sample.label.into()).unwrap_or_default()
    }

    /// The SHA-256 of image file `index`, if it can be read.
    fn sha256(&self, index: usize) -> Option<String> {
        let sample = self.folder.sample(index)?;
        // Larger files are not decoded either.
        ContentHash::of_reader(&*sample.bytes().ok()?).ok()
    }

    /// The letters of image `index` as PNG files, or why it has none.
    fn letters(&self, index: usize) -> Result<Result<Vec<Vec<u8>>, Skip>, DatasetError> {
        let Some(sample) = self.folder.sample(index) else { return Ok(Ok(Vec::new())) };
        let letters = match cut_sample(self.segmenter, &sample) {
            Ok(letters) => letters,
            Err(skip) => return Ok(Err(skip)),
        };
        let png = |(_, letter)| {
            encode(&DynamicImage::ImageLuma8(letter), ImageFileFormat::Png)
                .map_err(|source| DatasetError::Encode { file: self.folder.file(index).to_owned(), source })
        };
        letters.into_iter().map(png).collect::<Result<_, _>>().map(Ok)
    }
}

fn make_parent(path: &Path) -> Result<(), DatasetError> {
    match path.parent() {
        Some(parent) if !parent.is_dir() => fs::create_dir_all(parent).map_err(DatasetError::write(parent)),
        _ => Ok(()),
    }
}
