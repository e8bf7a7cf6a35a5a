//! The text of a sequence network in its image.

use std::ops::Range;

use captcha_core::GlyphBox;

use crate::{Character, Confidence, Prediction};

/// What a sequence network reads in an image, and in which of its columns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The characters, left to right, each with its share of the probability of all texts of that length, summed over
    /// all their paths ([`ctc::character_posteriors`](crate::ctc::character_posteriors)); without bounds.
    pub characters: Vec<Character>,
    /// The probability of the text among those that are allowed, summed over all its paths; 0 where the network leaves
    /// no measurable probability to any text that is allowed.
    pub confidence: Confidence,
    /// The steps in which the network sees each character ([`ctc::align`](crate::ctc::align)).
    pub columns: Vec<Range<usize>>,
    /// How many steps there are.
    pub steps: usize,
}

impl Reading {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.characters.iter().map(|character| character.character).collect()
    }

    /// The text in an image of this size in pixels.
    ///
    /// The box of a character is as high as the image, and reaches from the columns in which the network sees it to the
    /// middle of the gap to its neighbours; at the ends of the text as far as on its other side. A single character has
    /// its columns only.
    #[must_use]
    pub fn in_image(self, width: u32, height: u32) -> Prediction {
        let Self { characters, confidence, columns, steps } = self;
        if width == 0 || height == 0 || columns.len() != characters.len() {
            return Prediction::new(characters, confidence);
        }
        let scale = f64::from(width) / steps.max(1) as f64;
        let placed = characters.into_iter().enumerate().map(|(i, character)| {
            let gap = |before: Option<&Range<usize>>, after: Option<&Range<usize>>| {
                Some((after?.start - before?.end) as f64 / 2.0)
            };
            let left = gap(i.checked_sub(1).map(|i| &columns[i]), Some(&columns[i]));
            let right = gap(Some(&columns[i]), columns.get(i + 1));
            let start = columns[i].start as f64 - left.or(right).unwrap_or(0.0);
            let end = columns[i].end as f64 + right.or(left).unwrap_or(0.0);
            let x = ((start * scale).round().max(0.0) as u32).min(width - 1);
            let right = ((end * scale).round() as u32).clamp(x + 1, width);
            match GlyphBox::new(x, 0, right - x, height) {
                Ok(bounds) => character.with_bounds(bounds),
                Err(_) => character,
            }
        });
        Prediction::new(placed.collect(), confidence)
    }
}
