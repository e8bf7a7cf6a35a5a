//! A renderer whose texts are like those of images that somebody has.

use captcha_core::Alphabet;
use captcha_render::{Lengths, Renderer, Styles};

use crate::{DatasetError, LabelledFolder};

/// A renderer of a style or a distribution whose texts are like those of `images`: of the characters that both have, and
/// as long. For [`FolderStream::with_mix`](crate::FolderStream::with_mix).
///
/// # Errors
/// [`DatasetError::Alphabet`] if the style and the images have no character in common; [`DatasetError::Style`] if the
/// style can't be drawn with such texts.
pub fn renderer_like(styles: impl Into<Styles>, images: &LabelledFolder) -> Result<Renderer, DatasetError> {
    let styles = styles.into();
    let known = styles.alphabet().characters().iter().filter(|&&c| images.alphabet().contains(c));
    let alphabet = Alphabet::new(&known.collect::<String>())?;
    let lengths = images.samples().map(|sample| sample.label.char_count().max(1));
    let bounds = lengths.fold(None, |bounds: Option<(usize, usize)>, length| {
        Some(bounds.map_or((length, length), |(least, most)| (least.min(length), most.max(length))))
    });
    let restricted = || {
        let styles = styles.with_alphabet(alphabet)?;
        Renderer::new(match bounds {
            Some((min, max)) => styles.with_lengths(Lengths { min, max })?,
            None => styles,
        })
    };
    restricted().map_err(|error| DatasetError::Style { source: Box::new(error) })
}
