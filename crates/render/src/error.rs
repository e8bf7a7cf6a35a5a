//! Everything that can go wrong while a style is read or a CAPTCHA is drawn.

use std::path::PathBuf;

use captcha_core::AlphabetError;

/// An error of a dependency. It is boxed, because its type may change with every release of the dependency.
pub(crate) type BoxedError = Box<dyn std::error::Error + Send + Sync>;

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
    /// A style is neither the name of a preset nor a file that exists.
    #[error("there is no style {name:?}; type one of {presets}, or the path of a TOML file")]
    UnknownStyle {
        /// The name that was asked for.
        name: String,
        /// The names of all presets.
        presets: String,
    },
    /// A text cannot be parsed.
    #[error("{text:?} is not {what}, expected {expected}")]
    Unreadable {
        /// What was expected, as `the size of an image`.
        what: &'static str,
        /// The text.
        text: String,
        /// What it should look like.
        expected: String,
    },
    /// The ground truth of a glyph does not fit its image or its text.
    #[error("{reason}")]
    BadGlyph {
        /// What does not fit.
        reason: String,
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
    /// A file is not a TrueType or OpenType font with outlines.
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
    /// A text has no characters.
    #[error("expected a text of at least one character, got none")]
    EmptyText,
    /// A text has too many characters.
    #[error("the text has {length} characters, the most is {max}")]
    TextTooLong {
        /// The number of characters of the text.
        length: usize,
        /// The most that is drawn.
        max: usize,
    },
    /// A text that needs a canvas of too many pixels.
    #[error("the text needs a canvas of {width} x {height} pixels, the most is {max_pixels} pixels in all")]
    CanvasTooLarge {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
        /// The most pixels of a canvas.
        max_pixels: u64,
    },
    /// A text whose characters have too many pixels together.
    #[error("the characters of the text have {pixels} pixels together, the most is {max_pixels}")]
    CharactersTooLarge {
        /// The pixels of all characters after they are stretched.
        pixels: u64,
        /// The most.
        max_pixels: u64,
    },
    /// A value of a style is out of its range.
    #[error("the style's {field} is {actual}, expected {expected}")]
    BadStyle {
        /// The field as TOML names it, with its index if it is in an array: `behind[1].count`.
        field: String,
        /// Its value.
        actual: String,
        /// What it can be.
        expected: String,
    },
    /// A value of a distribution over styles is wrong, or can be.
    #[error("{place} {problem}")]
    BadDistribution {
        /// Which value: `family "row": layout.size`.
        place: String,
        /// What is wrong with it, as a predicate: `is 3, expected 0 to 1`.
        problem: String,
    },
    /// An alphabet is invalid.
    #[error(transparent)]
    Alphabet(#[from] AlphabetError),
    /// A text is not TOML, or the TOML is not a style.
    #[error("the text is no style")]
    ParseStyle(#[source] BoxedError),
    /// A style can't be written as TOML.
    #[error("the style can't be written as TOML")]
    WriteStyle(#[source] BoxedError),
    /// A style file can't be read.
    #[error("the style {} can't be read", path.display())]
    StyleFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: BoxedError,
    },
    /// A file name has no ending that names an image format.
    #[error("{}: expected a file name with the ending of an image format, as in `.png`", path.display())]
    UnknownImageFormat {
        /// The path.
        path: PathBuf,
    },
    /// The image can't be written in the asked format.
    #[error("the image can't be encoded")]
    Encode(#[source] BoxedError),
    /// The file can't be written.
    #[error("{} can't be written", path.display())]
    Save {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl RenderError {
    /// A value out of its range. `field` is its name in the part of the style that checks it, or empty for that part
    /// itself.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass a number or a text that they have just made"
    )]
    pub(crate) fn bad_style(field: &str, actual: impl ToString, expected: impl Into<String>) -> Self {
        Self::BadStyle { field: field.to_owned(), actual: actual.to_string(), expected: expected.into() }
    }

    /// Prefixes the field with the name of the part that it belongs to.
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

    /// Says of a bad value that it is one of the family called `family`.
    pub(crate) fn of_family(self, family: &str) -> Self {
        self.of_distribution(|field| format!("family {family:?}: {field}"))
    }

    /// Says of a bad value where in a distribution it is.
    pub(crate) fn of_distribution(self, place: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::BadStyle { field, actual, expected } => Self::BadDistribution {
                place: place(&field),
                problem: format!("is {actual}, expected {expected}"),
            },
            Self::UnknownPreset { name, expected } => Self::BadDistribution {
                place: place("preset"),
                problem: format!("is {name:?}, expected one of {expected}"),
            },
            other => other,
        }
    }
}
