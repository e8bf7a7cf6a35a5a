//! Which columns are the name and the text.

use serde_json::{Map, Value};

/// Names of the column with the image, the likeliest first.
const FILE: &[&str] = &[
    "file_name",
    "filename",
    "file",
    "image_path",
    "image_file",
    "image_name",
    "filepath",
    "file_path",
    "path",
    "name",
    "image",
    "img",
    "key",
    "id",
];

/// Names of the column with the text, the likeliest first.
const TEXT: &[&str] = &[
    "text",
    "label",
    "labels",
    "transcription",
    "ground_truth",
    "gt",
    "captcha",
    "word",
    "words",
    "answer",
    "solution",
    "target",
    "value",
    "code",
];

/// The column that makes a label file a list of corrections.
pub(super) const WAS: &str = "was";

/// What is expected of a label file, for messages.
pub(super) const EXPECTED: &str = "a column with the file name (`file_name`, `file`, `path`, ...) and one with the text (`text`, `label`, ...)";

/// Where the columns of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) file: usize,
    pub(super) text: usize,
    /// Whether the first row names the columns.
    pub(super) header: bool,
    /// Whether there is a column [`WAS`].
    pub(super) corrects: bool,
}

impl Columns {
    /// The columns of a table with this first row; `None` if it has no two columns.
    pub(super) fn of(first: &[String]) -> Option<Self> {
        let names: Vec<String> = first.iter().map(|cell| normalised(cell)).collect();
        let find =
            |wanted: &[&str]| wanted.iter().find_map(|want| names.iter().position(|name| name == want));
        let other = |column: usize| (names.len() == 2).then_some(1 - column.min(1));
        let corrects = names.iter().any(|name| name == WAS);
        let (file, text) = (find(FILE), find(TEXT));
        let named = match (file, text) {
            (Some(file), Some(text)) => Some((file, text)),
            (Some(file), None) => other(file).map(|text| (file, text)),
            (None, Some(text)) => other(text).map(|file| (file, text)),
            (None, None) => None,
        };
        // `1.png,word` is no header: the name of an image is no name of a column.
        if let Some((file, text)) = named.filter(|&(file, _)| !is_image_name(&first[file])) {
            return Some(Self { file, text, header: true, corrects });
        }
        if first.len() < 2 {
            return None;
        }
        let file = first.iter().position(|cell| is_image_name(cell)).unwrap_or(0);
        Some(Self { file, text: usize::from(file == 0), header: false, corrects: false })
    }
}

/// Whether the name ends as those of images do.
pub(super) fn is_image_name(name: &str) -> bool {
    let ending = std::path::Path::new(name).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| image::ImageFormat::from_extension(ending).is_some())
}

fn normalised(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The value of the first of `wanted` that `object` has.
fn value_of(object: &Map<String, Value>, wanted: &[&str]) -> Option<String> {
    let find = |want: &&str| object.iter().find(|(key, _)| normalised(key) == **want).map(|(_, value)| value);
    wanted.iter().find_map(|want| match find(want)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The name of the image in `object`.
pub(super) fn file_of(object: &Map<String, Value>) -> Option<String> {
    value_of(object, FILE)
}

/// The text in `object`.
pub(crate) fn text_of(object: &Map<String, Value>) -> Option<String> {
    value_of(object, TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_or_by_content() {
        let columns = |first: &str| {
            let first: Vec<String> = first.split(',').map(str::to_owned).collect();
            Columns::of(&first).map(|found| (found.file, found.text, found.header))
        };
        for (first, expected) in [
            ("file_name,text", Some((0, 1, true))),
            ("Label,File Name,size", Some((1, 0, true))),
            ("id,label,text", Some((0, 2, true))),
            ("filename,what it says", Some((0, 1, true))),
            ("what,word", Some((0, 1, true))),
            ("1.png,AB", Some((0, 1, false))),
            ("AB,1.png", Some((1, 0, false))),
            ("1.png,word", Some((0, 1, false))),
            ("1,AB,x", Some((0, 1, false))),
            ("alone", None),
        ] {
            assert_eq!(columns(first), expected, "{first}");
        }
    }
}
