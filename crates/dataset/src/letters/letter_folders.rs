//! From characters to the names of their folders, and back.

use captcha_core::Alphabet;

/// What the folders of lower-case letters begin with where the capital is in the alphabet as well.
const LOWER: &str = "lower_";

/// What the folders of characters begin with that are no names of folders.
const CODE_POINT: &str = "U+";

/// The name of the folder of the letters that show `character`.
///
/// A name that every file system keeps apart from the others: ASCII letters and digits stand for themselves, a
/// lower-case letter whose capital is in the alphabet as well is `lower_a`, and every other character is its code
/// point, `U+002F` or `U+00C4`.
///
/// ```
/// use captcha_core::Alphabet;
/// use captcha_dataset::{letter_folder_name, letter_of_folder};
///
/// let alphabet = Alphabet::new("Aab/")?;
/// let names: Vec<String> = alphabet.characters().iter().map(|&c| letter_folder_name(c, &alphabet)).collect();
/// assert_eq!(names, ["A", "lower_a", "b", "U+002F"]);
/// assert_eq!(letter_of_folder("lower_a"), Some('a'));
/// # Ok::<(), captcha_core::AlphabetError>(())
/// ```
#[must_use]
pub fn letter_folder_name(character: char, alphabet: &Alphabet) -> String {
    if character.is_ascii_lowercase() && alphabet.contains(character.to_ascii_uppercase()) {
        format!("{LOWER}{character}")
    } else if character.is_ascii_alphanumeric() {
        character.to_string()
    } else {
        format!("{CODE_POINT}{:04X}", u32::from(character))
    }
}

/// The character whose letters are in a folder of this name: what [`letter_folder_name`] gives, or any single
/// character.
#[must_use]
pub fn letter_of_folder(name: &str) -> Option<char> {
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Some(character);
    }
    if let Some(letter) = name.strip_prefix(LOWER) {
        let letter = letter.parse().ok();
        return letter.filter(char::is_ascii_lowercase);
    }
    name.strip_prefix(CODE_POINT).and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_names_stand_for_no_character() {
        for name in ["", "AB", "lower_", "lower_A", "lower_ab", "U+", "U+D800", "U+XYZ", "train"] {
            assert_eq!(letter_of_folder(name), None, "{name}");
        }
        assert_eq!(letter_of_folder("Ä"), Some('Ä'));
    }

    proptest! {
        #[test]
        fn names_are_different_everywhere_and_come_back(characters in prop::collection::hash_set(any::<char>(), 1..40)) {
            let text: String = characters.into_iter().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
            let Ok(alphabet) = Alphabet::new(&format!("{text}aAzZ").chars().collect::<HashSet<_>>().into_iter().collect::<String>()) else {
                return Ok(());
            };
            let mut seen = HashSet::new();
            for &character in alphabet.characters() {
                let name = letter_folder_name(character, &alphabet);
                prop_assert_eq!(letter_of_folder(&name), Some(character));
                prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '+'));
                prop_assert!(seen.insert(name.to_lowercase()), "{} twice", name);
            }
        }
    }
}
