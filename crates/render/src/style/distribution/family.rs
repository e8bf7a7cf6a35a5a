//! Families: the styles of a distribution that have the same parts.

use captcha_core::{Alphabet, describe, seed};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::RenderError;
use crate::layout::Layout;
use crate::style::Style;
use crate::style::distribution::blame::blame;
use crate::style::distribution::node::{Dice, Node, Probe};
use crate::style::distribution::parse::{bad, with_all_fonts};
use crate::values::lengths::Lengths;
use crate::values::limits::MAX_SIDE;

/// One of the families of a distribution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) weight: f64,
    /// The fields of the preset that are not always replaced.
    base: Map<String, Value>,
    /// The fields that replace them.
    fields: Vec<(String, Node)>,
    width: Option<(WidthBy, Node)>,
    /// All texts that may be its alphabet.
    pub(crate) alphabets: Vec<Alphabet>,
    /// The shortest and the longest text.
    pub(crate) lengths: Lengths,
    /// All fonts that its styles may have.
    pub(crate) fonts: Vec<String>,
}

/// What the width of an image is a multiple of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WidthBy {
    /// Its height.
    Height,
    /// Its height times the number of characters.
    Characters,
}

/// A style before the length of the text is known.
pub(crate) struct Draft {
    pub(crate) style: Style,
    width: Option<(WidthBy, f64)>,
}

impl Family {
    /// The family that `table` describes.
    pub(crate) fn parse(table: &Value, index: usize) -> Result<Self, RenderError> {
        let place = format!("family[{index}]");
        let outside = |error: RenderError| error.of_distribution(|field| format!("{place}.{field}"));
        let fields =
            table.as_object().ok_or_else(|| outside(bad("name", "missing", "a table with a name")))?;
        let name = match fields.get("name") {
            Some(Value::String(name)) if !name.is_empty() => name.clone(),
            Some(other) => return Err(outside(bad("name", other, "a text"))),
            None => return Err(outside(bad("name", "missing", "a text"))),
        };
        let inside = |error: RenderError| error.of_family(&name);
        if let Some(stray) =
            fields.keys().find(|key| !["name", "weight", "preset", "style"].contains(&key.as_str()))
        {
            return Err(inside(bad(stray, "unknown", "name, weight, preset or style")));
        }
        let weight = match fields.get("weight") {
            None => 1.0,
            Some(weight) => weight
                .as_f64()
                .filter(|&weight| weight > 0.0 && weight <= f64::from(u32::MAX))
                .ok_or_else(|| inside(bad("weight", weight, "a number above 0")))?,
        };
        let preset = match fields.get("preset") {
            None => Style::seed(),
            Some(Value::String(preset)) => Style::preset(preset).map_err(inside)?,
            Some(other) => return Err(inside(bad("preset", other, "the name of a preset"))),
        };
        let mut style = match fields.get("style") {
            None => Map::new(),
            Some(Value::Object(style)) => style.clone(),
            Some(other) => return Err(inside(bad("style", other, "a table"))),
        };
        if let Some(fonts) = style.get_mut("fonts") {
            with_all_fonts(fonts);
        }
        Self::new(&name, weight, &preset, &style).map_err(inside)
    }

    /// The family of `preset` with the fields `style`.
    fn new(name: &str, weight: f64, preset: &Style, style: &Map<String, Value>) -> Result<Self, RenderError> {
        let mut fields = Vec::with_capacity(style.len());
        let mut width = None;
        for (key, value) in style {
            let node = Node::parse(value, key)?;
            let by = match key.as_str() {
                "aspect" => WidthBy::Height,
                "width_per_character" => WidthBy::Characters,
                _ => {
                    fields.push((key.clone(), node));
                    continue;
                }
            };
            if width.is_some() || style.contains_key("width") {
                return Err(bad(key, "given", "only one of width, aspect and width_per_character"));
            }
            width = Some((by, node));
        }
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        let Value::Object(mut base) = preset.values() else { unreachable!("a style is a table") };
        let node = |key: &str| fields.iter().find(|(field, _)| field == key).map(|(_, node)| node);
        // All values that a field can have: those of the family and, if these can be absent, those of the preset.
        let nodes = |key: &str| {
            let of_preset = Node::Fixed(base[key].clone());
            match node(key) {
                Some(node) if node.is_optional() => vec![node.clone(), of_preset],
                Some(node) => vec![node.clone()],
                None => vec![of_preset],
            }
        };
        let texts = |key: &str| {
            let mut texts = Vec::new();
            nodes(key).iter().for_each(|node| node.texts(&mut texts));
            texts.sort_unstable();
            texts.dedup();
            texts
        };
        let alphabets = texts("alphabet").iter().map(|text| Alphabet::new(text)).collect::<Result<_, _>>();
        let alphabets: Vec<Alphabet> =
            alphabets.map_err(|error| bad("alphabet", "no alphabet", &describe(&error)))?;
        let mut lengths = Vec::new();
        nodes("lengths").iter().for_each(|node| node.whole_numbers(&mut lengths));
        let lengths = match (lengths.iter().min(), lengths.iter().max()) {
            (Some(&min), Some(&max)) => Lengths { min, max },
            _ => return Err(bad("lengths", "incomplete", "min and max, whole numbers")),
        };
        if alphabets.is_empty() {
            return Err(bad("alphabet", "no text", "characters"));
        }
        let fonts = texts("fonts");
        base.retain(|key, _| node(key).is_none_or(Node::is_optional));
        Ok(Self { name: name.to_owned(), weight, base, fields, width, alphabets, lengths, fonts })
    }

    /// Samples a style of the family, but for its width if that depends on the text.
    pub(crate) fn draft(&self, dice: &mut Dice<'_>) -> Result<Draft, RenderError> {
        let mut values = self.base.clone();
        for (key, node) in &self.fields {
            if let Some(value) = node.sample(dice) {
                values.insert(key.clone(), value);
            }
        }
        let width = match &self.width {
            None => None,
            Some((by, node)) => {
                let number = node.sample(dice).unwrap_or_default();
                let share = number.as_f64().filter(|&share| share > 0.0);
                let share = share.ok_or_else(|| {
                    let name = match by {
                        WidthBy::Height => "aspect",
                        WidthBy::Characters => "width_per_character",
                    };
                    bad(name, number, "a number above 0").of_family(&self.name)
                })?;
                Some((*by, share))
            }
        };
        let values = Value::Object(values);
        match Style::deserialize(&values) {
            Ok(style) => Ok(Draft { style, width }),
            Err(error) => {
                let place = format!("family {:?}: {}", self.name, blame(&values));
                Err(RenderError::BadDistribution { place, problem: format!("can't be read: {error}") })
            }
        }
    }

    /// Samples styles of all kinds and refuses one that can't be drawn.
    pub(crate) fn check(&self) -> Result<(), RenderError> {
        let alternatives: usize = self.fields.iter().map(|(_, node)| node.alternatives()).sum();
        let probes = (64 + 8 * alternatives).min(1000) as u64;
        for probe in 0..probes {
            let kind = match probe % 4 {
                0 => Probe::Lowest,
                1 => Probe::Highest,
                _ => Probe::Anywhere,
            };
            let draft = self.draft(&mut Dice::probing(&mut seed::rng(probe), kind))?;
            for characters in [draft.style.lengths.min, draft.style.lengths.max] {
                draft.clone_style(characters).validate().map_err(|error| error.of_family(&self.name))?;
            }
        }
        Ok(())
    }
}

impl Draft {
    /// The style for a text of `characters`.
    pub(crate) fn into_style(mut self, characters: usize) -> Style {
        self.set_width(characters);
        self.style
    }

    fn clone_style(&self, characters: usize) -> Style {
        Self { style: self.style.clone(), width: self.width }.into_style(characters)
    }

    /// Sets the width, within what can be drawn.
    fn set_width(&mut self, characters: usize) {
        let Some((by, share)) = self.width else { return };
        let style = &mut self.style;
        let times = match by {
            WidthBy::Height => 1.0,
            WidthBy::Characters => characters as f64,
        };
        let margin = match &style.layout {
            Layout::Row(row) => row.margin.max(style.margin.x),
            _ => style.margin.x,
        };
        let least = margin.saturating_mul(2).saturating_add(1).min(MAX_SIDE);
        let width = (f64::from(style.height) * share * times).round();
        style.width = (width.min(f64::from(MAX_SIDE)) as u32).clamp(least, MAX_SIDE);
    }
}
