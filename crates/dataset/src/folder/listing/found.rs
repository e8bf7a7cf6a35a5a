//! The list of images that was found.

use std::collections::HashMap;
use std::path::Path;

use captcha_core::{Label, other_case};

use super::label_files::Texts;
use super::walk::walk;
use crate::folder::entry::{Entry, Place};
use crate::{DatasetError, FolderOptions, LabelSource, SkipReason, Skipped};

/// The labelled images of a folder, sorted, and what else there is.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    pub(super) root: &'a Path,
    pub(super) options: &'a FolderOptions,
    pub(crate) entries: Vec<Entry>,
    pub(crate) skipped: Skipped,
    pub(crate) source: Option<LabelSource>,
    /// Texts that replace those of the source.
    corrections: HashMap<String, String>,
    /// The name of the list of corrections, if it lies in the folder.
    pub(super) corrections_file: Option<String>,
}

impl<'a> Listing<'a> {
    /// The images of the folder `root`.
    pub(crate) fn of(root: &'a Path, options: &'a FolderOptions) -> Result<Self, DatasetError> {
        let mut listing = Self {
            root,
            options,
            entries: Vec::new(),
            skipped: Skipped::default(),
            source: None,
            corrections: HashMap::new(),
            corrections_file: None,
        };
        let given = match &options.labels {
            Some(path) => Some(Texts::given(path, &mut listing)?),
            None => None,
        };
        let given = match given {
            Some(texts) if texts.corrects => {
                listing.corrections = texts.by_name;
                listing.corrections_file = texts.own_name;
                None
            }
            given => given,
        };
        walk(&mut listing, given)?;
        let mut lost: Vec<String> = std::mem::take(&mut listing.corrections).into_keys().collect();
        lost.sort_unstable();
        for name in lost {
            listing.skipped.add(SkipReason::Missing, || name);
        }
        if options.ignore_case && options.alphabet.is_none() {
            listing.fold_case();
        }
        listing.entries.sort_unstable();
        Ok(listing)
    }

    /// Adds that labels come from `source`, too.
    pub(super) fn uses(&mut self, source: LabelSource) {
        self.source = Some(match self.source.take() {
            Some(known) => known.and(source),
            None => source,
        });
    }

    /// Adds the image `name` with its label, which is `text`, or else what the name says; or counts why it has none.
    pub(super) fn take(&mut self, name: String, text: Option<String>, place: Option<Place>) {
        let text = self.corrections.remove(&name).or(text);
        match self.label(&name, text) {
            Ok(label) => {
                self.entries.push(Entry { file: name.into(), label, place: place.map(Box::new) });
            }
            Err(reason) => self.skipped.add(reason, || name),
        }
    }

    /// The label to be kept for a file, if it is good: `None` if the name has it.
    fn label(&self, name: &str, text: Option<String>) -> Result<Option<Box<str>>, SkipReason> {
        let from_name = Label::from_path(name).ok();
        let label = match (text, &self.options.pattern) {
            (Some(text), _) => Label::new(text),
            (None, Some(pattern)) => pattern.find(name).ok_or(SkipReason::NoLabel)?,
            (None, None) => from_name.clone().ok_or(SkipReason::NoLabel)?,
        };
        if label.as_str().is_empty() {
            return Err(SkipReason::EmptyLabel);
        }
        let label = match &self.options.alphabet {
            Some(alphabet) if self.options.ignore_case => Label::new(folded(label.as_str(), |character| {
                if alphabet.contains(character) { character } else { other_case(character) }
            })),
            _ => label,
        };
        let good = |character: char| match &self.options.alphabet {
            Some(alphabet) => alphabet.contains(character),
            None => !character.is_control() && !character.is_whitespace(),
        };
        if !label.as_str().chars().all(good) {
            return Err(SkipReason::UnknownCharacter);
        }
        Ok((from_name.as_ref() != Some(&label)).then(|| label.as_str().into()))
    }

    /// Gives all labels the case that most of their letters have.
    fn fold_case(&mut self) {
        let text = |entry: &Entry| match &entry.label {
            Some(label) => label.to_string(),
            None => Label::from_path(&*entry.file).map(String::from).unwrap_or_default(),
        };
        let (mut capital, mut small) = (0u64, 0u64);
        for character in self.entries.iter().flat_map(|entry| text(entry).chars().collect::<Vec<_>>()) {
            capital += u64::from(character.is_uppercase());
            small += u64::from(character.is_lowercase());
        }
        let wrong = |character: char| {
            if capital > small { character.is_lowercase() } else { character.is_uppercase() }
        };
        for entry in &mut self.entries {
            let before = text(entry);
            let after =
                folded(&before, |character| if wrong(character) { other_case(character) } else { character });
            if after != before {
                entry.label = Some(after.into());
            }
        }
    }
}

fn folded(text: &str, fold: impl Fn(char) -> char) -> String {
    text.chars().map(fold).collect()
}
