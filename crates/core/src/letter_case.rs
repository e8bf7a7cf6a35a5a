//! Capital and small letters.

/// The capital of a small letter and the small letter of a capital, where each is one character; any other character is
/// itself.
///
/// ```
/// use captcha_core::other_case;
///
/// let other: String = "aÄ7ßñ字".chars().map(other_case).collect();
/// assert_eq!(other, "Aä7ßÑ字");
/// ```
#[must_use]
pub fn other_case(character: char) -> char {
    if character.is_uppercase() {
        only(character.to_lowercase()).unwrap_or(character)
    } else {
        only(character.to_uppercase()).unwrap_or(character)
    }
}

/// What capital and small letters of one kind have in common: the small letter, where it is one character; any other
/// character is itself.
///
/// ```
/// use captcha_core::fold_case;
///
/// let folded: String = "Aä7ßÑ字".chars().map(fold_case).collect();
/// assert_eq!(folded, "aä7ßñ字");
/// ```
#[must_use]
pub fn fold_case(character: char) -> char {
    only(character.to_lowercase()).unwrap_or(character)
}

/// The only one of these characters.
fn only(mut characters: impl Iterator<Item = char>) -> Option<char> {
    characters.next().filter(|_| characters.next().is_none())
}
