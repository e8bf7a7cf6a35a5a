//! Fonts with the outlines of their characters.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::canvas::path::Path;
use crate::error::RenderError;
use crate::font::Face;
use crate::font::file::FontFile;

/// The height of a font in pixels that is loaded. Outlines are used without hinting, so it does not matter.
const NOMINAL_HEIGHT: u32 = 64;

/// The most points of the outlines that the fonts of a renderer cache, of 16 bytes each: thousands of letters. Other
/// outlines are read from the font every time.
pub(crate) const MAX_POINTS: usize = 1 << 24;

/// A font with the unhinted outlines of some characters.
pub(crate) struct Shapes {
    face: Face,
    kept: HashMap<char, Path>,
}

impl Shapes {
    /// The font of `file` with the outlines of `characters`, of `left` points at most, which what is kept takes from.
    pub(crate) fn new(
        file: &Arc<FontFile>,
        characters: impl IntoIterator<Item = char>,
        left: &mut usize,
    ) -> Result<Self, RenderError> {
        let face = Face::new(file, NOMINAL_HEIGHT)?;
        let mut kept = HashMap::new();
        for character in characters {
            let shape = face.shape(character)?;
            if let Some(rest) = left.checked_sub(shape.contours.iter().map(Vec::len).sum()) {
                *left = rest;
                kept.insert(character, shape);
            }
        }
        Ok(Self { face, kept })
    }

    /// The outline of `character` in ems.
    pub(crate) fn shape(&self, character: char) -> Result<Cow<'_, Path>, RenderError> {
        match self.kept.get(&character) {
            Some(shape) => Ok(Cow::Borrowed(shape)),
            None => Ok(Cow::Owned(self.face.shape(character)?)),
        }
    }
}
