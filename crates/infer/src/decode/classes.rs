//! Which classes of a network are told apart, and which are allowed.

use captcha_core::{Alphabet, fold_case};

use super::decoding::{Decoding, DecodingError};

/// Which classes of a network are told apart: each by itself, or those that differ in case alone as one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Classes {
    alphabet: Alphabet,
    /// Of each class of the network.
    allowed: Vec<bool>,
    case: Option<Groups>,
}

/// Classes that differ in case alone.
#[derive(Debug, Clone, PartialEq)]
struct Groups {
    /// The group of each class.
    of: Vec<usize>,
    /// The classes of each group.
    members: Vec<Vec<usize>>,
    /// What a group is written as, where the caller's characters say it.
    written: Vec<Option<char>>,
}

impl Classes {
    /// Those of a network with this alphabet.
    pub(super) fn new(alphabet: &Alphabet, decoding: &Decoding) -> Result<Self, DecodingError> {
        let key = |character: char| if decoding.ignore_case { fold_case(character) } else { character };
        let mut allowed = vec![decoding.allowed.is_none(); alphabet.len()];
        for &character in decoding.allowed.iter().flat_map(Alphabet::characters) {
            let mut known = false;
            for (allowed, &class) in allowed.iter_mut().zip(alphabet.characters()) {
                let same = key(class) == key(character);
                *allowed |= same;
                known |= same;
            }
            if !known {
                return Err(DecodingError::UnknownCharacter { character, alphabet: alphabet.to_string() });
            }
        }
        let case = decoding.ignore_case.then(|| Groups::of(alphabet, decoding.allowed.as_ref()));
        Ok(Self { alphabet: alphabet.clone(), allowed, case })
    }

    /// How many classes the network has, without a blank.
    pub(super) fn len(&self) -> usize {
        self.alphabet.len()
    }

    /// The network's characters.
    pub(super) fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// Whether a class of the network is allowed; the blank is.
    pub(super) fn allows(&self, class: usize) -> bool {
        self.allowed.get(class).is_none_or(|&allowed| allowed)
    }

    /// The group of each class of the network, and how many groups there are; `None` if every class is one by itself.
    pub(super) fn groups(&self) -> Option<(&[usize], usize)> {
        self.case.as_ref().map(|case| (&case.of[..], case.members.len()))
    }

    /// The character that each of those that are told apart is written as; `None` if it is not allowed. `weight` says how
    /// likely a class of the network is.
    pub(super) fn written(&self, weight: impl Fn(usize) -> f64) -> Vec<Option<char>> {
        let name = |class: usize| self.alphabet.character(class).filter(|_| self.allows(class));
        let Some(case) = &self.case else { return (0..self.len()).map(name).collect() };
        let groups = case.members.iter().zip(&case.written);
        let of_group = |(members, &written): (&Vec<usize>, &Option<char>)| {
            let allowed = members.iter().copied().filter(|&class| self.allows(class));
            // The first of equals.
            let likeliest = allowed.rev().max_by(|&a, &b| weight(a).total_cmp(&weight(b)))?;
            written.or_else(|| name(likeliest))
        };
        groups.map(of_group).collect()
    }

    /// The character of the network that stands for all that count as the same; the character itself if there is none.
    pub(super) fn representative(&self, character: char) -> char {
        let Some(case) = &self.case else { return character };
        let characters = self.alphabet.characters();
        let same = |members: &&Vec<usize>| fold_case(characters[members[0]]) == fold_case(character);
        case.members.iter().find(same).map_or(character, |members| characters[members[0]])
    }
}

impl Groups {
    fn of(alphabet: &Alphabet, asked: Option<&Alphabet>) -> Self {
        let (mut of, mut members, mut keys) = (Vec::new(), Vec::<Vec<usize>>::new(), Vec::new());
        for (class, &character) in alphabet.characters().iter().enumerate() {
            let key = fold_case(character);
            let group = keys.iter().position(|&known| known == key).unwrap_or(keys.len());
            if group == keys.len() {
                keys.push(key);
                members.push(Vec::new());
            }
            of.push(group);
            members[group].push(class);
        }
        let written = |key: &char| {
            let mut same = asked?.characters().iter().copied().filter(|&asked| fold_case(asked) == *key);
            same.next().filter(|_| same.next().is_none())
        };
        let written = keys.iter().map(written).collect();
        Self { of, members, written }
    }
}
