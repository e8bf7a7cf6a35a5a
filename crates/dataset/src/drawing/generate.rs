//! Corpora on disk: drawn, or completed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use captcha_core::{Difference, GlyphBox, Monitor, seed};
use captcha_render::Renderer;
use image::DynamicImage;

use crate::corpus::image_file::{WriteFile, encode, write_file, write_new};
use crate::drawing::file_names::Names;
use crate::drawing::ground_truth::{boxes, mask};
use crate::drawing::header::header;
use crate::drawing::neighbours::check_neighbours;
use crate::parallel::pool::{Work, chunk_size};
use crate::resume::journal::Journal;
use crate::resume::lines::Lines;
use crate::{CorpusOptions, CorpusRecord, DatasetError, ImageFileFormat, MASKS, Shard, TextSource};

/// What a run of [`generate_corpus`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CorpusSummary {
    /// Where the images are: the folder that was given, or the folder of the shard in it.
    pub folder: PathBuf,
    /// Images in the corpus, or in the shard.
    pub images: u64,
    /// Images that this run drew; the others were there from an earlier one.
    pub drawn: u64,
}

/// Draws a corpus into `folder`, or completes one that an earlier run began.
///
/// Every image is a file `TEXT.png`; the second image of a text is `TEXT-2.png`, and so on, ignoring case. Characters
/// that a file name can't have are percent-encoded; the manifest has the texts as they are. `manifest.jsonl` holds the
/// options ([`CorpusHeader`](crate::CorpusHeader)) and one line for each image ([`CorpusRecord`]), in order, with the box of every character;
/// [`CorpusManifest`](crate::CorpusManifest) reads it. On request every image has a mask in the folder [`MASKS`].
///
/// Image `i` of a corpus is drawn with the seed `captcha_core::seed::derive(seed, i)`. The bytes of all files are a
/// function of the options: the same for any number of threads, and the same for a run that was cut off and repeated
/// as for one that was not. A repeated run also replaces files of the corpus that are missing or cut off, which it sees
/// by their sizes.
///
/// A shard goes to a folder of its own within `folder` ([`Shard::folder_name`]); it has the images `index`,
/// `index + count` ... of the whole corpus, with the same texts and seeds. A folder holds either shards of one corpus, or
/// the images of a whole one.
///
/// Memory holds one chunk of images, and about 20 bytes for every image of the shard: which file names are taken.
///
/// # Errors
/// [`DatasetError`]: an option out of its range, a folder that holds something else or a corpus of other options or
/// fonts, a disk that is full, a text that the style can't draw. What is finished stays, and the same run again goes on from
/// there. [`DatasetError::Interrupted`] if `monitor` asks to stop.
pub fn generate_corpus(
    options: &CorpusOptions,
    folder: impl AsRef<Path>,
    monitor: &dyn Monitor,
) -> Result<CorpusSummary, DatasetError> {
    generate(options, folder.as_ref(), monitor, &write_file)
}

fn generate(
    options: &CorpusOptions,
    folder: &Path,
    monitor: &dyn Monitor,
    write: WriteFile,
) -> Result<CorpusSummary, DatasetError> {
    let renderer = Renderer::new(options.styles.clone())
        .map_err(|error| DatasetError::Style { source: Box::new(error) })?;
    options.check()?;
    let header = header(options, &renderer);
    check_neighbours(folder, options.shard, &header)?;
    let folder = match options.shard {
        Shard::WHOLE => folder.to_owned(),
        shard => folder.join(shard.folder_name()),
    };
    let (journal, lines) = Journal::open(&folder, &header)?;
    if options.masks {
        let masks = folder.join(MASKS);
        fs::create_dir_all(&masks).map_err(DatasetError::write(masks))?;
    }
    let total = options.shard.len(options.count);
    let run = Run {
        options,
        renderer: &renderer,
        folder: &folder,
        write,
        work: Work::new(monitor, total),
        drawn: AtomicU64::new(0),
    };
    with_threads(options.threads, || run.run(journal, lines))??;
    Ok(CorpusSummary { images: total, drawn: run.drawn.into_inner(), folder })
}

/// Runs `work`, whose parallel parts use `threads` threads; 0 for those that there are.
fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> Result<R, DatasetError> {
    if threads == 0 {
        return Ok(work());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| DatasetError::Threads { source: Box::new(error) })?;
    Ok(pool.install(work))
}

/// An image as it is drawn, encoded.
struct Drawn {
    image: Vec<u8>,
    boxes: Option<Vec<Option<GlyphBox>>>,
    mask: Option<Vec<u8>>,
}

/// An image that is to be.
struct Item {
    file: String,
    text: String,
    seed: u64,
}

struct Run<'a> {
    options: &'a CorpusOptions,
    renderer: &'a Renderer,
    folder: &'a Path,
    write: WriteFile<'a>,
    work: Work<'a>,
    drawn: AtomicU64,
}

impl Run<'_> {
    fn run(&self, mut journal: Journal, lines: Lines) -> Result<(), DatasetError> {
        let mut items = self.items();
        let mut item = self.complete(&mut journal, lines, &mut items)?;
        loop {
            let chunk: Vec<Item> = item
                .take()
                .into_iter()
                .map(Ok)
                .chain(items.by_ref())
                .take(chunk_size())
                .collect::<Result<_, _>>()?;
            if chunk.is_empty() {
                return Ok(());
            }
            let records = self.work.each(&chunk, |item| self.draw_new(item));
            journal.append(records.iter().map_while(|record| record.as_ref()?.as_ref().ok()))?;
            self.work.finished(records)?;
        }
    }

    /// What the corpus has, in order. Names are given before anything is drawn, so that they do not depend on
    /// threads or on what an earlier run did.
    fn items(&self) -> impl Iterator<Item = Result<Item, DatasetError>> {
        let mut names = Names::default();
        let extension = self.options.format.extension();
        self.options.shard.images(self.options.count).map(move |index| {
            let seed = seed::derive(self.options.seed, index);
            let text = match &self.options.texts {
                TextSource::Sampled => self.renderer.text(seed),
                TextSource::Given(texts) => texts[(index % texts.len() as u64) as usize].clone(),
            };
            let name = names.next(&text).ok_or_else(|| DatasetError::BadOption {
                option: "texts",
                expected: "texts that make file names of at most 200 bytes".to_owned(),
                actual: format!("{text:?}"),
            })?;
            Ok(Item { file: format!("{name}.{extension}"), text, seed })
        })
    }

    /// Goes through what the manifest already has, draws what is missing or cut off, and makes the manifest end
    /// there. Returns the first item that the manifest has not, if it was taken.
    fn complete(
        &self,
        journal: &mut Journal,
        mut lines: Lines,
        items: &mut impl Iterator<Item = Result<Item, DatasetError>>,
    ) -> Result<Option<Item>, DatasetError> {
        let mut end = lines.end();
        let mut next = None;
        let mut more = true;
        while more {
            let mut chunk = Vec::new();
            while more && chunk.len() < chunk_size() {
                let Some(item) = items.next().transpose()? else {
                    more = false;
                    break;
                };
                let record =
                    lines.next()?.and_then(|line| serde_json::from_slice::<CorpusRecord>(&line).ok());
                match record {
                    Some(record)
                        if (&record.file, &record.text, record.seed)
                            == (&item.file, &item.text, item.seed) =>
                    {
                        end = lines.end();
                        chunk.push((item, record));
                    }
                    _ => {
                        next = Some(item);
                        more = false;
                    }
                }
            }
            self.work.finished(self.work.each(&chunk, |(item, record)| self.keep(item, record)))?;
        }
        journal.go_on_from(end)?;
        Ok(next)
    }

    fn draw(&self, item: &Item) -> Result<Drawn, DatasetError> {
        let refused = |error| DatasetError::Render { text: item.text.clone(), source: Box::new(error) };
        let encode = |image: &DynamicImage, format| {
            encode(image, format).map_err(|source| DatasetError::Encode { file: item.file.clone(), source })
        };
        let drawn = if self.options.boxes || self.options.masks {
            let captcha = self.renderer.render(&item.text, item.seed).map_err(refused)?;
            let mask = self.options.masks.then(|| DynamicImage::from(mask(&captcha)));
            Drawn {
                image: encode(&captcha.image, self.options.format)?,
                boxes: self.options.boxes.then(|| boxes(&captcha)),
                mask: mask.map(|mask| encode(&mask, ImageFileFormat::Png)).transpose()?,
            }
        } else {
            let image = self.renderer.image(&item.text, item.seed).map_err(refused)?;
            Drawn { image: encode(&image, self.options.format)?, boxes: None, mask: None }
        };
        self.drawn.fetch_add(1, Ordering::Relaxed);
        Ok(drawn)
    }

    fn draw_new(&self, item: &Item) -> Result<CorpusRecord, DatasetError> {
        let drawn = self.draw(item)?;
        if let Some(mask) = &drawn.mask {
            write_new(&self.folder.join(CorpusRecord::mask_file(&item.file)), mask, self.write)?;
        }
        write_new(&self.folder.join(&item.file), &drawn.image, self.write)?;
        Ok(CorpusRecord {
            file: item.file.clone(),
            text: item.text.clone(),
            seed: item.seed,
            bytes: drawn.image.len() as u64,
            boxes: drawn.boxes,
            mask_bytes: drawn.mask.map(|mask| mask.len() as u64),
        })
    }

    /// Leaves the files of an image that is in the manifest alone if they are there and whole.
    fn keep(&self, item: &Item, record: &CorpusRecord) -> Result<(), DatasetError> {
        let image = (PathBuf::from(&item.file), record.bytes);
        let mask = record.mask_bytes.map(|bytes| (CorpusRecord::mask_file(&item.file), bytes));
        let is_whole = |(file, bytes): &(PathBuf, u64)| {
            fs::metadata(self.folder.join(file))
                .is_ok_and(|metadata| metadata.is_file() && metadata.len() == *bytes)
        };
        if is_whole(&image) && mask.as_ref().is_none_or(is_whole) {
            return Ok(());
        }
        let drawn = self.draw(item)?;
        let files = [Some((image, Some(&drawn.image))), mask.map(|mask| (mask, drawn.mask.as_ref()))];
        for (file, bytes) in files.into_iter().flatten() {
            let length = bytes.map(|bytes| bytes.len() as u64);
            let Some(bytes) = bytes.filter(|_| length == Some(file.1)) else {
                return Err(DatasetError::OtherOptions {
                    path: self.folder.to_owned(),
                    differences: vec![Difference::new(
                        format!("the size of {}", file.0.display()),
                        file.1.to_string(),
                        length.map_or("nothing".to_owned(), |length| length.to_string()),
                    )],
                });
            };
            if !is_whole(&file) {
                let path = self.folder.join(&file.0);
                (self.write)(&path, bytes).map_err(DatasetError::write(path))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::AtomicUsize;

    use captcha_core::Alphabet;
    use captcha_render::Style;

    use super::*;

    /// A disk that takes `room` more files.
    fn full_after(room: usize) -> impl Fn(&Path, &[u8]) -> io::Result<()> {
        let written = AtomicUsize::new(0);
        move |path, bytes| {
            if written.fetch_add(1, Ordering::SeqCst) >= room {
                return Err(io::ErrorKind::StorageFull.into());
            }
            write_file(path, bytes)
        }
    }

    #[test]
    fn a_full_disk_loses_nothing() {
        let style = Style::seed().with_size(40, 20).with_margin(2, 2).with_alphabet(Alphabet::digits());
        let options = CorpusOptions::new(style, 30).with_threads(2);
        let whole = tempfile::tempdir().unwrap();
        generate_corpus(&options, whole.path(), &()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for room in [0, 1, 8] {
            let error = generate(&options, folder.path(), &(), &full_after(room)).unwrap_err();
            assert!(matches!(error, DatasetError::DiskFull { .. }), "{error}");
        }
        generate_corpus(&options, folder.path(), &()).unwrap();
        let mut names = 0;
        for entry in fs::read_dir(whole.path()).unwrap() {
            let name = entry.unwrap().file_name();
            assert_eq!(
                fs::read(whole.path().join(&name)).unwrap(),
                fs::read(folder.path().join(&name)).unwrap()
            );
            names += 1;
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names);
    }
}
