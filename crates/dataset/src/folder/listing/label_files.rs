//! What label files say of which images.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Component, Path, PathBuf};

use super::Listing;
use crate::{DatasetError, LabelFile, SkipReason};

/// Names of files that are label files if they read as such, the likeliest first.
const NAMES: [&str; 7] = [
    "metadata.jsonl",
    "metadata.csv",
    "labels.csv",
    "labels.tsv",
    "labels.jsonl",
    "labels.json",
    "labels.txt",
];

/// Endings that names in label files leave out.
const ENDINGS: [&str; 8] = ["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"];

/// The texts of a label file by the names of the images.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) path: PathBuf,
    /// The name that the label file itself has within the folder, if it is there.
    pub(super) own_name: Option<String>,
    /// By names within the folder.
    pub(super) by_name: HashMap<String, String>,
    pub(super) corrects: bool,
}

impl Texts {
    /// The label file that the caller named.
    pub(super) fn given(path: &Path, listing: &mut Listing) -> Result<Self, DatasetError> {
        let file = LabelFile::open(path)?;
        let own_name = within(path, listing.root);
        let beside = path.parent().unwrap_or(Path::new(""));
        let root = listing.root;
        if file.corrects() {
            return Ok(Self::new(path, own_name, &file, listing, |name| Some(name.to_owned())));
        }
        Ok(Self::new(path, own_name, &file, listing, |name| {
            // As the folder has it, as the label file stands to it, or by its last part.
            let candidates = [
                within_or_relative(Path::new(name), root),
                within(&beside.join(name), root),
                name.rsplit(['/', '\\']).next().map(str::to_owned),
            ];
            candidates.into_iter().flatten().find_map(|name| existing(root, &name))
        }))
    }

    /// The label file of the folder called `prefix`, if it has one.
    pub(super) fn found(prefix: &str, listing: &mut Listing) -> Option<Self> {
        let root = listing.root;
        for name in NAMES {
            let own_name = format!("{prefix}{name}");
            let path = root.join(&own_name);
            if !path.is_file() {
                continue;
            }
            match LabelFile::open(&path) {
                Ok(file) if file.is_evident() => {
                    return Some(Self::new(&path, Some(own_name), &file, listing, |name| {
                        let name = within_or_relative(Path::new(name), &root.join(prefix))?;
                        existing(root, &format!("{prefix}{name}"))
                    }));
                }
                Ok(_) => {}
                // It is counted as what it is when the walk comes to it; here is why.
                Err(error) => {
                    listing.skipped.add(SkipReason::NotALabelFile, || captcha_core::describe(&error));
                }
            }
        }
        None
    }

    fn new(
        path: &Path,
        own_name: Option<String>,
        file: &LabelFile,
        listing: &mut Listing,
        resolve: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let told = own_name.clone().unwrap_or_else(|| path.display().to_string());
        for line in file.bad_lines() {
            listing.skipped.add(SkipReason::BadLine, || format!("{told}, {line}"));
        }
        let unnamed = file.bad_count() - file.bad_lines().len() as u64;
        listing.skipped.add_many(SkipReason::BadLine, unnamed, || told.clone());
        let mut by_name = HashMap::new();
        let mut doubtful: HashMap<String, String> = HashMap::new();
        for (name, text) in file.rows() {
            let Some(known) = resolve(name) else {
                listing.skipped.add(SkipReason::Missing, || format!("{name} in {told}"));
                continue;
            };
            match by_name.entry(known) {
                Entry::Vacant(entry) => {
                    entry.insert(text.to_owned());
                }
                Entry::Occupied(entry) if entry.get() != text => {
                    doubtful.insert(entry.key().clone(), format!("{:?} and {text:?}", entry.get()));
                }
                Entry::Occupied(_) => {}
            }
        }
        let mut doubtful: Vec<(String, String)> = doubtful.into_iter().collect();
        doubtful.sort_unstable();
        for (name, texts) in doubtful {
            // An empty text leaves the image out, told once.
            by_name.remove(&name);
            listing.skipped.add(SkipReason::TwoLabels, || format!("{name}: {texts}"));
        }
        Self { path: path.to_owned(), own_name, by_name, corrects: file.corrects() }
    }
}

/// `path` as a name within `folder`, if it lies there.
fn within(path: &Path, folder: &Path) -> Option<String> {
    let (path, folder) = (path.canonicalize().ok()?, folder.canonicalize().ok()?);
    path.strip_prefix(folder).ok().and_then(name)
}

/// A relative path as a name, and an absolute one if it lies in `folder`.
fn within_or_relative(path: &Path, folder: &Path) -> Option<String> {
    if path.is_absolute() { within(path, folder) } else { name(path) }
}

/// The parts of a path with `/` between them; `None` if it leads out of where it begins, or is not UTF-8.
fn name(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?.replace('\\', "/")),
            Component::CurDir => {}
            _ => return None,
        }
    }
    let name = parts.join("/");
    let leads_out = name.split('/').any(|part| part == "..");
    (!name.is_empty() && !leads_out).then_some(name)
}

/// The name of the file that `name` stands for, perhaps without its ending.
fn existing(root: &Path, name: &str) -> Option<String> {
    if root.join(name).is_file() {
        return Some(name.to_owned());
    }
    let endings = ENDINGS.into_iter().map(|ending| format!("{name}.{ending}"));
    endings.into_iter().find(|name| root.join(name).is_file())
}
