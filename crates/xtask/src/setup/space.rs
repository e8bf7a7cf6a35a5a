//! Whether the disk has room for set-up.

use std::path::Path;
use std::process::{Command, Stdio};

use super::wheels;
use crate::error::Error;
use crate::libtorch::recipe::Recipe;
use crate::progress::readable;

/// Says how much is to be downloaded and kept, and refuses early where the disk is too small. Where the free space can't
/// be told, the download itself will show.
pub(super) fn check_space(recipe: &Recipe, downloads: &Path) -> Result<(), Error> {
    let missing = || wheels::missing(recipe, downloads).map(|wheel| wheel.size);
    let download: u64 = missing().sum();
    // While pip copies a file from its temporary folder there are two of it; later the wheels lie beside the result.
    let needed = download + missing().max().unwrap_or(0).max(recipe.kept);
    let download = if download == 0 { "nothing".to_owned() } else { readable(download) };
    eprintln!("libtorch {}: {download} to download, {} to keep.", recipe.version, readable(recipe.kept));
    match free_space(downloads) {
        Some(free) if free < needed => Err(Error::NoSpace { folder: downloads.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

/// Free bytes on the disk of `folder`, by `df`.
fn free_space(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).stderr(Stdio::null()).output().ok()?;
    free_in_table(&String::from_utf8_lossy(&output.stdout))
}

/// The column `Available` of what `df -Pk` prints for one folder.
///
/// The columns are: Filesystem, 1024-blocks, Used, Available, Capacity, Mounted on. The name of a file system can hold
/// spaces, so the column is found as the one before the per cent sign.
fn free_in_table(table: &str) -> Option<u64> {
    let columns: Vec<_> = table.lines().nth(1)?.split_whitespace().collect();
    let capacity = columns
        .iter()
        .position(|column| column.strip_suffix('%').is_some_and(|percent| percent.parse::<u64>().is_ok()))?;
    let kilobytes: u64 = columns.get(capacity.checked_sub(1)?)?.parse().ok()?;
    Some(kilobytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_told_or_unknown() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_space(folder.path()).is_some());
        assert_eq!(free_space(&folder.path().join("nowhere")), None);
    }

    #[test]
    fn table_is_read_whatever_the_file_system_is_called() {
        let head = "Filesystem     1024-blocks     Used Available Capacity Mounted on";
        for (line, free) in [
            ("/dev/vda         263940717 34000000  61000000      36% /", Some(61_000_000 * 1024)),
            ("//server/my share 1000 400 600 40% /mnt/my share", Some(600 * 1024)),
            ("huge 1 1 18446744073709551615 1% /", Some(u64::MAX)),
            ("none - - - - /", None),
            ("", None),
        ] {
            assert_eq!(free_in_table(&format!("{head}\n{line}\n")), free, "{line}");
        }
    }
}
