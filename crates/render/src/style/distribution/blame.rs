//! Which value of a style can't be read.

use serde::Deserialize;
use serde_json::Value;

use crate::style::Style;
use crate::style::distribution::parse::field_at;

/// The place of the value because of which `style` can't be read: without it, it could. Empty if there is none.
pub(crate) fn blame(style: &Value) -> String {
    let mut place = String::new();
    let mut pointer = String::new();
    while let Some((step, name)) = next(style, &pointer) {
        place = match step.parse::<usize>() {
            Ok(index) if name.is_none() => format!("{place}[{index}]"),
            _ => field_at(&place, &name.unwrap_or_default()),
        };
        pointer = format!("{pointer}/{step}");
    }
    place
}

/// The part of the value at `pointer` without which `style` can be read: its step as JSON Pointer writes it (RFC 6901),
/// and its name if it is a field.
fn next(style: &Value, pointer: &str) -> Option<(String, Option<String>)> {
    let without = |remove: &dyn Fn(&mut Value)| {
        let mut rest = style.clone();
        rest.pointer_mut(pointer).into_iter().for_each(remove);
        Style::deserialize(rest).is_ok()
    };
    match style.pointer(pointer)? {
        Value::Object(fields) => {
            let culprit = fields.keys().find(|key| {
                without(&|value| {
                    value.as_object_mut().and_then(|fields| fields.remove(*key));
                })
            })?;
            Some((culprit.replace('~', "~0").replace('/', "~1"), Some(culprit.clone())))
        }
        Value::Array(entries) => {
            let culprit = (0..entries.len()).find(|&index| {
                without(&|value| {
                    value.as_array_mut().map(|entries| entries.remove(index));
                })
            })?;
            Some((culprit.to_string(), None))
        }
        _ => None,
    }
}
