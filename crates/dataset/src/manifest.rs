//! What the manifest of a corpus says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use captcha_core::ContentHash;
use captcha_render::Style;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fonts::font_hashes;
use crate::journal::Lines;
use crate::{CorpusOptions, DatasetError, MANIFEST, Shard, TextSource};

/// The `format` of manifests of corpora.
const CORPUS_FORMAT: &str = "captcha-lab corpus";

/// The `version` of manifests of corpora that is written. Version 1 is read as well: it has no hashes of fonts, and a
/// digest of 64 bits of given texts.
const CORPUS_VERSION: u32 = 2;

/// The program that made a dataset. Another version may draw other pixels, so a corpus is made by one version.
pub(crate) const GENERATOR: &str = concat!("captcha-lab ", env!("CARGO_PKG_VERSION"));

/// The first line of the manifest of a corpus: everything that its images are a function of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorpusHeader {
    /// Always `captcha-lab corpus`.
    pub format: String,
    /// The version of the format: 2, or 1 if an earlier version of captcha-lab wrote it.
    pub version: u32,
    /// The program that made it, with its version.
    pub generator: String,
    /// Images in the corpus, in all shards.
    pub count: u64,
    /// The seed of the corpus; image `i` has the seed `captcha_core::seed::derive(seed, i)`.
    pub seed: u64,
    /// Which shard this is, as `index/count`.
    pub shard: String,
    /// The format of the image files, as the ending of their names.
    pub image_format: String,
    /// Where the texts are from.
    pub texts: TextsHeader,
    /// What the images look like.
    pub style: Style,
    /// The SHA-256 of the bytes of every font file that the style names, by that name. Fonts that are built in are known
    /// by their names.
    #[serde(default)]
    pub fonts: BTreeMap<String, String>,
}

/// Where the texts of a corpus are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextsHeader {
    /// Drawn from the alphabet and the lengths of the style.
    Drawn,
    /// Given by the user.
    Given {
        /// How many.
        count: u64,
        /// The [`ContentHash`] of all of them; in version 1 a 64-bit FNV-1a.
        digest: String,
    },
}

impl CorpusHeader {
    pub(crate) fn of(options: &CorpusOptions) -> Self {
        Self {
            format: CORPUS_FORMAT.to_owned(),
            version: CORPUS_VERSION,
            generator: GENERATOR.to_owned(),
            count: options.count,
            seed: options.seed,
            shard: options.shard.to_string(),
            image_format: crate::encode::extension(options.format).to_owned(),
            texts: match &options.texts {
                TextSource::Drawn => TextsHeader::Drawn,
                TextSource::Given(texts) => {
                    let mut hash = ContentHash::new();
                    texts.iter().for_each(|text| hash.add(text));
                    TextsHeader::Given { count: texts.len() as u64, digest: hash.hex() }
                }
            },
            style: options.style.clone(),
            fonts: font_hashes(&options.style),
        }
    }
}

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
}

/// The manifest of a corpus, read line by line: an iterator of its records.
///
/// The manifest of a corpus that is not finished has the records of the images that are.
#[derive(Debug)]
pub struct CorpusManifest {
    header: CorpusHeader,
    records: Records,
}

impl CorpusManifest {
    /// Opens the manifest in `folder`.
    ///
    /// # Errors
    /// [`DatasetError::Manifest`] if there is none or its header is not that of a corpus; [`DatasetError::Read`].
    pub fn open(folder: &Path) -> Result<Self, DatasetError> {
        let not_one = || DatasetError::Manifest {
            path: folder.join(MANIFEST),
            line: 1,
            expected: format!("the header of a {CORPUS_FORMAT}, version 1 to {CORPUS_VERSION}"),
        };
        let (header, lines) = Lines::read(folder)?.ok_or_else(not_one)?;
        if !is_corpus(&header) {
            return Err(not_one());
        }
        let raw = header.clone();
        let header = serde_json::from_value(header).map_err(|_| not_one())?;
        Ok(Self { records: Records::new(folder, raw, lines), header })
    }

    /// What the images are a function of.
    #[must_use]
    pub fn header(&self) -> &CorpusHeader {
        &self.header
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
    fn new(folder: &Path, header: Value, lines: Lines) -> Self {
        Self { path: folder.join(MANIFEST), header, lines }
    }

    /// The records of the manifest in `folder`, if there is one of a corpus, whatever style it has.
    pub(crate) fn open(folder: &Path) -> Result<Option<Self>, DatasetError> {
        let found = Lines::read(folder)?.filter(|(header, _)| is_corpus(header));
        Ok(found.map(|(header, lines)| Self::new(folder, header, lines)))
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

fn is_corpus(header: &Value) -> bool {
    let version = header["version"].as_u64();
    header["format"] == CORPUS_FORMAT
        && version.is_some_and(|version| (1..=CORPUS_VERSION.into()).contains(&version))
}
