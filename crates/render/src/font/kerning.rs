//! Kerning: how much closer two glyphs stand than their advances say.
//!
//! Pillow lays text out with HarfBuzz, which takes the pairs of the OpenType feature `kern` and, in a font without it,
//! those of the old table `kern`. Only these pairs are applied here; ligatures and contextual rules are not.

use skrifa::raw::TableProvider;
use skrifa::raw::tables::gpos::{Gpos, PairPos, PositionSubtables};
use skrifa::raw::types::Tag;
use skrifa::{FontRef, GlyphId};

/// The kerning between two glyphs in font units, 0 if the font has none for them or its tables are broken.
pub(crate) fn kerning(font: &FontRef<'_>, left: GlyphId, right: GlyphId) -> i64 {
    match font.gpos().ok().and_then(|gpos| pair_adjustment(&gpos, left, right)) {
        Some(units) => units,
        None => kern_table(font, left, right).unwrap_or(0),
    }
}

/// The sum over all lookups of the feature `kern`, or `None` if the font lacks the feature.
fn pair_adjustment(gpos: &Gpos<'_>, left: GlyphId, right: GlyphId) -> Option<i64> {
    let scripts = gpos.script_list().ok()?;
    let script = scripts.get(scripts.select(&[Tag::new(b"latn")])?.index).ok()?;
    let language = script.default_lang_sys()?.ok()?;
    let features = gpos.feature_list().ok()?;
    let feature = features.get(language.feature_index_for_tag(&features, Tag::new(b"kern"))?).ok()?;
    let lookups = gpos.lookup_list().ok()?.lookups();
    let mut units = 0;
    for index in feature.lookup_list_indices() {
        let Ok(PositionSubtables::Pair(subtables)) =
            lookups.get(usize::from(index.get())).and_then(|lookup| lookup.subtables())
        else {
            continue;
        };
        // The first subtable that knows the pair decides.
        let known = subtables.iter().flatten().find_map(|subtable| advance(&subtable, left, right));
        units += i64::from(known.unwrap_or(0));
    }
    Some(units)
}

/// What `subtable` adds to the advance of `left` before `right`, or `None` if it does not know the pair.
fn advance(subtable: &PairPos<'_>, left: GlyphId, right: GlyphId) -> Option<i16> {
    match subtable {
        PairPos::Format1(pairs) => {
            let set = pairs.coverage().ok()?.get(left)?;
            let set = pairs.pair_sets().get(set as usize).ok()?;
            let record = set.find_pair_value_record(right.try_into().ok()?)?;
            Some(record.value_record1().x_advance().unwrap_or(0))
        }
        PairPos::Format2(classes) => {
            classes.coverage().ok()?.get(left)?;
            let left = classes.class_def1().ok()?.get(left);
            let right = classes.class_def2().ok()?.get(right);
            let [record, _] = classes.value_record_refs(left.try_into().ok()?, right.try_into().ok()?)?;
            Some(record.x_advance().unwrap_or(0))
        }
        // Formats 3 and 4 are those of fonts with more than 65,535 glyphs.
        _ => None,
    }
}

fn kern_table(font: &FontRef<'_>, left: GlyphId, right: GlyphId) -> Option<i64> {
    use skrifa::raw::tables::kern::SubtableKind;
    let table = font.kern().ok()?;
    let units = table
        .subtables()
        .flatten()
        .filter(|subtable| subtable.is_horizontal() && !subtable.is_cross_stream())
        .filter_map(|subtable| match subtable.kind().ok()? {
            SubtableKind::Format0(pairs) => pairs.kerning(left, right),
            SubtableKind::Format2(classes) => classes.kerning(left, right),
            SubtableKind::Format3(classes) => classes.kerning(left, right),
            SubtableKind::Format1(_) => None,
        })
        .map(i64::from)
        .sum();
    Some(units)
}
