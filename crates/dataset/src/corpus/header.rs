//! The first line of the manifest of a corpus.

use std::collections::BTreeMap;

use captcha_core::Difference;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::corpus::shard::Shard;

/// The `format` of manifests of corpora.
pub(crate) const CORPUS_FORMAT: &str = "captcha-lab corpus";

/// The `version` of manifests of corpora that is written. Version 1 is read as well: it has no hashes of fonts, no
/// boxes and masks, and a digest of 64 bits of given texts.
pub(crate) const CORPUS_VERSION: u32 = 2;

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
    /// Whether every record has the boxes of its characters.
    #[serde(default)]
    pub boxes: bool,
    /// Whether every image has a mask in the folder [`MASKS`](crate::MASKS).
    #[serde(default)]
    pub masks: bool,
    /// What the images look like: all values of a `captcha_render::Style`, or the tables of a
    /// `captcha_render::StyleDistribution`. With the feature `render`, `styles()` gives it.
    pub style: Value,
    /// The SHA-256 of the bytes of every font, by its name in the style.
    #[serde(default)]
    pub fonts: BTreeMap<String, String>,
}

/// Where the texts of a corpus are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextsHeader {
    /// Sampled from the alphabet and the lengths of the style.
    #[serde(alias = "drawn")]
    Sampled,
    /// Given by the user.
    Given {
        /// How many.
        count: u64,
        /// The [`ContentHash`](captcha_core::ContentHash) of all of them; in version 1 a 64-bit FNV-1a.
        digest: String,
    },
}

#[cfg(feature = "render")]
impl CorpusHeader {
    /// What the images look like.
    ///
    /// # Errors
    /// [`DatasetError::Style`](crate::DatasetError::Style) if this version of captcha-lab doesn't know the style.
    pub fn styles(&self) -> Result<captcha_render::Styles, crate::DatasetError> {
        serde_json::from_value(self.style.clone())
            .map_err(|error| crate::DatasetError::Style { source: Box::new(error) })
    }
}

/// Whether the first line of a manifest is that of a corpus, in a version that is understood.
pub(crate) fn is_corpus(header: &Value) -> bool {
    let version = header["version"].as_u64();
    header["format"] == CORPUS_FORMAT
        && version.is_some_and(|version| (1..=CORPUS_VERSION.into()).contains(&version))
}

/// What differs between the headers of two shards, but for which of the shards they are.
pub(crate) fn differences(first: &Value, other: &Value) -> Vec<Difference> {
    let of_corpus = |header: &Value| {
        let mut header = header.clone();
        let shard = header["shard"].as_str().and_then(|shard| shard.parse::<Shard>().ok());
        header["shard"] = shard.map(Shard::count).into();
        header
    };
    Difference::between(&of_corpus(first), &of_corpus(other))
}
