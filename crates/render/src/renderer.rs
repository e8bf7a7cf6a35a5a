//! From a style, a text and a seed to a picture with its ground truth.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use captcha_core::{Alphabet, Fingerprint};
use image::DynamicImage;

use crate::captcha::Captcha;
use crate::error::RenderError;
use crate::font::file::FontFile;
use crate::font::library::FontLibrary;
use crate::layout::typesetter::Typesetter;
use crate::painting::{Look, Painting};
use crate::streams::{Seeded, Stream, Streams};
use crate::style::Style;
use crate::style::distribution::StyleDistribution;
use crate::style::styles::Styles;
use crate::style::text_sampler::TextSampler;
use crate::values::lengths::Lengths;
use crate::values::limits::MAX_TEXT;

/// Draws the CAPTCHAs of one style, or of a distribution over styles.
///
/// It loads the fonts and checks the style once, and can be shared by threads. A picture is a pure function of style,
/// text and seed: the same to the last bit on every machine and in every thread. With a distribution, its style is
/// sampled from the seed too.
///
/// ```
/// use captcha_render::{Renderer, Style};
///
/// let renderer = Renderer::new(Style::claptcha())?;
/// let captcha = renderer.render("QXKZEF", 42)?;
/// assert_eq!(captcha.image.width(), 300);
/// assert_eq!(captcha.glyphs.len(), 6);
/// # Ok::<(), captcha_render::RenderError>(())
/// ```
pub struct Renderer {
    press: Press,
}

/// What is drawn, and what is loaded to draw it.
enum Press {
    Style { style: Box<Style>, sampler: TextSampler, fonts: Vec<Arc<FontFile>>, typesetter: Box<Typesetter> },
    Distribution { distribution: Box<StyleDistribution>, library: FontLibrary },
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Renderer");
        match &self.press {
            Press::Style { style, .. } => debug.field("style", style),
            Press::Distribution { distribution, .. } => debug.field("distribution", distribution),
        };
        debug.finish_non_exhaustive()
    }
}

impl Renderer {
    /// A renderer of a [`Style`] or a [`StyleDistribution`].
    ///
    /// # Errors
    /// [`RenderError::BadStyle`] names the field that is out of range; a font that is unknown, unreadable, broken
    /// or without a character of the style's alphabet has an error of its own.
    pub fn new(styles: impl Into<Styles>) -> Result<Self, RenderError> {
        let press = match styles.into() {
            Styles::One(style) => {
                let sampler = style.validate()?;
                let fonts = FontFile::open_all(&style.fonts)?;
                let typesetter = Box::new(Typesetter::new(&fonts, &style)?);
                Press::Style { style, sampler, fonts, typesetter }
            }
            Styles::Distribution(distribution) => {
                let library = FontLibrary::open(distribution.fonts())?;
                Press::Distribution { distribution, library }
            }
        };
        Ok(Self { press })
    }

    /// A renderer of the preset or the TOML file of this name.
    ///
    /// # Errors
    /// As [`Styles::open`] and [`new`](Self::new).
    pub fn open(name_or_path: impl AsRef<Path>) -> Result<Self, RenderError> {
        Self::new(Styles::open(name_or_path)?)
    }

    /// The style that is drawn; none if every image samples one.
    #[must_use]
    pub fn style(&self) -> Option<&Style> {
        match &self.press {
            Press::Style { style, .. } => Some(style),
            Press::Distribution { .. } => None,
        }
    }

    /// The style of the image of `seed`, as wide as the text of `seed` needs it.
    ///
    /// # Errors
    /// As [`StyleDistribution::sample`].
    pub fn style_of(&self, seed: u64) -> Result<Style, RenderError> {
        match &self.press {
            Press::Style { style, .. } => Ok((**style).clone()),
            Press::Distribution { distribution, .. } => distribution.sample(seed),
        }
    }

    /// The characters that texts are sampled from.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        match &self.press {
            Press::Style { style, .. } => &style.alphabet,
            Press::Distribution { distribution, .. } => distribution.alphabet(),
        }
    }

    /// How many characters sampled texts have.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        match &self.press {
            Press::Style { style, .. } => style.lengths,
            Press::Distribution { distribution, .. } => distribution.lengths(),
        }
    }

    /// What identifies the pictures of this renderer: all values of its style or its distribution, with the file names
    /// of its fonts and the SHA-256 of their bytes in place of their paths. A font file that was moved is the same font;
    /// one that has changed is another.
    ///
    /// ```
    /// use captcha_render::{Renderer, Style};
    ///
    /// let [plain, inverted] = [0.0, 0.5].map(|share| Renderer::new(Style::seed().with_inverted(share)));
    /// let differences = plain?.fingerprint().differences(&inverted?.fingerprint());
    /// assert_eq!(differences[0].to_string(), "style.inverted is 0.0 and 0.5");
    /// # Ok::<(), captcha_render::RenderError>(())
    /// ```
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let values = match &self.press {
            Press::Style { style, fonts, .. } => {
                let mut values = style.values();
                values["fonts"] = fonts.iter().map(|font| font.fingerprint()).collect();
                values
            }
            Press::Distribution { distribution, library } => {
                let mut values = distribution.values();
                let families = values["family"].as_array_mut().into_iter().flatten();
                for fonts in families.filter_map(|family| family.pointer_mut("/style/fonts")) {
                    *fonts = library.identified(fonts);
                }
                values["fonts"] = library.fingerprints();
                values
            }
        };
        Fingerprint::new().with("style", values)
    }

    /// The SHA-256 of the bytes of every font, by its name in the style.
    #[must_use]
    pub fn font_hashes(&self) -> BTreeMap<String, String> {
        match &self.press {
            Press::Style { fonts, .. } => {
                fonts.iter().map(|font| (font.name.clone(), font.sha256())).collect()
            }
            Press::Distribution { library, .. } => library.hashes().collect(),
        }
    }

    /// The text that [`random`](Self::random) shows for `seed`, sampled from the style's alphabet and lengths. Empty if
    /// no style can be sampled, which [`render`](Self::render) then says.
    #[must_use]
    pub fn text(&self, seed: u64) -> String {
        match &self.press {
            Press::Style { sampler, .. } => sampler.sample(Seeded::new(seed).of(Stream::Text)),
            Press::Distribution { distribution, .. } => {
                distribution.sample_with_text(seed).map_or_else(|_| String::new(), |(_, text)| text)
            }
        }
    }

    /// The CAPTCHA of `seed`, with a text that is sampled from it too.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn random(&self, seed: u64) -> Result<Captcha, RenderError> {
        self.render(&self.text(seed), seed)
    }

    /// The CAPTCHA that shows `text` (1 to [`MAX_TEXT`] characters that the fonts have; they need not be of the
    /// style's alphabet).
    ///
    /// # Errors
    /// [`RenderError::EmptyText`], [`RenderError::TextTooLong`], [`RenderError::MissingGlyph`] names a character
    /// that the font lacks, [`RenderError::CanvasTooLarge`] or [`RenderError::CharactersTooLarge`];
    /// [`RenderError::BadDistribution`] as [`StyleDistribution::sample`].
    pub fn render(&self, text: &str, seed: u64) -> Result<Captcha, RenderError> {
        let painting = self.paint(text, seed)?;
        let glyphs = painting.glyphs(text);
        Ok(Captcha { image: painting.into_image(), text: text.to_owned(), glyphs })
    }

    /// The picture of [`render`](Self::render) without its glyphs, which takes about three quarters of the time.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn image(&self, text: &str, seed: u64) -> Result<DynamicImage, RenderError> {
        Ok(self.paint(text, seed)?.into_image())
    }

    fn paint(&self, text: &str, seed: u64) -> Result<Painting, RenderError> {
        let length = text.chars().count();
        // A style that can't be sampled has no text, so it is told first.
        let own;
        let look = match &self.press {
            Press::Style { style, typesetter, .. } => Look { style, typesetter },
            Press::Distribution { distribution, library } => {
                let style = distribution.sample_for(seed, length)?;
                let typesetter = Typesetter::of_library(library, &style)?;
                own = (style, typesetter);
                Look { style: &own.0, typesetter: &own.1 }
            }
        };
        match length {
            0 => Err(RenderError::EmptyText),
            length if length > MAX_TEXT => Err(RenderError::TextTooLong { length, max: MAX_TEXT }),
            _ => look.paint(text, &mut Seeded::new(seed)),
        }
    }

    /// The picture and the text of [`random`](Self::random), without its glyphs.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn random_image(&self, seed: u64) -> Result<(DynamicImage, String), RenderError> {
        let Press::Distribution { distribution, library } = &self.press else {
            let text = self.text(seed);
            return Ok((self.image(&text, seed)?, text));
        };
        // The style is sampled once for both.
        let (style, text) = distribution.sample_with_text(seed)?;
        let typesetter = Typesetter::of_library(library, &style)?;
        let painting =
            Look { style: &style, typesetter: &typesetter }.paint(&text, &mut Seeded::new(seed))?;
        Ok((painting.into_image(), text))
    }
}

#[cfg(test)]
impl Renderer {
    /// Draws with random numbers of the test's.
    pub(crate) fn replay(&self, text: &str, streams: &mut impl Streams) -> DynamicImage {
        let Press::Style { style, typesetter, .. } = &self.press else { panic!("expected one style") };
        let painting = Look { style, typesetter }.paint(text, streams);
        painting.expect("a text that can be drawn").into_image()
    }
}
