//! Values that may be random, at any depth.

use captcha_core::seed;
use serde_json::{Map, Value};

use crate::values::random;

/// A value of a style, or how it is sampled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A value without anything random in it.
    Fixed(Value),
    /// A table with something random in it, in the order of its keys.
    Table(Vec<(String, Node)>),
    /// An array with something random in it.
    Array(Vec<Node>),
    /// A whole number, both ends included.
    Integer(i64, i64),
    /// A number.
    Uniform(f64, f64),
    /// A number whose logarithm is uniform.
    LogUniform(f64, f64),
    /// One of some values, each with the sum of the weights up to its own.
    Choice(Vec<(f64, Node)>),
    /// From so many to so many distinct ones of some values.
    Sample(Vec<Node>, (usize, usize)),
    /// A value that is there with this probability.
    Maybe(f64, Box<Node>),
    /// Two rising numbers.
    Within(f64, f64),
    /// A number and its negative, the lower one first.
    Symmetric(f64, f64),
}

/// Where the numbers of a sample come from.
pub(crate) struct Dice<'a> {
    rng: &'a mut seed::Rng,
    probe: Option<Probe>,
}

/// How a style is sampled to check a distribution: all choices are equally likely, and numbers may be at an end of
/// their range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    Lowest,
    Highest,
    Anywhere,
}

impl<'a> Dice<'a> {
    pub(crate) fn new(rng: &'a mut seed::Rng) -> Self {
        Self { rng, probe: None }
    }

    pub(crate) fn probing(rng: &'a mut seed::Rng, probe: Probe) -> Self {
        Self { rng, probe: Some(probe) }
    }

    fn integer(&mut self, low: i64, high: i64) -> i64 {
        match self.probe {
            Some(Probe::Lowest) => low,
            Some(Probe::Highest) => high,
            _ => low.saturating_add_unsigned(seed::below(self.rng, high.abs_diff(low).saturating_add(1))),
        }
    }

    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        match self.probe {
            Some(Probe::Lowest) => low,
            Some(Probe::Highest) => high,
            _ => seed::uniform(self.rng, low, high),
        }
    }

    fn occurs(&mut self, probability: f64) -> bool {
        let share = seed::unit(self.rng);
        share < if self.probe.is_some() { 0.5 } else { probability }
    }

    /// The place of one of the entries whose weights have these running sums.
    pub(crate) fn place<T>(&mut self, entries: &[(f64, T)]) -> usize {
        if self.probe.is_some() {
            return random::index(self.rng, entries.len());
        }
        let total = entries.last().map_or(0.0, |(sum, _)| *sum);
        let at = seed::unit(self.rng) * total;
        entries.iter().position(|(sum, _)| at < *sum).unwrap_or(entries.len() - 1)
    }
}

impl Node {
    /// A value, or none if it is absent.
    pub(crate) fn sample(&self, dice: &mut Dice<'_>) -> Option<Value> {
        Some(match self {
            Self::Fixed(value) => value.clone(),
            Self::Table(fields) => {
                let fields = fields.iter().filter_map(|(key, node)| Some((key.clone(), node.sample(dice)?)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Self::Array(entries) => entries.iter().filter_map(|entry| entry.sample(dice)).collect(),
            Self::Integer(low, high) => dice.integer(*low, *high).into(),
            Self::Uniform(low, high) => dice.uniform(*low, *high).into(),
            Self::LogUniform(low, high) => {
                let exponent = dice.uniform(libm::log(*low), libm::log(*high));
                libm::exp(exponent).clamp(*low, *high).into()
            }
            Self::Choice(entries) => return entries[dice.place(entries)].1.sample(dice),
            Self::Sample(entries, (least, most)) => {
                let count = dice.integer(*least as i64, *most as i64) as usize;
                let mut places: Vec<usize> = (0..entries.len()).collect();
                for taken in 0..count {
                    places.swap(taken, taken + random::index(dice.rng, entries.len() - taken));
                }
                places[..count].iter().filter_map(|&place| entries[place].sample(dice)).collect()
            }
            Self::Maybe(probability, value) => {
                return if dice.occurs(*probability) { value.sample(dice) } else { None };
            }
            Self::Within(low, high) => {
                let (a, b) = (dice.uniform(*low, *high), dice.uniform(*low, *high));
                [a.min(b), a.max(b)].into_iter().collect()
            }
            Self::Symmetric(low, high) => {
                let reach = dice.uniform(*low, *high);
                [-reach, reach].into_iter().collect()
            }
        })
    }

    /// Whether the value can be absent.
    pub(crate) fn is_optional(&self) -> bool {
        match self {
            Self::Maybe(..) => true,
            Self::Choice(entries) => entries.iter().any(|(_, entry)| entry.is_optional()),
            _ => false,
        }
    }

    /// How many alternatives there are below, to know how often to probe.
    pub(crate) fn alternatives(&self) -> usize {
        match self {
            Self::Fixed(_) => 0,
            Self::Table(fields) => fields.iter().map(|(_, field)| field.alternatives()).sum(),
            Self::Array(entries) => entries.iter().map(Self::alternatives).sum(),
            Self::Choice(entries) => entries.iter().map(|(_, entry)| 1 + entry.alternatives()).sum(),
            Self::Sample(entries, _) => entries.iter().map(|entry| 1 + entry.alternatives()).sum(),
            Self::Maybe(_, value) => 2 + value.alternatives(),
            _ => 1,
        }
    }

    /// All texts that can come from here.
    pub(crate) fn texts(&self, found: &mut Vec<String>) {
        self.leaves(&mut |leaf| {
            if let Value::String(text) = leaf {
                found.push(text);
            }
        });
    }

    /// The least and the largest whole numbers of 0 and more that can come from here.
    pub(crate) fn whole_numbers(&self, found: &mut Vec<usize>) {
        self.leaves(&mut |leaf| {
            found.extend(leaf.as_u64().and_then(|number| usize::try_from(number).ok()));
        });
    }

    /// Calls `found` with every text and every end of a range of whole numbers.
    fn leaves(&self, found: &mut dyn FnMut(Value)) {
        match self {
            Self::Fixed(value) => leaves(value, found),
            Self::Table(fields) => fields.iter().for_each(|(_, field)| field.leaves(found)),
            Self::Array(entries) | Self::Sample(entries, _) => {
                entries.iter().for_each(|entry| entry.leaves(found));
            }
            Self::Choice(entries) => entries.iter().for_each(|(_, entry)| entry.leaves(found)),
            Self::Maybe(_, value) => value.leaves(found),
            Self::Integer(low, high) => [*low, *high].into_iter().for_each(|end| found(end.into())),
            Self::Uniform(..) | Self::LogUniform(..) | Self::Within(..) | Self::Symmetric(..) => {}
        }
    }
}

/// Calls `found` with every value of `value` that has no parts.
fn leaves(value: &Value, found: &mut dyn FnMut(Value)) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| leaves(entry, found)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, found)),
        leaf => found(leaf.clone()),
    }
}
