//! What a family of CAPTCHAs looks like, as data.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Style`]: all options of a picture but its text and its seed |
//! | `presets` | the styles that have names |
//! | `file` | styles as TOML, and by the name of a preset or a file |
//! | `check` | what a renderer refuses of a style |
//! | `text_sampler` | [`TextSampler`](text_sampler::TextSampler): texts from an alphabet |

pub(crate) mod check;
pub(crate) mod file;
pub(crate) mod presets;
pub(crate) mod text_sampler;

use std::ops::RangeInclusive;

use captcha_core::Alphabet;
use serde::{Deserialize, Serialize};

use crate::canvas::background::Background;
use crate::clutter::Clutter;
use crate::layout::Layout;
use crate::noise::Noise;
use crate::pillow::resample::Resampling;
use crate::values::colour::Colours;
use crate::values::lengths::Lengths;
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

impl Default for Style {
    fn default() -> Self {
        Self::seed()
    }
}

impl Style {
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
}
