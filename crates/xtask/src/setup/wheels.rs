//! The downloaded wheels: each is fetched once, checked, and kept until all of them are unpacked.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::files::remove_folder;
use crate::libtorch::recipe::{Recipe, Wheel};
use crate::progress::{Progress, readable};

/// The folder, in that of the downloads, for what isn't whole yet. Nothing in it outlives a run that ends well.
pub(crate) const WORK: &str = "work";

/// A way to download wheels.
pub(crate) trait Fetch {
    /// Puts the file of `wheel`, under any name that ends in `.whl`, into the empty folder `into`. `scratch` is an
    /// empty folder for anything else.
    fn fetch(&self, wheel: &Wheel, into: &Path, scratch: &Path) -> Result<(), Error>;
}

/// Makes sure that `downloads` has every wheel of `recipe`, whole, and returns their paths.
///
/// A file there that fits is not fetched again, wherever it came from. A file that does not fit is deleted.
pub(crate) fn collect(
    recipe: &Recipe,
    downloads: &Path,
    fetcher: &impl Fetch,
) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for (index, wheel) in recipe.wheels.iter().enumerate() {
        let path = downloads.join(wheel.file);
        let step = format!("[{}/{}] {} {}", index + 1, recipe.wheels.len(), wheel.name, wheel.version);
        if present(wheel, &path) && check(wheel, &path).is_ok() {
            eprintln!("{step}: already downloaded");
        } else {
            eprintln!("{step}: downloading {}", readable(wheel.size));
            fetch_checked(wheel, downloads, &path, fetcher)?;
        }
        paths.push(path);
    }
    Ok(paths)
}

/// The wheels of `recipe` that `downloads` does not have yet.
pub(crate) fn missing<'a>(recipe: &'a Recipe, downloads: &Path) -> impl Iterator<Item = &'a Wheel> {
    recipe.wheels.iter().filter(move |wheel| !present(wheel, &downloads.join(wheel.file)))
}

fn present(wheel: &Wheel, path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == wheel.size)
}

/// Fetches into a folder of its own, so that a file under its final name has been checked.
fn fetch_checked(wheel: &Wheel, downloads: &Path, path: &Path, fetcher: &impl Fetch) -> Result<(), Error> {
    let work = downloads.join(WORK);
    remove_folder(&work)?;
    let (into, scratch) = (work.join("arriving"), work.join("scratch"));
    for folder in [&into, &scratch] {
        fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
    }
    fetcher.fetch(wheel, &into, &scratch)?;
    let arrived = arrived(&into)?;
    check(wheel, &arrived)?;
    fs::rename(&arrived, path).map_err(Error::io("rename", &arrived))?;
    remove_folder(&work)
}

/// The wheel in `folder`.
fn arrived(folder: &Path) -> Result<PathBuf, Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        if path.extension().is_some_and(|extension| extension == "whl") && path.is_file() {
            return Ok(path);
        }
    }
    Err(Error::io("find the download in", folder)(io::ErrorKind::NotFound.into()))
}

/// Compares the hash of the file with the recipe's, and deletes a file that doesn't fit.
fn check(wheel: &Wheel, path: &Path) -> Result<(), Error> {
    let actual = sha256(path, &format!("      checking {}", wheel.name))?;
    if actual == wheel.sha256 {
        return Ok(());
    }
    fs::remove_file(path).map_err(Error::io("delete", path))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Err(Error::Hash { file, expected: wheel.sha256.clone(), actual })
}

/// The SHA-256 of a file, in hexadecimal digits.
fn sha256(path: &Path, step: &str) -> Result<String, Error> {
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    let size = file.metadata().map_err(Error::io("open", path))?.len();
    let mut progress = Progress::start(step, size);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).map_err(Error::io("read", path))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        progress.advance(count as u64);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::testing::{Fault, Registry, recipe};

    #[test]
    fn each_wheel_is_fetched_once() {
        let (recipe, contents) = recipe();
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::new(contents.clone());
        for _ in 0..2 {
            let paths = collect(&recipe, folder.path(), &&registry).unwrap();
            let found: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
            assert_eq!(found, contents);
        }
        assert_eq!(registry.served.get(), 2);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "only the wheels stay");
    }

    #[test]
    fn broken_download_leaves_no_file_under_the_final_name_and_keeps_the_whole_ones() {
        let (recipe, contents) = recipe();
        let folder = tempfile::tempdir().unwrap();
        let mut registry = Registry::new(contents);
        registry.fault = Some(("small", Fault::BrokenConnection));
        let error = collect(&recipe, folder.path(), &&registry).unwrap_err();
        assert!(matches!(error, Error::Download { wheel: "small", .. }), "{error}");
        assert!(folder.path().join("big-1.0.whl").exists());
        assert!(!folder.path().join("small-1.0.whl").exists());
        assert_eq!(missing(&recipe, folder.path()).count(), 1);

        registry.fault = None;
        assert!(collect(&recipe, folder.path(), &&registry).is_ok());
        assert_eq!(registry.served.get(), 3, "big once, small twice");
    }

    #[test]
    fn another_file_than_the_one_that_was_tried_is_refused_and_deleted() {
        let (recipe, contents) = recipe();
        let folder = tempfile::tempdir().unwrap();
        let mut registry = Registry::new(contents);
        registry.fault = Some(("big", Fault::OtherFile));
        let error = collect(&recipe, folder.path(), &&registry).unwrap_err();
        match error {
            Error::Hash { expected, actual, .. } => {
                assert_eq!(expected, recipe.wheels[0].sha256);
                assert_ne!(actual, expected);
            }
            other => panic!("{other}"),
        }
        assert!(!folder.path().join("big-1.0.whl").exists());
        assert_eq!(fs::read_dir(folder.path().join(WORK).join("arriving")).unwrap().count(), 0);
    }

    #[test]
    fn damaged_file_is_fetched_anew() {
        let (recipe, contents) = recipe();
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::new(contents.clone());
        let mut damaged = contents[0].clone();
        damaged[100] ^= 1;
        fs::write(folder.path().join("big-1.0.whl"), damaged).unwrap();
        fs::write(folder.path().join("small-1.0.whl"), &contents[1][1..]).unwrap();
        let paths = collect(&recipe, folder.path(), &&registry).unwrap();
        assert_eq!(fs::read(&paths[0]).unwrap(), contents[0]);
        assert_eq!(fs::read(&paths[1]).unwrap(), contents[1]);
        assert_eq!(registry.served.get(), 2);
    }

    #[test]
    fn files_that_were_put_there_by_hand_are_used() {
        let (recipe, contents) = recipe();
        let folder = tempfile::tempdir().unwrap();
        for (wheel, content) in recipe.wheels.iter().zip(&contents) {
            fs::write(folder.path().join(wheel.file), content).unwrap();
        }
        let registry = Registry::new(Vec::new());
        assert!(collect(&recipe, folder.path(), &&registry).is_ok());
        assert_eq!(registry.served.get(), 0);
    }

    #[test]
    fn hash_is_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&path, "test").unwrap(), expected);
    }
}
