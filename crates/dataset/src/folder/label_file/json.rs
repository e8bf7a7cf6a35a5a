//! JSON and JSON lines.

use serde_json::{Map, Value};

use super::columns::{WAS, file_of, text_of};
use super::file::Rows;

/// What is expected of an object, for messages.
const OBJECT: &str =
    "an object with a file name and a text, as in {\"file_name\": \"1.png\", \"text\": \"QXKZEF\"}";

/// The rows of a file with an object a line. If not one is as expected, it is no label file: `Err` with the line.
pub(super) fn rows_of_lines(text: &str) -> Result<Rows, (u64, String)> {
    let mut rows = Rows::new(true, false);
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(object)) => add(&mut rows, index as u64 + 1, &object),
            Ok(_) => rows.bad(index as u64 + 1, OBJECT),
            Err(error) => rows.bad(index as u64 + 1, &format!("{OBJECT} ({error})")),
        }
    }
    if rows.is_empty() && !text.trim().is_empty() { Err((1, OBJECT.to_owned())) } else { Ok(rows) }
}

/// The rows of a file with a list of objects, or with one object from names to texts.
pub(super) fn rows_of_document(text: &str) -> Result<Rows, (u64, String)> {
    let expected = || "a list of objects, or an object from file names to texts".to_owned();
    let document: Value = serde_json::from_str(text)
        .map_err(|error| (error.line() as u64, format!("{} ({error})", expected())))?;
    let mut rows = Rows::new(true, false);
    match document {
        Value::Array(objects) => {
            for (index, object) in objects.iter().enumerate() {
                match object {
                    Value::Object(object) => add(&mut rows, index as u64 + 1, object),
                    _ => rows.bad(index as u64 + 1, OBJECT),
                }
            }
        }
        Value::Object(texts) => {
            for (index, (name, text)) in texts.iter().enumerate() {
                match text {
                    Value::String(text) => rows.add(name, text),
                    Value::Number(text) => rows.add(name, &text.to_string()),
                    _ => rows.bad(index as u64 + 1, "a text"),
                }
            }
        }
        _ => return Err((1, expected())),
    }
    if rows.is_empty() { Err((1, expected())) } else { Ok(rows) }
}

fn add(rows: &mut Rows, line: u64, object: &Map<String, Value>) {
    match (file_of(object), text_of(object)) {
        (Some(file), Some(text)) => {
            rows.corrects |= object.contains_key(WAS);
            rows.add(&file, &text);
        }
        _ => rows.bad(line, OBJECT),
    }
}
