//! What a renderer draws: one style, or a distribution over styles.

use std::path::Path;

use captcha_core::Alphabet;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::error::RenderError;
use crate::style::Style;
use crate::style::distribution::StyleDistribution;
use crate::style::file::{read_file, unknown_if_missing};
use crate::values::lengths::Lengths;

/// What a [`Renderer`](crate::Renderer) draws: one style, or a distribution that every image samples a style from.
///
/// ```
/// use captcha_render::{Style, Styles};
///
/// assert_eq!(Styles::open("hard")?, Style::hard().into());
/// assert!(matches!(Styles::open("wild")?, Styles::Distribution(_)));
/// # Ok::<(), captcha_render::RenderError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Styles {
    /// All images have this style.
    One(Box<Style>),
    /// Every image samples a style.
    Distribution(Box<StyleDistribution>),
}

impl From<Style> for Styles {
    fn from(style: Style) -> Self {
        Self::One(Box::new(style))
    }
}

impl From<StyleDistribution> for Styles {
    fn from(distribution: StyleDistribution) -> Self {
        Self::Distribution(Box::new(distribution))
    }
}

impl Styles {
    /// The preset of this name, or the style or the distribution in the TOML file at this path.
    ///
    /// One of [`Style::PRESETS`] or of [`StyleDistribution::PRESETS`] is always the preset; anything else is a path.
    ///
    /// # Errors
    /// [`RenderError::UnknownStyle`] if there is neither, [`RenderError::StyleFile`] with the path and what is wrong.
    pub fn open(name_or_path: impl AsRef<Path>) -> Result<Self, RenderError> {
        let path = name_or_path.as_ref();
        match path.to_str() {
            Some(name) if Style::PRESETS.contains(&name) => Ok(Style::preset(name)?.into()),
            Some(name) if StyleDistribution::PRESETS.contains(&name) => {
                Ok(StyleDistribution::preset(name)?.into())
            }
            _ => {
                let presets = [Style::PRESETS, StyleDistribution::PRESETS].concat();
                unknown_if_missing(read_file(path, Self::from_toml), path, &presets)
            }
        }
    }

    /// Reads a distribution from a TOML text with tables `family`, or a style from any other.
    ///
    /// # Errors
    /// As [`Style::from_toml`] or [`StyleDistribution::from_toml`].
    pub fn from_toml(text: &str) -> Result<Self, RenderError> {
        match toml::from_str::<Value>(text) {
            Ok(values) if values.get("family").is_some() => {
                Ok(StyleDistribution::from_values(&values)?.into())
            }
            _ => Ok(Style::from_toml(text)?.into()),
        }
    }

    /// Both as TOML.
    ///
    /// # Errors
    /// [`RenderError::WriteStyle`] if a number is above 2^63 - 1, which TOML can't say.
    pub fn to_toml(&self) -> Result<String, RenderError> {
        match self {
            Self::One(style) => style.to_toml(),
            Self::Distribution(distribution) => distribution.to_toml(),
        }
    }

    /// The characters that texts are sampled from.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        match self {
            Self::One(style) => &style.alphabet,
            Self::Distribution(distribution) => distribution.alphabet(),
        }
    }

    /// How many characters sampled texts have.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        match self {
            Self::One(style) => style.lengths,
            Self::Distribution(distribution) => distribution.lengths(),
        }
    }

    /// Sets the characters of the style, or restricts those of the distribution.
    ///
    /// # Errors
    /// As [`StyleDistribution::with_alphabet`].
    pub fn with_alphabet(self, alphabet: Alphabet) -> Result<Self, RenderError> {
        Ok(match self {
            Self::One(style) => style.with_alphabet(alphabet).into(),
            Self::Distribution(distribution) => distribution.with_alphabet(alphabet)?.into(),
        })
    }

    /// Sets the lengths of texts of the style, or restricts those of the distribution.
    ///
    /// # Errors
    /// As [`StyleDistribution::with_lengths`].
    pub fn with_lengths(self, lengths: Lengths) -> Result<Self, RenderError> {
        Ok(match self {
            Self::One(style) => style.with_lengths(lengths.into()).into(),
            Self::Distribution(distribution) => distribution.with_lengths(lengths)?.into(),
        })
    }

    /// The style of the image of `seed`.
    ///
    /// # Errors
    /// As [`StyleDistribution::sample`].
    pub fn sample(&self, seed: u64) -> Result<Style, RenderError> {
        match self {
            Self::One(style) => Ok((**style).clone()),
            Self::Distribution(distribution) => distribution.sample(seed),
        }
    }

    /// All values by the names of their fields.
    pub(crate) fn values(&self) -> Value {
        match self {
            Self::One(style) => style.values(),
            Self::Distribution(distribution) => distribution.values(),
        }
    }
}

/// Writes the fields of the style, or the tables of the distribution.
impl Serialize for Styles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values().serialize(serializer)
    }
}

/// Reads a distribution from a table with the field `family`, or a style from any other.
impl<'de> Deserialize<'de> for Styles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Value::deserialize(deserializer)?;
        if values.get("family").is_some() {
            return StyleDistribution::from_values(&values).map(Self::from).map_err(D::Error::custom);
        }
        Style::deserialize(values).map(Self::from).map_err(D::Error::custom)
    }
}
