//! The image on screen.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use captcha_lab::core::image::{DynamicImage, RgbaImage};
use captcha_lab::core::{Alphabet, DecodeError, GlyphBox, ImageLimits, Label, open_image};
use captcha_lab::render::Captcha;
use eframe::egui::{Color32, ColorImage};

/// An image, its origin, and what is known about it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The image.
    pub image: Arc<DynamicImage>,
    /// The true text, if it is known.
    pub text: Option<String>,
    /// The boxes of the characters' ink, if they are known.
    pub glyphs: Vec<GlyphBox>,
    /// The origin of the image.
    pub origin: Origin,
    colours: OnceLock<Arc<ColorImage>>,
}

/// The origin of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was drawn with this seed.
    Drawn(u64),
    /// It was read from this file.
    File(PathBuf),
    /// It was pasted.
    Clipboard,
}

impl Picture {
    /// A CAPTCHA that was drawn with `seed`.
    #[must_use]
    pub fn drawn(captcha: Captcha, seed: u64) -> Self {
        Self {
            image: Arc::new(captcha.image),
            glyphs: captcha.glyphs.iter().filter_map(|glyph| glyph.bounds).collect(),
            text: Some(captcha.text),
            origin: Origin::Drawn(seed),
            colours: OnceLock::new(),
        }
    }

    /// The image in a file. Its true text is taken from the file name if that begins with capitals and
    /// digits, as in `QXKZEF-2.png`.
    ///
    /// # Errors
    /// As [`open_image`]: no such file, not an image, or an image that is too large.
    pub fn open(path: &Path) -> Result<Self, DecodeError> {
        let image = Arc::new(open_image(path, ImageLimits::default())?);
        let label =
            Label::from_path(path).and_then(|label| label.checked(&Alphabet::uppercase_alphanumeric()));
        Ok(Self {
            image,
            text: label.ok().map(String::from),
            glyphs: Vec::new(),
            origin: Origin::File(path.to_owned()),
            colours: OnceLock::new(),
        })
    }

    /// An image from the clipboard; `None` if it is empty or exceeds the size limit of image files.
    #[must_use]
    pub fn pasted(image: &ColorImage) -> Option<Self> {
        let sides = image.size.map(|side| side as u32);
        if sides.iter().any(|side| !(1..=ImageLimits::default().max_side).contains(side)) {
            return None;
        }
        let pixels = image.pixels.iter().flat_map(Color32::to_srgba_unmultiplied).collect();
        let pixels = RgbaImage::from_raw(sides[0], sides[1], pixels)?;
        Some(Self {
            image: Arc::new(pixels.into()),
            text: None,
            glyphs: Vec::new(),
            origin: Origin::Clipboard,
            colours: OnceLock::new(),
        })
    }

    /// The picture with everything prepared for fast display.
    pub(crate) fn prepared(self) -> Self {
        let _ = self.colours();
        self
    }

    /// The image as an egui image.
    #[must_use]
    pub fn colours(&self) -> &Arc<ColorImage> {
        self.colours.get_or_init(|| Arc::new(colours(&self.image)))
    }

    /// The same image, reduced to at most `side` pixels in width and height if it is larger.
    pub(crate) fn within(&self, side: usize) -> ColorImage {
        let most = u32::try_from(side).unwrap_or(u32::MAX);
        match self.image.width().max(self.image.height()) > most {
            true => colours(&self.image.thumbnail(most, most)),
            false => colours(&self.image),
        }
    }

    /// Its name in the title of the window: its text, or the name of its file.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.text, &self.origin) {
            (Some(text), _) => text.clone(),
            (None, Origin::File(path)) => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
            (None, _) => "a pasted image".to_owned(),
        }
    }

    /// The proposed file name for saving it.
    #[must_use]
    pub fn file_name(&self) -> String {
        let stem = match (&self.text, &self.origin) {
            // A text from the user may contain any characters.
            (Some(text), _) if text.chars().all(char::is_alphanumeric) => text,
            (None, Origin::File(path)) => &*path.file_stem().unwrap_or_default().to_string_lossy(),
            _ => "captcha",
        };
        format!("{stem}.png")
    }
}

fn colours(image: &DynamicImage) -> ColorImage {
    let pixels = image.to_rgba8();
    let size = [pixels.width() as usize, pixels.height() as usize];
    ColorImage::from_rgba_unmultiplied(size, pixels.as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(text: Option<&str>, origin: Origin) -> Picture {
        let image = Arc::new(DynamicImage::new_luma8(3, 2));
        let text = text.map(str::to_owned);
        Picture { image, text, glyphs: Vec::new(), origin, colours: OnceLock::new() }
    }

    #[test]
    fn names_and_file_names() {
        let file = |name: &str| Origin::File(PathBuf::from("some").join(name));
        for (picture, name, file_name) in [
            (picture(Some("QXKZEF"), Origin::Drawn(1)), "QXKZEF", "QXKZEF.png"),
            (picture(Some("../x"), Origin::Drawn(1)), "../x", "captcha.png"),
            (picture(None, file("scan.jpg")), "scan.jpg", "scan.png"),
            (picture(None, Origin::Clipboard), "a pasted image", "captcha.png"),
        ] {
            assert_eq!((&*picture.name(), &*picture.file_name()), (name, file_name));
        }
    }

    #[test]
    fn what_is_too_large_is_shrunk_in_its_shape() {
        for (size, most, expected) in
            [((40, 20), 40, [40, 20]), ((40, 20), 39, [39, 20]), ((400, 1), 8, [8, 1]), ((1, 400), 8, [1, 8])]
        {
            let mut picture = picture(None, Origin::Clipboard);
            picture.image = Arc::new(DynamicImage::new_luma8(size.0, size.1));
            assert_eq!(picture.within(most).size, expected, "{size:?} {most}");
        }
    }

    #[test]
    fn pixels_survive_the_clipboard() {
        let drawn = RgbaImage::from_fn(5, 4, |x, y| [50 * x as u8, 60 * y as u8, 7, 255].into());
        let mut picture = picture(None, Origin::Drawn(1));
        picture.image = Arc::new(drawn.clone().into());
        assert_eq!(Picture::pasted(picture.colours()).unwrap().image.to_rgba8(), drawn);
        assert!(Picture::pasted(&ColorImage::default()).is_none());
    }
}
