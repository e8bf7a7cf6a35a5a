//! The manifest of a corpus, record by record.

use std::path::{Path, PathBuf};

use captcha_core::GlyphBox;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::DatasetError;
use crate::corpus::glyph_boxes;
use crate::corpus::header::{CORPUS_FORMAT, CORPUS_VERSION, CorpusHeader, is_corpus};
use crate::corpus::shard::Shard;
use crate::resume::lines::{Lines, MANIFEST};

/// The folder of the masks within the folder of a corpus or a shard.
///
/// A mask is a grey PNG of the size of its image: 0 for paper, and `n` where the `n`-th character of the text, counted
/// from 1, covers half of the pixel or more. Where several do, it is the one that covers most, of equals the last. What
/// is drawn over the characters is not in the mask.
pub const MASKS: &str = "masks";

/// One image of a corpus, one line of its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorpusRecord {
    /// The name of the file.
    pub file: String,
    /// The text that it shows.
    pub text: String,
    /// The seed that it was drawn with: `renderer.render(text, seed)` draws it again.
    pub seed: u64,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// Where each character of the text is in the image, in the file as `[x, y, width, height]`: the smallest box of
    /// the pixels that it touches, `None` for a character without ink. Missing if the corpus has no boxes.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "glyph_boxes")]
    pub boxes: Option<Vec<Option<GlyphBox>>>,
    /// The size of the mask's file in bytes; missing if the corpus has no masks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_bytes: Option<u64>,
}

impl CorpusRecord {
    /// The name of the mask's file within the folder of the image: [`MASKS`] and the name of the image, as a PNG.
    pub(crate) fn mask_file(file: &str) -> PathBuf {
        Path::new(MASKS).join(file).with_extension("png")
    }
}

/// The manifest of a corpus, read line by line: an iterator of its records.
///
/// The manifest of a corpus that is not finished has the records of the images that are.
#[derive(Debug)]
pub struct CorpusManifest {
    folder: PathBuf,
    header: CorpusHeader,
    records: Records,
}

impl CorpusManifest {
    /// Opens the manifest in `folder`.
    ///
    /// # Errors
    /// [`DatasetError::Manifest`] if there is none or its header is not that of a corpus; [`DatasetError::Read`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let folder = folder.as_ref();
        let not_one = || DatasetError::Manifest {
            path: folder.join(MANIFEST),
            line: 1,
            expected: format!("the header of a {CORPUS_FORMAT}, version 1 to {CORPUS_VERSION}"),
        };
        let records = Records::open(folder)?.ok_or_else(not_one)?;
        let header = serde_json::from_value(records.header.clone()).map_err(|_| not_one())?;
        Ok(Self { folder: folder.to_owned(), records, header })
    }

    /// What the images are a function of.
    #[must_use]
    pub fn header(&self) -> &CorpusHeader {
        &self.header
    }

    /// The image file of `record`.
    #[must_use]
    pub fn image_path(&self, record: &CorpusRecord) -> PathBuf {
        self.folder.join(&record.file)
    }

    /// The mask of `record`, a PNG as [`MASKS`] says; `None` if the corpus has no masks.
    #[must_use]
    pub fn mask_path(&self, record: &CorpusRecord) -> Option<PathBuf> {
        record.mask_bytes.map(|_| self.folder.join(CorpusRecord::mask_file(&record.file)))
    }
}

impl Iterator for CorpusManifest {
    type Item = Result<CorpusRecord, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.records.next::<CorpusRecord>()
    }
}

/// The records of a manifest.
#[derive(Debug)]
pub(crate) struct Records {
    path: PathBuf,
    header: Value,
    lines: Lines,
}

impl Records {
    /// The records of the manifest in `folder`, if there is one of a corpus, whatever style it has.
    pub(crate) fn open(folder: &Path) -> Result<Option<Self>, DatasetError> {
        let found = Lines::read(folder)?.filter(|(header, _)| is_corpus(header));
        Ok(found.map(|(header, lines)| Self { path: folder.join(MANIFEST), header, lines }))
    }

    /// The header as it stands there.
    pub(crate) fn header(&self) -> &Value {
        &self.header
    }

    /// How many images there are when the corpus, or the shard, is finished.
    pub(crate) fn images(&self) -> u64 {
        let shard =
            self.header["shard"].as_str().and_then(|shard| shard.parse().ok()).unwrap_or(Shard::WHOLE);
        self.header["count"].as_u64().map_or(0, |count| shard.len(count))
    }

    /// The next record, as much of it as `T` takes; `None` at the end, or at a line that was cut off.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Option<Result<T, DatasetError>> {
        let line = match self.lines.next() {
            Ok(line) => line?,
            Err(error) => return Some(Err(error)),
        };
        let number = self.lines.line();
        let refused = |expected| DatasetError::Manifest { path: self.path.clone(), line: number, expected };
        // The first line is the header.
        if number - 1 > self.images() {
            return Some(Err(refused(format!(
                "no more than {} images, as the first line says",
                self.images()
            ))));
        }
        Some(
            serde_json::from_slice(&line)
                .map_err(|error| refused(format!("an object with file, text, seed and bytes ({error})"))),
        )
    }
}
