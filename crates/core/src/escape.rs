//! Texts in file names.

/// Whether a character can't stand in the label of a file name.
fn is_escaped(character: char) -> bool {
    character.is_control() || character.is_whitespace() || "-_./\\:*?\"<>|%".contains(character)
}

/// The text that [`escape`] made `name` of. A `%` that no escaped character begins with stands for itself: others name
/// files, too.
pub(crate) fn unescape(name: &str) -> String {
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

/// `text` as a part of a file name: what can't stand there becomes `%` and two hexadecimal digits for each byte.
pub(crate) fn escape(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for character in text.chars() {
        if is_escaped(character) {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                name.push_str(&format!("%{byte:02X}"));
            }
        } else {
            name.push(character);
        }
    }
    name
}
