//! From texts to the names of their files.

use std::collections::HashMap;

use captcha_core::{ContentHash, Label};

/// Longest file name without ending, in bytes: file systems allow 255, and suffix and ending must fit.
const MAX_STEM: usize = 200;

/// Names that Windows keeps for devices, whatever the ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Device names that end in a digit.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Gives every text of a sequence a file name of its own.
///
/// The first image of a text is `TEXT.png`, the next ones `TEXT-2.png`, `TEXT-3.png` and so on, whatever the case of
/// the letters, because some file systems do not tell `a` from `A`. Characters that end a label in a file name
/// (`-`, `_`, `.`), that file systems refuse, and `%` are written as `%` and two hexadecimal digits for each byte,
/// as in a URL; [`Label::from_path`] reads them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// How often each name came, by a short hash. Names of equal hashes only cost each other a number.
    seen: HashMap<u64, u64>,
}

impl Names {
    /// The file name, without ending, of the next text; `None` if it would be too long.
    pub(crate) fn next(&mut self, text: &str) -> Option<String> {
        let mut name = Label::new(text).to_file_name();
        if name.len() > MAX_STEM {
            return None;
        }
        let folded = name.to_lowercase();
        let count = self.seen.entry(short_hash(&folded)).or_insert(0);
        *count += 1;
        if *count > 1 || is_device(&folded) {
            name.push_str(&format!("-{count}"));
        }
        Some(name)
    }
}

/// 64 bits of the hash of `name`.
fn short_hash(name: &str) -> u64 {
    let mut hash = ContentHash::new();
    hash.add(name);
    u64::from_str_radix(&hash.hex()[..16], 16).unwrap_or_default()
}

fn is_device(folded: &str) -> bool {
    DEVICES.contains(&folded)
        || NUMBERED_DEVICES.iter().any(|device| {
            folded
                .strip_prefix(device)
                .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_texts_with_numbers_where_they_clash() {
        let cases = [
            ("QXKZEF", "QXKZEF"),
            ("QXKZEF", "QXKZEF-2"),
            ("qxkzef", "qxkzef-3"),
            ("A-B", "A%2DB"),
            ("A/B", "A%2FB"),
            ("QXKZEF-2", "QXKZEF%2D2"),
            ("CON", "CON-1"),
            ("con", "con-2"),
            ("COM7", "COM7-1"),
            ("COMA", "COMA"),
            ("Ä", "Ä"),
        ];
        let mut names = Names::default();
        for (text, name) in cases {
            assert_eq!(names.next(text).as_deref(), Some(name));
        }
        assert_eq!(names.next(&"A".repeat(201)), None);
    }

    proptest! {
        #[test]
        fn every_text_comes_back_from_the_name_of_its_file(text in "[aA%2DEF./_-]{1,8}|\\PC{1,8}|[\\x00-\\x20]{1,3}") {
            let mut names = Names::default();
            for _ in 0..2 {
                let file = format!("{}.png", names.next(&text).unwrap());
                prop_assert_eq!(Label::from_path(file), Ok(Label::new(&text)));
            }
        }

        #[test]
        fn names_are_different_and_safe_on_every_file_system(texts in prop::collection::vec("[aAbB./%-]{1,3}|\\PC{1,8}", 0..60)) {
            let mut names = Names::default();
            let mut seen = HashSet::new();
            for text in &texts {
                let name = names.next(text).unwrap();
                prop_assert!(!name.contains(['/', '\\', '\0', ':', ' ']), "{}", name);
                prop_assert!(seen.insert(name.to_lowercase()), "{} twice", name);
            }
        }
    }
}
