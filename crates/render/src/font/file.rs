//! Font files: the built-in ones and the user's own.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use captcha_core::ContentHash;
use captcha_core::files::{ReadError, read_bounded};
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::font::built_in::{BUILT_IN, BUILT_IN_FONTS};

/// Largest font file in bytes. Fonts with every Chinese character have 20 MB.
const MAX_FILE: u64 = 64 << 20;

/// The most bytes of all font files of a style, which a renderer keeps in memory.
const MAX_FILES: u64 = 512 << 20;

/// The bytes of one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FontFile {
    /// The font as the style names it.
    pub(crate) name: String,
    pub(crate) bytes: Cow<'static, [u8]>,
}

impl FontFile {
    /// The built-in font or the file called `name`, of at most `limit` bytes.
    fn open(name: &str, limit: u64) -> Result<Self, RenderError> {
        let bytes = match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, bytes)) => Cow::Borrowed(*bytes),
            None => Cow::Owned(read_font(name, limit)?),
        };
        Ok(Self { name: name.to_owned(), bytes })
    }

    /// The fonts of a style in its order; a file that it names twice is read once.
    pub(crate) fn open_all(names: &[String]) -> Result<Vec<Arc<Self>>, RenderError> {
        let mut fonts: Vec<Arc<Self>> = Vec::with_capacity(names.len());
        let mut left = MAX_FILES;
        for name in names {
            if let Some(known) = fonts.iter().find(|font| font.name == *name) {
                fonts.push(Arc::clone(known));
                continue;
            }
            let font = Self::open(name, left.min(MAX_FILE))?;
            if matches!(font.bytes, Cow::Owned(_)) {
                left = left.saturating_sub(font.bytes.len() as u64);
            }
            fonts.push(Arc::new(font));
        }
        Ok(fonts)
    }

    /// What identifies the font: its file name and the SHA-256 of its bytes.
    pub(crate) fn fingerprint(&self) -> Value {
        let name = Path::new(&self.name)
            .file_name()
            .map_or(self.name.as_str().into(), |name| name.to_string_lossy());
        json!({ "font": name, "sha256": self.sha256() })
    }

    /// The SHA-256 of its bytes, as hexadecimal digits.
    pub(crate) fn sha256(&self) -> String {
        // Bytes in memory can always be read.
        ContentHash::of_reader(&*self.bytes).unwrap_or_default()
    }
}

fn read_font(name: &str, limit: u64) -> Result<Vec<u8>, RenderError> {
    let path = PathBuf::from(name);
    read_bounded(&path, limit).map_err(|error| match error {
        ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            RenderError::UnknownFont { name: name.to_owned(), expected: BUILT_IN_FONTS.join(", ") }
        }
        error => RenderError::FontFile { path, source: error.into() },
    })
}
