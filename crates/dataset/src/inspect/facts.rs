//! What is known of each image.

use std::fmt;

use captcha_core::{ContentHash, shows_light_text, to_gray};
use image::{ColorType, DynamicImage};
use serde::{Deserialize, Serialize};

use super::perceptual::{Look, hash};

/// What the decoded image of a [`Sample`](crate::Sample) is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageFacts {
    /// Its number in the folder.
    pub index: usize,
    /// What reports call it: [`Sample::name`](crate::Sample::name).
    pub name: String,
    /// The text that it shows, as its label says.
    pub label: String,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// The kind of its pixels.
    pub colour: ColourKind,
    /// SHA-256 of its size and of its pixels as 8-bit RGBA, in hexadecimal: equal for equal pictures, whatever the
    /// files.
    pub content: String,
    /// A difference hash (dHash) of 16 x 4 steps: pictures that look alike differ in few bits.
    pub perceptual: u64,
    /// Whether it shows light text on dark paper ([`captcha_core::shows_light_text`]).
    pub light_text: bool,
    /// Whether all pixels have nearly the same level, so that there is no text to see.
    pub blank: bool,
}

/// The kind of pixels that an image has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColourKind {
    /// Grey levels, or colours that are all grey.
    Grey,
    /// Colours.
    Colour,
    /// Grey levels or colours with transparency that is used.
    Transparent,
}

impl fmt::Display for ColourKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grey => "grey",
            Self::Colour => "colour",
            Self::Transparent => "transparent",
        })
    }
}

/// Levels that all pixels of a blank image lie within: noise of a JPEG file, but no text.
const BLANK_RANGE: u8 = 16;

/// What `image` is like, and how it looks.
pub(super) fn facts(index: usize, name: &str, label: &str, image: &DynamicImage) -> (ImageFacts, Look) {
    let gray = to_gray(image);
    let rgba = image.to_rgba8();
    let (width, height) = gray.dimensions();
    let mut content = ContentHash::new();
    content.add(width.to_le_bytes());
    content.add(height.to_le_bytes());
    content.add(rgba.as_raw());
    let colour = if rgba.pixels().any(|pixel| pixel.0[3] != 255) {
        ColourKind::Transparent
    } else if matches!(image.color(), ColorType::L8 | ColorType::L16)
        || rgba.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2])
    {
        ColourKind::Grey
    } else {
        ColourKind::Colour
    };
    let levels = gray.as_raw();
    let range = levels.iter().max().unwrap_or(&0) - levels.iter().min().unwrap_or(&0);
    let facts = ImageFacts {
        index,
        name: name.to_owned(),
        label: label.to_owned(),
        width,
        height,
        colour,
        content: content.hex(),
        perceptual: hash(&gray),
        light_text: shows_light_text(&gray),
        blank: range < BLANK_RANGE,
    };
    (facts, Look::of(&gray))
}
