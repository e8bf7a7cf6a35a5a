//! The files of a folder, and of folders in it.

use std::fs::{self, DirEntry};

use captcha_core::files::is_temporary;

use super::Listing;
use super::label_files::Texts;
use super::{corpus, tar};
use crate::corpus::image_file::is_image;
use crate::corpus::manifest::Records;
use crate::{DatasetError, LabelSource, SkipReason};

/// How deep folders are searched: more than anybody sorts images into, less than what fills the stack.
const MAX_DEPTH: usize = 64;

/// Adds the images of the folder, with the labels of `given` if the caller named a label file.
pub(super) fn walk(listing: &mut Listing, given: Option<Texts>) -> Result<(), DatasetError> {
    let told = given.is_some() || listing.options.pattern.is_some();
    if !told && corpus::add_shards(listing)? {
        listing.uses(LabelSource::Manifest);
        return Ok(());
    }
    let mut walk = Walk { listing, told, texts: given.into_iter().collect(), unsearched: Vec::new() };
    let governing = walk.texts.first().map(|_| 0);
    walk.folder("", governing, 0)?;
    let Walk { listing, texts, unsearched, .. } = walk;
    for Texts { path, by_name, .. } in texts {
        listing.uses(LabelSource::LabelFiles(vec![path]));
        // Images in folders that were not searched.
        let mut rest: Vec<(String, String)> = by_name.into_iter().collect();
        rest.sort_unstable();
        for (name, text) in rest {
            listing.take(name, Some(text), None);
        }
    }
    for folder in unsearched {
        let inside = format!("{folder}/");
        if !listing.entries.iter().any(|entry| entry.file.starts_with(&inside)) {
            listing.skipped.add(SkipReason::NotAFile, || folder);
        }
    }
    Ok(())
}

struct Walk<'a, 'b> {
    listing: &'a mut Listing<'b>,
    /// Whether the caller said where labels come from.
    told: bool,
    texts: Vec<Texts>,
    /// Folders that were left alone.
    unsearched: Vec<String>,
}

impl Walk<'_, '_> {
    /// Adds the images of the folder called `prefix`, which is empty or ends with `/`. The label file with the number
    /// `governing` says the labels.
    fn folder(&mut self, prefix: &str, governing: Option<usize>, depth: usize) -> Result<(), DatasetError> {
        let path = self.listing.root.join(prefix);
        let mut governing = governing;
        if !self.told {
            if let Some(records) = Records::open(&path)? {
                self.listing.uses(LabelSource::Manifest);
                return corpus::add_folder(self.listing, prefix, records);
            }
            if let Some(texts) = Texts::found(prefix, self.listing) {
                governing = Some(self.texts.len());
                self.texts.push(texts);
            }
        }
        let entries = match fs::read_dir(&path).and_then(Iterator::collect::<Result<Vec<DirEntry>, _>>) {
            Ok(mut entries) => {
                entries.sort_unstable_by_key(DirEntry::file_name);
                entries
            }
            Err(error) if depth == 0 => return Err(DatasetError::read(path)(error)),
            Err(error) => {
                let folder = prefix.trim_end_matches('/');
                self.listing.skipped.add(SkipReason::Unreadable, || format!("{folder}: {error}"));
                return Ok(());
            }
        };
        for entry in &entries {
            let file_name = entry.file_name();
            let Some(file_name) = file_name.to_str() else {
                self.listing.skipped.add(SkipReason::NoLabel, || {
                    format!("{prefix}{} (not UTF-8)", file_name.to_string_lossy())
                });
                continue;
            };
            let name = format!("{prefix}{file_name}");
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let hidden = file_name.starts_with('.') || file_name == "__MACOSX";
                if self.listing.options.recursive && !hidden && depth < MAX_DEPTH {
                    self.folder(&format!("{name}/"), governing, depth + 1)?;
                } else {
                    self.unsearched.push(name);
                }
            } else if !is_temporary(file_name) {
                self.file(entry, file_name, name, governing);
            }
        }
        Ok(())
    }

    /// Adds the file `entry`, or counts what it is instead.
    fn file(&mut self, entry: &DirEntry, file_name: &str, name: String, governing: Option<usize>) {
        let mut label_files = self.texts.iter().map(|texts| &texts.own_name);
        if label_files.any(|own| own.as_ref() == Some(&name))
            || self.listing.corrections_file.as_ref() == Some(&name)
        {
            return;
        }
        let listing = &mut *self.listing;
        if governing.is_none() && tar::is_shard(file_name) && entry.path().is_file() {
            tar::add(listing, &name);
            return;
        }
        let text = governing.and_then(|file| self.texts[file].by_name.remove(&name));
        match (text, governing) {
            (Some(text), _) => listing.take(name, Some(text), None),
            (None, governing) => match is_image(entry, file_name) {
                Ok(()) if governing.is_some() => listing.skipped.add(SkipReason::NotInLabelFile, || name),
                Ok(()) => {
                    listing.uses(match &listing.options.pattern {
                        Some(pattern) => LabelSource::Pattern(pattern.to_string()),
                        None => LabelSource::FileNames,
                    });
                    listing.take(name, None, None);
                }
                Err(reason) => listing.skipped.add(reason, || name),
            },
        }
    }
}
