//! WebDataset shards: tar archives in which files of one name, but for their endings, are one sample
//! (<https://github.com/webdataset/webdataset>). They are never unpacked: where each image is, is remembered.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use captcha_core::files::open_regular;
use serde_json::Value;

use super::Listing;
use crate::folder::entry::Place;
use crate::folder::label_file::text_of;
use crate::{LabelSource, SkipReason, TarMember};

/// Longest text in bytes; those of CAPTCHAs have a few.
const MAX_TEXT: u64 = 1 << 16;

/// Endings of members with the text, the likeliest last.
const TEXTS: [&str; 3] = ["cls", "json", "txt"];

/// Whether a file of this name is a shard.
pub(super) fn is_shard(file_name: &str) -> bool {
    !file_name.starts_with('.') && Path::new(file_name).extension().is_some_and(|ending| ending == "tar")
}

/// What a shard holds.
#[derive(Default)]
struct Shard {
    images: Vec<(String, TarMember)>,
    /// By key: the number of the ending in [`TEXTS`], and the text.
    texts: HashMap<String, (usize, String)>,
    others: Vec<String>,
}

/// Adds the images of the shard called `name`. If any of them has a text beside it, all need one, and else they are
/// named after their text.
pub(super) fn add(listing: &mut Listing, name: &str) {
    let mut shard = Shard::default();
    if let Err(error) = read(&listing.root.join(name), &mut shard) {
        listing.skipped.add(SkipReason::DamagedShard, || format!("{name}: {error}"));
    }
    for other in shard.others {
        listing.skipped.add(SkipReason::NotAnImage, || format!("{name}/{other}"));
    }
    if !shard.images.is_empty() {
        listing.uses(LabelSource::TarShards(1));
    }
    let by_name = shard.texts.is_empty() || listing.options.pattern.is_some();
    for (member_name, member) in shard.images {
        let full = format!("{name}/{member_name}");
        let text = shard.texts.get(key(&member_name)).map(|(_, text)| text.clone());
        if text.is_none() && !by_name {
            listing.skipped.add(SkipReason::NoLabel, || full);
            continue;
        }
        let text = text.filter(|_| listing.options.pattern.is_none());
        listing.take(full, text, Some(Place { shard: name.len(), member }));
    }
}

/// Reads where everything is; what came before an error stays.
fn read(path: &Path, shard: &mut Shard) -> std::io::Result<()> {
    let file = open_regular(path)?;
    let length = file.metadata()?.len();
    let mut archive = ::tar::Archive::new(file);
    for entry in archive.entries_with_seek()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = name.trim_start_matches("./").to_owned();
        let member = TarMember { offset: entry.raw_file_position(), size: entry.size() };
        if member.offset.checked_add(member.size).is_none_or(|end| end > length) {
            return Err(std::io::Error::other(format!("ends within {name}")));
        }
        let file_name = name.rsplit('/').next().unwrap_or_default();
        let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        if file_name.starts_with('.') || name.starts_with("__MACOSX") {
            shard.others.push(name);
        } else if let Some(rank) = TEXTS.iter().position(|&text| text == ending) {
            let mut bytes = Vec::new();
            (&mut entry).take(MAX_TEXT).read_to_end(&mut bytes)?;
            match text(&bytes, &ending) {
                Some(text) => {
                    let known = shard.texts.entry(key(&name).to_owned()).or_insert((rank, text.clone()));
                    if rank > known.0 {
                        *known = (rank, text);
                    }
                }
                None => shard.others.push(name),
            }
        } else if image::ImageFormat::from_extension(&ending).is_some() {
            shard.images.push((name, member));
        } else {
            shard.others.push(name);
        }
    }
    Ok(())
}

/// The text that a member says; `None` if it says none.
fn text(bytes: &[u8], ending: &str) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    if ending != "json" {
        return Some(text.trim_start_matches('\u{feff}').trim().to_owned());
    }
    match serde_json::from_str(text).ok()? {
        Value::String(text) => Some(text),
        Value::Object(object) => text_of(&object),
        _ => None,
    }
}

/// What the members of one sample have in common: the path up to the first dot of its last part.
fn key(name: &str) -> &str {
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    name[start..].find('.').map_or(name, |dot| &name[..start + dot])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_their_path_up_to_the_first_dot_in_common() {
        for (name, expected) in
            [("000.png", "000"), ("a.b/000.gt.txt", "a.b/000"), ("000", "000"), ("a/.x", "a/")]
        {
            assert_eq!(key(name), expected);
        }
        assert_eq!(text(b"{\"label\": \"AB\", \"n\": 1}", "json"), Some("AB".to_owned()));
        assert_eq!(text(b"[]", "json"), None);
        assert_eq!(text(b" AB\n", "txt"), Some("AB".to_owned()));
    }
}
