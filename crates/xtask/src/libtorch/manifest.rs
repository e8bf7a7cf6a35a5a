//! The list of files in a finished libtorch folder, by which a damaged one is told from a whole one.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use super::recipe::Recipe;
use crate::files::read_text;

/// The manifest's file name.
const FILE: &str = "manifest.txt";

/// Raised when the recipe takes or keeps other files, so that a folder of the old kind is made anew. A test compares.
const LAYOUT: u32 = 1;

/// Why a folder isn't a whole libtorch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no folder.
    Absent,
    /// The folder has no manifest, or one that was cut off.
    NoManifest,
    /// The manifest is of another version or layout, or is no manifest.
    OtherVersion { found: String },
    /// A file is missing.
    Missing { path: String },
    /// A file has another size.
    Size { path: String, expected: u64, actual: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => write!(f, "it is not there"),
            Self::NoManifest => write!(f, "it has no whole {FILE}"),
            Self::OtherVersion { found } => write!(f, "it is of another version: `{found}`"),
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::Size { path, expected, actual } => {
                write!(f, "{path} has {actual} bytes instead of {expected}")
            }
        }
    }
}

/// The sizes of the files of a folder, as they are unpacked.
#[derive(Default)]
pub(crate) struct Manifest {
    lines: String,
    files: usize,
}

impl Manifest {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, size: u64) {
        self.lines.push_str(&format!("{size} {path}\n"));
        self.files += 1;
    }

    /// Writes the manifest into `folder`.
    pub(crate) fn write(&self, folder: &Path, recipe: &Recipe) -> io::Result<()> {
        fs::write(folder.join(FILE), format!("{}\n{}{}\n", title(recipe), self.lines, end(self.files)))
    }
}

fn title(recipe: &Recipe) -> String {
    format!("libtorch {}, layout {LAYOUT}", recipe.version)
}

fn end(files: usize) -> String {
    format!("{files} files")
}

/// Compares `folder` with the manifest that lies in it.
///
/// # Errors
///
/// The first difference found. A folder that can't be read counts as damaged.
pub(crate) fn verify(folder: &Path, recipe: &Recipe) -> Result<(), Fault> {
    if !folder.is_dir() {
        return Err(Fault::Absent);
    }
    let text = read_text(&folder.join(FILE)).map_err(|_| Fault::NoManifest)?;
    let mut lines = text.lines();
    let found = lines.next().unwrap_or_default();
    if found != title(recipe) {
        return Err(Fault::OtherVersion { found: found.to_owned() });
    }
    if lines.next_back() != Some(&end(lines.clone().count())) {
        return Err(Fault::NoManifest);
    }
    for line in lines {
        let (size, path) = line.split_once(' ').ok_or(Fault::NoManifest)?;
        let expected = size.parse().map_err(|_| Fault::NoManifest)?;
        // Follows links, so a link to nowhere counts as missing.
        match fs::metadata(folder.join(path)) {
            Ok(metadata) if metadata.len() == expected => {}
            Ok(metadata) => {
                return Err(Fault::Size { path: path.to_owned(), expected, actual: metadata.len() });
            }
            Err(_) => return Err(Fault::Missing { path: path.to_owned() }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::super::recipe::{UNUSED_HEADERS, cpu_x86_64_linux};
    use super::*;

    const RECIPE: Recipe = Recipe { version: "1.2.3+cpu", wheels: Vec::new(), links: &[], kept: 0 };

    fn whole() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/a b.so"), [0; 7]).unwrap();
        fs::write(folder.path().join("build-version"), "1.2.3+cpu").unwrap();
        let mut manifest = Manifest::default();
        manifest.add("lib/a b.so", 7);
        manifest.add("build-version", 9);
        manifest.write(folder.path(), &RECIPE).unwrap();
        folder
    }

    #[test]
    fn whole_folder_is_accepted() {
        assert_eq!(verify(whole().path(), &RECIPE), Ok(()));
    }

    /// SHA-256 of all that decides what the finished folder holds.
    fn digest(recipe: &Recipe) -> String {
        let mut text = UNUSED_HEADERS.join("\n");
        for wheel in &recipe.wheels {
            text.push_str(&format!("\n{} {}", wheel.file, wheel.sha256));
            for keep in wheel.keep {
                text.push_str(&format!("\n{} {}", keep.from, keep.to));
            }
        }
        for (path, target) in recipe.links {
            text.push_str(&format!("\n{path} {target}"));
        }
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A folder made by another recipe would be taken for whole otherwise.
    #[test]
    fn layout_is_raised_with_the_recipe() {
        let of_layout_1 = "3c354524615c26f78db936a09a05726ec5614a9b5abd9a8f0903a0710a75cf67";
        assert_eq!(
            (LAYOUT, digest(&cpu_x86_64_linux()).as_str()),
            (1, of_layout_1),
            "the recipe has changed: raise LAYOUT, and set both values here"
        );
    }

    #[test]
    fn damage_is_named() {
        let folder = whole();
        let path = folder.path();
        let other = Recipe { version: "1.2.4+cpu", ..RECIPE };
        assert!(
            matches!(verify(path, &other), Err(Fault::OtherVersion { found }) if found.contains("1.2.3+cpu"))
        );
        fs::write(path.join("lib/a b.so"), [0; 6]).unwrap();
        let size = Fault::Size { path: "lib/a b.so".into(), expected: 7, actual: 6 };
        assert_eq!(verify(path, &RECIPE), Err(size));
        fs::remove_file(path.join("lib/a b.so")).unwrap();
        assert_eq!(verify(path, &RECIPE), Err(Fault::Missing { path: "lib/a b.so".into() }));
        fs::remove_file(path.join(FILE)).unwrap();
        assert_eq!(verify(path, &RECIPE), Err(Fault::NoManifest));
        assert_eq!(verify(&path.join("nowhere"), &RECIPE), Err(Fault::Absent));
    }

    #[test]
    fn manifest_that_was_cut_off_anywhere_is_refused() {
        let folder = whole();
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        for length in 0..text.trim_end().len() {
            fs::write(folder.path().join(FILE), &text[..length]).unwrap();
            assert!(verify(folder.path(), &RECIPE).is_err(), "cut to {length} bytes");
        }
    }

    #[cfg(unix)]
    #[test]
    fn link_to_nowhere_is_a_missing_file() {
        let folder = whole();
        let library = folder.path().join("lib/a b.so");
        fs::remove_file(&library).unwrap();
        std::os::unix::fs::symlink("gone.so", &library).unwrap();
        assert_eq!(verify(folder.path(), &RECIPE), Err(Fault::Missing { path: "lib/a b.so".into() }));
    }
}
