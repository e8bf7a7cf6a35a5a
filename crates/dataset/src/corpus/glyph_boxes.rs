//! Boxes of characters as a manifest has them: `[x, y, width, height]`, or `null` for a character without ink.

use captcha_core::GlyphBox;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

type Boxes = Option<Vec<Option<GlyphBox>>>;

pub(crate) fn serialize<S: Serializer>(boxes: &Boxes, serializer: S) -> Result<S::Ok, S::Error> {
    let values = |glyph: GlyphBox| [glyph.x(), glyph.y(), glyph.width(), glyph.height()];
    let boxes = boxes.as_ref().map(|boxes| boxes.iter().map(|glyph| glyph.map(values)).collect::<Vec<_>>());
    boxes.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Boxes, D::Error> {
    let boxes = Option::<Vec<Option<[u32; 4]>>>::deserialize(deserializer)?;
    let to_box =
        |[x, y, width, height]: [u32; 4]| GlyphBox::new(x, y, width, height).map_err(D::Error::custom);
    boxes.map(|boxes| boxes.into_iter().map(|glyph| glyph.map(to_box).transpose()).collect()).transpose()
}
