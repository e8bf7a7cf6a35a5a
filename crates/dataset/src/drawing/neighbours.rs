//! What may lie beside a corpus or a shard that is to be written.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::corpus::header::differences;
use crate::corpus::image_file::is_image;
use crate::corpus::manifest::Records;
use crate::{CorpusHeader, DatasetError, MANIFEST, Shard};

/// Refuses to write a shard beside images or beside the shards of another corpus, and images beside shards: who reads
/// the folder takes either all of it for one corpus or leaves a part out.
pub(crate) fn check_neighbours(
    folder: &Path,
    shard: Shard,
    header: &CorpusHeader,
) -> Result<(), DatasetError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // What else is wrong with it, the journal says.
        Err(_) => return Ok(()),
    };
    let mut compared = false;
    for entry in entries {
        let entry = entry.map_err(DatasetError::read(folder))?;
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str() else { continue };
        let neighbour = Shard::of_folder(name);
        let is_other_kind = match shard {
            Shard::WHOLE => neighbour.is_some(),
            _ => name == MANIFEST || (neighbour.is_none() && is_image(&entry, name).is_ok()),
        };
        if is_other_kind {
            return Err(DatasetError::ShardsAndImages { path: folder.to_owned(), found: name.to_owned() });
        }
        // One stands for all: each was compared with another when it was begun. One's own is compared by the journal.
        if !compared
            && neighbour.is_some_and(|neighbour| neighbour != shard)
            && let Some(records) = Records::open(&entry.path())?
        {
            compared = true;
            let differences = differences(records.header(), &json!(header));
            if !differences.is_empty() {
                return Err(DatasetError::MixedShards { path: folder.to_owned(), differences });
            }
        }
    }
    Ok(())
}
