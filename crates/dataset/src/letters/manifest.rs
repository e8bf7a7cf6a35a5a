//! The manifest of letter folders.

use std::path::Path;

use captcha_segment::SegmentOptions;
use serde::{Deserialize, Serialize};

use crate::DatasetError;
use crate::letters::cut::Skip;
use crate::resume::lines::{Lines, MANIFEST};

/// The `format` of manifests of letter folders.
pub(crate) const LETTERS_FORMAT: &str = "captcha-lab letters";

/// The `version` of manifests of letter folders. Version 1 had no hashes of the images.
pub(crate) const LETTERS_VERSION: u32 = 2;

/// The first line of the manifest of letter folders: everything that they are a function of, but the contents of the
/// images, which the lines below know.
#[derive(Serialize)]
pub(crate) struct Header<'a> {
    pub(crate) format: &'static str,
    pub(crate) version: u32,
    pub(crate) generator: &'static str,
    /// How many images the letters are from.
    pub(crate) images: u64,
    /// The [`ContentHash`] of the names and labels of these images.
    pub(crate) digest: String,
    pub(crate) alphabet: String,
    pub(crate) segmentation: &'a SegmentOptions,
}

/// One image, one line of the manifest.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    /// The name of the image.
    pub(crate) file: String,
    /// The SHA-256 of the image file; `None` if it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// The letters that it gave, in the order of its text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) letters: Vec<String>,
    /// Why it gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<Skip>,
}

impl Record {
    pub(crate) fn new(file: &str, sha256: Option<String>) -> Self {
        Self { file: file.to_owned(), sha256, letters: Vec::new(), skipped: None }
    }
}

/// How the letters in the folder were cut, if its manifest is one of letters.
///
/// # Errors
/// [`DatasetError::Manifest`] if it says so in a way that is not understood.
pub(crate) fn segmentation(folder: &Path) -> Result<Option<SegmentOptions>, DatasetError> {
    let Some((mut header, _)) = Lines::read(folder)?.filter(|(header, _)| header["format"] == LETTERS_FORMAT)
    else {
        return Ok(None);
    };
    serde_json::from_value(header["segmentation"].take()).map(Some).map_err(|error| DatasetError::Manifest {
        path: folder.join(MANIFEST),
        line: 1,
        expected: format!("`segmentation` to say how the letters were cut ({error})"),
    })
}
