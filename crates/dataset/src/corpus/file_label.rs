//! Labels in file names.

use std::path::Path;

use captcha_core::Label;

/// The label in the name of a file; `None` if there is none.
///
/// Characters that [`is_escaped`] names can stand there as `%` and two hexadecimal digits for each of their bytes.
///
/// A `%` that no escaped character begins with stands for itself: others name files, too.
pub(crate) fn label_of_name(file: &str) -> Option<Label> {
    let label = Label::from_path(Path::new(file)).ok()?;
    Some(if label.as_str().contains('%') { Label::new(unescape(label.as_str())) } else { label })
}

/// Whether a character can't stand in the label of a file name.
pub(crate) fn is_escaped(character: char) -> bool {
    character.is_control() || character.is_whitespace() || "-_./\\:*?\"<>|%".contains(character)
}

fn unescape(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(character) = rest.chars().next() {
        let (character, length) = escaped_character(rest).unwrap_or((character, character.len_utf8()));
        text.push(character);
        rest = &rest[length..];
    }
    text
}

/// The escaped character that `name` begins with, and how many bytes of the name it takes.
fn escaped_character(name: &str) -> Option<(char, usize)> {
    let mut bytes = Vec::new();
    // No character has more than four bytes of UTF-8.
    for group in name.as_bytes().chunks_exact(3).take(4) {
        let [b'%', digits @ ..] = group else { break };
        if !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')) {
            break;
        }
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            return text
                .chars()
                .next()
                .filter(|&character| is_escaped(character))
                .map(|character| (character, 3 * bytes.len()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_of_somebody_else_is_one() {
        for (file, label) in [
            ("A%2DB.png", "A-B"),
            ("A%2DB-2.png", "A-B"),
            ("%E2%80%83.png", "\u{2003}"),
            ("100%.png", "100%"),
            ("%2.png", "%2"),
            ("%41%2d.png", "%41%2d"),
            ("%E2%80.png", "%E2%80"),
            ("%€9.png", "%€9"),
            ("shard-0000-of-0002/A%25.png", "A%"),
        ] {
            assert_eq!(label_of_name(file), Some(Label::new(label)), "{file}");
        }
        assert_eq!(label_of_name("-1.png"), None);
    }
}
