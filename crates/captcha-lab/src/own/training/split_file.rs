//! `split.csv`: the images of a run, the part that each is in, and what it shows. By it a folder that changed is told.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use captcha_core::files::{Durability, read_bounded, write_whole};
use serde::{Deserialize, Serialize};

use super::error::OwnError;
use super::job::Job;
use super::parts::Parts;

const NAME: &str = "split.csv";

/// The largest list that is read again: of ten million images.
const MAX_BYTES: u64 = 1 << 30;

/// Changed images of a kind that are named.
const NAMED: usize = 5;

/// The images of a run by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SplitFile(BTreeMap<String, Row>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    file_name: String,
    text: String,
    part: String,
    /// Of the pixels: [`ImageFacts::content`](captcha_dataset::ImageFacts::content).
    sha256: String,
}

impl SplitFile {
    /// The list for these parts.
    pub(super) fn of(job: &Job<'_>, parts: &Parts) -> Self {
        let contents: BTreeMap<usize, &str> =
            job.report.images.iter().map(|image| (image.index, image.content.as_str())).collect();
        let rows = parts.iter().flat_map(|(part, images)| images.iter().map(move |&image| (part, image)));
        let row = |(part, image): (super::parts::Part, usize)| {
            let file_name = job.images.name(image).to_owned();
            let sha256 =
                contents.get(&job.images.source_index(image)).copied().unwrap_or_default().to_owned();
            let text = job.images.text(image).to_owned();
            (file_name.clone(), Row { file_name, text, part: part.to_string(), sha256 })
        };
        Self(rows.map(row).collect())
    }

    /// The list in the folder of a run; `None` if there is none that can be read.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let bytes = read_bounded(folder.join(NAME), MAX_BYTES).ok()?;
        let rows = csv::Reader::from_reader(bytes.as_slice()).into_deserialize();
        rows.map(|row: csv::Result<Row>| row.map(|row| (row.file_name.clone(), row)))
            .collect::<Result<_, _>>()
            .ok()
            .map(Self)
    }

    /// Writes the list into the folder of a run.
    pub(super) fn write(&self, folder: &Path) -> Result<(), OwnError> {
        let path = folder.join(NAME);
        std::fs::create_dir_all(folder).map_err(OwnError::io(folder))?;
        write_whole(&path, Durability::Process, |file| {
            let mut writer = csv::Writer::from_writer(file);
            self.0.values().try_for_each(|row| writer.serialize(row)).map_err(io::Error::other)?;
            writer.flush()
        })
        .map_err(OwnError::io(&path))
    }

    /// What is otherwise in `now`, in words; nothing if the images and their parts are the same.
    pub(super) fn changes(&self, now: &Self) -> Vec<String> {
        let missing = |of: &Self, from: &Self| -> Vec<String> {
            of.0.keys().filter(|name| !from.0.contains_key(*name)).cloned().collect()
        };
        let both = |differs: &dyn Fn(&Row, &Row) -> Option<String>| -> Vec<String> {
            let pairs = self.0.values().filter_map(|was| Some((was, now.0.get(&was.file_name)?)));
            pairs.filter_map(|(was, is)| differs(was, is)).collect()
        };
        let named = |(what, names): (&str, Vec<String>)| {
            let more = match names.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let some = &names[..names.len().min(NAMED)];
            (!names.is_empty()).then(|| format!("{what}: {}{more}", some.join(", ")))
        };
        let kinds = [
            ("gone", missing(self, now)),
            ("new", missing(now, self)),
            ("other pixels", both(&|was, is| (was.sha256 != is.sha256).then(|| was.file_name.clone()))),
            (
                "other text",
                both(&|was, is| {
                    (was.text != is.text)
                        .then(|| format!("{} ({}, was {})", was.file_name, is.text, was.text))
                }),
            ),
        ];
        kinds.into_iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(&str, &str, &str)]) -> SplitFile {
        let row = |&(name, text, sha256): &(&str, &str, &str)| {
            let (file_name, text, sha256) = (name.to_owned(), text.to_owned(), sha256.to_owned());
            (file_name.clone(), Row { file_name, text, part: "test".to_owned(), sha256 })
        };
        SplitFile(rows.iter().map(row).collect())
    }

    #[test]
    fn what_changed_is_named() {
        let before = list(&[("a.png", "A", "1"), ("b.png", "B", "2"), ("c.png", "C", "3")]);
        assert_eq!(before.changes(&before), Vec::<String>::new());
        let after = list(&[("a.png", "A", "9"), ("c.png", "K", "3"), ("d.png", "D", "4")]);
        let expected = ["gone: b.png", "new: d.png", "other pixels: a.png", "other text: c.png (K, was C)"];
        assert_eq!(before.changes(&after), expected);
        let names: Vec<String> = (0..9).map(|number| format!("{number}.png")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), "A", "1")).collect();
        let told = list(&[]).changes(&list(&many));
        assert_eq!(told, ["new: 0.png, 1.png, 2.png, 3.png, 4.png and 4 more"]);
    }

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(SplitFile::read(folder.path()), None);
        let written = list(&[("a,\"b\".png", "A", "1"), ("shard.tar/7.png", "ü,", "2")]);
        written.write(folder.path()).unwrap();
        assert_eq!(SplitFile::read(folder.path()), Some(written));
        std::fs::write(folder.path().join(NAME), "file_name,part\nx,test\n").unwrap();
        assert_eq!(SplitFile::read(folder.path()), None);
    }
}
