//! The typesetter of a style: that of its layout.

use std::sync::Arc;

use crate::canvas::Canvas;
use crate::error::RenderError;
use crate::font::file::FontFile;
use crate::font::library::FontLibrary;
use crate::layout::set_text::SetText;
use crate::layout::{Layout, claptcha, lepture, row};
use crate::streams::{Stream, Streams};
use crate::style::Style;
use crate::values::colour::Colour;

/// Sets texts as the layout of a style says, in its fonts.
pub(crate) enum Typesetter {
    Claptcha(claptcha::Typesetter),
    Lepture(lepture::Typesetter),
    Row(row::Typesetter),
}

impl Typesetter {
    pub(crate) fn new(files: &[Arc<FontFile>], style: &Style) -> Result<Self, RenderError> {
        Ok(match &style.layout {
            Layout::Claptcha => Self::Claptcha(claptcha::Typesetter::new(files, style)?),
            Layout::Lepture(layout) => Self::Lepture(lepture::Typesetter::new(files, style, layout)?),
            Layout::Row(layout) => Self::Row(row::Typesetter::new(files, style, layout)?),
        })
    }

    /// A typesetter with the fonts of `library`, made in microseconds.
    pub(crate) fn of_library(library: &FontLibrary, style: &Style) -> Result<Self, RenderError> {
        Ok(match &style.layout {
            Layout::Claptcha => Self::Claptcha(claptcha::Typesetter::of_library(library, style)?),
            Layout::Lepture(layout) => {
                Self::Lepture(lepture::Typesetter::of_library(library, style, layout)?)
            }
            Layout::Row(layout) => {
                Self::Row(row::Typesetter::of_shapes(library.shapes(&style.fonts)?, layout))
            }
        })
    }

    /// Draws `text` in `ink` on a canvas of `paper`, which makes one of any size.
    pub(crate) fn set_text(
        &self,
        style: &Style,
        text: &str,
        (ink, paper): (Colour, &mut dyn FnMut(usize, usize) -> Canvas),
        streams: &mut impl Streams,
    ) -> Result<SetText, RenderError> {
        match self {
            Self::Claptcha(typesetter) => typesetter.set_text(style, text, (ink, paper), streams),
            Self::Lepture(typesetter) => {
                typesetter.set_text(style, text, (ink, paper), streams.of(Stream::Letters))
            }
            Self::Row(typesetter) => {
                typesetter.set_text(style, text, (ink, paper), streams.of(Stream::Letters))
            }
        }
    }
}
