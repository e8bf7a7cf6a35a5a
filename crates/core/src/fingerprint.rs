//! How data is recognised again, so that long work is only resumed with the same data.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::files::open_regular;

/// Identifies data: named values, small ones as they are and large ones as the [`ContentHash`] of their bytes.
///
/// Equal fingerprints stand for the same data. If they are not equal, [`differences`](Self::differences) says where.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(BTreeMap<String, Value>);

impl Fingerprint {
    /// The fingerprint without values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value under a name, or replaces the value of that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The differences from `requested`, in the order of the names. None if both stand for the same data.
    #[must_use]
    pub fn differences(&self, requested: &Self) -> Vec<Difference> {
        let value = |fingerprint: &Self| Value::Object(fingerprint.0.clone().into_iter().collect());
        Difference::between(&value(self), &value(requested))
    }
}

impl From<Fingerprint> for Value {
    fn from(fingerprint: Fingerprint) -> Self {
        Self::Object(fingerprint.0.into_iter().collect())
    }
}

/// The SHA-256 (FIPS 180-4) of pieces of bytes.
#[derive(Debug, Clone, Default)]
pub struct ContentHash(Sha256);

impl ContentHash {
    /// The hash of no bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a piece of bytes. Its length is hashed too, so that other pieces of the same bytes have another hash.
    pub fn add(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The hash of all pieces, 64 hexadecimal digits.
    #[must_use]
    pub fn hex(self) -> String {
        hex(self.0)
    }

    /// The hash of the bytes of a regular file, 64 hexadecimal digits: what `sha256sum` prints.
    ///
    /// # Errors
    /// If the file can't be read, or is no regular file.
    pub fn of_file(path: impl AsRef<Path>) -> io::Result<String> {
        Self::of_reader(open_regular(path)?)
    }

    /// The hash of all bytes of a reader, 64 hexadecimal digits.
    ///
    /// # Errors
    /// If reading fails.
    pub fn of_reader(mut reader: impl Read) -> io::Result<String> {
        let mut hash = Sha256::new();
        let mut buffer = [0; 1 << 16];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(hex(hash)),
                Ok(read) => hash.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value that differs between existing and requested data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The name of the value: `seed`, `style.noise`.
    pub option: String,
    /// The existing value as JSON; `nothing` if there is none.
    pub existing: String,
    /// The requested value as JSON; `nothing` if there is none.
    pub requested: String,
}

impl Difference {
    /// The difference in the value called `option`, which is `existing` and `requested`.
    #[must_use]
    pub fn new(option: impl Into<String>, existing: impl Into<String>, requested: impl Into<String>) -> Self {
        Self { option: option.into(), existing: existing.into(), requested: requested.into() }
    }

    /// The differences between two values, each named by the path to the innermost value that differs.
    #[must_use]
    pub fn between(existing: &Value, requested: &Value) -> Vec<Self> {
        let mut differences = Vec::new();
        compare("", Some(existing), Some(requested), &mut differences);
        differences
    }
}

fn compare(option: &str, existing: Option<&Value>, requested: Option<&Value>, out: &mut Vec<Difference>) {
    if existing == requested {
        return;
    }
    if let (Some(Value::Object(existing)), Some(Value::Object(requested))) = (existing, requested) {
        let keys = existing.keys().chain(requested.keys().filter(|key| !existing.contains_key(*key)));
        for key in keys {
            let option = if option.is_empty() { key.clone() } else { format!("{option}.{key}") };
            compare(&option, existing.get(key), requested.get(key), out);
        }
        return;
    }
    let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    out.push(Difference::new(option, shown(existing), shown(requested)));
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {} and {}", self.option, self.existing, self.requested)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_named_as_deep_as_they_are() {
        let there = Fingerprint::new().with("seed", 1).with("style", json!({"noise": 0.5, "size": [3, 4]}));
        let now =
            Fingerprint::new().with("style", json!({"noise": 0.25, "size": [3, 4]})).with("fonts", "ab");
        let differences: Vec<String> = there.differences(&now).iter().map(ToString::to_string).collect();
        assert_eq!(
            differences,
            ["seed is 1 and nothing", "style.noise is 0.5 and 0.25", "fonts is nothing and \"ab\""]
        );
        assert_eq!(there.differences(&there.clone()), []);
        let back: Fingerprint = serde_json::from_str(&serde_json::to_string(&there).unwrap()).unwrap();
        assert_eq!(back, there);
    }

    #[test]
    fn borders_between_pieces_count() {
        let of = |pieces: &[&str]| {
            let mut hash = ContentHash::new();
            pieces.iter().for_each(|piece| hash.add(piece));
            hash.hex()
        };
        assert_ne!(of(&["AB", "C"]), of(&["A", "BC"]));
        assert_ne!(of(&["AB"]), of(&["AB", ""]));
    }

    #[test]
    fn a_file_has_the_hash_of_the_standard() {
        // FIPS 180-4, the example of one block.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(ContentHash::of_reader(&b"abc"[..]).unwrap(), expected);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("abc"), "abc").unwrap();
        assert_eq!(ContentHash::of_file(folder.path().join("abc")).unwrap(), expected);
        assert!(ContentHash::of_file(folder.path()).is_err());
    }
}
