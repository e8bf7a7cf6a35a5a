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
    /// A value of a style is out of its range.
    #[error("the style's {field} is {actual}, expected {expected}")]
    BadStyle {
        /// The field, as it is called in TOML.
        field: &'static str,
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
