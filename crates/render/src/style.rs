//! What a family of CAPTCHAs looks like, as data.

use std::ops::RangeInclusive;
use std::path::Path;

use captcha_core::Alphabet;
use captcha_core::files::read_bounded;
use serde::{Deserialize, Serialize};

use crate::RenderError;
use crate::background::Background;
use crate::clutter::Clutter;
use crate::colour::Colours;
use crate::error::check_entries;
use crate::layout::Layout;
use crate::noise::Noise;
use crate::resample::Resampling;
use crate::text::TextSampler;
use crate::warp::Warp;

/// What a family of CAPTCHAs looks like: everything but the text and the seed.
///
/// A style is data. It starts from a preset, is changed by its `with_*` methods, and is read from and written to
/// TOML; a field that a TOML text leaves out is that of [`Style::seed`], an unknown field is an error.
///
/// The fields are applied in this order, whatever their order in the text; each part has random numbers of its own, so
/// that a seed shows the same letters with another background, clutter or noise.
///
/// 1. `background`, then everything `behind` the characters;
/// 2. the characters in `ink`, set and bent as `layout` says;
/// 3. every `clutter` over them;
/// 4. `inverted`: some pictures become negatives;
/// 5. every `noise` over all.
///
/// The layout [`Claptcha`](Layout::Claptcha) does this on a canvas of the measured text and resizes it to `width` and
/// `height` at the end; it alone uses `margin`, `warp` and `resampling` (and a [`LineClutter`](crate::LineClutter) the
/// latter). Pictures are grey if all their colours are.
///
/// ```
/// use captcha_render::{Noise, Style, WhiteNoise};
///
/// let style = Style::claptcha().with_size(200, 80).with_noise(vec![Noise::White(WhiteNoise::new(0.3))]);
/// assert_eq!(Style::from_toml(&style.to_toml()?)?, style);
/// # Ok::<(), captcha_render::RenderError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Style {
    /// Width of the image in pixels, 1 to [`MAX_SIDE`]. Default 300.
    pub width: u32,
    /// Height of the image in pixels, 1 to [`MAX_SIDE`]. Default 150.
    pub height: u32,
    /// The characters that texts are drawn from. Default `A` to `Z`.
    pub alphabet: Alphabet,
    /// How many characters a drawn text has. Default 6.
    pub lengths: Lengths,
    /// The fonts, each the name of a built-in one ([`BUILT_IN_FONTS`](crate::BUILT_IN_FONTS)) or the path of a
    /// TTF or OTF file, up to 1000; every image draws one of them. Default `pt-sans-bold`.
    pub fonts: Vec<String>,
    /// How pixels are interpolated in warps and resizes. Default bicubic.
    pub resampling: Resampling,
    /// The room around the text. Default 20 and 20.
    pub margin: Margin,
    /// How each character is bent, one after the other. Default one [`Warp::Quad`].
    pub warp: Vec<Warp>,
    /// What is drawn over the characters, in this order. Default nothing.
    pub clutter: Vec<Clutter>,
    /// What is laid over all, in this order. Default nothing.
    pub noise: Vec<Noise>,
    /// How characters are set and put side by side. Default [`Layout::Claptcha`].
    pub layout: Layout,
    /// The colour of characters and clutter; each image draws one. Default black.
    pub ink: Colours,
    /// What is behind the characters. Default plain white.
    pub background: Background,
    /// What is drawn on the background before the characters, in this order. Default nothing.
    pub behind: Vec<Clutter>,
    /// The probability that an image is turned into its negative, light on dark, before noise is laid over it, 0 to
    /// 1. Default 0.
    pub inverted: f64,
}

/// Largest width and height of an image in pixels: what `captcha_core::ImageLimits` reads back.
pub const MAX_SIDE: u32 = 4096;

/// Most fonts of a style.
const MAX_FONTS: usize = 1000;

/// Smallest height of a font in pixels that still shows characters.
const MIN_FONT_HEIGHT: u32 = 4;

/// The room around the text, in pixels of the final image.
///
/// It is an estimate, as in Claptcha: the text is measured in a font of `height - 2 y` pixels, and the canvas that
/// holds it is resized to the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margin {
    /// Left and right, less than half of the width.
    pub x: u32,
    /// Above and below; at least 4 pixels of the height must remain, which are the height of the font.
    pub y: u32,
}

/// The least and the most characters of a drawn text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    /// The least, at least 1.
    pub min: usize,
    /// The most, at most [`MAX_TEXT`](crate::MAX_TEXT).
    pub max: usize,
}

impl Lengths {
    /// Whether `length` is one of them.
    #[must_use]
    pub fn holds(self, length: usize) -> bool {
        (self.min..=self.max).contains(&length)
    }
}

impl From<RangeInclusive<usize>> for Lengths {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { min: *range.start(), max: *range.end() }
    }
}

impl From<Lengths> for RangeInclusive<usize> {
    fn from(lengths: Lengths) -> Self {
        lengths.min..=lengths.max
    }
}

/// A range of numbers that a parameter is drawn from, uniformly. In TOML an array: `[0.2, 0.7]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Span {
    /// The least value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

impl Span {
    /// The numbers from `low` to `high`.
    #[must_use]
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The number `value` alone.
    #[must_use]
    pub fn at(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// Refuses a span that is reversed or leaves `min..=max`.
    pub(crate) fn check(self, field: &str, min: f64, max: f64) -> Result<(), RenderError> {
        if min <= self.low && self.low <= self.high && self.high <= max {
            return Ok(());
        }
        Err(RenderError::bad_style(
            field,
            format!("[{}, {}]", self.low, self.high),
            format!("two rising numbers from {min} to {max}"),
        ))
    }

    pub(crate) fn draw(self, rng: &mut impl rand::Rng) -> f64 {
        crate::draw::uniform(rng, self.low, self.high)
    }
}

/// Refuses a number outside of `min..=max`.
pub(crate) fn check_number(value: f64, field: &str, min: f64, max: f64) -> Result<(), RenderError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(RenderError::bad_style(field, value, format!("a number from {min} to {max}")))
}

/// Reads a table that holds nothing but its `kind`: without it, fields of a kind without fields would be ignored.
pub(crate) fn nothing<'de, D: serde::Deserializer<'de>>(table: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(table).map(|Nothing {}| ())
}

impl From<[f64; 2]> for Span {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Span> for [f64; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::seed()
    }
}

impl Style {
    /// Reads a style from TOML.
    ///
    /// # Errors
    /// [`RenderError::ParseStyle`] says where, for instance at an unknown field. Ranges are checked by
    /// [`Renderer::new`](crate::Renderer::new).
    pub fn from_toml(text: &str) -> Result<Self, RenderError> {
        Ok(toml::from_str(text)?)
    }

    /// Reads a style from a TOML file.
    ///
    /// # Errors
    /// [`RenderError::StyleFile`] with the path and what is wrong.
    pub fn from_file(path: &Path) -> Result<Self, RenderError> {
        /// Largest style file in bytes. The longest presets have 2 kB.
        const MAX_FILE: u64 = 1 << 20;
        let fail = |source| RenderError::StyleFile { path: path.to_owned(), source };
        let bytes =
            read_bounded(path, MAX_FILE).map_err(|error| fail(Box::new(std::io::Error::from(error))))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| fail(Box::new(error)))?;
        toml::from_str(text).map_err(|error| fail(Box::new(error)))
    }

    /// The style as TOML, all fields written out.
    ///
    /// # Errors
    /// [`RenderError::WriteStyle`] if a length is above 2^63 - 1, which TOML can't say.
    pub fn to_toml(&self) -> Result<String, RenderError> {
        Ok(toml::to_string(self)?)
    }

    /// The same with another size in pixels.
    #[must_use]
    pub fn with_size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width, height);
        self
    }

    /// The same with another margin in pixels.
    #[must_use]
    pub fn with_margin(mut self, x: u32, y: u32) -> Self {
        self.margin = Margin { x, y };
        self
    }

    /// The same with another alphabet.
    #[must_use]
    pub fn with_alphabet(mut self, alphabet: Alphabet) -> Self {
        self.alphabet = alphabet;
        self
    }

    /// The same with other lengths of drawn texts.
    #[must_use]
    pub fn with_lengths(mut self, lengths: RangeInclusive<usize>) -> Self {
        self.lengths = lengths.into();
        self
    }

    /// The same with other fonts.
    #[must_use]
    pub fn with_fonts(mut self, fonts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fonts = fonts.into_iter().map(Into::into).collect();
        self
    }

    /// The same with another interpolation.
    #[must_use]
    pub fn with_resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// The same with other warps.
    #[must_use]
    pub fn with_warp(mut self, warp: Vec<Warp>) -> Self {
        self.warp = warp;
        self
    }

    /// The same with other clutter.
    #[must_use]
    pub fn with_clutter(mut self, clutter: Vec<Clutter>) -> Self {
        self.clutter = clutter;
        self
    }

    /// The same with other noise.
    #[must_use]
    pub fn with_noise(mut self, noise: Vec<Noise>) -> Self {
        self.noise = noise;
        self
    }

    /// The same with characters that are set in another way.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The same with another background.
    #[must_use]
    pub fn with_background(mut self, background: Background) -> Self {
        self.background = background;
        self
    }

    /// The same with clutter behind the characters.
    #[must_use]
    pub fn with_behind(mut self, behind: Vec<Clutter>) -> Self {
        self.behind = behind;
        self
    }

    /// The same with another share of negatives.
    #[must_use]
    pub fn with_inverted(mut self, inverted: f64) -> Self {
        self.inverted = inverted;
        self
    }

    /// The same with other colours of ink and of a plain background.
    #[must_use]
    pub fn with_colours(mut self, ink: Colours, background: Colours) -> Self {
        (self.ink, self.background) = (ink, Background::Plain(background));
        self
    }

    /// Whether the pictures have no colours.
    pub(crate) fn is_grey(&self) -> bool {
        let clutter = self.behind.iter().chain(&self.clutter);
        self.ink.is_grey() && self.background.is_grey() && clutter.into_iter().all(Clutter::is_grey)
    }

    /// All values by the names of their fields.
    pub(crate) fn values(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a style is made of names, numbers and texts")
    }

    /// The height of the font in pixels.
    pub(crate) fn font_height(&self) -> u32 {
        self.height - 2 * self.margin.y
    }

    /// Refuses values that are out of their range; fonts are checked where they are loaded.
    pub(crate) fn validate(&self) -> Result<TextSampler, RenderError> {
        for (field, side) in [("width", self.width), ("height", self.height)] {
            if !(1..=MAX_SIDE).contains(&side) {
                return Err(RenderError::bad_style(field, side, format!("1 to {MAX_SIDE} pixels")));
            }
        }
        if u64::from(self.margin.x) * 2 >= u64::from(self.width) {
            let expected = format!("less than half of the width {}", self.width);
            return Err(RenderError::bad_style("margin.x", self.margin.x, expected));
        }
        if u64::from(self.margin.y) * 2 + u64::from(MIN_FONT_HEIGHT) > u64::from(self.height) {
            let expected = format!("to leave {MIN_FONT_HEIGHT} of the height {} for the font", self.height);
            return Err(RenderError::bad_style("margin.y", self.margin.y, expected));
        }
        if self.fonts.is_empty() {
            return Err(RenderError::bad_style("fonts", "empty", "at least one font"));
        }
        if self.fonts.len() > MAX_FONTS {
            let expected = format!("at most {MAX_FONTS} fonts");
            return Err(RenderError::bad_style("fonts", format!("a list of {}", self.fonts.len()), expected));
        }
        self.ink.check("ink")?;
        self.background.validate().map_err(|error| error.within("background"))?;
        self.layout.validate((self.width, self.height)).map_err(|error| error.within("layout"))?;
        check_number(self.inverted, "inverted", 0.0, 1.0)?;
        check_entries("behind", &self.behind, Clutter::validate)?;
        check_entries("warp", &self.warp, Warp::validate)?;
        check_entries("clutter", &self.clutter, Clutter::validate)?;
        check_entries("noise", &self.noise, Noise::validate)?;
        TextSampler::new(self.alphabet.clone(), self.lengths.into())
    }
}
