//! What `generate_corpus` wrote: manifests and shards.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use captcha_core::files::is_temporary;
use serde::Deserialize;
use serde_json::Value;

use super::Listing;
use crate::corpus::header::differences;
use crate::corpus::manifest::Records;
use crate::{DatasetError, MANIFEST, MASKS, Shard, SkipReason, Skipped};

/// Adds the images of the shards in the folder; `false` if there are none.
pub(super) fn add_shards(listing: &mut Listing) -> Result<bool, DatasetError> {
    let Some(shards) = Shards::of(listing.root)? else { return Ok(false) };
    add_beside(listing)?;
    add_missing(listing, &shards);
    for shard in shards.found {
        let name = shard.folder_name();
        if let Some(records) = Records::open(&listing.root.join(&name))? {
            add_folder(listing, &format!("{name}/"), records)?;
        }
    }
    Ok(true)
}

/// Counts what lies beside the shards.
fn add_beside(listing: &mut Listing) -> Result<(), DatasetError> {
    let folder = listing.root;
    for entry in fs::read_dir(folder).map_err(DatasetError::read(folder))? {
        let name = entry.map_err(DatasetError::read(folder))?.file_name();
        let name = name.to_string_lossy();
        // A manifest is no image; the images that it lists are counted.
        if Shard::of_folder(&name).is_none() && name != MANIFEST && !is_temporary(&*name) {
            listing.skipped.add(SkipReason::BesideShards, || name.into_owned());
        }
    }
    Ok(())
}

/// Counts the shards with images that were not found. How many shards there are is what a folder's name says, so
/// nothing here grows with it.
fn add_missing(listing: &mut Listing, shards: &Shards) {
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
        listing.skipped.add(SkipReason::MissingShard, || example);
    }
    listing.skipped.add_many(SkipReason::MissingShard, unnamed, String::new);
}

/// Adds the images of a manifest, in the folder called `prefix`.
pub(super) fn add_folder(listing: &mut Listing, prefix: &str, records: Records) -> Result<(), DatasetError> {
    let folder = listing.root.join(prefix);
    let has_masks = records.header()["masks"] == true;
    let mut texts = texts(listing, records, prefix)?;
    for entry in fs::read_dir(&folder).map_err(DatasetError::read(&folder))? {
        let entry = entry.map_err(DatasetError::read(&folder))?;
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str() else {
            listing
                .skipped
                .add(SkipReason::NoLabel, || format!("{prefix}{} (not UTF-8)", file_name.to_string_lossy()));
            continue;
        };
        if name == MANIFEST || (has_masks && name == MASKS) {
            continue;
        }
        match texts.remove(name) {
            Some(text) => listing.take(format!("{prefix}{name}"), Some(text), None),
            None => listing.skipped.add(SkipReason::NotInManifest, || format!("{prefix}{name}")),
        }
    }
    let mut missing: Vec<String> = texts.into_keys().collect();
    missing.sort_unstable();
    for name in missing {
        listing.skipped.add(SkipReason::Missing, || format!("{prefix}{name}"));
    }
    Ok(())
}

/// The text of each file of a manifest.
fn texts(
    listing: &mut Listing,
    mut records: Records,
    prefix: &str,
) -> Result<HashMap<String, String>, DatasetError> {
    let mut texts = HashMap::new();
    while let Some(record) = records.next::<NamedText>() {
        let record = record?;
        texts.insert(record.file, record.text);
    }
    let undrawn = records.images().saturating_sub(texts.len() as u64);
    listing.skipped.add_many(SkipReason::NotDrawn, undrawn, || {
        format!("{undrawn} of {} in {prefix}{MANIFEST}", records.images())
    });
    Ok(texts)
}

/// What a listing takes of a record.
#[derive(Deserialize)]
struct NamedText {
    file: String,
    text: String,
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
