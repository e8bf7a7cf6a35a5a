//! Unpacks the wheels into the folder that torch-sys expects.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::error::Error;
use crate::libtorch::manifest::Manifest;
use crate::libtorch::recipe::{Recipe, Wheel};
use crate::progress::Progress;

/// Unpacks `wheels`, the files of the recipe's wheels in its order, into the empty folder `folder`, with the manifest.
pub(crate) fn unpack(recipe: &Recipe, wheels: &[PathBuf], folder: &Path) -> Result<(), Error> {
    let mut manifest = Manifest::default();
    for (wheel, path) in recipe.wheels.iter().zip(wheels) {
        unpack_wheel(wheel, path, folder, &mut manifest)?;
    }
    for (link, target) in recipe.links {
        let path = folder.join(link);
        make_link(target, &path).map_err(Error::io("make", &path))?;
        let size = fs::metadata(&path).map_err(Error::io("follow", &path))?.len();
        manifest.add(link, size);
    }
    let path = folder.join("build-version");
    fs::write(&path, recipe.version).map_err(Error::io("write", &path))?;
    manifest.add("build-version", recipe.version.len() as u64);
    manifest.write(folder, recipe).map_err(Error::io("write the manifest of", folder))
}

fn unpack_wheel(wheel: &Wheel, path: &Path, folder: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    let bad = |reason: String| Error::Unpack { wheel: wheel.name, reason };
    let file = File::open(path).map_err(Error::io("open", path))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| bad(error.to_string()))?;
    // (index in the archive, destination)
    let mut kept = Vec::new();
    let mut total: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| bad(error.to_string()))?;
        let name = entry.name().map_err(|error| bad(error.to_string()))?.into_owned();
        if let Some(to) = wheel.destination(&name) {
            if entry.enclosed_name().is_none() {
                return Err(bad(format!("`{name}` would leave the folder")));
            }
            total = total.saturating_add(entry.size());
            kept.push((index, to));
        }
    }
    for keep in wheel.keep {
        if !kept.iter().any(|(_, to)| to.starts_with(keep.to)) {
            return Err(bad(format!("`{}` is not in it", keep.from)));
        }
    }
    let mut progress = Progress::start(&format!("Unpacking {}", wheel.name), total);
    for (index, to) in kept {
        let mut entry = archive.by_index(index).map_err(|error| bad(error.to_string()))?;
        let size =
            write_file(&mut entry, &folder.join(&to), &mut progress).map_err(|failure| match failure {
                Failure::Read(error) => bad(format!("`{to}`: {error}")),
                Failure::Write(error) => error,
            })?;
        manifest.add(&to, size);
    }
    Ok(())
}

enum Failure {
    Read(io::Error),
    Write(Error),
}

fn write_file(from: &mut impl Read, path: &Path, progress: &mut Progress) -> Result<u64, Failure> {
    let io = |action| move |source| Failure::Write(Error::io(action, path)(source));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io("make the folder of"))?;
    }
    let mut file = File::create(path).map_err(io("make"))?;
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        // The zip crate compares the checksum at the end of the entry and reports a difference as an error here.
        let count = from.read(&mut buffer).map_err(Failure::Read)?;
        if count == 0 {
            return Ok(size);
        }
        file.write_all(&buffer[..count]).map_err(io("write"))?;
        size += count as u64;
        progress.advance(count as u64);
    }
}

#[cfg(unix)]
fn make_link(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn make_link(target: &str, path: &Path) -> io::Result<()> {
    fs::copy(path.with_file_name(target), path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libtorch::manifest;
    use crate::setup::testing::{library, recipe, zip};

    /// Unpacks wheels with these contents into a new folder.
    fn unpacked(recipe: &Recipe, contents: &[Vec<u8>]) -> (tempfile::TempDir, Result<(), Error>) {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> =
            (0..contents.len()).map(|index| folder.path().join(format!("{index}.whl"))).collect();
        for (path, content) in paths.iter().zip(contents) {
            fs::write(path, content).unwrap();
        }
        let to = folder.path().join("to");
        fs::create_dir(&to).unwrap();
        let result = unpack(recipe, &paths, &to);
        (folder, result)
    }

    #[test]
    fn layout_is_the_one_that_torch_sys_expects() {
        let (recipe, contents) = recipe();
        let (folder, result) = unpacked(&recipe, &contents);
        result.unwrap();
        let to = folder.path().join("to");
        assert_eq!(fs::read(to.join("lib/libtorch_cpu.so")).unwrap(), library());
        assert_eq!(fs::read(to.join("lib/libtorch.so")).unwrap(), library());
        assert_eq!(fs::read(to.join("lib/libsmall.so.1")).unwrap(), b"small");
        assert_eq!(fs::read(to.join("include/ATen/ATen.h")).unwrap(), b"#pragma once");
        assert_eq!(fs::read(to.join("build-version")).unwrap(), b"1.0+cpu");
        assert!(!to.join("lib/libtorch_cuda.so").exists());
        assert!(!to.join("include/ATen/cuda").exists());
        assert_eq!(manifest::verify(&to, &recipe), Ok(()));
    }

    #[test]
    fn wheel_without_a_file_that_is_needed_is_refused() {
        let (recipe, mut contents) = recipe();
        contents[1] = zip(&[("small/libsmall.so.2", b"small")]);
        let (_folder, result) = unpacked(&recipe, &contents);
        let error = result.unwrap_err().to_string();
        assert!(error.contains("small/libsmall.so.1"), "{error}");
    }

    #[test]
    fn damaged_wheel_is_refused_wherever_the_damage_is() {
        let (recipe, contents) = recipe();
        let length = contents[0].len();
        for position in [length / 3, length / 2, length * 2 / 3] {
            let mut damaged = contents.clone();
            damaged[0][position] ^= 0x10;
            let (folder, result) = unpacked(&recipe, &damaged);
            assert!(matches!(result, Err(Error::Unpack { wheel: "big", .. })), "byte {position}");
            assert!(manifest::verify(&folder.path().join("to"), &recipe).is_err());
        }
        for size in [0, 10, length / 2, length - 1] {
            let mut cut = contents.clone();
            cut[0].truncate(size);
            let (_folder, result) = unpacked(&recipe, &cut);
            assert!(matches!(result, Err(Error::Unpack { wheel: "big", .. })), "cut to {size} bytes");
        }
    }

    #[test]
    fn nothing_is_written_outside_the_folder() {
        let (recipe, mut contents) = recipe();
        contents[0] = zip(&[("big/lib/libtorch_cpu.so", b"x"), ("big/include/../../../escaped.h", b"x")]);
        let (folder, result) = unpacked(&recipe, &contents);
        assert!(result.is_err());
        assert!(!folder.path().join("escaped.h").exists());
    }
}
