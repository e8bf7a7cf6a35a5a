//! Distributions over styles: every image has a style of its own.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`StyleDistribution`]: families of styles with their weights |
//! | `family` | one family: a style whose values may be random |
//! | `node` | a value that may be random, and how it is sampled |
//! | `only` | what texts are restricted to |
//! | `parse` | the tables of a file that are random |
//! | `blame` | which value of a style can't be read |

mod blame;
mod family;
mod node;
mod only;
mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use captcha_core::Alphabet;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::streams::{Seeded, Stream, Streams};
use crate::style::Style;
use crate::style::distribution::family::{Draft, Family};
use crate::style::distribution::node::Dice;
use crate::style::distribution::only::Only;
use crate::style::distribution::parse::bad;
use crate::style::text_sampler::TextSampler;
use crate::values::lengths::Lengths;

/// The distribution that is built in.
const WILD: &str = include_str!("../../../styles/wild.toml");

/// Most families of a distribution.
const MAX_FAMILIES: usize = 1000;

/// A distribution over styles: every image samples a style of its own (domain randomisation; J. Tobin et al. 2017, arXiv
/// 1703.06907).
///
/// In TOML an array of tables `family`, each with a `name`, a `weight` (relative probability, default 1), a `preset` that
/// it starts from (default `seed`), and the fields of a [`Style`] that replace those of the preset. A value at any depth
/// may be a table that says how it is sampled:
///
/// | table | value |
/// |---|---|
/// | `{ integer = [40, 100] }` | a whole number, both ends included |
/// | `{ uniform = [0.2, 0.7] }` | a number |
/// | `{ log_uniform = [0.01, 1.0] }` | a number whose logarithm is uniform |
/// | `{ choice = [0.0, 1.0], weights = [9, 1] }` | one of the values; without weights all are equally likely |
/// | `{ sample = ["a", "b", "c"], count = [1, 2] }` | so many distinct ones of the values |
/// | `{ maybe = 0.5, value = 3 }` | the value with this probability; else the entry or the field is absent |
/// | `{ within = [0.4, 0.8] }` | two rising numbers: a range within this one |
/// | `{ symmetric = [0, 30] }` | `[-r, r]`, `r` a number |
///
/// The width is `width`, or `aspect` times the height, or `width_per_character` times the height and the number of
/// characters, rounded, within what can be drawn. `fonts = "all"` stands for all built-in fonts. Before the families may
/// stand an `alphabet` and `lengths` that restrict the texts of all of them.
///
/// A style is a function of distribution and seed, with a random stream of its own.
///
/// ```
/// use captcha_render::StyleDistribution;
///
/// let distribution = StyleDistribution::from_toml(
///     r#"
///     [[family]]
///     name = "row"
///     [family.style]
///     height = { integer = [40, 100] }
///     aspect = 2.5
///     margin = { x = 0, y = 0 }
///     [family.style.layout]
///     kind = "row"
///     rotate = { symmetric = [0, 30] }
///     "#,
/// )?;
/// let style = distribution.sample(7)?;
/// assert!((40..=100).contains(&style.height));
/// assert_eq!(style, distribution.sample(7)?);
/// # Ok::<(), captcha_render::RenderError>(())
/// ```
#[derive(Clone)]
pub struct StyleDistribution {
    /// The families, each with the sum of the weights up to its own.
    families: Arc<Vec<(f64, Family)>>,
    /// The tables that the families are made of.
    tables: Value,
    /// What texts are restricted to.
    only: Only,
    alphabet: Alphabet,
    lengths: Lengths,
}

impl std::fmt::Debug for StyleDistribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.families.iter().map(|(_, family)| family.name.as_str()).collect();
        f.debug_struct("StyleDistribution").field("families", &names).field("only", &self.only).finish()
    }
}

impl PartialEq for StyleDistribution {
    fn eq(&self, other: &Self) -> bool {
        self.values() == other.values()
    }
}

impl StyleDistribution {
    /// The names that [`StyleDistribution::preset`] knows.
    pub const PRESETS: &[&str] = &["wild"];

    /// The distribution called `name`, one of [`StyleDistribution::PRESETS`].
    ///
    /// # Errors
    /// [`RenderError::UnknownPreset`].
    pub fn preset(name: &str) -> Result<Self, RenderError> {
        match name {
            "wild" => Self::from_toml(WILD),
            _ => {
                Err(RenderError::UnknownPreset { name: name.to_owned(), expected: Self::PRESETS.join(", ") })
            }
        }
    }

    /// Reads a distribution from TOML, and samples styles of every family to check them.
    ///
    /// # Errors
    /// [`RenderError::ParseStyle`] if the text is no TOML. [`RenderError::BadDistribution`] names the family and the
    /// field of a value that is out of its range or can be.
    pub fn from_toml(text: &str) -> Result<Self, RenderError> {
        let values = toml::from_str(text).map_err(|error| RenderError::ParseStyle(Box::new(error)))?;
        Self::from_values(&values)
    }

    /// The distribution of these values: those of a TOML file.
    pub(crate) fn from_values(values: &Value) -> Result<Self, RenderError> {
        let outside = |error: RenderError| error.of_distribution(str::to_owned);
        let fields =
            values.as_object().ok_or_else(|| outside(bad("family", "missing", "an array of tables")))?;
        let known = ["family", "alphabet", "lengths"];
        if let Some(stray) = fields.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(outside(bad(stray, "unknown", &known.join(", "))));
        }
        let tables = match fields.get("family") {
            Some(Value::Array(tables)) if (1..=MAX_FAMILIES).contains(&tables.len()) => tables,
            _ => {
                let expected = format!("1 to {MAX_FAMILIES} tables");
                return Err(outside(bad("family", "no list of families", &expected)));
            }
        };
        let mut families: Vec<(f64, Family)> = Vec::with_capacity(tables.len());
        for (index, table) in tables.iter().enumerate() {
            let family = Family::parse(table, index)?;
            if families.iter().any(|(_, other)| other.name == family.name) {
                let place = format!("family[{index}].name");
                return Err(outside(bad(&place, &family.name, "a name that no other family has")));
            }
            family.check()?;
            families.push((families.last().map_or(0.0, |(sum, _)| *sum) + family.weight, family));
        }
        let read = |key: &str| fields.get(key).cloned().unwrap_or_default();
        let refused =
            |key: &str, error: &serde_json::Error| outside(bad(key, &fields[key], &error.to_string()));
        let alphabet = Option::deserialize(read("alphabet")).map_err(|error| refused("alphabet", &error))?;
        let lengths = Option::deserialize(read("lengths")).map_err(|error| refused("lengths", &error))?;
        let tables = Value::Array(tables.clone());
        Self::new(Arc::new(families), tables, Only { alphabet, lengths })
    }

    /// The families, restricted to `only`.
    fn new(families: Arc<Vec<(f64, Family)>>, tables: Value, only: Only) -> Result<Self, RenderError> {
        let outside = |error: RenderError| error.of_distribution(str::to_owned);
        only.check().map_err(outside)?;
        let all = families.iter().flat_map(|(_, family)| &family.alphabets);
        let mut characters: BTreeSet<char> = all.flat_map(Alphabet::characters).copied().collect();
        if let Some(alphabet) = &only.alphabet {
            characters.retain(|&character| alphabet.contains(character));
            if characters.is_empty() {
                return Err(outside(bad("alphabet", alphabet, "a character that a family draws")));
            }
        }
        let alphabet = Alphabet::new(&characters.into_iter().collect::<String>())?;
        let lengths = families.iter().map(|(_, family)| only.lengths_of(family.lengths));
        let lengths = lengths.reduce(|a, b| Lengths { min: a.min.min(b.min), max: a.max.max(b.max) });
        let lengths = lengths.unwrap_or(Lengths { min: 1, max: 1 });
        Ok(Self { families, tables, only, alphabet, lengths })
    }

    /// Restricts texts to characters of `alphabet`. A style that has none of them takes all of them that any style has.
    ///
    /// # Errors
    /// [`RenderError::BadDistribution`] if no style has any of them.
    pub fn with_alphabet(self, alphabet: Alphabet) -> Result<Self, RenderError> {
        let only = Only { alphabet: Some(alphabet), ..self.only };
        Self::new(self.families, self.tables, only)
    }

    /// Restricts texts to these lengths. A style that has none of them takes all of them.
    ///
    /// # Errors
    /// [`RenderError::BadDistribution`] if the range is empty or not within 1 to [`MAX_TEXT`](crate::MAX_TEXT).
    pub fn with_lengths(self, lengths: Lengths) -> Result<Self, RenderError> {
        let only = Only { lengths: Some(lengths), ..self.only };
        Self::new(self.families, self.tables, only)
    }

    /// All characters that texts can have, in the order of their code points: digits, capital letters, small letters.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// From the shortest to the longest text.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        self.lengths
    }

    /// The names of the families, each with its probability.
    pub fn families(&self) -> impl Iterator<Item = (&str, f64)> {
        let total = self.families.last().map_or(1.0, |(sum, _)| *sum);
        self.families.iter().map(move |(_, family)| (family.name.as_str(), family.weight / total))
    }

    /// The name of the family that the style of `seed` is from.
    #[must_use]
    pub fn family(&self, seed: u64) -> &str {
        let mut streams = Seeded::new(seed);
        let place = Dice::new(streams.of(Stream::Style)).place(&self.families);
        &self.families[place].1.name
    }

    /// The style of `seed`, as wide as its own text needs it.
    ///
    /// # Errors
    /// [`RenderError::BadDistribution`] for a value out of its range that the checks of the families did not meet.
    pub fn sample(&self, seed: u64) -> Result<Style, RenderError> {
        Ok(self.sample_with_text(seed)?.0)
    }

    /// The style and the text of `seed`.
    pub(crate) fn sample_with_text(&self, seed: u64) -> Result<(Style, String), RenderError> {
        let (draft, family) = self.draft(seed)?;
        let sampler = TextSampler::new(draft.style.alphabet.clone(), draft.style.lengths.into());
        let text = sampler.map_err(|error| error.of_family(family))?;
        let text = text.sample(Seeded::new(seed).of(Stream::Text));
        Ok((checked(draft, family, text.chars().count())?, text))
    }

    /// The style of `seed` for a text of `characters`.
    pub(crate) fn sample_for(&self, seed: u64, characters: usize) -> Result<Style, RenderError> {
        let (draft, family) = self.draft(seed)?;
        checked(draft, family, characters)
    }

    /// The style of `seed`, restricted, and the name of its family.
    fn draft(&self, seed: u64) -> Result<(Draft, &str), RenderError> {
        let mut streams = Seeded::new(seed);
        let mut dice = Dice::new(streams.of(Stream::Style));
        let (_, family) = &self.families[dice.place(&self.families)];
        let mut draft = family.draft(&mut dice)?;
        if self.only.alphabet.is_some() {
            draft.style.alphabet = self.restricted(&draft.style.alphabet);
        }
        draft.style.lengths = self.only.lengths_of(draft.style.lengths);
        Ok((draft, &family.name))
    }

    /// The characters of `alphabet` that texts are restricted to; all that they are restricted to if there are none.
    fn restricted(&self, alphabet: &Alphabet) -> Alphabet {
        let characters = alphabet.characters().iter().filter(|&&character| self.alphabet.contains(character));
        Alphabet::new(&characters.collect::<String>()).unwrap_or_else(|_| self.alphabet.clone())
    }

    /// All fonts that styles may have, each with the characters that it has to have.
    pub(crate) fn fonts(&self) -> BTreeMap<&str, BTreeSet<char>> {
        let mut fonts: BTreeMap<&str, BTreeSet<char>> = BTreeMap::new();
        for (_, family) in self.families.iter() {
            let alphabets = family.alphabets.iter().map(|alphabet| self.restricted(alphabet));
            let characters: BTreeSet<char> =
                alphabets.flat_map(|alphabet| alphabet.characters().to_vec()).collect();
            for font in &family.fonts {
                fonts.entry(font).or_default().extend(&characters);
            }
        }
        fonts
    }

    /// All values by the names of their fields.
    pub(crate) fn values(&self) -> Value {
        let mut values = json!({ "family": self.tables });
        if let Some(alphabet) = &self.only.alphabet {
            values["alphabet"] = alphabet.to_string().into();
        }
        if let Some(lengths) = self.only.lengths {
            values["lengths"] = json!(lengths);
        }
        values
    }

    /// The distribution as TOML.
    ///
    /// # Errors
    /// [`RenderError::WriteStyle`] if a number is above 2^63 - 1, which TOML can't say.
    pub fn to_toml(&self) -> Result<String, RenderError> {
        toml::to_string(&self.values()).map_err(|error| RenderError::WriteStyle(Box::new(error)))
    }
}

/// The style of `draft` for a text of `characters`, all values within their ranges.
fn checked(draft: Draft, family: &str, characters: usize) -> Result<Style, RenderError> {
    let style = draft.into_style(characters);
    style.validate().map_err(|error| error.of_family(family))?;
    Ok(style)
}
