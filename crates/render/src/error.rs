//! Everything that can go wrong while a style is read or a CAPTCHA is drawn.

use std::path::PathBuf;

use captcha_core::AlphabetError;

/// Why a style is refused or a CAPTCHA can't be drawn or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// No preset has this name.
    #[error("no style preset is named {name:?}, expected one of {expected}")]
    UnknownPreset {
        /// The name that was asked for.
        name: String,
        /// The names of all presets.
        expected: String,
    },
    /// A font is neither the name of a built-in one nor a file that exists.
    #[error("{name:?} is no font file and no built-in font (built in: {expected})")]
    UnknownFont {
        /// The font as the style names it.
        name: String,
        /// The names of all built-in fonts.
        expected: String,
    },
    /// A font file can't be read.
    #[error("the font {} can't be read", path.display())]
    FontFile {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is no TrueType or OpenType font with outlines.
    #[error("the font {font:?} can't be used: {reason}")]
    BadFont {
        /// The font as the style names it.
        font: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A font has no glyph for a character.
    #[error("the font {font:?} has no glyph for the character {character:?}")]
    MissingGlyph {
        /// The character.
        character: char,
        /// The font as the style names it.
        font: String,
    },
    /// A text without characters.
    #[error("expected a text of at least one character, got none")]
    EmptyText,
    /// A text too long to be a CAPTCHA.
    #[error("the text has {length} characters, the most is {max}")]
    TextTooLong {
        /// The number of characters of the text.
        length: usize,
        /// The most that is drawn.
        max: usize,
    },
    /// A text so wide that its canvas would not fit into a sensible amount of memory.
    #[error("the text needs a canvas of {width} x {height} pixels, the most is {max_pixels} pixels in all")]
    CanvasTooLarge {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
        /// The most pixels of a canvas.
        max_pixels: u64,
    },
    /// A text whose characters together take more work than any CAPTCHA needs.
    #[error("the characters of the text have {pixels} pixels together, the most is {max_pixels}")]
    CharactersTooLarge {
        /// The pixels of all characters after they were bent.
        pixels: u64,
        /// The most.
        max_pixels: u64,
    },
    /// A value of a style is out of its range.
    #[error("the style's {field} is {actual}, expected {expected}")]
    BadStyle {
        /// The field, as it is called in TOML, with its place if it is in an array: `behind[1].count`.
        field: String,
        /// Its value.
        actual: String,
        /// What it can be.
        expected: String,
    },
    /// The alphabet of a text sampler or a style is none.
    #[error(transparent)]
    Alphabet(#[from] AlphabetError),
    /// A TOML text is no style.
    #[error("the style can't be read: {0}")]
    ParseStyle(#[from] toml::de::Error),
    /// A style can't be written as TOML.
    #[error("the style can't be written as TOML: {0}")]
    WriteStyle(#[from] toml::ser::Error),
    /// A style file can't be read.
    #[error("the style {} can't be read", path.display())]
    StyleFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file name has no ending that names an image format.
    #[error("{}: expected a file name with the ending of an image format, as in `.png`", path.display())]
    UnknownImageFormat {
        /// The path.
        path: PathBuf,
    },
    /// The image can't be written in the asked format.
    #[error("the image can't be encoded: {0}")]
    Encode(#[source] image::ImageError),
    /// The file can't be written.
    #[error("{} can't be written: {source}", path.display())]
    Save {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl RenderError {
    /// A value out of its range. `field` is its name in the part of the style that checks it; nothing stands for the
    /// part as a whole.
    pub(crate) fn bad_style(field: &str, actual: impl ToString, expected: impl Into<String>) -> Self {
        Self::BadStyle { field: field.to_owned(), actual: actual.to_string(), expected: expected.into() }
    }

    /// The error with the name of the part that the field belongs to before that of the field.
    pub(crate) fn within(self, part: impl Into<String>) -> Self {
        match self {
            Self::BadStyle { field, actual, expected } if field.is_empty() => {
                Self::BadStyle { field: part.into(), actual, expected }
            }
            Self::BadStyle { field, actual, expected } => {
                Self::BadStyle { field: format!("{}.{field}", part.into()), actual, expected }
            }
            other => other,
        }
    }
}

/// Checks every entry of the array `part` of a style, and that there are not too many.
pub(crate) fn check_entries<T>(
    part: &str,
    entries: &[T],
    check: impl Fn(&T) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    /// Most entries of an array of a style but its fonts.
    const MOST: usize = 100;
    if entries.len() > MOST {
        let expected = format!("at most {MOST}");
        return Err(RenderError::bad_style(part, format!("{} entries", entries.len()), expected));
    }
    (0..)
        .zip(entries)
        .try_for_each(|(i, entry)| check(entry).map_err(|error| error.within(format!("{part}[{i}]"))))
}
