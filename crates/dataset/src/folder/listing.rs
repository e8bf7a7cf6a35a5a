//! Which files of a folder are labelled images.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use captcha_core::files::is_temporary;
use captcha_core::{Alphabet, Label};
use serde::Deserialize;
use serde_json::Value;

use crate::corpus::header::differences;
use crate::corpus::image_file::is_image;
use crate::corpus::manifest::Records;
use crate::{DatasetError, MANIFEST, MASKS, Shard, SkipReason, Skipped};

/// One image: little, because there can be millions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Relative to the folder.
    pub(crate) file: Box<str>,
    /// `None` for what the file name says.
    pub(crate) label: Option<Box<str>>,
}

/// The labelled images of a folder, in no order, and what else there is.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    pub(crate) skipped: Skipped,
}

impl Listing {
    /// The images of `folder`, or of the shards in it, with labels of `alphabet`.
    pub(crate) fn of(folder: &Path, alphabet: Option<&Alphabet>) -> Result<Self, DatasetError> {
        let mut listing = Self::default();
        let Some(shards) = Shards::of(folder)? else {
            listing.add_folder(folder, "", Records::open(folder)?, alphabet)?;
            return Ok(listing);
        };
        listing.add_beside(folder)?;
        listing.add_missing(&shards);
        for shard in shards.found {
            let name = shard.folder_name();
            let records = Records::open(&folder.join(&name))?;
            listing.add_folder(&folder.join(&name), &format!("{name}/"), records, alphabet)?;
        }
        Ok(listing)
    }

    /// Counts what lies beside the shards in `folder`.
    fn add_beside(&mut self, folder: &Path) -> Result<(), DatasetError> {
        for entry in fs::read_dir(folder).map_err(DatasetError::read(folder))? {
            let name = entry.map_err(DatasetError::read(folder))?.file_name();
            let name = name.to_string_lossy();
            // A manifest is no image; the images that it lists are counted.
            if Shard::of_folder(&name).is_none() && name != MANIFEST && !is_temporary(&*name) {
                self.skipped.add(SkipReason::BesideShards, || name.into_owned());
            }
        }
        Ok(())
    }

    /// Counts the shards with images that were not found. How many shards there are is what a folder's name says, so
    /// nothing here grows with it.
    fn add_missing(&mut self, shards: &Shards) {
        let with_images = shards.count.min(shards.images);
        let found: BTreeSet<u64> =
            shards.found.iter().map(|shard| shard.index()).filter(|&index| index < with_images).collect();
        let missing = with_images - found.len() as u64;
        let gaps = (0..with_images).filter(|index| !found.contains(index));
        let examples: Vec<String> = gaps
            .filter_map(|index| Shard::new(index, shards.count).ok())
            .map(Shard::folder_name)
            .take(Skipped::EXAMPLES)
            .collect();
        let unnamed = missing - examples.len() as u64;
        for example in examples {
            self.skipped.add(SkipReason::MissingShard, || example);
        }
        self.skipped.add_many(SkipReason::MissingShard, unnamed, String::new);
    }

    /// Adds the images of `folder`, whose names begin with `prefix` within the whole: those of its manifest, if it
    /// has one.
    fn add_folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        records: Option<Records>,
        alphabet: Option<&Alphabet>,
    ) -> Result<(), DatasetError> {
        let has_masks = records.as_ref().is_some_and(|records| records.header()["masks"] == true);
        let mut texts = match records {
            Some(records) => Some(self.texts(records, prefix)?),
            None => None,
        };
        for entry in fs::read_dir(folder).map_err(DatasetError::read(folder))? {
            let entry = entry.map_err(DatasetError::read(folder))?;
            let file_name = entry.file_name();
            let Some(name) = file_name.to_str() else {
                self.skipped.add(SkipReason::NoLabel, || {
                    format!("{prefix}{} (not UTF-8)", file_name.to_string_lossy())
                });
                continue;
            };
            let found = match &mut texts {
                Some(_) if name == MANIFEST || (has_masks && name == MASKS) => continue,
                Some(texts) => texts.remove(name).ok_or(SkipReason::NotInManifest).map(Some),
                None => is_image(&entry, name).map(|()| None),
            };
            match found.and_then(|text| label(name, text, alphabet)) {
                Ok(label) => self.entries.push(Entry { file: format!("{prefix}{name}").into(), label }),
                Err(reason) => self.skipped.add(reason, || format!("{prefix}{name}")),
            }
        }
        let mut missing: Vec<String> = texts.into_iter().flat_map(HashMap::into_keys).collect();
        missing.sort_unstable();
        for name in missing {
            self.skipped.add(SkipReason::Missing, || format!("{prefix}{name}"));
        }
        Ok(())
    }

    /// The text of each file of a manifest.
    fn texts(&mut self, mut records: Records, prefix: &str) -> Result<HashMap<String, String>, DatasetError> {
        let mut texts = HashMap::new();
        while let Some(record) = records.next::<NamedText>() {
            let record = record?;
            texts.insert(record.file, record.text);
        }
        let undrawn = records.images().saturating_sub(texts.len() as u64);
        self.skipped.add_many(SkipReason::NotDrawn, undrawn, || {
            format!("{undrawn} of {} in {prefix}{MANIFEST}", records.images())
        });
        Ok(texts)
    }
}

/// What a listing takes of a record.
#[derive(Deserialize)]
struct NamedText {
    file: String,
    text: String,
}

/// The label to be kept for a file, if it is good: `None` if the name has it.
fn label(
    name: &str,
    text: Option<String>,
    alphabet: Option<&Alphabet>,
) -> Result<Option<Box<str>>, SkipReason> {
    let from_name = Label::from_path(name).ok();
    let label = match &text {
        Some(text) => Label::new(text),
        None => from_name.clone().ok_or(SkipReason::NoLabel)?,
    };
    let good = |character: char| match alphabet {
        Some(alphabet) => alphabet.contains(character),
        None => !character.is_control() && !character.is_whitespace(),
    };
    if !label.as_str().chars().all(good) {
        return Err(SkipReason::UnknownCharacter);
    }
    Ok(text.filter(|_| from_name.as_ref() != Some(&label)).map(Into::into))
}

/// The shards of a corpus.
struct Shards {
    /// Those that have a manifest.
    found: Vec<Shard>,
    /// How many there are to be.
    count: u64,
    /// Images in all of them.
    images: u64,
}

impl Shards {
    /// The shards in `folder`, if there are any.
    fn of(folder: &Path) -> Result<Option<Self>, DatasetError> {
        let mut found = Vec::new();
        let mut header: Option<Value> = None;
        for entry in fs::read_dir(folder).map_err(DatasetError::read(folder))? {
            let name = entry.map_err(DatasetError::read(folder))?.file_name();
            let Some(shard) = name.to_str().and_then(Shard::of_folder) else { continue };
            let Some(records) = Records::open(&folder.join(&name))? else { continue };
            found.push(shard);
            let first = header.get_or_insert_with(|| records.header().clone());
            let differences = differences(first, records.header());
            if !differences.is_empty() {
                return Err(DatasetError::MixedShards { path: folder.to_owned(), differences });
            }
        }
        let Some((first, header)) = found.first().zip(header) else { return Ok(None) };
        Ok(Some(Self { count: first.count(), images: header["count"].as_u64().unwrap_or(0), found }))
    }
}
