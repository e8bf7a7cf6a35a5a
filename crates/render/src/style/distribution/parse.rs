//! From the values of a file to values that may be random.

use serde_json::{Map, Value};

use crate::error::RenderError;
use crate::font::built_in::BUILT_IN_FONTS;
use crate::style::distribution::node::Node;

/// The keys that make a table random, each with the keys that may stand beside it.
const RANDOM: [(&str, &[&str]); 8] = [
    ("integer", &[]),
    ("uniform", &[]),
    ("log_uniform", &[]),
    ("choice", &["weights"]),
    ("sample", &["count"]),
    ("maybe", &["value"]),
    ("within", &[]),
    ("symmetric", &[]),
];

/// Largest whole number that a float has exactly.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Node {
    /// What `value`, which stands at `place`, says.
    pub(crate) fn parse(value: &Value, place: &str) -> Result<Self, RenderError> {
        match value {
            Value::Null => Err(bad(place, "no finite number", "a value")),
            Value::Array(entries) => {
                let nodes = (0..).zip(entries).map(|(i, entry)| Self::parse(entry, &entry_at(place, i)));
                let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
                Ok(if nodes.iter().all(Self::is_fixed) {
                    Self::Fixed(value.clone())
                } else {
                    Self::Array(nodes)
                })
            }
            Value::Object(fields) => match RANDOM.iter().find(|(key, _)| fields.contains_key(*key)) {
                Some((key, companions)) => {
                    let stray =
                        fields.keys().find(|other| *other != key && !companions.contains(&other.as_str()));
                    match stray {
                        Some(stray) => {
                            Err(bad(&field_at(place, stray), "unknown", &allowed(key, companions)))
                        }
                        None => Self::random(key, fields, place),
                    }
                }
                None => {
                    let mut nodes = Vec::with_capacity(fields.len());
                    for (key, field) in fields {
                        nodes.push((key.clone(), Self::parse(field, &field_at(place, key))?));
                    }
                    // The order of the samples must not depend on how a map keeps its keys.
                    nodes.sort_by(|(a, _), (b, _)| a.cmp(b));
                    let fixed = nodes.iter().all(|(_, node)| node.is_fixed());
                    Ok(if fixed { Self::Fixed(value.clone()) } else { Self::Table(nodes) })
                }
            },
            _ => Ok(Self::Fixed(value.clone())),
        }
    }

    /// The random table at `place` that has the key `kind`.
    fn random(kind: &str, fields: &Map<String, Value>, place: &str) -> Result<Self, RenderError> {
        let given = &fields[kind];
        let here = field_at(place, kind);
        Ok(match kind {
            "integer" => {
                let (low, high) = whole_numbers(given, &here)?;
                Self::Integer(low, high)
            }
            "uniform" => {
                let (low, high) = numbers(given, &here)?;
                Self::Uniform(low, high)
            }
            "within" => {
                let (low, high) = numbers(given, &here)?;
                Self::Within(low, high)
            }
            "symmetric" | "log_uniform" => {
                let (low, high) = numbers(given, &here)?;
                match kind {
                    "symmetric" if low >= 0.0 => Self::Symmetric(low, high),
                    "log_uniform" if low > 0.0 => Self::LogUniform(low, high),
                    "symmetric" => return Err(bad(&here, given, "two rising numbers of at least 0")),
                    _ => return Err(bad(&here, given, "two rising numbers above 0")),
                }
            }
            "choice" => {
                let entries = entries(given, &here)?;
                let weights = match fields.get("weights") {
                    None => vec![1.0; entries.len()],
                    Some(weights) => self::weights(weights, entries.len(), &field_at(place, "weights"))?,
                };
                let mut sum = 0.0;
                let summed = weights.into_iter().map(|weight| {
                    sum += weight;
                    sum
                });
                Self::Choice(summed.zip(entries).collect())
            }
            "sample" => {
                let entries = entries(given, &here)?;
                let here = field_at(place, "count");
                let count = fields.get("count").unwrap_or(&Value::Null);
                let (least, most) = match count {
                    Value::Number(_) => {
                        whole_numbers(&[count.clone(), count.clone()].into_iter().collect(), &here)?
                    }
                    _ => whole_numbers(count, &here)?,
                };
                if least < 0 || most > entries.len() as i64 {
                    let expected = format!("two rising whole numbers from 0 to {}", entries.len());
                    return Err(bad(&here, count, &expected));
                }
                Self::Sample(entries, (least as usize, most as usize))
            }
            _ => {
                let probability = given.as_f64().filter(|share| (0.0..=1.0).contains(share));
                let probability = probability.ok_or_else(|| bad(&here, given, "a number from 0 to 1"))?;
                let here = field_at(place, "value");
                let value = fields.get("value").ok_or_else(|| bad(&here, "missing", "a value"))?;
                Self::Maybe(probability, Box::new(Self::parse(value, &here)?))
            }
        })
    }

    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }
}

/// The place of the field `key` of the table at `place`.
pub(crate) fn field_at(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

fn entry_at(place: &str, index: usize) -> String {
    format!("{place}[{index}]")
}

/// Puts all built-in fonts in place of `"all"`.
pub(crate) fn with_all_fonts(fonts: &mut Value) {
    match fonts {
        Value::String(name) if name == "all" => *fonts = BUILT_IN_FONTS.iter().copied().collect(),
        Value::Object(fields) => {
            for key in ["choice", "sample", "value"] {
                match fields.get_mut(key) {
                    Some(Value::Array(entries)) if key == "choice" => {
                        entries.iter_mut().for_each(with_all_fonts);
                    }
                    Some(field) => with_all_fonts(field),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// The values of a choice or a sample, at least one.
fn entries(value: &Value, place: &str) -> Result<Vec<Node>, RenderError> {
    match value {
        Value::Array(entries) if !entries.is_empty() => {
            (0..).zip(entries).map(|(i, entry)| Node::parse(entry, &entry_at(place, i))).collect()
        }
        _ => Err(bad(place, value, "an array of at least one value")),
    }
}

fn weights(value: &Value, count: usize, place: &str) -> Result<Vec<f64>, RenderError> {
    let weights = value.as_array().filter(|weights| weights.len() == count);
    let weights = weights.and_then(|weights| weights.iter().map(Value::as_f64).collect::<Option<Vec<_>>>());
    let valid = |weights: &Vec<f64>| {
        let sum: f64 = weights.iter().sum();
        weights.iter().all(|&weight| weight >= 0.0) && sum > 0.0 && sum.is_finite()
    };
    weights
        .filter(valid)
        .ok_or_else(|| bad(place, value, &format!("{count} numbers of at least 0, not all of them 0")))
}

/// Two rising numbers.
fn numbers(value: &Value, place: &str) -> Result<(f64, f64), RenderError> {
    let ends = match value.as_array().map(Vec::as_slice) {
        Some([low, high]) => low.as_f64().zip(high.as_f64()),
        _ => None,
    };
    // The difference of both is finite too.
    ends.filter(|(low, high)| low <= high && (high - low).is_finite())
        .ok_or_else(|| bad(place, value, "two rising numbers"))
}

/// Two rising whole numbers.
fn whole_numbers(value: &Value, place: &str) -> Result<(i64, i64), RenderError> {
    let whole = |number: f64| number.fract() == 0.0 && number.abs() <= MAX_WHOLE;
    match numbers(value, place) {
        Ok((low, high)) if whole(low) && whole(high) => Ok((low as i64, high as i64)),
        _ => Err(bad(place, value, "two rising whole numbers")),
    }
}

fn allowed(key: &str, companions: &[&str]) -> String {
    match companions {
        [] => format!("nothing beside {key}"),
        companions => format!("only {} beside {key}", companions.join(", ")),
    }
}

/// A value at `place` that is not what it has to be.
pub(crate) fn bad(place: &str, actual: impl ToString, expected: &str) -> RenderError {
    RenderError::bad_style(place, actual, expected)
}
