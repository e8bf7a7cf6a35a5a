//! What a family of CAPTCHAs looks like, as data.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Style`]: all options of a picture but its text and its seed |
//! | `presets` | the styles that have names |
//! | `file` | styles as TOML, and by the name of a preset or a file |
//! | `check` | what a renderer refuses of a style |
//! | `styles` | [`Styles`](styles::Styles): one style, or a distribution |
//! | `distribution` | [`StyleDistribution`](distribution::StyleDistribution): every image has a style of its own |
//! | `text_sampler` | [`TextSampler`](text_sampler::TextSampler): texts from an alphabet |

pub(crate) mod check;
pub(crate) mod distribution;
pub(crate) mod file;
pub(crate) mod presets;
pub(crate) mod styles;
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

/// What a family of CAPTCHAs looks like: all options except text and seed.
///
/// A style is data: start from a preset, change it with the `with_*` methods, read and write it as TOML. A field that
/// is missing in a TOML text has the value of [`Style::seed`]; an unknown field is an error.
///
/// The fields are applied in this order, whatever their order in the text. Each part has its own stream of random
/// numbers, so a seed gives the same letters with any background, clutter or noise.
///
/// 1. `background`, then everything `behind` the characters;
/// 2. the characters in `ink`, set and bent as `layout` says;
/// 3. every `clutter` over them;
/// 4. `inverted`: some pictures become negatives;
/// 5. every `noise` over all.
///
/// The layout [`Claptcha`](Layout::Claptcha) paints on a canvas of the size of the measured text and resizes it to
/// `width` and `height` at the end. It alone uses `margin`, `warp` and `resampling`; a
/// [`LineClutter`](crate::LineClutter) uses `resampling` too. A picture has one channel if all its colours are grey.
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
    /// Width of the image in pixels, 1 to [`MAX_SIDE`](crate::MAX_SIDE). Default 300.
    pub width: u32,
    /// Height of the image in pixels, 1 to [`MAX_SIDE`](crate::MAX_SIDE). Default 150.
    pub height: u32,
    /// The characters that texts are sampled from. Default `A` to `Z`.
    pub alphabet: Alphabet,
    /// How many characters a sampled text has. Default 6.
    pub lengths: Lengths,
    /// The fonts, each the name of a built-in one ([`BUILT_IN_FONTS`](crate::BUILT_IN_FONTS)) or the path of a TTF or
    /// OTF file, up to 1000. Every image samples one of them, or every character if the layout says so. Default
    /// `pt-sans-bold`.
    pub fonts: Vec<String>,
    /// How pixels are interpolated in warps and resizes. Default bicubic.
    pub resampling: Resampling,
    /// The margin around the text. Default 20 and 20.
    pub margin: Margin,
    /// How each character is bent, one after the other. Default one [`Warp::Quad`].
    pub warp: Vec<Warp>,
    /// What is drawn over the characters, in this order. Default nothing.
    pub clutter: Vec<Clutter>,
    /// What is laid over all, in this order. Default nothing.
    pub noise: Vec<Noise>,
    /// How characters are set and put side by side. Default [`Layout::Claptcha`].
    pub layout: Layout,
    /// The colour of characters and clutter, sampled once for an image. Default black.
    pub ink: Colours,
    /// What is behind the characters. Default plain white.
    pub background: Background,
    /// What is drawn on the background before the characters, in this order. Default nothing.
    pub behind: Vec<Clutter>,
    /// The probability that an image is turned into its negative, light on dark, before noise is laid over it, 0 to
    /// 1. Default 0.
    pub inverted: f64,
}

/// The margin around the text, in pixels of the final image.
///
/// It is approximate, as in Claptcha: the text is measured in a font of `height - 2 y` pixels, and its canvas is
/// resized to the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margin {
    /// Left and right, less than half of the width.
    pub x: u32,
    /// Above and below. What remains of the height is the height of the font, at least 4 pixels.
    pub y: u32,
}

impl Default for Style {
    fn default() -> Self {
        Self::seed()
    }
}

impl Style {
    /// Sets the size of the image in pixels, each side 1 to [`MAX_SIDE`](crate::MAX_SIDE).
    #[must_use]
    pub fn with_size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width, height);
        self
    }

    /// Sets the margins in pixels: left and right, above and below.
    #[must_use]
    pub fn with_margin(mut self, x: u32, y: u32) -> Self {
        self.margin = Margin { x, y };
        self
    }

    /// Sets the characters that texts are sampled from.
    #[must_use]
    pub fn with_alphabet(mut self, alphabet: Alphabet) -> Self {
        self.alphabet = alphabet;
        self
    }

    /// Sets how many characters sampled texts have.
    #[must_use]
    pub fn with_lengths(mut self, lengths: RangeInclusive<usize>) -> Self {
        self.lengths = lengths.into();
        self
    }

    /// Sets the fonts, by name or path.
    #[must_use]
    pub fn with_fonts(mut self, fonts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fonts = fonts.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the interpolation of warps and resizes.
    #[must_use]
    pub fn with_resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// Sets how each character is bent.
    #[must_use]
    pub fn with_warp(mut self, warp: Vec<Warp>) -> Self {
        self.warp = warp;
        self
    }

    /// Sets what is drawn over the characters.
    #[must_use]
    pub fn with_clutter(mut self, clutter: Vec<Clutter>) -> Self {
        self.clutter = clutter;
        self
    }

    /// Sets what is laid over the whole picture.
    #[must_use]
    pub fn with_noise(mut self, noise: Vec<Noise>) -> Self {
        self.noise = noise;
        self
    }

    /// Sets how characters are set.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Sets the background.
    #[must_use]
    pub fn with_background(mut self, background: Background) -> Self {
        self.background = background;
        self
    }

    /// Sets what is drawn behind the characters.
    #[must_use]
    pub fn with_behind(mut self, behind: Vec<Clutter>) -> Self {
        self.behind = behind;
        self
    }

    /// Sets the probability that an image is inverted, 0 to 1.
    #[must_use]
    pub fn with_inverted(mut self, inverted: f64) -> Self {
        self.inverted = inverted;
        self
    }

    /// Sets the colours of the ink and a plain background.
    #[must_use]
    pub fn with_colours(mut self, ink: Colours, background: Colours) -> Self {
        (self.ink, self.background) = (ink, Background::Plain(background));
        self
    }

    /// Whether all pictures are grey.
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
